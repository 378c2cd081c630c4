/*
 * authenticate.c
 *	  auth.authenticate: bind the identity that a token proves.
 */
#include "postgres.h"

#include "account/identity.h"
#include "base/arguments.h"
#include "base/uuid.h"
#include "http/call.h"
#include "http/request.h"
#include "session/access_token.h"
#include "session/session.h"

PG_FUNCTION_INFO_V1(auth_authenticate);

/* The detail is for programs: PostgREST hands it on. */
static void
raise_unauthorized(const char *message, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_HTTP('4', '0', '1')),
			 errmsg("%s", message),
			 errdetail("%s", detail)));
}

static void
verify(const text *token, AccessClaims *claims)
{
	switch (auth_access_token_verify(VARDATA_ANY(token), VARSIZE_ANY_EXHDR(token), claims))
	{
		case ACCESS_TOKEN_INVALID:
			raise_unauthorized("invalid access token", "access_token_invalid");
			break;
		case ACCESS_TOKEN_EXPIRED:
			raise_unauthorized("access token expired", "access_token_expired");
			break;
		case ACCESS_TOKEN_VALID:
			break;
	}
}

/* The token says who signed in; only the database knows who still is. */
static Session
find_live_session(const AccessClaims *claims)
{
	Session session;

	if (!auth_session_find_latest(&claims->session_id, &session) ||
		!auth_uuid_equal(&session.user_id, &claims->user_id) ||
		auth_session_end_reason(&session) != NULL)
		raise_unauthorized("session has ended", "session_ended");

	/* The token of a session cookie gives way to its successor. */
	if (claims->generation != NO_GENERATION &&
		auth_session_judge(&session, claims->generation) == GENERATION_REUSED)
		raise_unauthorized("access token has been replaced by a newer one", "access_token_expired");

	return session;
}

static Datum
authenticate(PG_FUNCTION_ARGS)
{
	AccessClaims claims;
	Session session;
	pg_uuid_t *user_id = palloc(sizeof(pg_uuid_t));

	verify(auth_required_text(fcinfo, 0, "token"), &claims);
	session = find_live_session(&claims);
	auth_identity_bind(&session.user_id, &session.id, NameStr(session.role));

	*user_id = session.user_id;
	return UUIDPGetDatum(user_id);
}

/* auth.authenticate(token text) returns uuid */
Datum
auth_authenticate(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_AUTHENTICATE, authenticate, fcinfo);
}
