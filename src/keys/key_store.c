/*
 * key_store.c
 *	  The keys of this database, as the table holds them: plain or sealed.
 */
#include "postgres.h"

#include <sodium.h>

#include "keys/key_store.h"

#include "base/compat.h"
#include "base/statement.h"
#include "base/word.h"
#include "catalog/pg_type.h"
#include "keys/key_seal.h"
#include "portable/jws.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* What goes through the rows of the table. */
typedef struct KeyReader
{
	KeySeal seal;
	int sealed_count;
	int plain_count;
	KeyFunction function;
	void *state;
} KeyReader;

const char *
auth_key_store_purpose_name(KeyPurpose purpose)
{
	switch (purpose)
	{
		case KEY_PURPOSE_ACCESS_TOKEN:
			return "access_token";
		case KEY_PURPOSE_REFRESH_TOKEN:
			return "refresh_token";
		case KEY_PURPOSE_LOGIN_ATTEMPT:
			return "login_attempt";
		case KEY_PURPOSE_ONE_TIME_TOKEN:
			return "one_time_token";
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
		case KEY_PURPOSE_ONE_TIME_TOKEN:
			return crypto_generichash_KEYBYTES;
	}
	elog(ERROR, "unknown key purpose %d", purpose);
}

Secret *
auth_key_store_random_key(KeyPurpose purpose)
{
	Secret *key = auth_secret_new(key_length(purpose));

	randombytes_buf(key->bytes, key->length);
	return key;
}

static KeyPurpose
purpose_by_name(const char *name)
{
	for (KeyPurpose purpose = 0; purpose < KEY_PURPOSE_COUNT; purpose++)
		if (auth_word_is(name, auth_key_store_purpose_name(purpose)))
			return purpose;

	elog(ERROR, "signing key of unknown purpose \"%s\"", name);
}

/* The secret of a stored key; the stored bytes are zeroed. */
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
		return auth_key_seal_open(&reader->seal, auth_key_store_purpose_name(purpose), key_id,
								  VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
	}
	elog(ERROR, "signing key of wrong length");
}

/* One row: kid, purpose, secret_key, signs_from, verifies_until, announcements */
static void
read_row(const NullableDatum *columns, void *state)
{
	KeyReader *reader = state;
	const char *key_id = TextDatumGetCString(columns[0].value);
	KeyPurpose purpose = purpose_by_name(TextDatumGetCString(columns[1].value));
	StoredKey key = {
		.id = key_id,
		.purpose = purpose,
		.secret = open_stored(reader, purpose, key_id, columns[2].value),
		.signs_from = DatumGetTimestampTz(columns[3].value),
		.verifies_until = DatumGetTimestampTz(columns[4].value),
		.announcements = DatumGetInt32(columns[5].value),
	};

	reader->function(&key, reader->state);
}

/* When there is a key file, anybody may have planted a key that is not sealed. */
static void
require_sealed(const KeyReader *reader)
{
	if (reader->seal.current != NULL && reader->plain_count > 0)
		auth_key_seal_raise_unavailable("auth.key_file is set, but there are keys that are not sealed.",
										"Seal them with auth.rotate_signing_key(). If you have done so before, somebody has "
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

void
auth_key_store_each(KeyFunction function, void *state)
{
	static Statement select_keys = {
		.text = "SELECT kid, purpose, secret_key, signs_from, verifies_until, announcements FROM auth_private.signing_keys "
				"WHERE verifies_until OPERATOR(pg_catalog.>) pg_catalog.clock_timestamp() "
				"ORDER BY signs_from DESC",
		.has_secret_columns = true,
		.snapshot = SNAPSHOT_LATEST,
	};
	KeyReader reader = {.seal = auth_key_seal_read(), .function = function, .state = state};

	auth_statement_each(&select_keys, NULL, 6, read_row, &reader);
	require_sealed(&reader);
	require_no_mixture(&reader);
}

void
auth_key_store_add(const char *key_id, KeyPurpose purpose, const Secret *secret, TimestampTz signs_from)
{
	static Statement insert = {
		.text = "INSERT INTO auth_private.signing_keys (kid, purpose, secret_key, signs_from) "
				"VALUES ($1, $2, $3, $4) ON CONFLICT (kid) DO NOTHING",
		.argument_count = 4,
		.argument_types = {TEXTOID, TEXTOID, BYTEAOID, TIMESTAMPTZOID},
		.has_secret_arguments = true,
	};
	const char *id = key_id == NULL ? auth_key_store_purpose_name(purpose) : key_id;
	KeySeal seal = auth_key_seal_read();
	const Secret *stored = auth_key_seal_close(&seal, auth_key_store_purpose_name(purpose), id, secret);
	NullableDatum values[] = {
		auth_value_text(id),
		auth_value_text(auth_key_store_purpose_name(purpose)),
		auth_value_bytes(stored->bytes, stored->length),
		auth_value_of(TimestampTzGetDatum(signs_from)),
	};

	auth_statement_run(&insert, values);
	auth_secret_zero(DatumGetPointer(values[2].value), VARHDRSZ + stored->length);
}

/* One row: kid, purpose, secret_key */
static void
seal_again(const NullableDatum *columns, void *state)
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
	const Secret *stored = auth_key_seal_close(&reader->seal, auth_key_store_purpose_name(purpose), key_id, secret);
	NullableDatum values[] = {columns[0], auth_value_bytes(stored->bytes, stored->length)};

	auth_statement_run(&update, values);
	auth_secret_zero(DatumGetPointer(values[1].value), VARHDRSZ + stored->length);
}

void
auth_key_store_seal_again(void)
{
	static Statement select_keys = {
		.text = "SELECT kid, purpose, secret_key FROM auth_private.signing_keys ORDER BY kid FOR UPDATE",
		.has_secret_columns = true,
	};
	KeyReader reader = {.seal = auth_key_seal_read()};

	if (reader.seal.current == NULL && reader.seal.previous == NULL)
		return;
	auth_statement_each(&select_keys, NULL, 3, seal_again, &reader);
	require_no_mixture(&reader);
}
