/*
 * session.c
 *	  Sessions: one row from sign-in to sign-out.
 *
 * A session that is ended is deleted, so whatever finds a row need only ask
 * whether it has expired.  Rotation changes no indexed column (HOT), however
 * often it happens.  Calls that end several sessions lock them in the order
 * of their ids, so that no two wait for each other.
 */
#include "postgres.h"

#include "session/session.h"

#include "audit/purge.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/statement.h"
#include "catalog/pg_type.h"
#include "http/client.h"
#include "utils/builtins.h"

/* A clock that is set forward by mistake must not delete what still lives. */
#define PURGE_GRACE_SECONDS (24 * 60 * 60)

static int session_max_age; /* seconds */
static int refresh_grace; /* seconds */
static int max_sessions;

void
auth_session_define_settings(void)
{
	DefineCustomIntVariable("auth.session_max_age",
							"How long a session lives at most, however often it is refreshed.",
							NULL,
							&session_max_age,
							30 * ONE_DAY_SECONDS, 1, TEN_YEARS_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.refresh_grace",
							"How long a used refresh token still answers with its successor.",
							"Tabs and retries that refresh at the same time need it; "
							"the theft of a token is noticed only after it.",
							&refresh_grace,
							10, 0, 300,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.max_sessions",
							"How many sessions an account may have at once; the oldest ends.",
							NULL,
							&max_sessions,
							100, 1, 10000,
							PGC_SUSET, 0, NULL, NULL, NULL);
}

static void
insert_session(Session *session)
{
	static Statement insert = {
		.text = "INSERT INTO auth.sessions (user_id, refreshed_at, expires_at, not_after, user_agent, ip) "
				"VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, generation",
		.argument_count = 6,
		.argument_types = {UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, INETOID},
	};
	NullableDatum values[] = {
		auth_value_uuid(&session->user_id),
		auth_value_of(TimestampTzGetDatum(session->refreshed_at)),
		auth_value_of(TimestampTzGetDatum(session->expires_at)),
		auth_value_of(TimestampTzGetDatum(session->not_after)),
		auth_value_text(auth_client_user_agent()),
		auth_value_inet(auth_client_address_text()),
	};
	NullableDatum columns[2];

	if (!auth_statement_fetch(&insert, values, columns, lengthof(columns)))
		elog(ERROR, "could not insert a session");
	session->id = *DatumGetUUIDP(columns[0].value);
	session->generation = DatumGetInt32(columns[1].value);
}

/* The account is locked, so no concurrent sign-in can add a session to it. */
static void
end_oldest(const pg_uuid_t *user_id)
{
	static Statement delete = {
		.text = "DELETE FROM auth.sessions WHERE id OPERATOR(pg_catalog.=) ANY (ARRAY("
				"SELECT id FROM auth.sessions WHERE id OPERATOR(pg_catalog.=) ANY (ARRAY("
				"SELECT id FROM auth.sessions WHERE user_id OPERATOR(pg_catalog.=) $1 "
				"ORDER BY refreshed_at DESC, id OFFSET $2)) ORDER BY id FOR UPDATE))",
		.argument_count = 2,
		.argument_types = {UUIDOID, INT8OID},
	};
	NullableDatum values[] = {
		auth_value_uuid(user_id),
		auth_value_of(Int64GetDatum(max_sessions)),
	};

	auth_statement_run(&delete, values);
}

void
auth_session_open(const Account *account, int idle_seconds, Session *session)
{
	memset(session, 0, sizeof(*session));
	session->user_id = account->id;
	session->role = account->role;
	session->is_user_active = account->is_active;
	session->refreshed_at = GetCurrentTimestamp();
	session->not_after = auth_clock_in(session_max_age);
	session->expires_at = Min(auth_clock_in(idle_seconds), session->not_after);

	auth_account_note_sign_in(&account->id);
	insert_session(session);
	end_oldest(&account->id);
}

#define SELECT_SESSION                                                                 \
	"SELECT s.user_id, u.role, u.status OPERATOR(pg_catalog.=) 'active', "             \
	"s.generation, s.refreshed_at, s.expires_at, s.not_after "                         \
	"FROM auth.sessions s JOIN auth.users u ON u.id OPERATOR(pg_catalog.=) s.user_id " \
	"WHERE s.id OPERATOR(pg_catalog.=) $1"

static bool
fetch_session(Statement *statement, const pg_uuid_t *id, Session *session)
{
	NullableDatum values[] = {auth_value_uuid(id)};
	NullableDatum columns[7];

	if (!auth_statement_fetch(statement, values, columns, lengthof(columns)))
		return false;

	session->id = *id;
	session->user_id = *DatumGetUUIDP(columns[0].value);
	session->role = *DatumGetName(columns[1].value);
	session->is_user_active = DatumGetBool(columns[2].value);
	session->generation = DatumGetInt32(columns[3].value);
	session->refreshed_at = DatumGetTimestampTz(columns[4].value);
	session->expires_at = DatumGetTimestampTz(columns[5].value);
	session->not_after = DatumGetTimestampTz(columns[6].value);
	return true;
}

bool
auth_session_find(const pg_uuid_t *id, Session *session)
{
	static Statement select_session = {
		.text = SELECT_SESSION,
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};

	return fetch_session(&select_session, id, session);
}

bool
auth_session_lock(const pg_uuid_t *id, Session *session)
{
	static Statement lock_session = {
		.text = SELECT_SESSION " FOR NO KEY UPDATE OF s",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};

	return fetch_session(&lock_session, id, session);
}

const char *
auth_session_end_reason(const Session *session)
{
	TimestampTz now = GetCurrentTimestamp();

	if (!session->is_user_active)
		return "The account is not active";
	if (now >= session->not_after)
		return "The session has reached its maximum age";
	if (now >= session->expires_at)
		return "The session was idle for too long";
	return NULL;
}

GenerationVerdict
auth_session_judge(const Session *session, int presented_generation)
{
	TimestampTz grace_end = auth_clock_after(session->refreshed_at, refresh_grace);

	/* A newer generation than the row's: the write of it was lost when a server failed. */
	if (presented_generation >= session->generation)
		return GENERATION_CURRENT;

	if (presented_generation == session->generation - 1 && GetCurrentTimestamp() < grace_end)
		return GENERATION_REPEATED;

	return GENERATION_REUSED;
}

void
auth_session_rotate(Session *session, int presented_generation, int idle_seconds)
{
	static Statement update = {
		.text = "UPDATE auth.sessions SET generation = $2, refreshed_at = $3, expires_at = $4 "
				"WHERE id OPERATOR(pg_catalog.=) $1",
		.argument_count = 4,
		.argument_types = {UUIDOID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID},
	};

	session->generation = presented_generation + 1;
	session->refreshed_at = GetCurrentTimestamp();
	session->expires_at = Min(auth_clock_in(idle_seconds), session->not_after);

	auth_statement_run(&update, (NullableDatum[]){
									auth_value_uuid(&session->id),
									auth_value_of(Int32GetDatum(session->generation)),
									auth_value_of(TimestampTzGetDatum(session->refreshed_at)),
									auth_value_of(TimestampTzGetDatum(session->expires_at)),
								});
}

bool
auth_session_find_latest(const pg_uuid_t *id, Session *session)
{
	static Statement select_session = {
		.text = SELECT_SESSION,
		.argument_count = 1,
		.argument_types = {UUIDOID},
		.snapshot = SNAPSHOT_LATEST,
	};

	return fetch_session(&select_session, id, session);
}

uint64
auth_session_end(const pg_uuid_t *id)
{
	static Statement delete = {
		.text = "DELETE FROM auth.sessions WHERE id OPERATOR(pg_catalog.=) $1",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};
	NullableDatum values[] = {auth_value_uuid(id)};

	return auth_statement_run(&delete, values);
}

uint64
auth_session_end_others(const pg_uuid_t *user_id, const pg_uuid_t *kept_id)
{
	static Statement delete = {
		.text = "DELETE FROM auth.sessions WHERE id OPERATOR(pg_catalog.=) ANY (ARRAY("
				"SELECT id FROM auth.sessions WHERE user_id OPERATOR(pg_catalog.=) $1 "
				"AND ($2 IS NULL OR id OPERATOR(pg_catalog.<>) $2) ORDER BY id FOR UPDATE))",
		.argument_count = 2,
		.argument_types = {UUIDOID, UUIDOID},
	};
	NullableDatum values[] = {auth_value_uuid(user_id), auth_value_uuid(kept_id)};

	return auth_statement_run(&delete, values);
}

uint64
auth_session_end_all(const pg_uuid_t *user_id)
{
	return auth_session_end_others(user_id, NULL);
}

uint64
auth_session_purge(void)
{
	static PurgeWalk walk = {
		.statement = {
			.text = "DELETE FROM auth.sessions WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY("
					"SELECT ctid FROM auth.sessions WHERE ctid OPERATOR(pg_catalog.>=) $1 "
					"AND LEAST(expires_at, not_after) OPERATOR(pg_catalog.<) $3 LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING ctid",
			.argument_count = 3,
			.argument_types = {TIDOID, INT8OID, TIMESTAMPTZOID},
		},
	};
	NullableDatum ended_before = auth_value_of(TimestampTzGetDatum(auth_clock_in(-PURGE_GRACE_SECONDS)));

	return auth_purge_next(&walk, &ended_before);
}
