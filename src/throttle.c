/*
 * throttle.c
 *	  Growing delays between wrong passwords.
 *
 * Each attempt counts three times: for the account from this address, for the
 * account from anywhere, and for the address.  The first bears the long delays;
 * what somebody else can put on an owner, by guessing from elsewhere, stays
 * short.  An account is counted whether it exists or not, under a keyed hash,
 * so the table names nobody.
 */
#include "postgres.h"

#include <sodium.h>

#include "throttle.h"

#include "catalog/pg_type.h"
#include "clock.h"
#include "key_ring.h"
#include "request.h"
#include "settings.h"
#include "statement.h"
#include "sweep.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* A counter is forgotten after this long without an attempt, or after its delay. */
#define FORGET_AFTER_SECONDS (60 * 60)

/* An address where an account has signed in stays one of its own for as long. */
#define REMEMBER_ADDRESS_SECONDS (400 * 24 * 60 * 60)

/* The longest delay that somebody else can put on an account's owner. */
#define SHARED_MAX_DELAY_SECONDS 60

static void
compute_key(AttemptCounter *counter, char kind, const char *email, const ClientAddress *address)
{
	const Secret *key = auth_key_ring_mac_key(KEY_PURPOSE_LOGIN_ATTEMPT);
	crypto_generichash_state state;

	crypto_generichash_init(&state, key->bytes, key->length, ATTEMPT_KEY_BYTES);
	crypto_generichash_update(&state, (const unsigned char *) &kind, sizeof(kind));
	crypto_generichash_update(&state, (const unsigned char *) email, strlen(email) + 1);
	crypto_generichash_update(&state, address->network, address->network_bytes);
	crypto_generichash_final(&state, counter->key, ATTEMPT_KEY_BYTES);
}

static NullableDatum
key_value(const AttemptCounter *counter)
{
	return auth_value_bytes(counter->key, ATTEMPT_KEY_BYTES);
}

static int
forget_after_seconds(void)
{
	return Max(FORGET_AFTER_SECONDS, auth_settings.failed_logins_max_delay);
}

/* One row: failures, last_at, has_succeeded */
static void
read_state(AttemptCounter *counter, const NullableDatum *columns)
{
	TimestampTz last_at = DatumGetTimestampTz(columns[1].value);
	bool is_forgotten = last_at <= auth_clock_in(-forget_after_seconds());

	counter->failures = is_forgotten ? 0 : DatumGetInt32(columns[0].value);
	counter->last_at = last_at;
	counter->has_succeeded = DatumGetBool(columns[2].value);
}

/* Lock before looking: parallel guesses must not all see the same count. */
static void
lock_counter(AttemptCounter *counter)
{
	static Statement upsert = {
		.text = "INSERT INTO auth_private.login_attempts AS a (key) VALUES ($1) "
				"ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING a.failures, a.last_at, a.has_succeeded",
		.argument_count = 1,
		.argument_types = {BYTEAOID},
	};
	NullableDatum values[] = {key_value(counter)};
	NullableDatum columns[3];

	if (!auth_statement_fetch(&upsert, values, columns, lengthof(columns)))
		elog(ERROR, "could not lock a counter of attempts");
	read_state(counter, columns);
}

static void
look_at_counter(AttemptCounter *counter)
{
	static Statement select_counter = {
		.text = "SELECT failures, last_at, has_succeeded FROM auth_private.login_attempts WHERE key OPERATOR(pg_catalog.=) $1",
		.argument_count = 1,
		.argument_types = {BYTEAOID},
	};
	NullableDatum values[] = {key_value(counter)};
	NullableDatum columns[3];

	if (auth_statement_fetch(&select_counter, values, columns, lengthof(columns)))
		read_state(counter, columns);
}

static void
write_counter(const AttemptCounter *counter, int failures, TimestampTz last_at, bool has_succeeded)
{
	static Statement update = {
		.text = "UPDATE auth_private.login_attempts SET failures = $2, last_at = $3, has_succeeded = $4 "
				"WHERE key OPERATOR(pg_catalog.=) $1",
		.argument_count = 4,
		.argument_types = {BYTEAOID, INT4OID, TIMESTAMPTZOID, BOOLOID},
	};

	auth_statement_run(&update, (NullableDatum[]){
									key_value(counter),
									auth_value_of(Int32GetDatum(failures)),
									auth_value_of(TimestampTzGetDatum(last_at)),
									auth_value_of(BoolGetDatum(has_succeeded)),
								});
}

static void
count_failure(const AttemptCounter *counter)
{
	write_counter(counter, counter->failures + 1, GetCurrentTimestamp(), counter->has_succeeded);
}

static void
restore(const AttemptCounter *counter)
{
	write_counter(counter, counter->failures, counter->last_at, counter->has_succeeded);
}

/* One second after the first failure that is not free, then twice as long. */
static int
delay_seconds(const AttemptCounter *counter, int free_failures, int max_delay)
{
	int doublings = counter->failures - free_failures;

	if (doublings < 0)
		return 0;
	return doublings > 20 ? max_delay : Min(1 << doublings, max_delay);
}

static int
seconds_left(const AttemptCounter *counter, int free_failures, int max_delay)
{
	int delay = delay_seconds(counter, free_failures, max_delay);
	int64 left_us = auth_clock_after(counter->last_at, delay) - GetCurrentTimestamp();

	if (delay == 0 || left_us <= 0)
		return 0;
	return (int) ((left_us + USECS_PER_SEC - 1) / USECS_PER_SEC);
}

static void
identify(const char *email, Attempt *attempt)
{
	ClientAddress address;

	memset(attempt, 0, sizeof(*attempt));
	attempt->has_address = auth_request_client_address(&address);
	compute_key(&attempt->pair, 'p', email, &address);
	compute_key(&attempt->account, 'u', email, &(ClientAddress){.network_bytes = 0});
	compute_key(&attempt->address, 'a', "", &address);
}

/*
 * Somebody who guesses from elsewhere must not keep an owner out: whoever has
 * signed in from here before is measured by what happened from here alone.
 */
static int
shared_seconds_left(const Attempt *attempt)
{
	int max_delay = Min(auth_settings.failed_logins_max_delay, SHARED_MAX_DELAY_SECONDS);

	if (attempt->has_address && attempt->pair.has_succeeded)
		return 0;
	return Max(seconds_left(&attempt->account, auth_settings.failed_logins_before_delay_per_account, max_delay),
			   seconds_left(&attempt->address, auth_settings.failed_logins_before_delay_per_address, max_delay));
}

/* Without addresses an owner and a guesser are the same pair. */
static int
own_seconds_left(const Attempt *attempt)
{
	int max_delay = auth_settings.failed_logins_max_delay;

	return seconds_left(&attempt->pair, auth_settings.failed_logins_before_delay,
						attempt->has_address ? max_delay : Min(max_delay, SHARED_MAX_DELAY_SECONDS));
}

bool
auth_throttle_admit(const char *email, Attempt *attempt, int *retry_after_seconds)
{
	identify(email, attempt);

	/* Always in this order, so that no two attempts wait for each other. */
	lock_counter(&attempt->pair);
	lock_counter(&attempt->account);
	if (attempt->has_address)
		look_at_counter(&attempt->address);

	*retry_after_seconds = Max(own_seconds_left(attempt), shared_seconds_left(attempt));
	if (*retry_after_seconds > 0)
		return false;

	count_failure(&attempt->pair);
	count_failure(&attempt->account);
	return true;
}

void
auth_throttle_withdraw(const Attempt *attempt)
{
	restore(&attempt->pair);
	restore(&attempt->account);
}

/* Only now, and not across the hash: one address may be a whole office. */
void
auth_throttle_note_failure(const Attempt *attempt)
{
	AttemptCounter address = attempt->address;

	if (!attempt->has_address)
		return;

	lock_counter(&address);
	count_failure(&address);
}

/* The address is not forgiven: a guesser may have an account of his own. */
void
auth_throttle_forgive(const Attempt *attempt)
{
	write_counter(&attempt->pair, 0, GetCurrentTimestamp(), true);
	write_counter(&attempt->account, 0, GetCurrentTimestamp(), false);
}

uint64
auth_throttle_purge(void)
{
	static Sweep sweep = {
		.statement = {
			.text = "DELETE FROM auth_private.login_attempts WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY("
					"SELECT ctid FROM auth_private.login_attempts WHERE ctid OPERATOR(pg_catalog.>=) $1 "
					"AND last_at OPERATOR(pg_catalog.<) CASE WHEN has_succeeded THEN $4 ELSE $3 END "
					"LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING ctid",
			.argument_count = 4,
			.argument_types = {TIDOID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID},
		},
	};
	NullableDatum ends[] = {
		auth_value_of(TimestampTzGetDatum(auth_clock_in(-forget_after_seconds()))),
		auth_value_of(TimestampTzGetDatum(auth_clock_in(-REMEMBER_ADDRESS_SECONDS))),
	};

	return auth_sweep_next(&sweep, ends);
}
