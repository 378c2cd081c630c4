/*
 * key_ring.h
 *	  The keys of this database, kept in each backend's memory.
 */
#ifndef AUTH_KEY_RING_H
#define AUTH_KEY_RING_H

#include "datatype/timestamp.h"
#include "jws.h"
#include "secret.h"

#define KEY_RING_MAX_SIGNING_KEYS 32

typedef enum KeyPurpose
{
	KEY_PURPOSE_ACCESS_TOKEN,
	KEY_PURPOSE_REFRESH_TOKEN,
	KEY_PURPOSE_LOGIN_ATTEMPT,
} KeyPurpose;

typedef struct SigningKey
{
	char key_id[JWS_KEY_ID_BYTES + 1];
	unsigned char public_key[JWS_PUBLIC_KEY_BYTES];
	const Secret *secret_key;
	char header[JWS_MAX_HEADER_BYTES];
	size_t header_length;
	TimestampTz signs_from;
	TimestampTz verifies_until; /* infinity for the newest key */
} SigningKey;

extern void auth_key_ring_init(void);

/*
 * The functions below read the keys on first use and whenever they changed.
 * They raise an error when there is no such key, and are to be called with the
 * rights of auth_owner.  What they return is good until they are called again
 * in a later command.
 */

/* The key that signs now. */
extern const SigningKey *auth_key_ring_signing_key(void);

/* The key whose tokens begin with this header and are good now, or NULL. */
extern const SigningKey *auth_key_ring_key_for_header(const char *header, size_t length);

/* All keys whose tokens are, or will be, good; returns how many. */
extern int auth_key_ring_public_keys(const SigningKey **keys);

/* The key of a MAC. */
extern const Secret *auth_key_ring_mac_key(KeyPurpose purpose);

/* A number that changes whenever the keys have changed. */
extern uint64 auth_key_ring_version(void);

/* Make a new secret of a purpose's length, and its name in the database. */
extern Secret *auth_key_ring_random_key(KeyPurpose purpose);
extern const char *auth_key_ring_purpose_name(KeyPurpose purpose);

#endif
