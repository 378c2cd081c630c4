/*
 * stored_hash.h
 *	  Hashes of passwords: ours, and those that users bring along.
 */
#ifndef AUTH_STORED_HASH_H
#define AUTH_STORED_HASH_H

#include "secret.h"

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

/* Hash a password by Argon2id, at the cost that the settings ask for. */
extern char *auth_stored_hash_make(const Secret *password);

/*
 * Read how a password was hashed: Argon2id or Argon2i as an encoded string,
 * bcrypt ($2a$, $2b$, $2y$), or scrypt as Better Auth and Lucia write it
 * (salt:key, s2:salt:key).
 *
 * Returns false for everything else, and for a cost that is never computed.
 */
extern bool auth_stored_hash_read(const char *text, StoredHash *hash);

/* Whether exactly these bytes were hashed. */
extern bool auth_stored_hash_matches(const StoredHash *hash, const Secret *password);

/* Whether a hash made today would be of another scheme, or stronger. */
extern bool auth_stored_hash_is_outdated(const StoredHash *hash);

/*
 * All that hash raise 53200 (503) when there is not enough memory.
 */

#endif
