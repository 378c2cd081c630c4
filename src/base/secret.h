/*
 * secret.h
 *	  Memory that zeroes itself, and the comparison that takes constant time.
 */
#ifndef AUTH_SECRET_H
#define AUTH_SECRET_H

#include "utils/palloc.h"

typedef struct Secret
{
	MemoryContextCallback wipe;
	size_t length;
	unsigned char bytes[FLEXIBLE_ARRAY_MEMBER]; /* and a NUL behind the last */
} Secret;

/*
 * Allocate a secret of the given length in the current memory context.
 *
 * It is zeroed when that context is reset or deleted, on success and on error
 * alike; there is nothing to free.
 */
extern Secret *auth_secret_new(size_t length);

/* Copy bytes, which stay in the caller's hands. */
extern Secret *auth_secret_from_bytes(const void *bytes, size_t length);

/* Zero a buffer that is not a Secret, such as one on the stack. */
extern void auth_secret_zero(void *bytes, size_t length);

/*
 * Whether two byte strings are equal.
 *
 * The time taken reveals their lengths, never their content.
 */
extern bool auth_secret_equal(const void *a, size_t a_length, const void *b, size_t b_length)
	__attribute__((warn_unused_result));

#endif
