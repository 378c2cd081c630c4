/*
 * hash_gate.c
 *	  How many passwords are hashed at once, in the whole cluster.
 *
 * A hash costs a processor and much memory, so a storm of sign-ins would take
 * both from everything else; and a call that waits for one holds a connection,
 * of which PostgREST has only so many.  So both are limited: slots to hash in,
 * and places to wait in, of which one client gets a share only.  Either is a
 * lock in PostgreSQL's lock table: that needs no shared memory of ours, hands a
 * slot to the first who waits for it, and frees what a killed backend held.
 */
#include "postgres.h"

#include <sodium.h>
#include <unistd.h>

#include "password/hash_gate.h"

#include "base/settings.h"
#include "base/subtransaction.h"
#include "http/client.h"
#include "keys/key_ring.h"
#include "storage/lock.h"
#include "utils/resowner.h"

/*
 * SQL's advisory locks use 1 and 2 in the tag's last field.  With others, no
 * SQL session can take a slot or a place.  No database: they are the cluster's.
 */
typedef enum GateLock
{
	GATE_SLOT = 3, /* to hash in */
	GATE_PLACE = 4, /* in the queue, or in a slot */
	GATE_PLACE_OF_ADDRESS = 5, /* likewise, of those that one client may have */
} GateLock;

#define LOCK_CLASS 0x61757468 /* "auth" */

static int max_concurrent_hashes;
static int max_waiting_hashes;
static int max_waiting_hashes_per_address;
static int hash_wait_timeout_ms;

static LOCKTAG held_slot;
static LOCKTAG held_place;
static LOCKTAG held_place_of_address;
static bool holds_place_of_address;

void
auth_hash_gate_define_settings(void)
{
	DefineCustomIntVariable("auth.max_concurrent_hashes",
							"How many passwords are hashed at once in the whole cluster.",
							"Zero means half the processors, at least one.",
							&max_concurrent_hashes,
							0, 0, 1024,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.max_waiting_hashes",
							"How many calls may wait to hash a password; further ones are refused immediately.",
							"Each holds a connection while it waits, and so does each hash: keep their sum below PostgREST's db-pool.",
							&max_waiting_hashes,
							40, 0, 10000,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.max_waiting_hashes_per_address",
							"How many calls from one client address may hash a password or wait to.",
							"Raise it where a site's server calls for all visitors and does not pass their addresses on.",
							&max_waiting_hashes_per_address,
							10, 1, 10000,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.hash_wait_timeout",
							"How long a call waits to hash a password before it is refused.",
							NULL,
							&hash_wait_timeout_ms,
							2000, 0, 60000,
							PGC_SUSET, GUC_UNIT_MS, NULL, NULL, NULL);
}

static int
slot_count(void)
{
	long processors;

	if (max_concurrent_hashes > 0)
		return max_concurrent_hashes;

	processors = sysconf(_SC_NPROCESSORS_ONLN);
	return Max(processors / 2, 1);
}

static LOCKTAG
lock_tag(GateLock kind, uint32 group, int number)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, InvalidOid, group, number, kind);
	return tag;
}

/*
 * The locks are owned by the transaction (a subtransaction passes its own up
 * to its parent); by default they would be owned by the statement.
 */
static bool
try_lock(const LOCKTAG *tag)
{
	ResourceOwner statement = CurrentResourceOwner;
	bool is_taken;

	CurrentResourceOwner = CurTransactionResourceOwner;
	is_taken = LockAcquire(tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
	CurrentResourceOwner = statement;
	return is_taken;
}

static void
unlock(const LOCKTAG *tag)
{
	ResourceOwner statement = CurrentResourceOwner;

	CurrentResourceOwner = CurTransactionResourceOwner;
	LockRelease(tag, ExclusiveLock, false);
	CurrentResourceOwner = statement;
}

static bool
take_free(GateLock kind, uint32 group, int count, LOCKTAG *held)
{
	for (int number = 0; number < count; number++)
	{
		*held = lock_tag(kind, group, number);
		if (try_lock(held))
			return true;
	}
	return false;
}

/* Every role can see which locks are held, but not whose address is behind one. */
static uint32
group_of(const ClientAddress *address)
{
	const Secret *key = auth_key_ring_mac_key(KEY_PURPOSE_LOGIN_ATTEMPT);
	unsigned char digest[crypto_generichash_BYTES_MIN];
	uint32 group;

	crypto_generichash(digest, sizeof(digest), address->network, address->customer_bytes, key->bytes, key->length);
	memcpy(&group, digest, sizeof(group));
	return group;
}

/* Where the client is not known, everybody shares the whole queue. */
static bool
take_place_of_address(void)
{
	ClientAddress address;
	uint32 group;

	holds_place_of_address = false;
	if (!auth_client_address(&address))
		return true;

	group = group_of(&address);
	holds_place_of_address = take_free(GATE_PLACE_OF_ADDRESS, group, max_waiting_hashes_per_address, &held_place_of_address);
	return holds_place_of_address;
}

bool
auth_hash_gate_enqueue(void)
{
	if (!take_place_of_address())
		return false;
	if (take_free(GATE_PLACE, LOCK_CLASS, slot_count() + max_waiting_hashes, &held_place))
		return true;

	if (holds_place_of_address)
		unlock(&held_place_of_address);
	return false;
}

/* PostgreSQL's lock_timeout is an error, so it must come in a subtransaction. */
static void
wait_for_slot(void *state)
{
	int nest_level = NewGUCNestLevel();

	(void) set_config_option("lock_timeout", psprintf("%d", hash_wait_timeout_ms), PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) LockAcquire(state, ExclusiveLock, false, false);
	AtEOXact_GUC(true, nest_level);
}

bool
auth_hash_gate_acquire(void)
{
	ErrorData *error;

	if (take_free(GATE_SLOT, LOCK_CLASS, slot_count(), &held_slot))
		return true;
	if (hash_wait_timeout_ms == 0)
		return false;

	/* Waiters are spread over the slots, and served in order at each. */
	held_slot = lock_tag(GATE_SLOT, LOCK_CLASS, (int) (held_place.locktag_field3 % slot_count()));
	error = auth_subtransaction_run(wait_for_slot, &held_slot);
	if (error != NULL && error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE)
		ReThrowError(error);
	return error == NULL;
}

void
auth_hash_gate_release(void)
{
	unlock(&held_slot);
	auth_hash_gate_cancel();
}

void
auth_hash_gate_cancel(void)
{
	unlock(&held_place);
	if (holds_place_of_address)
		unlock(&held_place_of_address);
}

int
auth_hash_gate_retry_after(void)
{
	return Max(hash_wait_timeout_ms / 1000, 1);
}
