/*
 * identity.c
 *	  The current user, for the length of a transaction.
 *
 * The identity lives in settings that only a superuser may set, and that we set
 * locally to the transaction: PostgreSQL itself then ends them with the
 * transaction, restores them at a savepoint, and hands them to parallel
 * workers.  Beside each text we keep the parsed value, so that a policy that
 * asks for every row pays for a memory read.
 */
#include "postgres.h"

#include "account/identity.h"

#include "base/compat.h"
#include "base/settings.h"
#include "base/uuid.h"

typedef struct BoundUuid
{
	char *text;
	bool is_set;
	pg_uuid_t uuid;
} BoundUuid;

static BoundUuid user;
static BoundUuid session;
static char *role;

/* The settings of a database, a role or a connection must not sign anybody in. */
static bool
is_for_this_session(const char *new_value, GucSource source)
{
	if (new_value == NULL || *new_value == '\0' || source == PGC_S_SESSION)
		return true;

	GUC_check_errdetail("An identity can be set only for a transaction or a session.");
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

	if (!auth_uuid_read(*new_value, &uuid))
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
auth_identity_define_settings(void)
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

void
auth_identity_bind(const pg_uuid_t *user_id, const pg_uuid_t *session_id, const char *user_role)
{
	auth_settings_set_local("auth.user_id", auth_uuid_to_text(user_id), PGC_SUSET);
	auth_settings_set_local("auth.session_id", auth_uuid_to_text(session_id), PGC_SUSET);
	auth_settings_set_local("auth.user_role", user_role, PGC_SUSET);
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

void
auth_identity_raise_not_signed_in(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("not signed in")));
}

const pg_uuid_t *
auth_identity_require_user(void)
{
	if (!user.is_set)
		auth_identity_raise_not_signed_in();
	return &user.uuid;
}
