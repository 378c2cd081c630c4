/*
 * purge_expired.c
 *	  auth.purge_expired: delete what has expired.
 *
 * One call deletes one batch of each kind, and so is over in a moment; whoever
 * calls it until it answers 0, each time in a transaction of its own, has
 * deleted all.
 */
#include "postgres.h"

#include "account.h"
#include "audit.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "session.h"
#include "throttle.h"

PG_FUNCTION_INFO_V1(auth_purge_expired);

/* auth.purge_expired() returns bigint */
Datum
auth_purge_expired(PG_FUNCTION_ARGS)
{
	uint64 deleted;

	PreventCommandIfReadOnly("auth.purge_expired()");
	deleted = auth_session_purge() + auth_throttle_purge() + auth_account_purge_decoys() + auth_audit_purge();
	PG_RETURN_INT64((int64) deleted);
}
