/*
 * throttle.c
 *	  Growing delays between wrong passwords and codes, registrations, and
 *	  requests for mail.
 *
 * An attempt at a password is counted for the account from this address (or device) and for
 * the account from anywhere, and a failure for the address, too. Only the
 * first counter leads to long delays; the delays that somebody else can cause
 * by guessing from elsewhere stay short, and do not apply to devices and
 * addresses where the account has signed in before. These do not count for the
 * account from anywhere, in turn: neither a guess there nor a sign-in changes what
 * others are told. An account is counted whether it exists or not, under a keyed
 * hash, so the table names nobody.
 *
 * While an account is delayed for everybody, a client that keeps asking would
 * always get the next attempt. So that attempt is drawn by lot among the
 * addresses that asked during the delay, however often each asked.
 */
#include "postgres.h"

#include <sodium.h>

#include "throttle/throttle.h"

#include "audit/purge.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/statement.h"
#include "catalog/pg_type.h"
#include "http/client.h"
#include "keys/key_ring.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* A counter is forgotten after this long without an attempt, or after its delay. */
#define FORGET_AFTER_SECONDS (60 * 60)

/* The longest delay that somebody else can put on an account's owner. */
#define SHARED_MAX_DELAY_SECONDS 60

/* How many codes one browser may try for one mail, and an account gets wrong in an hour without delay. */
#define CODES_PER_HANDLE 5
#define CODES_PER_ACCOUNT 10

/* How many links that are not valid cost an address no delay. */
#define INVALID_LINKS_PER_ADDRESS 30

/* How long only the address that was drawn may try. */
#define DRAWN_TURN_SECONDS 15

static int before_delay;
static int before_delay_per_account;
static int before_delay_per_address;
static int registrations_before_delay;
static int mail_requests_before_delay;
static int max_delay; /* seconds */

void
auth_throttle_define_settings(void)
{
	DefineCustomIntVariable("auth.failed_logins_before_delay",
							"How many wrong passwords for one account from one address cause no delay.",
							"The delay is one second at first, and then doubles.  A higher value weakens security.",
							&before_delay,
							5, 1, 1000,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.failed_logins_before_delay_per_account",
							"How many wrong passwords for one account from all addresses cause no delay.",
							"This many are forgotten per hour.  The delay is a minute at most, and does not apply to devices and addresses "
							"where the account has signed in before.  A higher value weakens security.",
							&before_delay_per_account,
							50, 1, 100000,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.failed_logins_before_delay_per_address",
							"How many wrong passwords from one address (IPv6: one /64) for all accounts cause no delay.",
							"This many are forgotten per hour.  The delay is a minute at most, and does not apply to accounts that have "
							"signed in there before.  A higher value weakens security.",
							&before_delay_per_address,
							50, 1, 100000,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.failed_logins_max_delay",
							"How long the growing delay between wrong passwords can become.",
							"A lower value weakens security.",
							&max_delay,
							15 * 60, 1, ONE_DAY_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.registrations_before_delay",
							"How many registrations from one address cause no delay.",
							"This many are forgotten per hour.  The delay is a minute at most.  Raise it where a site's server calls "
							"for all visitors and does not pass their addresses on.",
							&registrations_before_delay,
							100, 1, 1000000,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.mail_requests_before_delay",
							"How many requests for a mail from one address cost no delay.",
							"So many are forgotten in an hour; the delay is a minute at most.  Raise it where a site's server calls "
							"for all visitors and does not pass their addresses on.",
							&mail_requests_before_delay,
							20, 1, 1000000,
							PGC_SUSET, 0, NULL, NULL, NULL);
}

static int
free_failures(AttemptKind kind)
{
	switch (kind)
	{
		case ATTEMPT_PAIR:
		case ATTEMPT_DEVICE:
			return before_delay;
		case ATTEMPT_ACCOUNT:
			return before_delay_per_account;
		case ATTEMPT_ADDRESS:
			return before_delay_per_address;
		case ATTEMPT_REGISTRATION:
			return registrations_before_delay;
		case ATTEMPT_MAIL:
			return mail_requests_before_delay;
		case ATTEMPT_LINK:
			return INVALID_LINKS_PER_ADDRESS;
		case ATTEMPT_CODE:
			return CODES_PER_ACCOUNT;
		case ATTEMPT_HANDLE:
			return CODES_PER_HANDLE;
	}
	elog(ERROR, "unknown kind of attempt: %d", kind);
}

/* Whether others can add to the counter that delays a client: such a counter decays over time. */
static bool
is_shared(AttemptKind kind)
{
	return kind != ATTEMPT_PAIR && kind != ATTEMPT_DEVICE && kind != ATTEMPT_HANDLE;
}

static void
identify(AttemptCounter *counter, AttemptKind kind, const char *email, const void *bytes, size_t length)
{
	const Secret *key = auth_key_ring_mac_key(KEY_PURPOSE_LOGIN_ATTEMPT);
	unsigned char prefix = kind;
	crypto_generichash_state state;

	memset(counter, 0, sizeof(*counter));
	counter->kind = kind;
	crypto_generichash_init(&state, key->bytes, key->length, ATTEMPT_KEY_BYTES);
	crypto_generichash_update(&state, &prefix, sizeof(prefix));
	crypto_generichash_update(&state, (const unsigned char *) email, strlen(email) + 1);
	crypto_generichash_update(&state, bytes, length);
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
	return Max(FORGET_AFTER_SECONDS, max_delay);
}

/* How many of the stored failures still count after the time that has passed. */
static int
remaining_failures(const AttemptCounter *counter)
{
	int64 elapsed = Max((GetCurrentTimestamp() - counter->last_at) / USECS_PER_SEC, 0);
	int64 emptied = elapsed * free_failures(counter->kind) / FORGET_AFTER_SECONDS;

	if (elapsed >= forget_after_seconds())
		return 0;
	return is_shared(counter->kind) ? (int) Max(counter->stored_failures - emptied, 0) : counter->stored_failures;
}

/* One row: failures, last_at, has_succeeded, drawn */
static void
read_state(AttemptCounter *counter, const NullableDatum *columns)
{
	counter->stored_failures = DatumGetInt32(columns[0].value);
	counter->last_at = DatumGetTimestampTz(columns[1].value);
	counter->failures = remaining_failures(counter);
	counter->has_succeeded = DatumGetBool(columns[2].value);
	counter->drawn = DatumGetInt64(columns[3].value);
}

/* Lock before looking: parallel guesses must not all see the same count. */
static void
lock_counter(AttemptCounter *counter)
{
	static Statement upsert = {
		.text = "INSERT INTO auth_private.login_attempts AS a (key) VALUES ($1) "
				"ON CONFLICT (key) DO UPDATE SET key = excluded.key "
				"RETURNING a.failures, a.last_at, a.has_succeeded, a.drawn",
		.argument_count = 1,
		.argument_types = {BYTEAOID},
	};
	NullableDatum values[] = {key_value(counter)};
	NullableDatum columns[4];

	if (!auth_statement_fetch(&upsert, values, columns, lengthof(columns)))
		elog(ERROR, "could not lock a counter of attempts");
	read_state(counter, columns);
}

static void
look_at_counter(AttemptCounter *counter)
{
	static Statement select_counter = {
		.text = "SELECT failures, last_at, has_succeeded, drawn FROM auth_private.login_attempts "
				"WHERE key OPERATOR(pg_catalog.=) $1",
		.argument_count = 1,
		.argument_types = {BYTEAOID},
	};
	NullableDatum values[] = {key_value(counter)};
	NullableDatum columns[4];

	if (auth_statement_fetch(&select_counter, values, columns, lengthof(columns)))
		read_state(counter, columns);
}

static void
write_counter(const AttemptCounter *counter)
{
	static Statement update = {
		.text = "UPDATE auth_private.login_attempts SET failures = $2, last_at = $3, has_succeeded = $4, drawn = $5 "
				"WHERE key OPERATOR(pg_catalog.=) $1",
		.argument_count = 5,
		.argument_types = {BYTEAOID, INT4OID, TIMESTAMPTZOID, BOOLOID, INT8OID},
	};

	auth_statement_run(&update, (NullableDatum[]){
									key_value(counter),
									auth_value_of(Int32GetDatum(counter->stored_failures)),
									auth_value_of(TimestampTzGetDatum(counter->last_at)),
									auth_value_of(BoolGetDatum(counter->has_succeeded)),
									auth_value_of(Int64GetDatum(counter->drawn)),
								});
}

/* Count one more failure, and reset the draw. */
static void
count_one(const AttemptCounter *counter)
{
	AttemptCounter counted = *counter;

	counted.stored_failures = counter->failures + 1;
	counted.last_at = GetCurrentTimestamp();
	counted.drawn = 0;
	write_counter(&counted);
}

/* One second after the first failure above the limit, then doubling. */
static int
delay_seconds(const AttemptCounter *counter, int longest)
{
	int doublings = counter->failures - free_failures(counter->kind);

	if (doublings < 0)
		return 0;
	return doublings > 20 ? longest : Min(1 << doublings, longest);
}

static int
seconds_until(TimestampTz at)
{
	int64 left_us = at - GetCurrentTimestamp();

	return left_us <= 0 ? 0 : (int) ((left_us + USECS_PER_SEC - 1) / USECS_PER_SEC);
}

static int
seconds_left(const AttemptCounter *counter, int longest)
{
	int delay = delay_seconds(counter, longest);

	return delay == 0 ? 0 : seconds_until(auth_clock_after(counter->last_at, delay));
}

static int
shared_longest(void)
{
	return Min(max_delay, SHARED_MAX_DELAY_SECONDS);
}

/* Seconds left of the account's delay, or after it of the time reserved for the address that was drawn. */
static int
account_seconds_left(const Attempt *attempt)
{
	const AttemptCounter *account = &attempt->account;
	int delay = delay_seconds(account, shared_longest());
	int left = seconds_left(account, shared_longest());

	if (delay == 0 || left > 0 || account->drawn == 0 || account->drawn == attempt->ticket)
		return left;
	return seconds_until(auth_clock_after(account->last_at, delay + DRAWN_TURN_SECONDS));
}

/* Somebody who guesses from elsewhere must not keep an owner out. */
static bool
is_spared(const Attempt *attempt)
{
	return attempt->own.kind == ATTEMPT_DEVICE || (attempt->has_address && attempt->own.has_succeeded);
}

/* Without addresses, the owner and a guesser share one counter. */
static int
own_longest(const Attempt *attempt)
{
	bool is_alone = attempt->has_address || attempt->own.kind == ATTEMPT_DEVICE;

	return is_alone ? max_delay : shared_longest();
}

/*
 * An account's own address spares it the account's delay, not that of the
 * address: else, where many guess from one address, who is let through would be
 * those who have an account.
 */
static int
own_seconds_left(const Attempt *attempt)
{
	int left = seconds_left(&attempt->own, own_longest(attempt));

	if (attempt->own.kind == ATTEMPT_DEVICE)
		return left;
	return Max(left, seconds_left(&attempt->address, shared_longest()));
}

static int
attempt_seconds_left(const Attempt *attempt)
{
	int left = own_seconds_left(attempt);

	return is_spared(attempt) ? left : Max(left, account_seconds_left(attempt));
}

/*
 * The ticket of this address in the draw: pseudorandom, and the same each time
 * it asks during one delay.
 */
static int64
draw_ticket(const Attempt *attempt)
{
	const Secret *key = auth_key_ring_mac_key(KEY_PURPOSE_LOGIN_ATTEMPT);
	crypto_generichash_state state;
	uint64 digest[crypto_generichash_BYTES_MIN / sizeof(uint64)];

	crypto_generichash_init(&state, key->bytes, key->length, sizeof(digest));
	crypto_generichash_update(&state, (const unsigned char *) &attempt->account.last_at, sizeof(TimestampTz));
	crypto_generichash_update(&state, attempt->account.key, ATTEMPT_KEY_BYTES);
	crypto_generichash_update(&state, attempt->customer, attempt->customer_bytes);
	crypto_generichash_final(&state, (unsigned char *) digest, sizeof(digest));
	return digest[0] == 0 ? 1 : (int64) digest[0];
}

/* The smallest number of all who ask during the delay wins; most write nothing. */
static void
enter_draw(const Attempt *attempt)
{
	static Statement update = {
		.text = "UPDATE auth_private.login_attempts SET drawn = $2 WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY("
				"SELECT ctid FROM auth_private.login_attempts WHERE key OPERATOR(pg_catalog.=) $1 "
				"AND last_at OPERATOR(pg_catalog.=) $3 AND (drawn OPERATOR(pg_catalog.=) 0 OR drawn OPERATOR(pg_catalog.>) $2) "
				"FOR UPDATE SKIP LOCKED))",
		.argument_count = 3,
		.argument_types = {BYTEAOID, INT8OID, TIMESTAMPTZOID},
	};
	const AttemptCounter *account = &attempt->account;

	int account_left = seconds_left(account, shared_longest());

	/* Who is delayed for longer, for reasons of his own, could not use his turn. */
	if (is_spared(attempt) || account_left == 0 || own_seconds_left(attempt) > account_left ||
		(account->drawn != 0 && account->drawn <= attempt->ticket))
		return;

	auth_statement_run(&update, (NullableDatum[]){
									key_value(account),
									auth_value_of(Int64GetDatum(attempt->ticket)),
									auth_value_of(TimestampTzGetDatum(account->last_at)),
								});
}

static void
identify_attempt(const char *email, const KnownDevice *device, Attempt *attempt)
{
	ClientAddress address;

	attempt->has_address = auth_client_address(&address);
	if (device != NULL)
		identify(&attempt->own, ATTEMPT_DEVICE, email, device->id, DEVICE_ID_BYTES);
	else
		identify(&attempt->own, ATTEMPT_PAIR, email, address.network, address.network_bytes);
	identify(&attempt->account, ATTEMPT_ACCOUNT, email, NULL, 0);
	identify(&attempt->address, ATTEMPT_ADDRESS, "", address.network, address.network_bytes);
	memcpy(attempt->customer, address.network, sizeof(attempt->customer));
	attempt->customer_bytes = address.customer_bytes;
}

/* Whether an attempt comes too early, according to the counters read so far. */
static bool
is_too_early(Attempt *attempt, int *retry_after_seconds)
{
	attempt->ticket = draw_ticket(attempt);
	*retry_after_seconds = attempt_seconds_left(attempt);
	return *retry_after_seconds > 0;
}

bool
auth_throttle_begin(const char *email, const KnownDevice *device, Attempt *attempt, int *retry_after_seconds)
{
	identify_attempt(email, device, attempt);

	/* A refused attempt writes no counter: there may be any number of them. */
	look_at_counter(&attempt->own);
	look_at_counter(&attempt->account);
	if (attempt->has_address)
		look_at_counter(&attempt->address);
	if (is_too_early(attempt, retry_after_seconds))
	{
		enter_draw(attempt);
		return false;
	}

	/* Always in this order, so that no two attempts wait for each other. */
	lock_counter(&attempt->own);
	attempt->counts_account = !is_spared(attempt);
	if (attempt->counts_account)
		lock_counter(&attempt->account);
	if (is_too_early(attempt, retry_after_seconds))
		return false;

	count_one(&attempt->own);
	if (attempt->counts_account)
		count_one(&attempt->account);
	return true;
}

/* As it was before this attempt. */
static void
uncount_for_account(const Attempt *attempt)
{
	if (attempt->counts_account)
		write_counter(&attempt->account);
}

void
auth_throttle_cancel(const Attempt *attempt)
{
	write_counter(&attempt->own);
	uncount_for_account(attempt);
}

/* Locked only now, not while hashing: one address may be a whole office. */
void
auth_throttle_note_failure(const Attempt *attempt)
{
	AttemptCounter address = attempt->address;

	if (!attempt->has_address)
		return;

	lock_counter(&address);
	count_one(&address);
}

/*
 * The address is not cleared: a guesser may have an account of his own.  Nor is
 * the account: a guesser elsewhere would notice that its owner has signed in.
 * Where there are no addresses, it is the same counter twice.
 */
void
auth_throttle_reset(const Attempt *attempt)
{
	AttemptCounter own = attempt->own;
	AttemptCounter account = attempt->account;
	bool has_own = attempt->has_address || own.kind == ATTEMPT_DEVICE;

	own.stored_failures = 0;
	own.last_at = GetCurrentTimestamp();
	own.has_succeeded = own.kind == ATTEMPT_PAIR;
	own.drawn = 0;
	write_counter(&own);
	if (has_own)
	{
		uncount_for_account(attempt);
		return;
	}

	account.stored_failures = 0;
	account.last_at = own.last_at;
	account.drawn = 0;
	write_counter(&account);
}

void
auth_throttle_forgive(const char *email)
{
	Attempt attempt;

	identify_attempt(email, NULL, &attempt);
	lock_counter(&attempt.own);
	lock_counter(&attempt.account);
	attempt.counts_account = false;
	auth_throttle_reset(&attempt);
}

/* Whether a counter allows one more, as far as it was looked at. */
static bool
admits(const AttemptCounter *counter, int longest, int *retry_after_seconds)
{
	*retry_after_seconds = seconds_left(counter, longest);
	return *retry_after_seconds == 0;
}

/* The counter of one kind of the client's address; false if that is not known. */
static bool
identify_client(AttemptCounter *counter, AttemptKind kind)
{
	ClientAddress address;

	if (!auth_client_address(&address))
		return false;

	identify(counter, kind, "", address.network, address.network_bytes);
	return true;
}

static bool
begin_for_client(AttemptKind kind, int *retry_after_seconds)
{
	AttemptCounter counter;

	*retry_after_seconds = 0;
	if (!identify_client(&counter, kind))
		return true;

	look_at_counter(&counter);
	if (!admits(&counter, shared_longest(), retry_after_seconds))
		return false;

	lock_counter(&counter);
	if (!admits(&counter, shared_longest(), retry_after_seconds))
		return false;
	count_one(&counter);
	return true;
}

bool
auth_throttle_begin_registration(int *retry_after_seconds)
{
	return begin_for_client(ATTEMPT_REGISTRATION, retry_after_seconds);
}

bool
auth_throttle_begin_mail_request(int *retry_after_seconds)
{
	return begin_for_client(ATTEMPT_MAIL, retry_after_seconds);
}

bool
auth_throttle_admits_link(int *retry_after_seconds)
{
	AttemptCounter counter;

	*retry_after_seconds = 0;
	if (!identify_client(&counter, ATTEMPT_LINK))
		return true;

	look_at_counter(&counter);
	return admits(&counter, shared_longest(), retry_after_seconds);
}

void
auth_throttle_note_invalid_link(void)
{
	AttemptCounter counter;

	if (!identify_client(&counter, ATTEMPT_LINK))
		return;

	lock_counter(&counter);
	count_one(&counter);
}

static bool
admits_code(const CodeAttempt *attempt, int *retry_after_seconds)
{
	*retry_after_seconds = 0;
	return attempt->handle.failures < CODES_PER_HANDLE && admits(&attempt->account, max_delay, retry_after_seconds);
}

bool
auth_throttle_begin_code(const char *email, const void *handle, size_t handle_bytes,
						 CodeAttempt *attempt, int *retry_after_seconds)
{
	identify(&attempt->handle, ATTEMPT_HANDLE, email, handle, handle_bytes);
	identify(&attempt->account, ATTEMPT_CODE, email, NULL, 0);

	look_at_counter(&attempt->handle);
	look_at_counter(&attempt->account);
	if (!admits_code(attempt, retry_after_seconds))
		return false;

	lock_counter(&attempt->handle);
	lock_counter(&attempt->account);
	if (!admits_code(attempt, retry_after_seconds))
		return false;

	count_one(&attempt->handle);
	count_one(&attempt->account);
	return true;
}

void
auth_throttle_reset_code(const CodeAttempt *attempt)
{
	CodeAttempt forgotten = *attempt;

	forgotten.handle.stored_failures = forgotten.account.stored_failures = 0;
	write_counter(&forgotten.handle);
	write_counter(&forgotten.account);
}

uint64
auth_throttle_purge(void)
{
	static PurgeWalk walk = {
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
		auth_value_of(TimestampTzGetDatum(auth_clock_in(-KNOWN_DEVICE_SECONDS))),
	};

	return auth_purge_next(&walk, ends);
}
