/*
 * secret.c
 *	  Memory that zeroes itself, and the comparison that takes constant time.
 *
 * What PostgreSQL itself keeps of a secret (the text of a statement, the buffer
 * of a bound parameter) is beyond our reach.
 */
#include "postgres.h"

#include <sodium.h>

#include "base/secret.h"

#include "utils/memutils.h"

static void
wipe_secret(void *arg)
{
	Secret *secret = arg;

	sodium_memzero(secret->bytes, secret->length);
}

Secret *
auth_secret_new(size_t length)
{
	Secret *secret = palloc0(offsetof(Secret, bytes) + length + 1);

	secret->length = length;
	secret->wipe.func = wipe_secret;
	secret->wipe.arg = secret;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &secret->wipe);
	return secret;
}

Secret *
auth_secret_from_bytes(const void *bytes, size_t length)
{
	Secret *secret = auth_secret_new(length);

	memcpy(secret->bytes, bytes, length);
	return secret;
}

void
auth_secret_zero(void *bytes, size_t length)
{
	sodium_memzero(bytes, length);
}

bool
auth_secret_equal(const void *a, size_t a_length, const void *b, size_t b_length)
{
	return a_length == b_length && sodium_memcmp(a, b, a_length) == 0;
}
