/*
 * credential.h
 *	  Stored passwords: rows of auth_private.credentials.
 */
#ifndef AUTH_CREDENTIAL_H
#define AUTH_CREDENTIAL_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

/* The hash of an account's password; NULL if it has none, and cannot sign in by one. */
extern char *auth_credential_find(const pg_uuid_t *user_id);

/* The same, locked until the end of the transaction; the account is locked before. */
extern char *auth_credential_lock(const pg_uuid_t *user_id);

/* When the password of the account of an address was set; false if there is none. */
extern bool auth_credential_set_at(const char *email, TimestampTz *set_at);

/* Store the hash of an account's first password, or of another one in its place. */
extern void auth_credential_insert(const pg_uuid_t *user_id, const char *password_hash);
extern void auth_credential_replace(const pg_uuid_t *user_id, const char *password_hash);

/* Store another hash of the same password. */
extern void auth_credential_rehash(const pg_uuid_t *user_id, const char *password_hash);

/*
 * The stored hash of some account: always the same one for a key, and each as
 * likely as any other; NULL if no account has a password.
 *
 * A sign-in to an account that does not exist takes as long as verifying this
 * hash, so that its time looks like that of an existing account.
 */
#define DUMMY_HASH_KEY_BYTES sizeof(int64)
extern char *auth_credential_dummy_hash(const unsigned char key[DUMMY_HASH_KEY_BYTES]);

#endif
