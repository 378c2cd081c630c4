/*
 * key_seal.h
 *	  Secret keys as they are stored: sealed by a file outside the database.
 */
#ifndef AUTH_KEY_SEAL_H
#define AUTH_KEY_SEAL_H

#include "base/compat.h"
#include "base/secret.h"

/* How many bytes longer a sealed key is. */
#define KEY_SEAL_OVERHEAD 40

/* What auth.key_file and auth.previous_key_file seal by; NULL where unset. */
typedef struct KeySeal
{
	const Secret *current;
	const Secret *previous;
} KeySeal;

extern char *auth_key_file;
extern char *auth_previous_key_file;

extern void auth_key_seal_define_settings(void);

/*
 * Read the files, in the current memory context.
 *
 * Raises F0KEY if one is missing, too short, within the data directory, or
 * readable by others than its owner.  What is wrong is told to the log, and to
 * a superuser.
 */
extern KeySeal auth_key_seal_read(void);

/* A key as it is to be stored: sealed, or as it is where no file is set. */
extern const Secret *auth_key_seal_close(const KeySeal *seal, const char *purpose, const char *key_id, const Secret *key);

/* The key of a sealed one; raises F0KEY if neither file opens it. */
extern const Secret *auth_key_seal_open(const KeySeal *seal, const char *purpose, const char *key_id,
										const void *sealed, size_t length);

/* Raise F0KEY: whatever needs a key cannot be done now, for this reason. */
pg_noreturn extern void auth_key_seal_raise_unavailable(const char *detail, const char *hint);

#endif
