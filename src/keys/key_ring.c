/*
 * key_ring.c
 *	  The keys of this database, kept in each backend's memory.
 *
 * A trigger on the table of keys invalidates its relation cache entry, which
 * PostgreSQL tells to every backend at commit, on standbys too.  That is our
 * signal to read the keys again: no backend signs or verifies with a key that
 * was withdrawn before its transaction began.
 */
#include "postgres.h"

#include "keys/key_ring.h"

#include "base/word.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "keys/key_seal.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* Everything here lives in one context, which is replaced as a whole. */
typedef struct KeyRing
{
	MemoryContext context;
	SigningKey signing_keys[KEY_RING_MAX_SIGNING_KEYS]; /* the newest first */
	int signing_key_count;
	const Secret *mac_keys[KEY_PURPOSE_COUNT];

	/* the files that opened the keys: after a change of file, they must be opened again */
	char *key_file;
	char *previous_key_file;
} KeyRing;

static KeyRing *ring;
static bool ring_is_current;
static uint64 ring_version;
static Oid table_oid;

PG_FUNCTION_INFO_V1(auth_signing_keys_changed);

/* May be called at any time, so it must not touch keys that are in use. */
static void
note_invalidation(Datum arg, Oid relation)
{
	if (relation == InvalidOid || relation == table_oid)
	{
		ring_is_current = false;
		ring_version++;
	}
}

void
auth_key_ring_init(void)
{
	CacheRegisterRelcacheCallback(note_invalidation, (Datum) 0);
}

/* auth_private.signing_keys_changed() returns trigger */
Datum
auth_signing_keys_changed(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		elog(ERROR, "signing_keys_changed was not called by a trigger");

	CacheInvalidateRelcache(((TriggerData *) fcinfo->context)->tg_relation);
	return PointerGetDatum(NULL);
}

static void
add_signing_key(KeyRing *new_ring, const StoredKey *stored)
{
	SigningKey *key;
	Secret *secret_key = auth_secret_new(JWS_SECRET_KEY_BYTES);

	/* Rotation keeps below this; the oldest come last and are left out. */
	if (new_ring->signing_key_count == KEY_RING_MAX_SIGNING_KEYS)
		return;

	key = &new_ring->signing_keys[new_ring->signing_key_count++];
	auth_jws_keys_from_seed(stored->secret->bytes, key->public_key, secret_key->bytes);
	auth_jws_key_id(key->public_key, key->key_id);
	key->header_length = auth_jws_header(key->key_id, key->header);
	key->secret_key = secret_key;
	key->signs_from = stored->signs_from;
	key->verifies_until = stored->verifies_until;
	key->announcements = stored->announcements;
}

static void
add_key(const StoredKey *key, void *state)
{
	KeyRing *new_ring = state;

	if (key->purpose == KEY_PURPOSE_ACCESS_TOKEN)
		add_signing_key(new_ring, key);
	else
		new_ring->mac_keys[key->purpose] = key->secret;
}

static KeyRing *
load_keys(void)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "auth key ring", ALLOCSET_SMALL_SIZES);
	KeyRing *new_ring;

	MemoryContextSwitchTo(context);
	new_ring = palloc0(sizeof(KeyRing));
	new_ring->context = context;
	new_ring->key_file = pstrdup(auth_key_file);
	new_ring->previous_key_file = pstrdup(auth_previous_key_file);
	auth_key_store_each(add_key, new_ring);
	MemoryContextSwitchTo(caller);

	/* Until here an error would have deleted it with the caller's context. */
	MemoryContextSetParent(context, TopMemoryContext);
	return new_ring;
}

static KeyRing *
current_ring(void)
{
	KeyRing *new_ring;

	if (ring_is_current && auth_word_is(ring->key_file, auth_key_file) &&
		auth_word_is(ring->previous_key_file, auth_previous_key_file))
		return ring;

	/* Set first: an invalidation that arrives while we read must not be lost. */
	table_oid = get_relname_relid("signing_keys", get_namespace_oid("auth_private", false));
	ring_is_current = true;
	PG_TRY();
	{
		new_ring = load_keys();
	}
	PG_CATCH();
	{
		ring_is_current = false;
		PG_RE_THROW();
	}
	PG_END_TRY();

	if (ring != NULL)
		MemoryContextDelete(ring->context);
	ring = new_ring;
	return ring;
}

const SigningKey *
auth_key_ring_signing_key(void)
{
	KeyRing *keys = current_ring();
	TimestampTz now = GetCurrentTimestamp();

	for (int i = 0; i < keys->signing_key_count; i++)
		if (keys->signing_keys[i].signs_from <= now && keys->signing_keys[i].verifies_until > now)
			return &keys->signing_keys[i];

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("there is no signing key"),
			 errhint("Create one with auth.rotate_signing_key().")));
}

const SigningKey *
auth_key_ring_key_for_header(const char *header, size_t length)
{
	KeyRing *keys = current_ring();
	TimestampTz now = GetCurrentTimestamp();

	for (int i = 0; i < keys->signing_key_count; i++)
	{
		SigningKey *key = &keys->signing_keys[i];

		if (key->verifies_until > now &&
			auth_secret_equal(header, length, key->header, key->header_length))
			return key;
	}
	return NULL;
}

int
auth_key_ring_public_keys(const SigningKey **public_keys)
{
	KeyRing *keys = current_ring();

	*public_keys = keys->signing_keys;
	return keys->signing_key_count;
}

const Secret *
auth_key_ring_mac_key(KeyPurpose purpose)
{
	const Secret *key = current_ring()->mac_keys[purpose];

	if (key == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("there is no key for purpose \"%s\"", auth_key_store_purpose_name(purpose)),
				 errhint("Create one with auth.rotate_signing_key().")));
	return key;
}

uint64
auth_key_ring_version(void)
{
	return ring_version;
}
