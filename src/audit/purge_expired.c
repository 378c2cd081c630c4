/*
 * purge_expired.c
 *	  auth.purge_expired: delete what has expired.
 *
 * One call deletes one batch of each kind, and is over in a moment; to delete
 * all, call it until it answers 0, each time in a transaction of its own.
 */
#include "postgres.h"

#include "audit/purge.h"
#include "http/call.h"

PG_FUNCTION_INFO_V1(auth_purge_expired);

static Datum
purge_expired(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) auth_purge_all());
}

/* auth.purge_expired() returns bigint */
Datum
auth_purge_expired(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_PURGE_EXPIRED, purge_expired, fcinfo);
}
