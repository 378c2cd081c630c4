/*
 * current_user.c
 *	  auth.current_user: the account of who is asking.
 */
#include "postgres.h"

#include "fmgr.h"

#include "catalog/pg_type.h"
#include "identity.h"
#include "statement.h"

PG_FUNCTION_INFO_V1(auth_current_user);

/* auth.current_user() returns jsonb: a site's own columns are part of it */
Datum
auth_current_user(PG_FUNCTION_ARGS)
{
	static Statement select_user = {
		.text = "SELECT pg_catalog.to_jsonb(u) FROM auth.users u WHERE u.id OPERATOR(pg_catalog.=) $1",
		.argument_count = 1,
		.argument_types = {UUIDOID},
		.snapshot = SNAPSHOT_OF_THE_CALLER,
	};
	NullableDatum values[] = {auth_value_uuid(auth_identity_user())};
	NullableDatum user;

	if (auth_identity_user() == NULL || !auth_statement_fetch(&select_user, values, &user, 1))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("not signed in")));

	PG_RETURN_DATUM(user.value);
}
