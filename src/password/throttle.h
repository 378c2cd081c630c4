/*
 * throttle.h
 *	  Growing delays between wrong passwords, and between registrations.
 */
#ifndef AUTH_THROTTLE_H
#define AUTH_THROTTLE_H

#include "datatype/timestamp.h"
#include "http/client.h"
#include "password/known_device.h"

/* at least DUMMY_HASH_KEY_BYTES */
#define ATTEMPT_KEY_BYTES 16

typedef enum AttemptKind
{
	ATTEMPT_PAIR = 'p', /* one account from one address */
	ATTEMPT_DEVICE = 'd', /* one account from a device where it has signed in */
	ATTEMPT_ACCOUNT = 'u', /* one account from anywhere */
	ATTEMPT_ADDRESS = 'a', /* any account from one address */
	ATTEMPT_REGISTRATION = 'r', /* a new account from one address */
} AttemptKind;

/* What is stored about attempts of one kind. */
typedef struct AttemptCounter
{
	AttemptKind kind;
	unsigned char key[ATTEMPT_KEY_BYTES];
	int stored_failures;
	int failures; /* what is left of them now */
	TimestampTz last_at;
	bool has_succeeded; /* of a pair: the account has signed in from there */
	int64 drawn; /* of an account: the ticket that may try first after the delay; 0: anybody may */
} AttemptCounter;

typedef struct Attempt
{
	AttemptCounter own; /* a pair, or a known device */
	AttemptCounter account;
	AttemptCounter address;
	bool has_address;
	unsigned char customer[CLIENT_NETWORK_MAX_BYTES]; /* who asks, in the draw */
	int customer_bytes;
	bool counts_account; /* one that is spared counts for its own device or address only */
	int64 ticket; /* who this is, in the draw for the account */
} Attempt;

extern void auth_throttle_define_settings(void);

/*
 * Count an attempt on an account, before it is known whether it succeeds.
 *
 * Returns false, having counted nothing, if it comes too early, and tells how
 * many seconds are left.  The account need not exist.  Attempts on one account
 * wait for each other until the end of the transaction, so that many at once
 * do not count as one.  device is NULL unless it is known.
 */
extern bool auth_throttle_begin(const char *email, const KnownDevice *device, Attempt *attempt, int *retry_after_seconds);

/* Undo the count of an attempt that was not made after all. */
extern void auth_throttle_cancel(const Attempt *attempt);

/* The password was wrong: count it for the address as well. */
extern void auth_throttle_note_failure(const Attempt *attempt);

/* It was right: clear the address or device for this account, and remember the address as one of its own. */
extern void auth_throttle_reset(const Attempt *attempt);

/*
 * Count a registration for the client's address; false, having counted nothing,
 * if it comes too early, with how many seconds are left.
 */
extern bool auth_throttle_begin_registration(int *retry_after_seconds);

/* Delete a batch of counters that count for nothing any more; returns how many. */
extern uint64 auth_throttle_purge(void);

#endif
