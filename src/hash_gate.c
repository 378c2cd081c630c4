/*
 * hash_gate.c
 *	  How many passwords are hashed at once, in the whole cluster.
 *
 * A hash costs a processor and much memory, so a storm of sign-ins would take
 * both from everything else; and whoever waits for a hash holds a connection,
 * of which PostgREST has only so many.  So both are limited: slots to hash in,
 * and places to wait in.  Either is a lock in PostgreSQL's lock table: that
 * needs no shared memory of ours, and what a killed backend held comes free.
 */
#include "postgres.h"

#include <unistd.h>

#include "hash_gate.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "settings.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "utils/guc.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

/*
 * SQL's advisory locks use 1 and 2 in the tag's last field.  With others, no
 * SQL session can take a slot or a place.  No database: they are the cluster's.
 */
typedef enum SeatKind
{
	SEAT_SLOT = 3, /* to hash in */
	SEAT_PLACE = 4, /* in the queue, or in a slot */
	SEAT_HEAD = 5, /* the one that is at the head of the queue */
} SeatKind;

#define LOCK_CLASS 0x61757468 /* "auth" */
#define POLL_INTERVAL_MS 1

static LOCKTAG held_slot;
static LOCKTAG held_place;

static int
slot_count(void)
{
	long processors;

	if (auth_settings.max_concurrent_hashes > 0)
		return auth_settings.max_concurrent_hashes;

	processors = sysconf(_SC_NPROCESSORS_ONLN);
	return Max(processors / 2, 1);
}

static LOCKTAG
seat_tag(SeatKind kind, int seat)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, InvalidOid, LOCK_CLASS, seat, kind);
	return tag;
}

static bool
take_free_seat(SeatKind kind, int count, LOCKTAG *held)
{
	for (int seat = 0; seat < count; seat++)
	{
		*held = seat_tag(kind, seat);
		if (LockAcquire(held, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL)
			return true;
	}
	return false;
}

/*
 * The head belongs to the transaction, to which a subtransaction hands its
 * locks on; a call's other locks belong to its statement.
 */
static bool
take_free_head(const LOCKTAG *head)
{
	ResourceOwner statement = CurrentResourceOwner;
	bool is_taken;

	CurrentResourceOwner = CurTransactionResourceOwner;
	is_taken = LockAcquire(head, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
	CurrentResourceOwner = statement;
	return is_taken;
}

static void
release_head(const LOCKTAG *head)
{
	ResourceOwner statement = CurrentResourceOwner;

	CurrentResourceOwner = CurTransactionResourceOwner;
	LockRelease(head, ExclusiveLock, false);
	CurrentResourceOwner = statement;
}

/*
 * Sleep until whoever came first has gone in, at most until the deadline.
 *
 * PostgreSQL's lock_timeout is an error, so it must come in a subtransaction.
 */
static bool
wait_for_head(const LOCKTAG *head, int timeout_ms)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool is_head = false;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		int nest_level = NewGUCNestLevel();

		(void) set_config_option("lock_timeout", psprintf("%d", timeout_ms), PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
		(void) LockAcquire(head, ExclusiveLock, false, false);
		AtEOXact_GUC(true, nest_level);
		ReleaseCurrentSubTransaction();
		is_head = true;
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		if (error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE)
			ReThrowError(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;

	return is_head;
}

static void
pause_shortly(void)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 POLL_INTERVAL_MS, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

/* Only the head of the queue looks at the slots again and again. */
static bool
wait_for_slot(TimestampTz deadline)
{
	while (!take_free_seat(SEAT_SLOT, slot_count(), &held_slot))
	{
		if (GetCurrentTimestamp() >= deadline)
			return false;
		pause_shortly();
	}
	return true;
}

bool
auth_hash_gate_queue(void)
{
	return take_free_seat(SEAT_PLACE, slot_count() + auth_settings.max_waiting_hashes, &held_place);
}

bool
auth_hash_gate_enter(void)
{
	TimestampTz deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), auth_settings.hash_wait_timeout_ms);
	LOCKTAG head = seat_tag(SEAT_HEAD, 0);
	bool has_slot;

	if (!take_free_head(&head) &&
		(auth_settings.hash_wait_timeout_ms == 0 || !wait_for_head(&head, auth_settings.hash_wait_timeout_ms)))
		return false;

	has_slot = wait_for_slot(deadline);
	release_head(&head);
	return has_slot;
}

void
auth_hash_gate_leave(void)
{
	LockRelease(&held_slot, ExclusiveLock, false);
	auth_hash_gate_leave_queue();
}

void
auth_hash_gate_leave_queue(void)
{
	LockRelease(&held_place, ExclusiveLock, false);
}

int
auth_hash_gate_retry_after(void)
{
	return Max(auth_settings.hash_wait_timeout_ms / 1000, 1);
}
