/*
 * hash_gate.c
 *	  How many passwords are hashed at once, in the whole cluster.
 *
 * A hash costs a processor and much memory, so a storm of sign-ins would take
 * both from everything else.  A slot is a lock in PostgreSQL's lock table: that
 * needs no shared memory of ours, and the slot of a killed backend comes free.
 */
#include "postgres.h"

#include <unistd.h>

#include "hash_gate.h"

#include "miscadmin.h"
#include "settings.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

/*
 * SQL's advisory locks use 1 and 2 in the tag's last field.  With 3, no SQL
 * session can take a slot.  No database: the slots are the cluster's.
 */
#define SLOT_LOCK_KIND 3
#define SLOT_LOCK_CLASS 0x61757468 /* "auth" */
#define POLL_INTERVAL_MS 1

static LOCKTAG held_slot;

static LOCKTAG
slot_tag(int slot)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, InvalidOid, SLOT_LOCK_CLASS, slot, SLOT_LOCK_KIND);
	return tag;
}

static int
slot_count(void)
{
	long processors;

	if (auth_settings.max_concurrent_hashes > 0)
		return auth_settings.max_concurrent_hashes;

	processors = sysconf(_SC_NPROCESSORS_ONLN);
	return Max(processors / 2, 1);
}

static bool
take_free_slot(int count)
{
	for (int slot = 0; slot < count; slot++)
	{
		LOCKTAG tag = slot_tag(slot);

		if (LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL)
		{
			held_slot = tag;
			return true;
		}
	}
	return false;
}

static void
pause_shortly(void)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 POLL_INTERVAL_MS, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

bool
auth_hash_gate_enter(void)
{
	TimestampTz deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), auth_settings.hash_wait_timeout_ms);
	int count = slot_count();

	while (!take_free_slot(count))
	{
		if (GetCurrentTimestamp() >= deadline)
			return false;
		pause_shortly();
	}
	return true;
}

void
auth_hash_gate_leave(void)
{
	LockRelease(&held_slot, ExclusiveLock, false);
}

int
auth_hash_gate_retry_after(void)
{
	return Max(auth_settings.hash_wait_timeout_ms / 1000, 1);
}
