/*
 * refresh.c
 *	  auth.refresh: exchange a refresh token for the next pair.
 *
 * A token works once.  Presented again, it is either an innocent repetition,
 * which gets the very same successor, or stolen, which ends the session: then
 * neither the thief nor the owner goes on, and the owner signs in again.
 */
#include "postgres.h"

#include "access_token.h"
#include "arguments.h"
#include "audit.h"
#include "miscadmin.h"
#include "plain_result.h"
#include "refresh_token.h"
#include "refusal.h"
#include "request.h"
#include "secret.h"
#include "session.h"
#include "token_cookie.h"
#include "token_response.h"

#define EVENT "refresh"

/* What a client presented, and where its successor goes. */
typedef struct PresentedToken
{
	bool is_in_cookie;
	bool is_genuine;
	Renewal renewal;
	TokenMode mode;
} PresentedToken;

PG_FUNCTION_INFO_V1(auth_refresh);

/* A cookie that was refused is of no more use to the browser. */
static Datum
refuse(const PresentedToken *presented, RefusalKind kind, const Session *session, const char *reason)
{
	if (presented->is_in_cookie && presented->mode == TOKEN_MODE_SESSION)
		auth_token_cookie_clear_session();
	else if (presented->is_in_cookie)
		auth_token_cookie_clear_refresh();

	return auth_refuse(&(Refusal){
		.kind = kind,
		.event = EVENT,
		.reason = reason,
		.user_id = session == NULL ? NULL : &session->user_id,
		.session_id = session == NULL ? NULL : &session->id,
	});
}

static void
raise_wrong_mode(const char *message, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errhint("%s", hint)));
}

/* The token in a session cookie renews itself, if it was made to. */
static bool
read_session_token(const char *token, Renewal *renewal)
{
	AccessClaims claims;

	if (token == NULL ||
		auth_access_token_verify(token, strlen(token), &claims) != ACCESS_TOKEN_VALID ||
		claims.generation == NO_GENERATION)
		return false;

	renewal->session_id = claims.session_id;
	renewal->generation = claims.generation;
	return true;
}

static PresentedToken
present_argument(const text *token, const text *mode)
{
	PresentedToken presented = {.mode = mode == NULL ? TOKEN_MODE_JSON : auth_token_mode_read(mode)};

	if (presented.mode == TOKEN_MODE_SESSION)
		raise_wrong_mode("mode session takes no refresh token", "It renews the session cookie.");

	presented.is_genuine = auth_refresh_token_read(VARDATA_ANY(token), VARSIZE_ANY_EXHDR(token), &presented.renewal);
	return presented;
}

/* A token that scripts cannot read in its cookie must not be put in a body. */
static PresentedToken
present_cookie(const text *mode)
{
	char *refresh_token = auth_token_cookie_refresh();
	char *session_token = auth_token_cookie_session();
	bool prefers_session = refresh_token == NULL && session_token != NULL;
	PresentedToken presented = {
		.is_in_cookie = refresh_token != NULL || session_token != NULL,
		.mode = prefers_session ? TOKEN_MODE_SESSION : TOKEN_MODE_COOKIE,
	};

	if (mode != NULL)
		presented.mode = auth_token_mode_read(mode);
	if (presented.is_in_cookie && presented.mode == TOKEN_MODE_JSON)
		raise_wrong_mode("mode json takes the refresh token as an argument",
						 "A token that came in a cookie goes back in a cookie: use mode cookie or session.");

	if (presented.mode == TOKEN_MODE_SESSION)
		presented.is_genuine = read_session_token(session_token, &presented.renewal);
	else if (refresh_token != NULL)
		presented.is_genuine = auth_refresh_token_read(refresh_token, strlen(refresh_token), &presented.renewal);
	return presented;
}

static Datum
renew(const PresentedToken *presented, Session *session)
{
	const Renewal *renewal = &presented->renewal;

	switch (auth_session_judge(session, renewal->generation))
	{
		case RENEWAL_CURRENT:
			auth_session_advance(session, renewal->generation, auth_token_mode_idle_seconds(presented->mode));
			auth_audit_record(&(AuditEvent){
				.event = EVENT,
				.user_id = &session->user_id,
				.session_id = &session->id,
			});
			break;
		case RENEWAL_REPEATED:
			break;
		case RENEWAL_STOLEN:
			auth_session_end(&session->id);
			return refuse(presented, REFUSAL_REFRESH_TOKEN_REUSED, session, "The session was ended");
	}
	return auth_token_response(session, presented->mode);
}

static Datum
refresh(PG_FUNCTION_ARGS)
{
	const text *token = auth_optional_text(fcinfo, 0);
	const text *mode = auth_optional_text(fcinfo, 1);
	PresentedToken presented = token != NULL ? present_argument(token, mode) : present_cookie(mode);
	Session session;
	const char *end_reason;

	PreventCommandIfReadOnly("auth.refresh()");
	auth_plain_result_require();
	if (presented.is_in_cookie)
		auth_request_require_same_site();

	if (!presented.is_genuine)
		return refuse(&presented, REFUSAL_INVALID_REFRESH_TOKEN, NULL, "The token is missing or not genuine");

	/* Lock before looking: two refreshes of one token must not both win. */
	if (!auth_session_lock(&presented.renewal.session_id, &session))
		return refuse(&presented, REFUSAL_INVALID_REFRESH_TOKEN, NULL, "The session has ended");

	end_reason = auth_session_end_reason(&session);
	if (end_reason != NULL)
		return refuse(&presented, REFUSAL_INVALID_REFRESH_TOKEN, &session, end_reason);

	return renew(&presented, &session);
}

/* auth.refresh(refresh_token text, mode text) returns jsonb */
Datum
auth_refresh(PG_FUNCTION_ARGS)
{
	return auth_secret_call(refresh, fcinfo);
}
