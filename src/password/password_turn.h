/*
 * password_turn.h
 *	  The turn of a call that hashes a password: its place in the queue, the
 *	  count of its attempt, and its slot.
 *
 * begin, wait, hash, end.  Whatever goes wrong on the way gives back what was
 * taken, and says what the call is to be refused with.
 */
#ifndef AUTH_PASSWORD_TURN_H
#define AUTH_PASSWORD_TURN_H

#include "audit/refusal.h"
#include "throttle/throttle.h"

typedef struct PasswordTurn
{
	bool is_attempt; /* on the account of an address, and so counted */
	Attempt attempt;
} PasswordTurn;

/*
 * Queue, and count an attempt on the account of an address.  Returns NULL, or
 * why the call is refused.  device is NULL unless it is known.
 */
extern const Refusal *auth_password_turn_begin(PasswordTurn *turn, const char *email, const KnownDevice *device);

/* Queue, and count a registration instead, or nothing. */
extern const Refusal *auth_password_turn_begin_registration(PasswordTurn *turn);
extern const Refusal *auth_password_turn_begin_uncounted(PasswordTurn *turn);

/*
 * Wait for a slot.  Returns NULL, or why the call is refused; the attempt then
 * counts for nothing.
 */
extern const Refusal *auth_password_turn_wait(const PasswordTurn *turn);

/* Give the slot back, as soon as the hash is computed. */
extern void auth_password_turn_end(void);

/*
 * There was not enough memory for the hash: give the slot back, and return what
 * the call is refused with; the attempt counts for nothing.
 */
extern const Refusal *auth_password_turn_fail(const PasswordTurn *turn);

#endif
