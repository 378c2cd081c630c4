/*
 * refresh.c
 *	  auth.refresh: exchange a refresh token for the next pair.
 *
 * A token works once.  Presented again, it is either an innocent repetition,
 * which gets the very same successor, or stolen, which ends the session: then
 * neither the thief nor the owner goes on, and the owner signs in again.
 */
#include "postgres.h"

#include "audit/audit.h"
#include "audit/refusal.h"
#include "base/arguments.h"
#include "http/call.h"
#include "http/token_cookie.h"
#include "session/access_token.h"
#include "session/presented_token.h"
#include "session/token_response.h"

PG_FUNCTION_INFO_V1(auth_refresh);

static void
raise_wrong_mode(const char *message, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errhint("%s", hint)));
}

/* Where the token that a mode renews may come from. */
static int
places_of(const text *mode)
{
	if (mode == NULL)
		return PLACE_ARGUMENT | PLACE_REFRESH_COOKIE | PLACE_SESSION_COOKIE;

	switch (auth_token_mode_read(mode))
	{
		case TOKEN_MODE_JSON:
			return PLACE_ARGUMENT | PLACE_REFRESH_COOKIE | PLACE_SESSION_COOKIE;
		case TOKEN_MODE_COOKIE:
			return PLACE_ARGUMENT | PLACE_REFRESH_COOKIE;
		case TOKEN_MODE_SESSION:
			return PLACE_ARGUMENT | PLACE_SESSION_COOKIE;
	}
	elog(ERROR, "unknown mode");
}

/* Where the successor goes: where the token came from, unless the mode says otherwise. */
static TokenMode
mode_of(const PresentedToken *token, const text *mode)
{
	TokenMode asked_for;

	if (mode == NULL)
		return token->place == PLACE_SESSION_COOKIE ? TOKEN_MODE_SESSION :
			token->place == PLACE_REFRESH_COOKIE	? TOKEN_MODE_COOKIE :
													  TOKEN_MODE_JSON;

	asked_for = auth_token_mode_read(mode);
	if (token->place == PLACE_ARGUMENT && asked_for == TOKEN_MODE_SESSION)
		raise_wrong_mode("mode session takes no refresh token", "It renews the session cookie.");
	/* A token that scripts cannot read in its cookie must not be put in a body. */
	if (token->place >= PLACE_REFRESH_COOKIE && asked_for == TOKEN_MODE_JSON)
		raise_wrong_mode("mode json takes the refresh token as an argument",
						 "A token that came in a cookie goes back in a cookie: use mode cookie or session.");
	return asked_for;
}

/* A cookie that was refused is of no more use to the browser. */
static void
clear_cookie(const PresentedToken *token)
{
	if (token->place == PLACE_SESSION_COOKIE)
		auth_token_cookie_clear(TOKEN_COOKIE_SESSION);
	else if (token->place == PLACE_REFRESH_COOKIE)
		auth_token_cookie_clear(TOKEN_COOKIE_REFRESH);
}

/* Accept only a genuine, unexpired token that was made for renewing a session. */
static bool
read_generation(const PresentedToken *token, SessionGeneration *generation)
{
	PresentedSession presented;

	if (!auth_presented_token_read(token, &presented) || presented.is_expired ||
		presented.generation.generation == NO_GENERATION)
		return false;

	*generation = presented.generation;
	return true;
}

/* A client may refresh without end. */
static void
record(const Session *session)
{
	static AuditBudget budget = {.burst = 100};
	int skipped;

	if (auth_audit_budget_take(&budget, &skipped))
		auth_audit_record(&(AuditEvent){
			.user_id = &session->user_id,
			.session_id = &session->id,
			.reason = auth_audit_reason(NULL, skipped),
		});
}

/*
 * Rotate a session, or return why not; then refusal has its kind filled in
 * and, as far as they are known, the session's id and user.
 */
static const char *
rotate(const PresentedToken *token, TokenMode mode, Session *session, Refusal *refusal)
{
	SessionGeneration generation;
	const char *end_reason;

	refusal->kind = REFUSAL_INVALID_REFRESH_TOKEN;
	if (!read_generation(token, &generation))
		return "The token is missing or not genuine";

	/* Lock before looking: two refreshes of one token must not both win. */
	if (!auth_session_lock(&generation.session_id, session))
		return "The session has ended";

	refusal->user_id = &session->user_id;
	refusal->session_id = &session->id;
	end_reason = auth_session_end_reason(session);
	if (end_reason != NULL)
		return end_reason;

	switch (auth_session_judge(session, generation.generation))
	{
		case GENERATION_CURRENT:
			auth_session_rotate(session, generation.generation, auth_token_mode_idle_seconds(mode));
			record(session);
			return NULL;
		case GENERATION_REPEATED:
			return NULL;
		case GENERATION_REUSED:
			auth_session_end(&session->id);
			refusal->kind = REFUSAL_REFRESH_TOKEN_REUSED;
			return "The session was ended";
	}
	elog(ERROR, "unknown verdict");
}

static Datum
refresh(PG_FUNCTION_ARGS)
{
	const text *argument = auth_optional_text(fcinfo, 0);
	const text *mode_name = auth_optional_text(fcinfo, 1);
	PresentedToken token = auth_presented_token_find(places_of(mode_name), argument);
	TokenMode mode = mode_of(&token, mode_name);
	Session session;
	Refusal refusal = {0};

	refusal.reason = rotate(&token, mode, &session, &refusal);
	if (refusal.reason == NULL)
		return auth_token_response(&session, mode, NULL);

	clear_cookie(&token);
	return auth_refuse(&refusal);
}

/* auth.refresh(refresh_token text, mode text) returns jsonb */
Datum
auth_refresh(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_REFRESH, refresh, fcinfo);
}
