/*
 * key_store.h
 *	  The keys of this database, as the table holds them: plain or sealed.
 *
 * All of it is to be called with the rights of auth_owner, and raises F0KEY if
 * the keys are sealed and cannot be opened.
 */
#ifndef AUTH_KEY_STORE_H
#define AUTH_KEY_STORE_H

#include "base/secret.h"
#include "datatype/timestamp.h"

typedef enum KeyPurpose
{
	KEY_PURPOSE_ACCESS_TOKEN,
	KEY_PURPOSE_REFRESH_TOKEN,
	KEY_PURPOSE_LOGIN_ATTEMPT,
	KEY_PURPOSE_ONE_TIME_TOKEN,
} KeyPurpose;

#define KEY_PURPOSE_COUNT (KEY_PURPOSE_ONE_TIME_TOKEN + 1)

typedef struct StoredKey
{
	const char *id;
	KeyPurpose purpose;
	const Secret *secret;
	TimestampTz signs_from;
	TimestampTz verifies_until; /* infinity for the newest key, and for those of MACs */
	int announcements; /* how often PostgREST was told of it since it signs */
} StoredKey;

/* The name of a purpose, as the table has it. */
extern const char *auth_key_store_purpose_name(KeyPurpose purpose);

/* Make a new secret of a purpose's length. */
extern Secret *auth_key_store_random_key(KeyPurpose purpose);

/* Call a function for each key that still verifies, the newest first. */
typedef void (*KeyFunction)(const StoredKey *key, void *state);
extern void auth_key_store_each(KeyFunction function, void *state);

/*
 * Store a key, unless there is one of this id.
 *
 * The id of a key of MACs is its purpose: pass NULL.
 */
extern void auth_key_store_add(const char *key_id, KeyPurpose purpose, const Secret *secret, TimestampTz signs_from);

/* Store every key again, sealed as the settings of today say. */
extern void auth_key_store_seal_again(void);

#endif
