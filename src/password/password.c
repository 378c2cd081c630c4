/*
 * password.c
 *	  Passwords: which are acceptable, how they are stored and verified.
 *
 * The same password may be typed in several compositions of the same
 * characters.  A new one is hashed in one of them (NFC), in this file and
 * nowhere else; a hash that was brought along was made of the password as its
 * system saw it, so more than one composition is tried.
 */
#include "postgres.h"

#include "password/password.h"

#include "base/compat.h"
#include "base/settings.h"
#include "common/unicode_norm.h"
#include "mb/pg_wchar.h"

#define UTF8_MAX_BYTES 4

static int password_min_length;

void
auth_password_define_settings(void)
{
	DefineCustomIntVariable("auth.password_min_length",
							"How many characters a new password must have at least.",
							"It can have at most 1024 bytes.",
							&password_min_length,
							8, 8, 128,
							PGC_SUSET, 0, NULL, NULL, NULL);
}

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
 * The password in a normal form of Unicode (UAX #15); the install script
 * requires UTF-8.
 *
 * One keyboard sends an e and an accent where another sends an e with an
 * accent; the same person must be able to sign in with both.
 */
static const Secret *
normalize(const Secret *password, UnicodeNormalizationForm form)
{
	Secret *code_points;
	Secret *normalized;
	pg_wchar *result;
	size_t count = 0;
	size_t length = 0;

	if (is_ascii(password))
		return password;

	code_points = decode(password);
	result = unicode_normalize(form, (pg_wchar *) code_points->bytes);

	while (result[count] != 0)
		count++;
	normalized = auth_secret_new(count * UTF8_MAX_BYTES);
	for (size_t i = 0; i < count; i++)
	{
		unicode_to_utf8(result[i], normalized->bytes + length);
		length += pg_utf_mblen(normalized->bytes + length);
	}
	normalized->length = length;
	auth_secret_zero(result, count * sizeof(*result));
	return normalized;
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
		return psprintf("A password can have at most %d bytes.", PASSWORD_MAX_BYTES);

	if (count_code_points(password) < (size_t) password_min_length)
		return psprintf("A password must have at least %d characters.", password_min_length);

	return NULL;
}

char *
auth_password_hash(const Secret *password)
{
	return auth_stored_hash_make(normalize(password, UNICODE_NFC));
}

/*
 * Try the compositions of which the hash may have been made: the one that its
 * system normalized to, and the password as it was typed.  Both are tried even
 * if the first matches, so that the time reveals nothing.
 */
static HashVerdict
verify_compositions(const StoredHash *hash, const Secret *password)
{
	const Secret *normalized = normalize(password, hash->scheme == HASH_SCRYPT ? UNICODE_NFKC : UNICODE_NFC);
	HashVerdict verdict = auth_stored_hash_verify(hash, normalized);
	HashVerdict other = HASH_DIFFERS;

	if (!auth_secret_equal(normalized->bytes, normalized->length, password->bytes, password->length))
		other = auth_stored_hash_verify(hash, password);
	return Max(verdict, other);
}

static HashVerdict
verify_dummy(const char *dummy, const Secret *password)
{
	StoredHash hash;
	bool has_memory;

	if (dummy != NULL && auth_stored_hash_read(dummy, &hash))
		has_memory = verify_compositions(&hash, password) != HASH_OUT_OF_MEMORY;
	else
		has_memory = auth_password_hash(password) != NULL;
	return has_memory ? HASH_DIFFERS : HASH_OUT_OF_MEMORY;
}

HashVerdict
auth_password_verify(const StoredHash *hash, const char *dummy, const Secret *password)
{
	/* No stored password is longer. */
	if (password->length > PASSWORD_MAX_BYTES)
		return HASH_DIFFERS;

	return hash != NULL ? verify_compositions(hash, password) : verify_dummy(dummy, password);
}
