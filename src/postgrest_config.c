/*
 * postgrest_config.c
 *	  auth.postgrest_config: PostgREST's settings, out of the database.
 *
 * It must not fail: PostgREST would go on without the pre-request.  And what it
 * hands over as keys must be a key set, because PostgREST takes anything else
 * for the secret of an HMAC, which then the public text would be.
 */
#include "postgres.h"

#include "fmgr.h"

#include "access/xact.h"
#include "settings.h"
#include "signing_key.h"
#include "utils/resowner.h"

#define NO_KEYS "{\"keys\":[]}"

PG_FUNCTION_INFO_V1(auth_postgrest_config);

/* For the log only: an error that is sent would end PostgREST's statement. */
static void
log_error(const ErrorData *error)
{
	const char *detail = error->detail != NULL ? error->detail : error->detail_log;

	ereport(LOG_SERVER_ONLY,
			(errmsg("PostgREST is given no keys: %s", error->message),
			 detail == NULL ? 0 : errdetail("%s", detail)));
}

/* Without keys PostgREST refuses every token, and serves the rest. */
static const char *
jwks_or_none(void)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	const char *volatile jwks = NO_KEYS;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		jwks = auth_signing_key_jwks();
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		log_error(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;

	return jwks;
}

/* auth.postgrest_config() returns void */
Datum
auth_postgrest_config(PG_FUNCTION_ARGS)
{
	auth_settings_set_local("pgrst.db_schemas", auth_settings.exposed_schemas);
	auth_settings_set_local("pgrst.db_anon_role", "anon");
	auth_settings_set_local("pgrst.db_pre_request", "auth.pre_request");
	auth_settings_set_local("pgrst.jwt_secret", jwks_or_none());
	if (*auth_settings.audience != '\0')
		auth_settings_set_local("pgrst.jwt_aud", auth_settings.audience);

	/* A client that may roll back could undo the count of its wrong passwords. */
	auth_settings_set_local("pgrst.db_tx_end", "commit");
	/* The cache of PostgREST 12 goes on accepting tokens of a withdrawn key. */
	auth_settings_set_local("pgrst.jwt_cache_max_lifetime", "0");
	PG_RETURN_VOID();
}
