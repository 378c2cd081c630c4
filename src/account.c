/*
 * account.c
 *	  Accounts: who may sign in, and with which password.
 */
#include "postgres.h"

#include "account.h"

#include "catalog/pg_type.h"
#include "statement.h"
#include "sweep.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define SELECT_ACCOUNT                                                                         \
	"SELECT u.id, u.email, u.role, u.status OPERATOR(pg_catalog.=) 'active', c.password_hash " \
	"FROM auth.users u LEFT JOIN auth_private.credentials c ON c.user_id OPERATOR(pg_catalog.=) u.id "

static bool
fetch_account(Statement *statement, NullableDatum value, Account *account)
{
	NullableDatum columns[5];

	if (!auth_statement_fetch(statement, &value, columns, lengthof(columns)))
		return false;

	account->id = *DatumGetUUIDP(columns[0].value);
	account->email = TextDatumGetCString(columns[1].value);
	account->role = *DatumGetName(columns[2].value);
	account->is_active = DatumGetBool(columns[3].value);
	account->password_hash = columns[4].isnull ? NULL : TextDatumGetCString(columns[4].value);
	return true;
}

bool
auth_account_find(const char *email, Account *account)
{
	static Statement select_account = {
		.text = SELECT_ACCOUNT "WHERE u.email OPERATOR(pg_catalog.=) $1",
		.argument_count = 1,
		.argument_types = {TEXTOID},
	};

	return fetch_account(&select_account, auth_value_text(email), account);
}

bool
auth_account_find_by_id(const pg_uuid_t *id, Account *account)
{
	static Statement select_account = {
		.text = SELECT_ACCOUNT "WHERE u.id OPERATOR(pg_catalog.=) $1",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};

	return fetch_account(&select_account, auth_value_uuid(id), account);
}

bool
auth_account_lock(const pg_uuid_t *id, Account *account)
{
	static Statement lock_user = {
		.text = "SELECT FROM auth.users WHERE id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};
	static Statement lock_credentials = {
		.text = "SELECT FROM auth_private.credentials WHERE user_id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};
	NullableDatum values[] = {auth_value_uuid(id)};

	if (auth_statement_run(&lock_user, values) == 0)
		return false;

	auth_statement_run(&lock_credentials, values);
	return auth_account_find_by_id(id, account);
}

/* The address is taken: write as much as a new account would have written. */
static void
write_decoy(void)
{
	static Statement insert_user = {
		.text = "INSERT INTO auth_private.decoys DEFAULT VALUES RETURNING id",
	};
	static Statement insert_credentials = {
		.text = "INSERT INTO auth_private.decoy_credentials (user_id) VALUES ($1)",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};
	NullableDatum id;

	if (!auth_statement_fetch(&insert_user, NULL, &id, 1))
		elog(ERROR, "could not write a decoy");
	auth_statement_run(&insert_credentials, &id);
}

uint64
auth_account_purge_decoys(void)
{
	static Sweep sweep = {
		.statement = {
			.text = "DELETE FROM auth_private.decoys WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY("
					"SELECT ctid FROM auth_private.decoys WHERE ctid OPERATOR(pg_catalog.>=) $1 "
					"LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING ctid",
			.argument_count = 2,
			.argument_types = {TIDOID, INT8OID},
		},
	};

	return auth_sweep_next(&sweep, NULL);
}

static void
insert_credentials(const pg_uuid_t *id, const char *password_hash)
{
	static Statement insert = {
		.text = "INSERT INTO auth_private.credentials (user_id, password_hash) VALUES ($1, $2)",
		.argument_count = 2,
		.argument_types = {UUIDOID, TEXTOID},
		.has_secret_arguments = true,
	};
	NullableDatum values[] = {auth_value_uuid(id), auth_value_text(password_hash)};

	auth_statement_run(&insert, values);
}

bool
auth_account_create(const NewAccount *account, pg_uuid_t *id)
{
	static Statement insert = {
		.text = "INSERT INTO auth.users (email, first_name, last_name, role) VALUES ($1, $2, $3, $4) "
				"ON CONFLICT (email) DO NOTHING RETURNING id",
		.argument_count = 4,
		.argument_types = {TEXTOID, TEXTOID, TEXTOID, NAMEOID},
	};
	NameData role;
	NullableDatum values[] = {
		auth_value_text(account->email),
		auth_value_text(account->first_name),
		auth_value_text(account->last_name),
		auth_value_of(NameGetDatum(&role)),
	};
	NullableDatum column;

	namestrcpy(&role, account->role);
	if (!auth_statement_fetch(&insert, values, &column, 1))
	{
		write_decoy();
		return false;
	}

	*id = *DatumGetUUIDP(column.value);
	insert_credentials(id, account->password_hash);
	return true;
}

void
auth_account_import(const ImportedAccount *imported, pg_uuid_t *id)
{
	static Statement insert = {
		.text = "INSERT INTO auth.users (id, email, first_name, last_name, role, status, created_at) "
				"VALUES (coalesce($1, pg_catalog.gen_random_uuid()), $2, $3, $4, $5, $6, $7) RETURNING id",
		.argument_count = 7,
		.argument_types = {UUIDOID, TEXTOID, TEXTOID, TEXTOID, NAMEOID, TEXTOID, TIMESTAMPTZOID},
	};
	const NewAccount *account = &imported->account;
	NameData role;
	NullableDatum values[] = {
		auth_value_uuid(imported->id),
		auth_value_text(account->email),
		auth_value_text(account->first_name),
		auth_value_text(account->last_name),
		auth_value_of(NameGetDatum(&role)),
		auth_value_text(imported->status),
		auth_value_of(TimestampTzGetDatum(imported->created_at)),
	};
	NullableDatum column;

	namestrcpy(&role, account->role);
	if (!auth_statement_fetch(&insert, values, &column, 1))
		elog(ERROR, "could not insert an account");

	*id = *DatumGetUUIDP(column.value);
	if (account->password_hash != NULL)
		insert_credentials(id, account->password_hash);
}

/*
 * By a hash of the id: ids that were brought along may lie close together (a
 * UUIDv7 begins with the time), and one of them would stand in for all.
 */
#define ID_HASH "pg_catalog.uuid_hash_extended(user_id, 0)"

char *
auth_account_stand_in(const unsigned char key[STAND_IN_KEY_BYTES])
{
	static Statement select_next = {
		.text = "(SELECT password_hash FROM auth_private.credentials "
				"WHERE " ID_HASH " OPERATOR(pg_catalog.>=) $1 ORDER BY " ID_HASH " LIMIT 1) "
				"UNION ALL (SELECT password_hash FROM auth_private.credentials ORDER BY " ID_HASH " LIMIT 1) LIMIT 1",
		.argument_count = 1,
		.argument_types = {INT8OID},
	};
	int64 from;
	NullableDatum value;
	NullableDatum column;

	memcpy(&from, key, sizeof(from));
	value = auth_value_of(Int64GetDatum(from));
	return auth_statement_fetch(&select_next, &value, &column, 1) ? TextDatumGetCString(column.value) : NULL;
}

void
auth_account_set_password_hash(const pg_uuid_t *id, const char *password_hash)
{
	static Statement update = {
		.text = "UPDATE auth_private.credentials SET password_hash = $2 WHERE user_id OPERATOR(pg_catalog.=) $1",
		.argument_count = 2,
		.argument_types = {UUIDOID, TEXTOID},
		.has_secret_arguments = true,
	};
	NullableDatum values[] = {auth_value_uuid(id), auth_value_text(password_hash)};

	auth_statement_run(&update, values);
}

void
auth_account_note_access(const pg_uuid_t *id)
{
	static Statement update = {
		.text = "UPDATE auth.users SET last_sign_in_at = pg_catalog.clock_timestamp() "
				"WHERE id OPERATOR(pg_catalog.=) $1",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};
	NullableDatum values[] = {auth_value_uuid(id)};

	auth_statement_run(&update, values);
}
