/*
 * account.c
 *	  Accounts: rows of auth.users.
 */
#include "postgres.h"

#include "account/account.h"

#include "base/statement.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define SELECT_ACCOUNT \
	"SELECT id, email, role, status OPERATOR(pg_catalog.=) 'active' FROM auth.users "

static bool
fetch_account(Statement *statement, NullableDatum value, Account *account)
{
	NullableDatum columns[4];

	if (!auth_statement_fetch(statement, &value, columns, lengthof(columns)))
		return false;

	account->id = *DatumGetUUIDP(columns[0].value);
	account->email = TextDatumGetCString(columns[1].value);
	account->role = *DatumGetName(columns[2].value);
	account->is_active = DatumGetBool(columns[3].value);
	return true;
}

bool
auth_account_find(const char *email, Account *account)
{
	static Statement select_account = {
		.text = SELECT_ACCOUNT "WHERE email OPERATOR(pg_catalog.=) $1",
		.argument_count = 1,
		.argument_types = {TEXTOID},
	};

	return fetch_account(&select_account, auth_value_text(email), account);
}

bool
auth_account_find_by_id(const pg_uuid_t *id, Account *account)
{
	static Statement select_account = {
		.text = SELECT_ACCOUNT "WHERE id OPERATOR(pg_catalog.=) $1",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};

	return fetch_account(&select_account, auth_value_uuid(id), account);
}

bool
auth_account_lock(const pg_uuid_t *id, Account *account)
{
	static Statement lock_account = {
		.text = SELECT_ACCOUNT "WHERE id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};

	return fetch_account(&lock_account, auth_value_uuid(id), account);
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
		return false;

	*id = *DatumGetUUIDP(column.value);
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
}

void
auth_account_note_sign_in(const pg_uuid_t *id)
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

void
auth_account_note_verified(const pg_uuid_t *id)
{
	static Statement update = {
		.text = "UPDATE auth.users SET email_verified_at = pg_catalog.clock_timestamp() "
				"WHERE id OPERATOR(pg_catalog.=) $1 AND email_verified_at IS NULL",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};

	auth_statement_run(&update, (NullableDatum[]){auth_value_uuid(id)});
}
