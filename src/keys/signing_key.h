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
 * Raises 55000 if too many keys have signed tokens that are still valid.
 */
extern char *auth_signing_key_rotate(void);

/* Tell PostgREST that there are other keys. */
extern void auth_signing_key_notify(void);

/*
 * Tell PostgREST once more of the key that signs now, if it is time.
 *
 * It reads its settings when it is told of a key; if it finds no connection for
 * that in its pool, it goes on without settings and does not try again.  So the
 * sign-ins of the next minutes repeat it.
 */
extern void auth_signing_key_announce_again(const SigningKey *key);

#endif
