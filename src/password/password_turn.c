/*
 * password_turn.c
 *	  The turn of a call that hashes a password.
 */
#include "postgres.h"

#include "password/password_turn.h"

#include "password/hash_gate.h"

static const Refusal *
server_busy(const char *reason)
{
	return auth_refusal_new(REFUSAL_SERVER_BUSY, auth_hash_gate_retry_after(), reason);
}

const Refusal *
auth_password_turn_begin(PasswordTurn *turn, const char *email, const KnownDevice *device)
{
	int retry_after_seconds;

	turn->is_attempt = true;
	if (!auth_hash_gate_enqueue())
		return server_busy("The queue is full");
	if (auth_throttle_begin(email, device, &turn->attempt, &retry_after_seconds))
		return NULL;

	auth_hash_gate_cancel();
	return auth_refusal_new(REFUSAL_TOO_MANY_ATTEMPTS, retry_after_seconds, NULL);
}

const Refusal *
auth_password_turn_begin_registration(PasswordTurn *turn)
{
	int retry_after_seconds;

	turn->is_attempt = false;
	if (!auth_hash_gate_enqueue())
		return server_busy("The queue is full");
	if (auth_throttle_begin_registration(&retry_after_seconds))
		return NULL;

	auth_hash_gate_cancel();
	return auth_refusal_new(REFUSAL_TOO_MANY_ATTEMPTS, retry_after_seconds, "There were too many registrations from this address");
}

const Refusal *
auth_password_turn_begin_uncounted(PasswordTurn *turn)
{
	turn->is_attempt = false;
	return auth_hash_gate_enqueue() ? NULL : server_busy("The queue is full");
}

/* A registration that was not made stays counted: what it cost was the queue. */
static void
cancel(const PasswordTurn *turn)
{
	if (turn->is_attempt)
		auth_throttle_cancel(&turn->attempt);
}

const Refusal *
auth_password_turn_wait(const PasswordTurn *turn)
{
	if (auth_hash_gate_acquire())
		return NULL;

	auth_hash_gate_cancel();
	cancel(turn);
	return server_busy("No slot came free in time");
}

void
auth_password_turn_end(void)
{
	auth_hash_gate_release();
}

const Refusal *
auth_password_turn_fail(const PasswordTurn *turn)
{
	auth_hash_gate_release();
	cancel(turn);
	return server_busy("There was not enough memory for the hash");
}
