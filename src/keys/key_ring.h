/*
 * key_ring.h
 *	  The keys of this database, kept in each backend's memory.
 */
#ifndef AUTH_KEY_RING_H
#define AUTH_KEY_RING_H

#include "keys/key_store.h"
#include "portable/jws.h"

#define KEY_RING_MAX_SIGNING_KEYS 32

typedef struct SigningKey
{
	char key_id[JWS_KEY_ID_BYTES + 1];
	unsigned char public_key[JWS_PUBLIC_KEY_BYTES];
	const Secret *secret_key;
	char header[JWS_MAX_HEADER_BYTES];
	size_t header_length;
	TimestampTz signs_from;
	TimestampTz verifies_until; /* infinity for the newest key */
	int announcements; /* see StoredKey */
} SigningKey;

extern void auth_key_ring_init(void);

/* A number that changes whenever the keys have changed. */
extern uint64 auth_key_ring_version(void);

/*
 * The functions below read the keys on first use and whenever they or the key
 * files were changed, and are to be called with the rights of auth_owner.  What
 * they return is valid until any of them is called again.  They raise F0KEY if
 * the keys are sealed and cannot be opened.
 */

/* The key that signs now; raises 55000 if there is none. */
extern const SigningKey *auth_key_ring_signing_key(void);

/* The key whose tokens begin with this header and are valid now, or NULL. */
extern const SigningKey *auth_key_ring_key_for_header(const char *header, size_t length);

/* All signing keys, some of which may have expired lately; returns how many. */
extern int auth_key_ring_public_keys(const SigningKey **keys);

/* The key of a MAC; raises 55000 if there is none. */
extern const Secret *auth_key_ring_mac_key(KeyPurpose purpose);

#endif
