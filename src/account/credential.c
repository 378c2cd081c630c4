/*
 * credential.c
 *	  Stored passwords: rows of auth_private.credentials.
 */
#include "postgres.h"

#include "account/credential.h"

#include "base/statement.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define SELECT_HASH \
	"SELECT password_hash FROM auth_private.credentials WHERE user_id OPERATOR(pg_catalog.=) $1"

static char *
fetch_hash(Statement *statement, NullableDatum value)
{
	NullableDatum column;

	return auth_statement_fetch(statement, &value, &column, 1) ? TextDatumGetCString(column.value) : NULL;
}

char *
auth_credential_find(const pg_uuid_t *user_id)
{
	static Statement select_hash = {
		.text = SELECT_HASH,
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};

	return fetch_hash(&select_hash, auth_value_uuid(user_id));
}

char *
auth_credential_lock(const pg_uuid_t *user_id)
{
	static Statement lock_hash = {
		.text = SELECT_HASH " FOR NO KEY UPDATE",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};

	return fetch_hash(&lock_hash, auth_value_uuid(user_id));
}

void
auth_credential_insert(const pg_uuid_t *user_id, const char *password_hash)
{
	static Statement insert = {
		.text = "INSERT INTO auth_private.credentials (user_id, password_hash) VALUES ($1, $2)",
		.argument_count = 2,
		.argument_types = {UUIDOID, TEXTOID},
		.has_secret_arguments = true,
	};
	NullableDatum values[] = {auth_value_uuid(user_id), auth_value_text(password_hash)};

	auth_statement_run(&insert, values);
}

bool
auth_credential_set_at(const char *email, TimestampTz *set_at)
{
	static Statement select_time = {
		.text = "SELECT c.password_set_at FROM auth_private.credentials c JOIN auth.users u ON u.id OPERATOR(pg_catalog.=) c.user_id "
				"WHERE u.email OPERATOR(pg_catalog.=) $1",
		.argument_count = 1,
		.argument_types = {TEXTOID},
	};
	NullableDatum columns[1];

	if (!auth_statement_fetch(&select_time, (NullableDatum[]){auth_value_text(email)}, columns, lengthof(columns)))
		return false;

	*set_at = DatumGetTimestampTz(columns[0].value);
	return true;
}

void
auth_credential_replace(const pg_uuid_t *user_id, const char *password_hash)
{
	static Statement update = {
		.text = "UPDATE auth_private.credentials SET password_hash = $2, password_set_at = pg_catalog.clock_timestamp() "
				"WHERE user_id OPERATOR(pg_catalog.=) $1",
		.argument_count = 2,
		.argument_types = {UUIDOID, TEXTOID},
		.has_secret_arguments = true,
	};
	NullableDatum values[] = {auth_value_uuid(user_id), auth_value_text(password_hash)};

	auth_statement_run(&update, values);
}

void
auth_credential_rehash(const pg_uuid_t *user_id, const char *password_hash)
{
	static Statement update = {
		.text = "UPDATE auth_private.credentials SET password_hash = $2 WHERE user_id OPERATOR(pg_catalog.=) $1",
		.argument_count = 2,
		.argument_types = {UUIDOID, TEXTOID},
		.has_secret_arguments = true,
	};
	NullableDatum values[] = {auth_value_uuid(user_id), auth_value_text(password_hash)};

	auth_statement_run(&update, values);
}

/*
 * Ordered by a hash of the id: imported ids may lie close together (a UUIDv7
 * begins with the time), and then one account would be picked for nearly every
 * key.
 */
#define ID_HASH "pg_catalog.uuid_hash_extended(user_id, 0)"

char *
auth_credential_dummy_hash(const unsigned char key[DUMMY_HASH_KEY_BYTES])
{
	static Statement select_next = {
		.text = "(SELECT password_hash FROM auth_private.credentials "
				"WHERE " ID_HASH " OPERATOR(pg_catalog.>=) $1 ORDER BY " ID_HASH " LIMIT 1) "
				"UNION ALL (SELECT password_hash FROM auth_private.credentials ORDER BY " ID_HASH " LIMIT 1) LIMIT 1",
		.argument_count = 1,
		.argument_types = {INT8OID},
	};
	int64 from;

	memcpy(&from, key, sizeof(from));
	return fetch_hash(&select_next, auth_value_of(Int64GetDatum(from)));
}
