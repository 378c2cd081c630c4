/*
 * signing_key.h
 *	  The life of the keys that sign access tokens.
 */
#ifndef AUTH_SIGNING_KEY_H
#define AUTH_SIGNING_KEY_H

#include "keys/key_ring.h"

/*
 * The public keys as a JSON Web Key Set (RFC 7517), in the current memory
 * context.
 */
extern char *auth_signing_key_jwks(void);

/*
 * Make the next signing key, and whatever key is missing; returns the id.
 *
 * Raises 55000 if too many keys have signed tokens that are still good.
 */
extern char *auth_signing_key_rotate(void);

#endif
