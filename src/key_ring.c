/*
 * key_ring.c
 *	  The keys of this database, kept in each backend's memory.
 *
 * A trigger on the table of keys invalidates its relation cache entry, which
 * PostgreSQL tells to every backend at commit, on standbys too.  That is our
 * sign to read the keys again: no backend signs or verifies with a key that
 * was withdrawn before its transaction began.
 */
#include "postgres.h"

#include <sodium.h>

#include "key_ring.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "compat.h"
#include "key_seal.h"
#include "settings.h"
#include "statement.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define PURPOSE_COUNT (KEY_PURPOSE_LOGIN_ATTEMPT + 1)

/* Everything here lives in one context, which is replaced as a whole. */
typedef struct KeyRing
{
	MemoryContext context;
	SigningKey signing_keys[KEY_RING_MAX_SIGNING_KEYS]; /* the newest first */
	int signing_key_count;
	const Secret *mac_keys[PURPOSE_COUNT];

	/* what opened them: another file may open nothing */
	char *key_file;
	char *previous_key_file;
} KeyRing;

/* What goes through the rows of the table. */
typedef struct KeyReader
{
	KeySeal seal;
	KeyRing *ring;
	int sealed_count;
	int plain_count;
} KeyReader;

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

static const char *
purpose_name(KeyPurpose purpose)
{
	switch (purpose)
	{
		case KEY_PURPOSE_ACCESS_TOKEN:
			return "access_token";
		case KEY_PURPOSE_REFRESH_TOKEN:
			return "refresh_token";
		case KEY_PURPOSE_LOGIN_ATTEMPT:
			return "login_attempt";
	}
	elog(ERROR, "unknown key purpose %d", purpose);
}

static size_t
key_length(KeyPurpose purpose)
{
	switch (purpose)
	{
		case KEY_PURPOSE_ACCESS_TOKEN:
			return JWS_SEED_BYTES;
		case KEY_PURPOSE_REFRESH_TOKEN:
			return crypto_auth_KEYBYTES;
		case KEY_PURPOSE_LOGIN_ATTEMPT:
			return crypto_generichash_KEYBYTES;
	}
	elog(ERROR, "unknown key purpose %d", purpose);
}

Secret *
auth_key_ring_random_key(KeyPurpose purpose)
{
	Secret *key = auth_secret_new(key_length(purpose));

	randombytes_buf(key->bytes, key->length);
	return key;
}

static KeyPurpose
purpose_by_name(const char *name)
{
	for (KeyPurpose purpose = 0; purpose < PURPOSE_COUNT; purpose++)
		if (strcmp(name, purpose_name(purpose)) == 0)
			return purpose;

	elog(ERROR, "signing key of unknown purpose \"%s\"", name);
}

static void
add_signing_key(KeyRing *new_ring, const Secret *seed, TimestampTz signs_from, TimestampTz verifies_until)
{
	SigningKey *key;
	Secret *secret_key = auth_secret_new(JWS_SECRET_KEY_BYTES);

	/* Rotation keeps below this; the oldest come last and are left out. */
	if (new_ring->signing_key_count == KEY_RING_MAX_SIGNING_KEYS)
		return;

	key = &new_ring->signing_keys[new_ring->signing_key_count++];
	auth_jws_keys_from_seed(seed->bytes, key->public_key, secret_key->bytes);
	auth_jws_key_id(key->public_key, key->key_id);
	key->header_length = auth_jws_header(key->key_id, key->header);
	key->secret_key = secret_key;
	key->signs_from = signs_from;
	key->verifies_until = verifies_until;
}

/* The secret of a stored one, which is zeroed. */
static const Secret *
open_stored(KeyReader *reader, KeyPurpose purpose, const char *key_id, Datum value)
{
	bytea *stored = DatumGetByteaPP(value);
	const Secret *secret;

	if (VARSIZE_ANY_EXHDR(stored) == key_length(purpose))
	{
		reader->plain_count++;
		secret = auth_secret_from_bytes(VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
		auth_secret_zero(VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
		return secret;
	}
	if (VARSIZE_ANY_EXHDR(stored) == key_length(purpose) + KEY_SEAL_OVERHEAD)
	{
		reader->sealed_count++;
		return auth_key_seal_open(&reader->seal, purpose_name(purpose), key_id,
								  VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
	}
	elog(ERROR, "signing key of wrong length");
}

/* One row: kid, purpose, secret_key, signs_from, verifies_until */
static void
add_key(const NullableDatum *columns, void *state)
{
	KeyReader *reader = state;
	KeyPurpose purpose = purpose_by_name(TextDatumGetCString(columns[1].value));
	const Secret *secret = open_stored(reader, purpose, TextDatumGetCString(columns[0].value), columns[2].value);

	if (purpose == KEY_PURPOSE_ACCESS_TOKEN)
		add_signing_key(reader->ring, secret, DatumGetTimestampTz(columns[3].value),
						DatumGetTimestampTz(columns[4].value));
	else
		reader->ring->mac_keys[purpose] = secret;
}

/* With a file to seal by, a key that is not sealed may be anybody's. */
static void
require_sealed(const KeyReader *reader)
{
	if (reader->seal.current != NULL && reader->plain_count > 0)
		auth_key_seal_raise_unavailable("auth.key_file is set, and there are keys that are not sealed.",
										"Seal them by auth.rotate_signing_key(). If that was done before, somebody has "
										"written to auth_private.signing_keys: delete the keys that have 32 bytes.");
}

/* A rotation seals keys for the first time: all of them, or none. */
static void
require_no_mixture(const KeyReader *reader)
{
	if (reader->sealed_count > 0 && reader->plain_count > 0)
		auth_key_seal_raise_unavailable("Some keys are sealed and some are not.",
										"Somebody has written to auth_private.signing_keys: delete the keys that have 32 bytes.");
}

static KeyRing *
load(void)
{
	static Statement select_keys = {
		.text = "SELECT kid, purpose, secret_key, signs_from, verifies_until FROM auth_private.signing_keys "
				"WHERE verifies_until OPERATOR(pg_catalog.>) pg_catalog.clock_timestamp() "
				"ORDER BY signs_from DESC",
		.snapshot = SNAPSHOT_LATEST,
	};
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "auth key ring", ALLOCSET_SMALL_SIZES);
	KeyReader reader = {.seal = auth_key_seal_read()};
	KeyRing *new_ring;

	MemoryContextSwitchTo(context);
	new_ring = palloc0(sizeof(KeyRing));
	new_ring->context = context;
	new_ring->key_file = pstrdup(auth_settings.key_file);
	new_ring->previous_key_file = pstrdup(auth_settings.previous_key_file);
	reader.ring = new_ring;
	auth_statement_each(&select_keys, NULL, 5, add_key, &reader);
	require_sealed(&reader);
	require_no_mixture(&reader);
	MemoryContextSwitchTo(caller);

	/* Until here an error would have deleted it with the caller's context. */
	MemoryContextSetParent(context, TopMemoryContext);
	return new_ring;
}

static KeyRing *
current_ring(void)
{
	KeyRing *new_ring;

	if (ring_is_current && strcmp(ring->key_file, auth_settings.key_file) == 0 &&
		strcmp(ring->previous_key_file, auth_settings.previous_key_file) == 0)
		return ring;

	/* Set first: an invalidation that arrives while we read must not be lost. */
	table_oid = get_relname_relid("signing_keys", get_namespace_oid("auth_private", false));
	ring_is_current = true;
	PG_TRY();
	{
		new_ring = load();
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
			 errhint("Make one by auth.rotate_signing_key().")));
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
				 errmsg("there is no key of purpose \"%s\"", purpose_name(purpose)),
				 errhint("Make one by auth.rotate_signing_key().")));
	return key;
}

uint64
auth_key_ring_version(void)
{
	return ring_version;
}

void
auth_key_ring_add(const char *key_id, KeyPurpose purpose, const Secret *secret, TimestampTz signs_from)
{
	static Statement insert = {
		.text = "INSERT INTO auth_private.signing_keys (kid, purpose, secret_key, signs_from) "
				"VALUES ($1, $2, $3, $4) ON CONFLICT (kid) DO NOTHING",
		.argument_count = 4,
		.argument_types = {TEXTOID, TEXTOID, BYTEAOID, TIMESTAMPTZOID},
		.has_secret_arguments = true,
	};
	const char *id = key_id == NULL ? purpose_name(purpose) : key_id;
	KeySeal seal = auth_key_seal_read();
	const Secret *stored = auth_key_seal_close(&seal, purpose_name(purpose), id, secret);
	NullableDatum values[] = {
		auth_value_text(id),
		auth_value_text(purpose_name(purpose)),
		auth_value_bytes(stored->bytes, stored->length),
		auth_value_of(TimestampTzGetDatum(signs_from)),
	};

	auth_statement_run(&insert, values);
	auth_secret_zero(DatumGetPointer(values[2].value), VARHDRSZ + stored->length);
}

/* One row: kid, purpose, secret_key */
static void
store_again(const NullableDatum *columns, void *state)
{
	static Statement update = {
		.text = "UPDATE auth_private.signing_keys SET secret_key = $2 WHERE kid OPERATOR(pg_catalog.=) $1",
		.argument_count = 2,
		.argument_types = {TEXTOID, BYTEAOID},
		.has_secret_arguments = true,
	};
	KeyReader *reader = state;
	const char *key_id = TextDatumGetCString(columns[0].value);
	KeyPurpose purpose = purpose_by_name(TextDatumGetCString(columns[1].value));
	const Secret *secret = open_stored(reader, purpose, key_id, columns[2].value);
	const Secret *stored = auth_key_seal_close(&reader->seal, purpose_name(purpose), key_id, secret);
	NullableDatum values[] = {columns[0], auth_value_bytes(stored->bytes, stored->length)};

	auth_statement_run(&update, values);
	auth_secret_zero(DatumGetPointer(values[1].value), VARHDRSZ + stored->length);
}

void
auth_key_ring_store_again(void)
{
	static Statement select_keys = {
		.text = "SELECT kid, purpose, secret_key FROM auth_private.signing_keys ORDER BY kid FOR UPDATE",
	};
	KeyReader reader = {.seal = auth_key_seal_read()};

	if (reader.seal.current == NULL && reader.seal.previous == NULL)
		return;
	auth_statement_each(&select_keys, NULL, 3, store_again, &reader);
	require_no_mixture(&reader);
}
