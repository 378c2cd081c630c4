/*
 * logout.c
 *	  auth.logout: end this session, the account's others, or all of them.
 *
 * Whoever presents no live session is signed out already: that is no error.
 */
#include "postgres.h"

#include "access_token.h"
#include "arguments.h"
#include "audit.h"
#include "identity.h"
#include "json.h"
#include "miscadmin.h"
#include "plain_result.h"
#include "refresh_token.h"
#include "request.h"
#include "response.h"
#include "secret.h"
#include "session.h"
#include "token_cookie.h"
#include "utils/builtins.h"

#define EVENT "logout"

typedef enum LogoutScope
{
	SCOPE_LOCAL,
	SCOPE_OTHERS,
	SCOPE_GLOBAL,
} LogoutScope;

/* What a client presented to say which session it means. */
typedef struct PresentedSession
{
	Renewal renewal;
	bool is_expired;
} PresentedSession;

PG_FUNCTION_INFO_V1(auth_logout);

static LogoutScope
read_scope(const text *name)
{
	char *scope = text_to_cstring(name);

	if (strcmp(scope, "local") == 0)
		return SCOPE_LOCAL;
	if (strcmp(scope, "others") == 0)
		return SCOPE_OTHERS;
	if (strcmp(scope, "global") == 0)
		return SCOPE_GLOBAL;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown scope"),
			 errhint("The scope is local, others or global.")));
}

/* An expired token still names the session that it was for. */
static bool
read_access_token(const char *token, PresentedSession *presented)
{
	AccessClaims claims;
	AccessTokenStatus status;

	if (token == NULL)
		return false;

	status = auth_access_token_verify(token, strlen(token), &claims);
	if (status == ACCESS_TOKEN_INVALID)
		return false;

	presented->renewal = (Renewal){claims.session_id, claims.generation};
	presented->is_expired = status == ACCESS_TOKEN_EXPIRED;
	return true;
}

static bool
read_refresh_cookie(PresentedSession *presented)
{
	char *token = auth_token_cookie_refresh();

	return token != NULL && auth_refresh_token_read(token, strlen(token), &presented->renewal);
}

static bool
read_session_cookie(PresentedSession *presented)
{
	return read_access_token(auth_token_cookie_session(), presented);
}

static bool
find_in_cookies(PresentedSession *presented)
{
	if (auth_token_cookie_refresh() == NULL && auth_token_cookie_session() == NULL)
		return false;
	auth_request_require_same_site();

	return read_refresh_cookie(presented) || read_session_cookie(presented);
}

/*
 * The session that is meant: named by the argument, or else the one in which
 * the call is made.  pre_request binds no identity for this call, so that it
 * works with a token of a session that has ended, too.
 */
static bool
find_presented(const text *refresh_token, PresentedSession *presented)
{
	presented->is_expired = false;
	if (refresh_token != NULL)
		return auth_refresh_token_read(VARDATA_ANY(refresh_token), VARSIZE_ANY_EXHDR(refresh_token), &presented->renewal);

	if (auth_identity_session() != NULL)
	{
		presented->renewal = (Renewal){*auth_identity_session(), NO_GENERATION};
		return true;
	}
	return read_access_token(auth_request_bearer(), presented) || find_in_cookies(presented);
}

/* A token that has expired or was used before ends its own session at most. */
static bool
speaks_for_account(const Session *session, const PresentedSession *presented)
{
	int generation = presented->renewal.generation;

	return !presented->is_expired &&
		auth_session_end_reason(session) == NULL &&
		(generation == NO_GENERATION || auth_session_judge(session, generation) != RENEWAL_STOLEN);
}

static uint64
end_sessions(const Session *session, LogoutScope scope)
{
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

static void
record(const Session *session)
{
	auth_audit_record(&(AuditEvent){
		.event = EVENT,
		.user_id = &session->user_id,
		.session_id = &session->id,
	});
}

static uint64
end_session(const pg_uuid_t *id)
{
	Session session;

	if (!auth_session_find(id, &session))
		return 0;
	record(&session);
	return auth_session_end(id);
}

/* Whose cookie is gone thinks that the session has ended, so it does, whichever was meant. */
static uint64
forget_cookies(void)
{
	PresentedSession presented;
	uint64 ended = 0;

	if (read_refresh_cookie(&presented))
		ended += end_session(&presented.renewal.session_id);
	if (read_session_cookie(&presented))
		ended += end_session(&presented.renewal.session_id);

	auth_token_cookie_clear_session();
	auth_token_cookie_clear_refresh();
	return ended;
}

static Datum
answer(uint64 ended, LogoutScope scope)
{
	StringInfoData body;

	/* Another site's page may not even make a browser forget its cookies. */
	if (scope != SCOPE_OTHERS && auth_request_may_change() && auth_request_is_same_site())
		ended += forget_cookies();
	auth_response_forbid_storing();

	auth_json_begin(&body);
	auth_json_integer(&body, "sessions_ended", (int64) ended);
	auth_json_end(&body);
	return auth_json_to_jsonb(&body);
}

static Datum
logout(PG_FUNCTION_ARGS)
{
	const text *refresh_token = auth_optional_text(fcinfo, 0);
	LogoutScope scope = read_scope(auth_required_text(fcinfo, 1, "scope"));
	PresentedSession presented;
	Session session;
	uint64 ended;

	PreventCommandIfReadOnly("auth.logout()");
	auth_plain_result_require();
	if (!find_presented(refresh_token, &presented) || !auth_session_find(&presented.renewal.session_id, &session))
		return answer(0, scope);

	if (!speaks_for_account(&session, &presented))
		scope = SCOPE_LOCAL;

	ended = end_sessions(&session, scope);
	record(&session);
	return answer(ended, scope);
}

/* auth.logout(refresh_token text, scope text) returns jsonb */
Datum
auth_logout(PG_FUNCTION_ARGS)
{
	return auth_secret_call(logout, fcinfo);
}
