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

#include "account/account.h"
#include "audit/audit.h"
#include "base/arguments.h"
#include "http/call.h"
#include "account/credential.h"
#include "password/password.h"
#include "password/register_user.h"
#include "portable/email.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* What keeps an account from being taken over, and what to do about it. */
typedef struct ImportProblem
{
	const char *detail; /* a sentence; NULL if there is none */
	const char *hint;
} ImportProblem;

PG_FUNCTION_INFO_V1(auth_import_user);
PG_FUNCTION_INFO_V1(auth_import_problem);

static ImportProblem
find_problem(const char *address, const char *password_hash, char canonical[EMAIL_MAX_BYTES + 1])
{
	StoredHash hash;
	const char *obstacle;

	if (!auth_email_canonicalize(address, strlen(address), canonical))
		return (ImportProblem){
			"The e-mail address is not valid: it must be a plain ASCII address.",
			"Use auth.import_problem(email, password_hash) to find all such accounts beforehand."};
	if (password_hash == NULL)
		return (ImportProblem){.detail = NULL};
	if (!auth_stored_hash_read(password_hash, &hash))
		return (ImportProblem){
			"The password hash cannot be verified: it is not Argon2id, Argon2i, bcrypt ($2a$, $2b$, $2y$) "
			"or scrypt as Better Auth and Lucia write it, or its cost is too high.",
			"Use auth.import_problem(email, password_hash) to find all such accounts beforehand."};

	obstacle = auth_stored_hash_obstacle(&hash);
	if (obstacle != NULL)
		return (ImportProblem){obstacle, "Set pgcrypto.builtin_crypto_enabled to on, or import the account without a password."};
	return (ImportProblem){.detail = NULL};
}

/* auth.import_problem(email text, password_hash text) returns text */
static Datum
import_problem(PG_FUNCTION_ARGS)
{
	const char *address = text_to_cstring(auth_required_text(fcinfo, 0, "email"));
	const char *password_hash = auth_text_to_cstring(auth_optional_text(fcinfo, 1));
	char email[EMAIL_MAX_BYTES + 1];
	ImportProblem problem = find_problem(address, password_hash, email);

	if (problem.detail == NULL)
		PG_RETURN_NULL();
	return CStringGetTextDatum(problem.detail);
}

Datum
auth_import_problem(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_IMPORT_PROBLEM, import_problem, fcinfo);
}

static Datum
import_user(PG_FUNCTION_ARGS)
{
	const char *address = text_to_cstring(auth_required_text(fcinfo, 0, "email"));
	const char *password_hash = auth_text_to_cstring(auth_optional_text(fcinfo, 1));
	const char *role = PG_ARGISNULL(6) ? auth_default_role : NameStr(*PG_GETARG_NAME(6));
	char email[EMAIL_MAX_BYTES + 1];
	ImportProblem problem = find_problem(address, password_hash, email);
	ImportedAccount imported = {
		.account = {
			.email = email,
			.first_name = auth_text_to_cstring(auth_optional_text(fcinfo, 2)),
			.last_name = auth_text_to_cstring(auth_optional_text(fcinfo, 3)),
			.role = role,
		},
		.id = PG_ARGISNULL(4) ? NULL : PG_GETARG_UUID_P(4),
		.status = text_to_cstring(auth_required_text(fcinfo, 5, "status")),
		.created_at = PG_ARGISNULL(7) ? GetCurrentTimestamp() : PG_GETARG_TIMESTAMPTZ(7),
	};
	pg_uuid_t *user_id = palloc(sizeof(pg_uuid_t));

	if (problem.detail != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot import the account of \"%s\"", address),
				 errdetail("%s", problem.detail),
				 errhint("%s", problem.hint)));
	(void) get_role_oid(role, false);

	auth_account_import(&imported, user_id);
	if (password_hash != NULL)
		auth_credential_insert(user_id, password_hash);
	auth_audit_record(&(AuditEvent){.user_id = user_id});
	return UUIDPGetDatum(user_id);
}

/*
 * auth.import_user(email text, password_hash text, first_name text, last_name text, id uuid, status text,
 *	  role name, created_at timestamptz) returns uuid
 */
Datum
auth_import_user(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_IMPORT_USER, import_user, fcinfo);
}
