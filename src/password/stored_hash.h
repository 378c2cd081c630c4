/*
 * stored_hash.h
 *	  Hashes of passwords: ours, and those that users bring along.
 */
#ifndef AUTH_STORED_HASH_H
#define AUTH_STORED_HASH_H

#include "base/secret.h"

/* No stored hash that asks for more is ever computed. */
#define PASSWORD_MAX_MEMORY_KB (1024 * 1024)
#define PASSWORD_MAX_PASSES 16

typedef enum HashScheme
{
	HASH_ARGON2ID,
	HASH_ARGON2I,
	HASH_BCRYPT,
	HASH_SCRYPT,
} HashScheme;

typedef struct StoredHash
{
	HashScheme scheme;
	const char *text; /* in the one spelling that the library reads */

	/* Argon2 */
	unsigned int memory_kb;
	unsigned int passes;
	unsigned int lanes;

	/* scrypt; salt and key are parts of the text */
	unsigned int block_size;
	const char *salt;
	size_t salt_length;
	const char *hex_key;
} StoredHash;

typedef enum HashVerdict
{
	HASH_DIFFERS,
	HASH_MATCHES,
	HASH_OUT_OF_MEMORY, /* it was not computed */
} HashVerdict;

extern void auth_stored_hash_define_settings(void);

/*
 * Hash a password by Argon2id, at the cost that the settings ask for; NULL if
 * there is not enough memory.
 */
extern char *auth_stored_hash_make(const Secret *password);

/*
 * Read how a password was hashed: Argon2id or Argon2i as an encoded string,
 * bcrypt ($2a$, $2b$, $2y$), or scrypt as Better Auth and Lucia write it
 * (salt:key, s2:salt:key).
 *
 * Returns false for everything else, and for a cost that is never computed.
 */
extern bool auth_stored_hash_read(const char *text, StoredHash *hash);

/* Why this server cannot compute hashes of this scheme, as a sentence; NULL if it can. */
extern const char *auth_stored_hash_obstacle(const StoredHash *hash);

/*
 * Whether exactly these bytes were hashed.
 *
 * Raises nothing but a cancellation: a hash that the library of its scheme
 * refuses to compute differs, and the server log says why.
 */
extern HashVerdict auth_stored_hash_verify(const StoredHash *hash, const Secret *password);

/* Whether a hash made today would be of another scheme, or stronger. */
extern bool auth_stored_hash_is_outdated(const StoredHash *hash);

#endif
