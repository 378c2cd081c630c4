/*
 * postgrest_config.c
 *	  auth.postgrest_config: PostgREST's settings, out of the database.
 *
 * It must not fail: PostgREST would go on without the pre-request.  And what
 * it passes as keys must be a key set: PostgREST would take anything else as
 * an HMAC secret, although it is public.
 */
#include "postgres.h"

#include "base/settings.h"
#include "base/subtransaction.h"
#include "fmgr.h"
#include "keys/postgrest_config.h"
#include "keys/signing_key.h"
#include "keys/token_settings.h"

#define NO_KEYS "{\"keys\":[]}"

static char *exposed_schemas;
static bool openapi_enabled;

PG_FUNCTION_INFO_V1(auth_postgrest_config);

void
auth_postgrest_config_define_settings(void)
{
	DefineCustomStringVariable("auth.exposed_schemas",
							   "The schemas that PostgREST serves; the first is the default.",
							   NULL,
							   &exposed_schemas,
							   "auth, public",
							   PGC_SUSET, 0, auth_settings_check_not_empty, NULL, NULL);

	DefineCustomBoolVariable("auth.openapi_enabled",
							 "Whether PostgREST describes what it serves, at its root.",
							 "Anybody can have that description made again and again, and each costs as much as hashing a password.",
							 &openapi_enabled,
							 false,
							 PGC_SUSET, 0, NULL, NULL, NULL);
}

/* For the log only: an error that is sent would end PostgREST's statement. */
static void
log_error(const ErrorData *error)
{
	const char *detail = error->detail != NULL ? error->detail : error->detail_log;

	ereport(LOG_SERVER_ONLY,
			(errmsg("could not give PostgREST any keys: %s", error->message),
			 detail == NULL ? 0 : errdetail("%s", detail)));
}

static void
read_jwks(void *state)
{
	*(const char **) state = auth_signing_key_jwks();
}

/* Without keys PostgREST refuses every token, and serves the rest. */
static const char *
jwks_or_none(void)
{
	const char *jwks;
	ErrorData *error = auth_subtransaction_run(read_jwks, &jwks);

	if (error == NULL)
		return jwks;

	log_error(error);
	return NO_KEYS;
}

static void
set(const char *name, const char *value)
{
	auth_settings_set_local(name, value, PGC_USERSET);
}

/* auth.postgrest_config() returns void */
Datum
auth_postgrest_config(PG_FUNCTION_ARGS)
{
	set("pgrst.db_schemas", exposed_schemas);
	set("pgrst.db_anon_role", "anon");
	set("pgrst.db_pre_request", "auth.pre_request");
	set("pgrst.openapi_mode", openapi_enabled ? "follow-privileges" : "disabled");
	set("pgrst.jwt_secret", jwks_or_none());
	if (*auth_audience != '\0')
		set("pgrst.jwt_aud", auth_audience);

	/* A client that may roll back could undo the count of its wrong passwords. */
	set("pgrst.db_tx_end", "commit");
	/* The cache of PostgREST 12 goes on accepting tokens of a withdrawn key. */
	set("pgrst.jwt_cache_max_lifetime", "0");
	PG_RETURN_VOID();
}
