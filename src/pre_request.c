/*
 * pre_request.c
 *	  auth.pre_request: what happens before each request that PostgREST serves.
 *
 * PostgREST has checked the signature of a bearer token and taken the role that
 * it names.  That is not enough: the session may have ended and the role may
 * have changed since, and a token in a cookie it does not look at.  So the
 * identity is established here, and the role follows it.
 *
 * Runs as whoever asks, because the role cannot be changed with other rights.
 */
#include "postgres.h"

#include "fmgr.h"

#include "catalog/pg_type.h"
#include "identity.h"
#include "json.h"
#include "miscadmin.h"
#include "request.h"
#include "secret.h"
#include "settings.h"
#include "statement.h"
#include "token_cookie.h"
#include "utils/acl.h"

PG_FUNCTION_INFO_V1(auth_pre_request);

/* A signed-out or dead client must be able to make these calls. */
static bool
needs_no_identity(const char *path)
{
	static const char *const paths[] = {
		"/rpc/login",
		"/rpc/register_user",
		"/rpc/refresh",
		"/rpc/logout",
	};

	for (size_t i = 0; i < lengthof(paths); i++)
		if (strcmp(path, paths[i]) == 0)
			return true;
	return false;
}

/* What policies read of the claims must not be another token's. */
static void
set_claims(const char *role)
{
	StringInfoData claims;

	auth_json_begin(&claims);
	auth_json_string(&claims, "role", role);
	if (auth_identity_user() != NULL)
		auth_json_string(&claims, "sub", auth_json_uuid(auth_identity_user()));
	auth_json_end(&claims);
	auth_settings_set_local("request.jwt.claims", claims.data);
}

static void
become(const char *role)
{
	set_claims(role);
	if (strcmp(GetUserNameFromId(GetUserId(), false), role) == 0)
		return;

	auth_settings_set_local("role", role);
}

static char *
find_token(void)
{
	char *bearer = auth_request_bearer();
	char *cookie = bearer == NULL ? auth_token_cookie_session() : NULL;

	if (cookie != NULL && auth_request_may_change())
		auth_request_require_same_site();

	return bearer != NULL ? bearer : cookie;
}

/* With the rights of auth_owner, which may look at the session. */
static void
authenticate(const char *token)
{
	static Statement call = {
		.text = "SELECT auth.authenticate($1)",
		.argument_count = 1,
		.argument_types = {TEXTOID},
		.snapshot = SNAPSHOT_OF_THE_CALLER,
	};
	NullableDatum values[] = {auth_value_text(token)};

	auth_statement_run(&call, values);
}

static Datum
pre_request(PG_FUNCTION_ARGS)
{
	char *token = needs_no_identity(auth_request_path()) ? NULL : find_token();

	/* The role that PostgREST has taken may come from a token that we do not see. */
	if (token == NULL)
		become("anon");
	else
	{
		authenticate(token);
		become(auth_identity_role());
	}
	PG_RETURN_VOID();
}

/* auth.pre_request() returns void */
Datum
auth_pre_request(PG_FUNCTION_ARGS)
{
	return auth_secret_call(pre_request, fcinfo);
}
