/*
 * current_user.c
 *	  auth.current_user: the account of the current user.
 */
#include "postgres.h"

#include "account/identity.h"
#include "base/statement.h"
#include "catalog/pg_type.h"
#include "http/call.h"

PG_FUNCTION_INFO_V1(auth_current_user);

/* A site's own columns are part of it. */
static Datum
current_user(PG_FUNCTION_ARGS)
{
	static Statement select_user = {
		.text = "SELECT pg_catalog.to_jsonb(u) FROM auth.users u WHERE u.id OPERATOR(pg_catalog.=) $1",
		.argument_count = 1,
		.argument_types = {UUIDOID},
		.snapshot = SNAPSHOT_OF_THE_CALLER,
	};
	NullableDatum values[] = {auth_value_uuid(auth_identity_require_user())};
	NullableDatum user;

	if (!auth_statement_fetch(&select_user, values, &user, 1))
		auth_identity_raise_not_signed_in();
	PG_RETURN_DATUM(user.value);
}

/* auth.current_user() returns jsonb */
Datum
auth_current_user(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_CURRENT_USER, current_user, fcinfo);
}
