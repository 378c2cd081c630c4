/*
 * throttle.h
 *	  Growing delays between wrong passwords and codes, registrations, and
 *	  requests for mail.
 */
#ifndef AUTH_THROTTLE_H
#define AUTH_THROTTLE_H

#include "datatype/timestamp.h"
#include "http/client.h"
#include "throttle/known_device.h"

/* at least DUMMY_HASH_KEY_BYTES */
#define ATTEMPT_KEY_BYTES 16

typedef enum AttemptKind
{
	ATTEMPT_PAIR = 'p', /* one account from one address */
	ATTEMPT_DEVICE = 'd', /* one account from a device where it has signed in */
	ATTEMPT_ACCOUNT = 'u', /* one account from anywhere */
	ATTEMPT_ADDRESS = 'a', /* any account from one address */
	ATTEMPT_REGISTRATION = 'r', /* a new account from one address */
	ATTEMPT_MAIL = 'm', /* a request for a mail from one address */
	ATTEMPT_LINK = 'l', /* a mail's link, or a request for one, that is not valid, from one address */
	ATTEMPT_CODE = 'c', /* a mail's code, for one account */
	ATTEMPT_HANDLE = 'h', /* the same, by one browser's request */
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

/* An attempt at the code of a mail. */
typedef struct CodeAttempt
{
	AttemptCounter handle;
	AttemptCounter account;
} CodeAttempt;

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
 * The account's owner has set another password: what a sign-in with the right one
 * does.  Lock the account afterwards, as a sign-in does.
 */
extern void auth_throttle_forgive(const char *email);

/*
 * Count a registration, or a request for a mail, for the client's address; false,
 * having counted nothing, if it comes too early, with how many seconds are left.
 */
extern bool auth_throttle_begin_registration(int *retry_after_seconds);
extern bool auth_throttle_begin_mail_request(int *retry_after_seconds);

/*
 * Whether the client's address may try a link; false with how many seconds are
 * left.  Counts nothing: only a link that is not valid counts.
 */
extern bool auth_throttle_admits_link(int *retry_after_seconds);
extern void auth_throttle_note_invalid_link(void);

/*
 * Count an attempt at the code of a mail to this address, by the browser that
 * these bytes identify.  Returns false, having counted nothing, if it comes too
 * early, or, with no seconds left, if that browser has used up its attempts.
 */
extern bool auth_throttle_begin_code(const char *email, const void *handle, size_t handle_bytes,
									 CodeAttempt *attempt, int *retry_after_seconds);

/* The code was right: forget the wrong ones. */
extern void auth_throttle_reset_code(const CodeAttempt *attempt);

/* Delete a batch of counters that count for nothing any more; returns how many. */
extern uint64 auth_throttle_purge(void);

#endif
