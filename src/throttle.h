/*
 * throttle.h
 *	  Growing delays between wrong passwords.
 */
#ifndef AUTH_THROTTLE_H
#define AUTH_THROTTLE_H

#include "datatype/timestamp.h"

/* at least as many as auth_account_stand_in takes */
#define ATTEMPT_KEY_BYTES 16

/* What is remembered of attempts of one kind. */
typedef struct AttemptCounter
{
	unsigned char key[ATTEMPT_KEY_BYTES];
	int failures;
	TimestampTz last_at;
	bool has_succeeded;
} AttemptCounter;

typedef struct Attempt
{
	AttemptCounter pair; /* this account from this address */
	AttemptCounter account; /* this account from anywhere */
	AttemptCounter address; /* any account from this address */
	bool has_address;
} Attempt;

/*
 * Count an attempt on an account, before it is known whether it succeeds.
 *
 * Returns false, having counted nothing, if it comes too early, and tells how
 * many seconds are left.  The account need not exist.  Attempts on one account
 * wait for each other until the end of the transaction, so that many at once
 * do not count as one.
 */
extern bool auth_throttle_admit(const char *email, Attempt *attempt, int *retry_after_seconds);

/* Take an attempt back that was not made after all. */
extern void auth_throttle_withdraw(const Attempt *attempt);

/* The password was wrong: count it for the address as well. */
extern void auth_throttle_note_failure(const Attempt *attempt);

/* Delete a batch of counters that count for nothing any more; returns how many. */
extern uint64 auth_throttle_purge(void);

/* It was right: clear the account, and remember the address as one of its own. */
extern void auth_throttle_forgive(const Attempt *attempt);

#endif
