/*
 * password.h
 *	  Passwords: which are acceptable, how they are stored and verified.
 */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include "password/stored_hash.h"

#define PASSWORD_MAX_BYTES 1024

extern void auth_password_define_settings(void);

/*
 * Copy a password out of an argument, however long that is.
 *
 * Longer text is cut to a length that is still too long for a password.
 */
extern const Secret *auth_password_from_text(const text *value);

/* What is wrong with a new password, as a sentence; NULL if nothing is. */
extern const char *auth_password_problem(const Secret *password);

/* Hash a password: an encoded Argon2id string; NULL if there is not enough memory. */
extern char *auth_password_hash(const Secret *password);

/*
 * Whether a password is the one that was hashed.
 *
 * Without a hash (NULL), the password differs, after as much work as verifying
 * the dummy (an encoded hash) or, without a dummy, making a new hash: an
 * account that does not exist costs as much as one that does.
 */
extern HashVerdict auth_password_verify(const StoredHash *hash, const char *dummy, const Secret *password);

#endif
