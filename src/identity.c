/*
 * identity.c
 *	  Who is asking, for the length of a transaction.
 *
 * The identity lives in settings that only a superuser may set, and that we set
 * locally to the transaction: PostgreSQL itself then ends them with the
 * transaction, restores them at a savepoint, and hands them to parallel
 * workers.  Beside each text we keep the parsed value, so that a policy that
 * asks for every row pays for a memory read.
 */
#include "postgres.h"

#include "compat.h"
#include "identity.h"

#include "fmgr.h"
#include "json.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/uuid.h"

#define UUID_TEXT_BYTES 36

typedef struct BoundUuid
{
	char *text;
	bool is_set;
	pg_uuid_t uuid;
} BoundUuid;

static BoundUuid user;
static BoundUuid session;
static char *role;

PG_FUNCTION_INFO_V1(auth_uid);
PG_FUNCTION_INFO_V1(auth_session_id);
PG_FUNCTION_INFO_V1(auth_role);

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* uuid_in would raise, and a check hook must not. */
static bool
parse_uuid(const char *text, pg_uuid_t *uuid)
{
	if (strlen(text) != UUID_TEXT_BYTES)
		return false;

	for (int i = 0; i < UUID_LEN; i++)
	{
		bool follows_dash = i == 4 || i == 6 || i == 8 || i == 10;
		int high,
			low;

		if (follows_dash && *text++ != '-')
			return false;
		high = hex_digit(*text++);
		low = hex_digit(*text++);
		if (high < 0 || low < 0)
			return false;
		uuid->data[i] = high << 4 | low;
	}
	return true;
}

/* Nobody is signed in by the settings of a database, a role or a connection. */
static bool
is_for_this_session(const char *new_value, GucSource source)
{
	if (new_value == NULL || *new_value == '\0' || source == PGC_S_SESSION)
		return true;

	GUC_check_errdetail("An identity is set for a transaction or a session only.");
	return false;
}

static bool
check_role(char **new_value, void **extra, GucSource source)
{
	return is_for_this_session(*new_value, source);
}

static bool
check_uuid(char **new_value, void **extra, GucSource source)
{
	pg_uuid_t uuid;

	if (!is_for_this_session(*new_value, source))
		return false;
	if (*new_value == NULL || **new_value == '\0')
		return true;

	if (!parse_uuid(*new_value, &uuid))
	{
		GUC_check_errdetail("The value must be empty or a uuid in its canonical form.");
		return false;
	}

	*extra = guc_malloc(LOG, sizeof(pg_uuid_t));
	if (*extra == NULL)
		return false;
	memcpy(*extra, &uuid, sizeof(uuid));
	return true;
}

static void
assign_uuid(BoundUuid *bound, const pg_uuid_t *uuid)
{
	bound->is_set = uuid != NULL;
	if (uuid != NULL)
		bound->uuid = *uuid;
}

static void
assign_user(const char *new_value, void *extra)
{
	assign_uuid(&user, extra);
}

static void
assign_session(const char *new_value, void *extra)
{
	assign_uuid(&session, extra);
}

void
auth_identity_define(void)
{
	const int flags = GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE;

	DefineCustomStringVariable("auth.user_id",
							   "The account on whose behalf this transaction runs.",
							   "Set by auth.authenticate() and auth.pre_request().",
							   &user.text,
							   "",
							   PGC_SUSET, flags, check_uuid, assign_user, NULL);

	DefineCustomStringVariable("auth.session_id",
							   "The session in which this transaction runs.",
							   "Set by auth.authenticate() and auth.pre_request().",
							   &session.text,
							   "",
							   PGC_SUSET, flags, check_uuid, assign_session, NULL);

	DefineCustomStringVariable("auth.user_role",
							   "The role of the account on whose behalf this transaction runs.",
							   "Set by auth.authenticate() and auth.pre_request().",
							   &role,
							   "",
							   PGC_SUSET, flags, check_role, NULL, NULL);
}

static void
set_local(const char *setting, const char *value)
{
	if (set_config_option(setting, value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false) <= 0)
		elog(ERROR, "could not set \"%s\"", setting);
}

void
auth_identity_bind(const pg_uuid_t *user_id, const pg_uuid_t *session_id, const char *user_role)
{
	set_local("auth.user_id", auth_json_uuid(user_id));
	set_local("auth.session_id", auth_json_uuid(session_id));
	set_local("auth.user_role", user_role);
}

const pg_uuid_t *
auth_identity_user(void)
{
	return user.is_set ? &user.uuid : NULL;
}

const pg_uuid_t *
auth_identity_session(void)
{
	return session.is_set ? &session.uuid : NULL;
}

const char *
auth_identity_role(void)
{
	return role == NULL || *role == '\0' ? NULL : role;
}

/* auth.uid() returns uuid: called for every row, so it copies nothing */
Datum
auth_uid(PG_FUNCTION_ARGS)
{
	if (!user.is_set)
		PG_RETURN_NULL();
	PG_RETURN_UUID_P(&user.uuid);
}

/* auth.session_id() returns uuid */
Datum
auth_session_id(PG_FUNCTION_ARGS)
{
	if (!session.is_set)
		PG_RETURN_NULL();
	PG_RETURN_UUID_P(&session.uuid);
}

/* auth.role() returns name */
Datum
auth_role(PG_FUNCTION_ARGS)
{
	if (auth_identity_role() == NULL)
		PG_RETURN_NULL();
	return DirectFunctionCall1(namein, CStringGetDatum(auth_identity_role()));
}
