/*
 * uid.c
 *	  auth.uid, auth.session_id and auth.role: the current user, for policies
 *	  and defaults.
 *
 * A policy may ask for every row, so these copy nothing and look nothing up.
 */
#include "postgres.h"

#include "account/identity.h"
#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(auth_uid);
PG_FUNCTION_INFO_V1(auth_session_id);
PG_FUNCTION_INFO_V1(auth_role);

/* auth.uid() returns uuid */
Datum
auth_uid(PG_FUNCTION_ARGS)
{
	const pg_uuid_t *user_id = auth_identity_user();

	if (user_id == NULL)
		PG_RETURN_NULL();
	PG_RETURN_UUID_P(user_id);
}

/* auth.session_id() returns uuid */
Datum
auth_session_id(PG_FUNCTION_ARGS)
{
	const pg_uuid_t *session_id = auth_identity_session();

	if (session_id == NULL)
		PG_RETURN_NULL();
	PG_RETURN_UUID_P(session_id);
}

/* auth.role() returns name */
Datum
auth_role(PG_FUNCTION_ARGS)
{
	if (auth_identity_role() == NULL)
		PG_RETURN_NULL();
	return DirectFunctionCall1(namein, CStringGetDatum(auth_identity_role()));
}
