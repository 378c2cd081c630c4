/*
 * password.c
 *	  Passwords: which are acceptable, how they are stored and verified.
 *
 * Every password passes normalize() on its way to the hash, when it is set and
 * when it is verified, so the two cannot differ.
 */
#include "postgres.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>

#include "password.h"

#include "common/unicode_norm.h"
#include "compat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "settings.h"

/* UAX #15, section 12: how many times longer NFC can be, in UTF-8 */
#define NFC_MAX_GROWTH 3
#define BYTES_PER_KB 1024

/* RFC 9106, section 3.1: eight blocks of a kilobyte for one lane */
#define ARGON2_MIN_MEMORY_KB 8

typedef struct HashCost
{
	unsigned int memory_kb;
	unsigned int passes;
	unsigned int lanes;
} HashCost;

static bool
is_ascii(const Secret *password)
{
	for (size_t i = 0; i < password->length; i++)
		if (password->bytes[i] >= 0x80)
			return false;
	return true;
}

static size_t
count_code_points(const Secret *password)
{
	size_t count = 0;

	for (size_t i = 0; i < password->length; i += pg_utf_mblen(password->bytes + i))
		count++;
	return count;
}

/* The code points of a password, ended by zero. */
static Secret *
decode(const Secret *password)
{
	Secret *code_points = auth_secret_new((count_code_points(password) + 1) * sizeof(pg_wchar));
	pg_wchar *next = (pg_wchar *) code_points->bytes;

	for (size_t i = 0; i < password->length; i += pg_utf_mblen(password->bytes + i))
		*next++ = utf8_to_unicode(password->bytes + i);
	return code_points;
}

/*
 * The composed form (NFC, UAX #15); the install script requires UTF-8.
 *
 * One keyboard sends an e and an accent where another sends an e with an
 * accent; the same person must be able to sign in with both.
 */
static const Secret *
normalize(const Secret *password)
{
	Secret *code_points;
	Secret *composed;
	pg_wchar *result;
	size_t length = 0;

	if (is_ascii(password))
		return password;

	code_points = decode(password);
	result = unicode_normalize(UNICODE_NFC, (pg_wchar *) code_points->bytes);

	composed = auth_secret_new(password->length * NFC_MAX_GROWTH);
	for (size_t i = 0; result[i] != 0; i++)
	{
		unicode_to_utf8(result[i], composed->bytes + length);
		length += pg_utf_mblen(composed->bytes + length);
		auth_secret_zero(&result[i], sizeof(result[i]));
	}
	composed->length = length;
	return composed;
}

const Secret *
auth_password_from_text(const text *value)
{
	return auth_secret_from_bytes(VARDATA_ANY(value), Min(VARSIZE_ANY_EXHDR(value), PASSWORD_MAX_BYTES + 1));
}

const char *
auth_password_problem(const Secret *password)
{
	if (password->length > PASSWORD_MAX_BYTES)
		return psprintf("A password has at most %d bytes.", PASSWORD_MAX_BYTES);

	if (count_code_points(password) < (size_t) auth_settings.password_min_length)
		return psprintf("A password has at least %d characters.", auth_settings.password_min_length);

	return NULL;
}

static void
raise_out_of_memory(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_MEMORY),
			 errmsg("could not hash a password: out of memory")));
}

char *
auth_password_hash(const Secret *password)
{
	char *hash = palloc(crypto_pwhash_STRBYTES);
	const Secret *normalized = normalize(password);

	CHECK_FOR_INTERRUPTS();
	if (crypto_pwhash_str_alg(hash, (const char *) normalized->bytes, normalized->length,
							  auth_settings.password_passes,
							  (size_t) auth_settings.password_memory_kb * BYTES_PER_KB,
							  crypto_pwhash_ALG_ARGON2ID13) != 0)
		raise_out_of_memory();
	CHECK_FOR_INTERRUPTS();

	return hash;
}

/* Read ",name=number" and step behind it; what does not fit is no number. */
static bool
read_number(const char **next, const char *name, unsigned int *number)
{
	unsigned long value;
	char *end;

	if (strncmp(*next, name, strlen(name)) != 0 || !isdigit((unsigned char) (*next)[strlen(name)]))
		return false;

	errno = 0;
	value = strtoul(*next + strlen(name), &end, 10);
	if (errno != 0 || value > PG_UINT32_MAX)
		return false;

	*number = (unsigned int) value;
	*next = end;
	return true;
}

static bool
read_cost(const char *hash, HashCost *cost)
{
	static const char prefix[] = "$argon2id$v=19$";
	const char *next = hash + strlen(prefix);

	return strncmp(hash, prefix, strlen(prefix)) == 0 &&
		read_number(&next, "m=", &cost->memory_kb) &&
		read_number(&next, ",t=", &cost->passes) &&
		read_number(&next, ",p=", &cost->lanes) &&
		*next == '$';
}

/* A hash of nothing, of any cost; it is made without hashing. */
static char *
dummy_hash(unsigned int memory_kb, unsigned int passes)
{
	unsigned char salt[16];
	unsigned char digest[32];
	char encoded_salt[sodium_base64_ENCODED_LEN(sizeof(salt), sodium_base64_VARIANT_ORIGINAL_NO_PADDING)];
	char encoded_digest[sodium_base64_ENCODED_LEN(sizeof(digest), sodium_base64_VARIANT_ORIGINAL_NO_PADDING)];

	randombytes_buf(salt, sizeof(salt));
	randombytes_buf(digest, sizeof(digest));
	sodium_bin2base64(encoded_salt, sizeof(encoded_salt), salt, sizeof(salt),
					  sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	sodium_bin2base64(encoded_digest, sizeof(encoded_digest), digest, sizeof(digest),
					  sodium_base64_VARIANT_ORIGINAL_NO_PADDING);

	return psprintf("$argon2id$v=19$m=%u,t=%u,p=1$%s$%s", memory_kb, passes, encoded_salt, encoded_digest);
}

static bool
is_affordable(const char *hash)
{
	HashCost cost;

	return read_cost(hash, &cost) &&
		cost.memory_kb <= PASSWORD_MAX_MEMORY_KB && cost.passes <= PASSWORD_MAX_PASSES;
}

/* Whether libsodium finds the password right; every other answer is no. */
static bool
verify(const char *hash, const Secret *password)
{
	int result;

	CHECK_FOR_INTERRUPTS();
	errno = 0;
	result = crypto_pwhash_str_verify(hash, (const char *) password->bytes, password->length);
	/* The result is the same -1 for a wrong password and for want of memory. */
	if (result != 0 && errno == ENOMEM)
		raise_out_of_memory();
	CHECK_FOR_INTERRUPTS();

	return result == 0;
}

static void
verify_nothing(unsigned int memory_kb, unsigned int passes, const Secret *password)
{
	(void) verify(dummy_hash(memory_kb, passes), password);
}

/*
 * A hash from the time of cheaper settings is verified faster than one of
 * today, so a wrong password for it would tell that the account exists: do the
 * rest of today's work on nothing.
 */
static void
make_up_for_cheaper(const char *stored_hash, const Secret *password)
{
	HashCost cost;
	uint64 work_today = (uint64) auth_settings.password_memory_kb * auth_settings.password_passes;
	uint64 work_done;

	if (!read_cost(stored_hash, &cost))
		return;

	work_done = (uint64) cost.memory_kb * cost.passes;
	if (work_done + ARGON2_MIN_MEMORY_KB < work_today)
		verify_nothing(Max((work_today - work_done) / auth_settings.password_passes, ARGON2_MIN_MEMORY_KB),
					   auth_settings.password_passes, password);
}

bool
auth_password_matches(const char *stored_hash, const Secret *password)
{
	const Secret *normalized;

	/* No stored password is longer, whoever's it is. */
	if (password->length > PASSWORD_MAX_BYTES)
		return false;

	normalized = normalize(password);
	if (stored_hash == NULL || !is_affordable(stored_hash))
	{
		verify_nothing(auth_settings.password_memory_kb, auth_settings.password_passes, normalized);
		return false;
	}

	if (verify(stored_hash, normalized))
		return true;

	make_up_for_cheaper(stored_hash, normalized);
	return false;
}

bool
auth_password_needs_rehash(const char *stored_hash)
{
	HashCost cost;

	return !read_cost(stored_hash, &cost) ||
		cost.memory_kb < (unsigned int) auth_settings.password_memory_kb ||
		cost.passes < (unsigned int) auth_settings.password_passes;
}
