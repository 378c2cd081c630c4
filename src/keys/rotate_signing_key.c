/*
 * rotate_signing_key.c
 *	  auth.rotate_signing_key: make a new signing key, and let everybody know.
 */
#include "postgres.h"

#include "audit/audit.h"
#include "commands/async.h"
#include "commands/extension.h"
#include "http/call.h"
#include "keys/signing_key.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(auth_rotate_signing_key);

static Datum
rotate_signing_key(PG_FUNCTION_ARGS)
{
	char *key_id = auth_signing_key_rotate();

	/* While a dump is restored, the install script comes before the audit log. */
	if (!creating_extension)
		auth_audit_record(&(AuditEvent){
			.reason = psprintf("The new key is %s", key_id),
		});

	/* PostgREST then asks auth.postgrest_config() for the new set of keys. */
	Async_Notify("pgrst", "reload config");
	return CStringGetTextDatum(key_id);
}

/* auth.rotate_signing_key() returns text */
Datum
auth_rotate_signing_key(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_ROTATE_SIGNING_KEY, rotate_signing_key, fcinfo);
}
