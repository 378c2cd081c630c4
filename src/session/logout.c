/*
 * logout.c
 *	  auth.logout: end this session, the account's others, or all of them.
 *
 * A caller that presents no live session is signed out already: not an error.
 */
#include "postgres.h"

#include "account/identity.h"
#include "audit/audit.h"
#include "base/arguments.h"
#include "http/call.h"
#include "http/cross_site.h"
#include "http/token_cookie.h"
#include "session/access_token.h"
#include "session/presented_token.h"
#include "session/sessions_ended.h"

typedef enum LogoutScope
{
	SCOPE_LOCAL,
	SCOPE_OTHERS,
	SCOPE_GLOBAL,
} LogoutScope;

/* the one that is meant, and two cookies */
#define MAX_PRESENTED 3

PG_FUNCTION_INFO_V1(auth_logout);

static LogoutScope
read_scope(const text *name)
{
	if (auth_text_is(name, "local"))
		return SCOPE_LOCAL;
	if (auth_text_is(name, "others"))
		return SCOPE_OTHERS;
	if (auth_text_is(name, "global"))
		return SCOPE_GLOBAL;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown scope"),
			 errhint("The scope must be local, others or global.")));
}

/*
 * The session that the call names: by the argument, or else the one in which it
 * is made.  pre_request binds no identity for this call, so that it works with
 * a token of a session that has ended, too.  Returns false if the call names
 * none; a token that is not genuine counts as naming a session that does not
 * exist.
 */
static bool
find_named(const text *refresh_token, PresentedSession *named)
{
	PresentedToken token = auth_presented_token_find(PLACE_ARGUMENT | PLACE_BEARER, refresh_token);

	memset(named, 0, sizeof(*named));
	if (token.place != PLACE_ARGUMENT && auth_identity_session() != NULL)
	{
		named->generation = (SessionGeneration){*auth_identity_session(), NO_GENERATION};
		return true;
	}
	(void) auth_presented_token_read(&token, named);
	return token.place != PLACE_NONE;
}

/*
 * The sessions that are presented: the one that is meant, and those of the
 * request's cookies, which are about to be cleared.  Returns how many.
 */
static int
find_presented(const text *refresh_token, LogoutScope scope, PresentedSession presented[MAX_PRESENTED])
{
	static const TokenPlace cookies[] = {PLACE_REFRESH_COOKIE, PLACE_SESSION_COOKIE};
	int count = find_named(refresh_token, &presented[0]) ? 1 : 0;

	/* Another site's page may not even make a browser forget its cookies. */
	if (count > 0 && (scope == SCOPE_OTHERS || !auth_cross_site_is_ruled_out()))
		return count;

	for (size_t i = 0; i < lengthof(cookies); i++)
	{
		PresentedToken token = auth_presented_token_find(cookies[i], NULL);

		if (auth_presented_token_read(&token, &presented[count]))
			count++;
	}
	return scope == SCOPE_OTHERS ? Min(count, 1) : count;
}

/* A token that has expired or was used before may end only its own session. */
static bool
speaks_for_account(const Session *session, const PresentedSession *presented)
{
	int generation = presented->generation.generation;

	return !presented->is_expired &&
		auth_session_end_reason(session) == NULL &&
		(generation == NO_GENERATION || auth_session_judge(session, generation) != GENERATION_REUSED);
}

static uint64
end_sessions(const Session *session, LogoutScope scope)
{
	auth_audit_record(&(AuditEvent){
		.user_id = &session->user_id,
		.session_id = &session->id,
	});

	switch (scope)
	{
		case SCOPE_LOCAL:
			return auth_session_end(&session->id);
		case SCOPE_OTHERS:
			return auth_session_end_others(&session->user_id, &session->id);
		case SCOPE_GLOBAL:
			return auth_session_end_all(&session->user_id);
	}
	elog(ERROR, "unknown scope %d", scope);
}

/* End the session that a token means, or as many as the scope says if the token speaks for them. */
static uint64
end_presented(const PresentedSession *presented, LogoutScope scope)
{
	Session session;

	if (!auth_session_find(&presented->generation.session_id, &session))
		return 0;
	return end_sessions(&session, speaks_for_account(&session, presented) ? scope : SCOPE_LOCAL);
}

static Datum
logout(PG_FUNCTION_ARGS)
{
	const text *refresh_token = auth_optional_text(fcinfo, 0);
	LogoutScope scope = read_scope(auth_required_text(fcinfo, 1, "scope"));
	PresentedSession presented[MAX_PRESENTED];
	int count = find_presented(refresh_token, scope, presented);
	uint64 ended = 0;

	/* A browser without its cookies seems signed out, so the sessions of the cleared cookies end, too. */
	for (int i = 0; i < count; i++)
		ended += end_presented(&presented[i], i == 0 ? scope : SCOPE_LOCAL);

	if (scope != SCOPE_OTHERS && auth_cross_site_is_ruled_out())
	{
		auth_token_cookie_clear(TOKEN_COOKIE_SESSION);
		auth_token_cookie_clear(TOKEN_COOKIE_REFRESH);
	}
	return auth_sessions_ended(ended);
}

/* auth.logout(refresh_token text, scope text) returns jsonb */
Datum
auth_logout(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_LOGOUT, logout, fcinfo);
}
