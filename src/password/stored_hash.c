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

#include "password/stored_hash.h"

#include "access/xact.h"
#include "base/compat.h"
#include "base/settings.h"
#include "base/statement.h"
#include "base/subtransaction.h"
#include "base/word.h"
#include "miscadmin.h"
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

static int password_memory_kb;
static int password_passes;

void
auth_stored_hash_define_settings(void)
{
	DefineCustomIntVariable("auth.password_memory",
							"How much memory Argon2id uses for one hash.",
							"Less than 19 MB weakens every password stored while it is set.  A higher value takes effect for each user at the next sign-in.",
							&password_memory_kb,
							19456, 8192, PASSWORD_MAX_MEMORY_KB,
							PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.password_passes",
							"How many times Argon2id passes over that memory.",
							"One pass weakens every password stored while it is set.",
							&password_passes,
							2, 1, PASSWORD_MAX_PASSES,
							PGC_SUSET, 0, NULL, NULL, NULL);
}

char *
auth_stored_hash_make(const Secret *password)
{
	char *hash = palloc(crypto_pwhash_STRBYTES);
	int result;

	CHECK_FOR_INTERRUPTS();
	result = crypto_pwhash_str_alg(hash, (const char *) password->bytes, password->length,
								   password_passes, (size_t) password_memory_kb * BYTES_PER_KB,
								   crypto_pwhash_ALG_ARGON2ID13);
	CHECK_FOR_INTERRUPTS();

	return result == 0 ? hash : NULL;
}

/* Read "name=number" and step past it; a number that is too big is not accepted. */
static bool
read_number(const char **next, const char *name, unsigned int *number)
{
	unsigned long value;
	char *end;

	if (!auth_word_begins(*next, name) || !isdigit((unsigned char) (*next)[strlen(name)]))
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

	if (!auth_word_begins(text, prefix))
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
	/* Checks that salt and digest can be decoded: -1 if not; 0 and 1 only compare the cost. */
	return crypto_pwhash_str_needs_rehash(hash->text, hash->passes, (size_t) hash->memory_kb * BYTES_PER_KB) != -1;
}

/* The three prefixes denote the same scheme, but pgcrypto treats them differently. */
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
	bool is_second_version = auth_word_begins(text, "s2:");
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

static HashVerdict
verdict_of(bool is_equal)
{
	return is_equal ? HASH_MATCHES : HASH_DIFFERS;
}

static HashVerdict
verify_argon2(const StoredHash *hash, const Secret *password)
{
	int result;

	errno = 0;
	result = crypto_pwhash_str_verify(hash->text, (const char *) password->bytes, password->length);
	/* The result is the same -1 for a wrong password and for want of memory. */
	if (result != 0 && errno == ENOMEM)
		return HASH_OUT_OF_MEMORY;
	return verdict_of(result == 0);
}

/* pgcrypto's crypt(text, text), in whichever schema it is, whatever its privileges */
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

/* A call of crypt, and what it answers. */
typedef struct Crypt
{
	text *password;
	const char *salt;
	text *hash;
} Crypt;

static void
call_crypt(void *state)
{
	Crypt *call = state;
	Datum hash = OidFunctionCall2(crypt_function(), PointerGetDatum(call->password), CStringGetTextDatum(call->salt));

	call->hash = DatumGetTextPP(hash);
}

/* pgcrypto may be told to compute nothing by itself (pgcrypto.builtin_crypto_enabled). */
static HashVerdict
verify_bcrypt(const StoredHash *hash, const Secret *password)
{
	Crypt call = {
		.password = cstring_to_text_with_len((const char *) password->bytes, (int) password->length),
		.salt = hash->text,
	};
	ErrorData *error = auth_subtransaction_run(call_crypt, &call);

	auth_secret_zero(VARDATA_ANY(call.password), VARSIZE_ANY_EXHDR(call.password));
	if (error != NULL && error->sqlerrcode == ERRCODE_OUT_OF_MEMORY)
		return HASH_OUT_OF_MEMORY;
	if (error != NULL)
	{
		ereport(LOG_SERVER_ONLY,
				(errmsg("could not compute a bcrypt hash, so the password counts as wrong: %s", error->message),
				 errhidestmt(true),
				 errhidecontext(true)));
		return HASH_DIFFERS;
	}
	return verdict_of(VARSIZE_ANY_EXHDR(call.hash) == BCRYPT_LENGTH &&
					  auth_secret_equal(VARDATA_ANY(call.hash) + BCRYPT_LENGTH - BCRYPT_DIGEST_LENGTH, BCRYPT_DIGEST_LENGTH,
										hash->text + BCRYPT_LENGTH - BCRYPT_DIGEST_LENGTH, BCRYPT_DIGEST_LENGTH));
}

static HashVerdict
verify_scrypt(const StoredHash *hash, const Secret *password)
{
	unsigned char stored[SCRYPT_KEY_BYTES];
	Secret *computed = auth_secret_new(SCRYPT_KEY_BYTES);

	if (sodium_hex2bin(stored, sizeof(stored), hash->hex_key, SCRYPT_KEY_BYTES * 2, NULL, NULL, NULL) != 0)
		return HASH_DIFFERS;
	if (crypto_pwhash_scryptsalsa208sha256_ll(password->bytes, password->length,
											  (const unsigned char *) hash->salt, hash->salt_length,
											  SCRYPT_N, hash->block_size, 1, computed->bytes, computed->length) != 0)
		return HASH_OUT_OF_MEMORY;
	return verdict_of(auth_secret_equal(computed->bytes, computed->length, stored, sizeof(stored)));
}

static HashVerdict
verify(const StoredHash *hash, const Secret *password)
{
	switch (hash->scheme)
	{
		case HASH_ARGON2ID:
		case HASH_ARGON2I:
			return verify_argon2(hash, password);
		case HASH_BCRYPT:
			return verify_bcrypt(hash, password);
		case HASH_SCRYPT:
			return verify_scrypt(hash, password);
	}
	elog(ERROR, "unknown hash scheme %d", hash->scheme);
}

HashVerdict
auth_stored_hash_verify(const StoredHash *hash, const Secret *password)
{
	HashVerdict verdict;

	CHECK_FOR_INTERRUPTS();
	verdict = verify(hash, password);
	CHECK_FOR_INTERRUPTS();
	return verdict;
}

/* Tested only once per statement, as a statement may import millions of accounts. */
const char *
auth_stored_hash_obstacle(const StoredHash *hash)
{
	static TimestampTz asked_at;
	static bool is_possible;
	Crypt cheapest = {.password = cstring_to_text(""), .salt = "$2a$04$......................"};
	ErrorData *error;

	if (hash->scheme != HASH_BCRYPT || (is_possible && asked_at == GetCurrentStatementStartTimestamp()))
		return NULL;

	error = auth_subtransaction_run(call_crypt, &cheapest);
	is_possible = error == NULL;
	asked_at = GetCurrentStatementStartTimestamp();
	return is_possible ? NULL : psprintf("This server does not compute bcrypt hashes: %s.", error->message);
}

bool
auth_stored_hash_is_outdated(const StoredHash *hash)
{
	return hash->scheme != HASH_ARGON2ID || hash->lanes != 1 ||
		hash->memory_kb < (unsigned int) password_memory_kb ||
		hash->passes < (unsigned int) password_passes;
}
