/*
 * known_device.h
 *	  Devices where an account has signed in before.
 *
 * Somebody who guesses at an account from elsewhere must not keep its owner out.  So
 * a sign-in leaves a token with the device, which later says that its owner has
 * known the password once.  It signs nobody in.
 */
#ifndef AUTH_KNOWN_DEVICE_H
#define AUTH_KNOWN_DEVICE_H

#include "fmgr.h"

#define DEVICE_ID_BYTES 16

typedef struct KnownDevice
{
	unsigned char id[DEVICE_ID_BYTES];
} KnownDevice;

/* How long an address or a device counts as known after a sign-in. */
#define KNOWN_DEVICE_SECONDS (400 * 24 * 60 * 60)

/*
 * Whether the request comes from a device of the account of this address: by
 * the token that is the argument (NULL if there is none), or else that of the
 * cookie.
 */
extern bool auth_known_device_find(const text *token, const char *email, KnownDevice *device);

/* A device that was not known until now. */
extern KnownDevice auth_known_device_new(void);

/* The token of a device, for the account of this address; in the current memory context. */
extern char *auth_known_device_token(const char *email, const KnownDevice *device);

#endif
