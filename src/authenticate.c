/*
 * authenticate.c
 *	  auth.authenticate: bind the identity that a token proves.
 */
#include "postgres.h"

#include "access_token.h"
#include "arguments.h"
#include "identity.h"
#include "request.h"
#include "secret.h"
#include "session.h"

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

static Datum
authenticate(PG_FUNCTION_ARGS)
{
	const text *token = auth_required_text(fcinfo, 0, "token");
	AccessClaims claims;
	NameData role;
	pg_uuid_t *user_id = palloc(sizeof(pg_uuid_t));

	switch (auth_access_token_verify(VARDATA_ANY(token), VARSIZE_ANY_EXHDR(token), &claims))
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

	/* The token says who signed in; only the database knows who still is. */
	if (!auth_session_is_live(&claims.session_id, &claims.user_id, &role))
		raise_unauthorized("session has ended", "session_ended");

	auth_identity_bind(&claims.user_id, &claims.session_id, NameStr(role));
	*user_id = claims.user_id;
	return UUIDPGetDatum(user_id);
}

/* auth.authenticate(token text) returns uuid */
Datum
auth_authenticate(PG_FUNCTION_ARGS)
{
	return auth_secret_call(authenticate, fcinfo);
}
