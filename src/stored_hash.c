/*
 * stored_hash.c
 *	  Hashes of passwords: ours, and those that users bring along.
 *
 * Ours are Argon2id.  The others are verified as the system that made them
 * would have done it, so that its users sign in with the passwords they have.
 * A stored string may come from anywhere: what it asks for is bounded.
 */
#include "postgres.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>

#include "stored_hash.h"

#include "compat.h"
#include "miscadmin.h"
#include "settings.h"
#include "statement.h"
#include "utils/builtins.h"

#define BYTES_PER_KB 1024
#define HEX_DIGITS "0123456789abcdef"
#define BCRYPT_DIGITS "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* $2b$10$, 22 digits of salt, 31 digits of digest */
#define BCRYPT_PREFIX_LENGTH 7
#define BCRYPT_LENGTH 60
#define BCRYPT_DIGEST_LENGTH 31
#define BCRYPT_MIN_COST 4
#define BCRYPT_MAX_COST 16

#define SCRYPT_N 16384
#define SCRYPT_KEY_BYTES 64
#define SCRYPT_MIN_SALT_LENGTH 8
#define SCRYPT_MAX_SALT_LENGTH 64
#define SCRYPT_HEX_SALT_LENGTH 32

static void
raise_out_of_memory(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_MEMORY),
			 errmsg("could not hash a password: out of memory")));
}

char *
auth_stored_hash_make(const Secret *password)
{
	char *hash = palloc(crypto_pwhash_STRBYTES);

	CHECK_FOR_INTERRUPTS();
	if (crypto_pwhash_str_alg(hash, (const char *) password->bytes, password->length,
							  auth_settings.password_passes,
							  (size_t) auth_settings.password_memory_kb * BYTES_PER_KB,
							  crypto_pwhash_ALG_ARGON2ID13) != 0)
		raise_out_of_memory();
	CHECK_FOR_INTERRUPTS();

	return hash;
}

/* Read "name=number" and step behind it; what does not fit is no number. */
static bool
read_number(const char **next, const char *name, unsigned int *number)
{
	unsigned long value;
	char *end;

	if (strncmp(*next, name, strlen(name)) != 0 || !isdigit((unsigned char) (*next)[strlen(name)]))
		return false;

	errno = 0;
	value = strtoul(*next + strlen(name), &end, 10);
	if (errno != 0 || value == 0 || value > PG_UINT32_MAX || *number != 0)
		return false;

	*number = (unsigned int) value;
	*next = end;
	return true;
}

/*
 * The encoded string of Argon2's reference implementation.  Its parameters
 * stand in the order m, t, p; Node's argon2 writes m, p, t.
 */
static bool
read_argon2(const char *text, const char *prefix, StoredHash *hash)
{
	const char *next = text + strlen(prefix);

	if (strncmp(text, prefix, strlen(prefix)) != 0)
		return false;

	for (int i = 0; i < 3; i++)
	{
		if (i > 0 && *next++ != ',')
			return false;
		if (!read_number(&next, "m=", &hash->memory_kb) &&
			!read_number(&next, "t=", &hash->passes) &&
			!read_number(&next, "p=", &hash->lanes))
			return false;
	}
	if (*next != '$' || hash->memory_kb > PASSWORD_MAX_MEMORY_KB || hash->passes > PASSWORD_MAX_PASSES)
		return false;

	hash->text = psprintf("%sm=%u,t=%u,p=%u%s", prefix, hash->memory_kb, hash->passes, hash->lanes, next);
	/* Decodes salt and digest; 1 means no more than another cost than asked about. */
	return crypto_pwhash_str_needs_rehash(hash->text, hash->passes, (size_t) hash->memory_kb * BYTES_PER_KB) != -1;
}

/* pgcrypto takes the three prefixes for different schemes; they are one. */
static bool
read_bcrypt(const char *text, StoredHash *hash)
{
	char *copy = pstrdup(text);
	int cost;

	if (strlen(text) != BCRYPT_LENGTH || text[0] != '$' || text[1] != '2' || strchr("aby", text[2]) == NULL ||
		text[3] != '$' || !isdigit((unsigned char) text[4]) || !isdigit((unsigned char) text[5]) || text[6] != '$' ||
		strspn(text + BCRYPT_PREFIX_LENGTH, BCRYPT_DIGITS) != BCRYPT_LENGTH - BCRYPT_PREFIX_LENGTH)
		return false;

	cost = (text[4] - '0') * 10 + (text[5] - '0');
	copy[2] = 'a';
	hash->text = copy;
	return cost >= BCRYPT_MIN_COST && cost <= BCRYPT_MAX_COST;
}

/*
 * Better Auth and Lucia 3 write salt:key, with 32 hex digits of salt; Lucia 2
 * writes s2:salt:key; salt:key with another salt is Lucia 1, of half the cost.
 */
static bool
read_scrypt(const char *text, StoredHash *hash)
{
	bool is_second_version = strncmp(text, "s2:", 3) == 0;
	const char *salt = text + (is_second_version ? 3 : 0);
	const char *colon = strchr(salt, ':');

	if (colon == NULL)
		return false;

	hash->text = text;
	hash->salt = salt;
	hash->salt_length = colon - salt;
	hash->hex_key = colon + 1;
	hash->block_size = is_second_version ||
			(hash->salt_length == SCRYPT_HEX_SALT_LENGTH && strspn(salt, HEX_DIGITS) == SCRYPT_HEX_SALT_LENGTH) ?
		16 :
		8;

	return hash->salt_length >= SCRYPT_MIN_SALT_LENGTH && hash->salt_length <= SCRYPT_MAX_SALT_LENGTH &&
		strlen(hash->hex_key) == SCRYPT_KEY_BYTES * 2 &&
		strspn(hash->hex_key, HEX_DIGITS) == SCRYPT_KEY_BYTES * 2;
}

bool
auth_stored_hash_read(const char *text, StoredHash *hash)
{
	static const char argon2id[] = "$argon2id$v=19$";
	static const char argon2i[] = "$argon2i$v=19$";

	*hash = (StoredHash){.scheme = HASH_ARGON2ID};
	if (read_argon2(text, argon2id, hash))
		return true;

	*hash = (StoredHash){.scheme = HASH_ARGON2I};
	if (read_argon2(text, argon2i, hash))
		return true;

	*hash = (StoredHash){.scheme = HASH_BCRYPT};
	if (read_bcrypt(text, hash))
		return true;

	*hash = (StoredHash){.scheme = HASH_SCRYPT};
	return read_scrypt(text, hash);
}

static bool
argon2_matches(const StoredHash *hash, const Secret *password)
{
	int result;

	errno = 0;
	result = crypto_pwhash_str_verify(hash->text, (const char *) password->bytes, password->length);
	/* The result is the same -1 for a wrong password and for want of memory. */
	if (result != 0 && errno == ENOMEM)
		raise_out_of_memory();
	return result == 0;
}

/* pgcrypto's crypt(text, text), in whichever schema it is, and whoever may call it */
static Oid
crypt_function(void)
{
	static Statement select_function = {
		.text = "SELECT p.oid FROM pg_catalog.pg_proc p "
				"JOIN pg_catalog.pg_extension e ON e.extnamespace OPERATOR(pg_catalog.=) p.pronamespace "
				"WHERE e.extname OPERATOR(pg_catalog.=) 'pgcrypto' AND p.proname OPERATOR(pg_catalog.=) 'crypt' "
				"AND p.proargtypes OPERATOR(pg_catalog.=) '25 25'::pg_catalog.oidvector",
	};
	NullableDatum column;

	if (!auth_statement_fetch(&select_function, NULL, &column, 1))
		elog(ERROR, "pgcrypto has no function crypt(text, text)");
	return DatumGetObjectId(column.value);
}

static bool
bcrypt_matches(const StoredHash *hash, const Secret *password)
{
	text *given = cstring_to_text_with_len((const char *) password->bytes, (int) password->length);
	text *computed = DatumGetTextPP(OidFunctionCall2(crypt_function(), PointerGetDatum(given),
													 CStringGetTextDatum(hash->text)));

	auth_secret_zero(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given));
	return VARSIZE_ANY_EXHDR(computed) == BCRYPT_LENGTH &&
		auth_secret_equal(VARDATA_ANY(computed) + BCRYPT_LENGTH - BCRYPT_DIGEST_LENGTH, BCRYPT_DIGEST_LENGTH,
						  hash->text + BCRYPT_LENGTH - BCRYPT_DIGEST_LENGTH, BCRYPT_DIGEST_LENGTH);
}

static bool
scrypt_matches(const StoredHash *hash, const Secret *password)
{
	unsigned char stored[SCRYPT_KEY_BYTES];
	Secret *computed = auth_secret_new(SCRYPT_KEY_BYTES);

	if (sodium_hex2bin(stored, sizeof(stored), hash->hex_key, SCRYPT_KEY_BYTES * 2, NULL, NULL, NULL) != 0)
		return false;
	if (crypto_pwhash_scryptsalsa208sha256_ll(password->bytes, password->length,
											  (const unsigned char *) hash->salt, hash->salt_length,
											  SCRYPT_N, hash->block_size, 1, computed->bytes, computed->length) != 0)
		raise_out_of_memory();
	return auth_secret_equal(computed->bytes, computed->length, stored, sizeof(stored));
}

static bool
matches(const StoredHash *hash, const Secret *password)
{
	switch (hash->scheme)
	{
		case HASH_ARGON2ID:
		case HASH_ARGON2I:
			return argon2_matches(hash, password);
		case HASH_BCRYPT:
			return bcrypt_matches(hash, password);
		case HASH_SCRYPT:
			return scrypt_matches(hash, password);
	}
	elog(ERROR, "unknown hash scheme %d", hash->scheme);
}

bool
auth_stored_hash_matches(const StoredHash *hash, const Secret *password)
{
	bool result;

	CHECK_FOR_INTERRUPTS();
	result = matches(hash, password);
	CHECK_FOR_INTERRUPTS();
	return result;
}

bool
auth_stored_hash_is_outdated(const StoredHash *hash)
{
	return hash->scheme != HASH_ARGON2ID || hash->lanes != 1 ||
		hash->memory_kb < (unsigned int) auth_settings.password_memory_kb ||
		hash->passes < (unsigned int) auth_settings.password_passes;
}
