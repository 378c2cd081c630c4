/*
 * password.h
 *	  Passwords: which are acceptable, how they are stored and verified.
 */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include "secret.h"

#define PASSWORD_MAX_BYTES 1024

/*
 * Copy a password out of an argument, however long that is.
 *
 * What is longer than any password is cut, and still too long to be one.
 */
extern const Secret *auth_password_from_text(const text *value);

/* What is wrong with a new password, as a sentence; NULL if nothing is. */
extern const char *auth_password_problem(const Secret *password);

/*
 * Hash a password: an encoded Argon2id string.
 *
 * Raises 53200 (503) when there is not enough memory.
 */
extern char *auth_password_hash(const Secret *password);

/*
 * Whether a password is the one that was hashed.
 *
 * Without a stored hash (NULL) the answer is false, after as much work as the
 * stand-in takes, or a new hash if there is none: an account that does not
 * exist costs as much as one that does.
 * Raises 53200 (503) when there is not enough memory.
 */
extern bool auth_password_matches(const char *stored_hash, const char *stand_in, const Secret *password);

/* Whether a stored hash is not of the kind or strength that is made today. */
extern bool auth_password_needs_rehash(const char *stored_hash);

/* Whether a hash that was made elsewhere is of a kind that can be verified. */
extern bool auth_password_is_verifiable(const char *stored_hash);

#endif
