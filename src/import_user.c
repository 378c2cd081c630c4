/*
 * import_user.c
 *	  auth.import_user: take an account over from another system, with the
 *	  password that its owner has.
 *
 * An operator's call, made for many accounts in one statement: what cannot be
 * taken over is an error that says which account and why, and then nothing is.
 * auth.import_problem tells beforehand, account by account.
 */
#include "postgres.h"

#include "account.h"
#include "arguments.h"
#include "audit.h"
#include "email.h"
#include "miscadmin.h"
#include "password.h"
#include "secret.h"
#include "settings.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define EVENT "import_user"

PG_FUNCTION_INFO_V1(auth_import_user);
PG_FUNCTION_INFO_V1(auth_import_problem);

static const char *
string_or_null(const text *value)
{
	return value == NULL ? NULL : text_to_cstring(value);
}

/* What keeps an account from being taken over; NULL if nothing does. */
static const char *
find_problem(const char *address, const char *password_hash, char canonical[EMAIL_MAX_BYTES + 1])
{
	if (!auth_email_canonicalize(address, strlen(address), canonical))
		return "The e-mail address is not acceptable: it must be a plain address in ASCII.";
	if (password_hash != NULL && !auth_password_is_verifiable(password_hash))
		return "The password hash cannot be verified: it is none of Argon2id, Argon2i, bcrypt ($2a$, $2b$, $2y$) "
			   "and scrypt as Better Auth and Lucia write it, or it costs too much.";
	return NULL;
}

/* auth.import_problem(email text, password_hash text) returns text */
static Datum
import_problem(PG_FUNCTION_ARGS)
{
	const char *address = text_to_cstring(auth_required_text(fcinfo, 0, "email"));
	const char *password_hash = string_or_null(auth_optional_text(fcinfo, 1));
	char email[EMAIL_MAX_BYTES + 1];
	const char *problem = find_problem(address, password_hash, email);

	if (problem == NULL)
	{
		fcinfo->isnull = true;
		return (Datum) 0;
	}
	return CStringGetTextDatum(problem);
}

Datum
auth_import_problem(PG_FUNCTION_ARGS)
{
	return auth_secret_call(import_problem, fcinfo);
}

static Datum
import_user(PG_FUNCTION_ARGS)
{
	const char *address = text_to_cstring(auth_required_text(fcinfo, 0, "email"));
	const char *password_hash = string_or_null(auth_optional_text(fcinfo, 1));
	const char *role = PG_ARGISNULL(6) ? auth_settings.default_role : NameStr(*PG_GETARG_NAME(6));
	char email[EMAIL_MAX_BYTES + 1];
	const char *problem = find_problem(address, password_hash, email);
	ImportedAccount imported = {
		.account = {
			.email = email,
			.password_hash = password_hash,
			.first_name = string_or_null(auth_optional_text(fcinfo, 2)),
			.last_name = string_or_null(auth_optional_text(fcinfo, 3)),
			.role = role,
		},
		.id = PG_ARGISNULL(4) ? NULL : PG_GETARG_UUID_P(4),
		.status = text_to_cstring(auth_required_text(fcinfo, 5, "status")),
		.created_at = PG_ARGISNULL(7) ? GetCurrentTimestamp() : PG_GETARG_TIMESTAMPTZ(7),
	};
	pg_uuid_t *user_id = palloc(sizeof(pg_uuid_t));

	PreventCommandIfReadOnly("auth.import_user()");
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot import the account of \"%s\"", address),
				 errdetail("%s", problem),
				 errhint("auth.import_problem(email, password_hash) finds all such accounts beforehand.")));
	(void) get_role_oid(role, false);

	auth_account_import(&imported, user_id);
	auth_audit_record(&(AuditEvent){
		.event = EVENT,
		.user_id = user_id,
	});
	return UUIDPGetDatum(user_id);
}

/*
 * auth.import_user(email text, password_hash text, first_name text, last_name text, id uuid, status text,
 *	  role name, created_at timestamptz) returns uuid
 */
Datum
auth_import_user(PG_FUNCTION_ARGS)
{
	return auth_secret_call(import_user, fcinfo);
}
