/*
 * register_user.c
 *	  auth.register_user: open an account.
 */
#include "postgres.h"

#include "password/register_user.h"

#include "account/account.h"
#include "audit/audit.h"
#include "base/arguments.h"
#include "base/json.h"
#include "base/settings.h"
#include "http/call.h"
#include "http/request.h"
#include "http/response.h"
#include "mb/pg_wchar.h"
#include "account/credential.h"
#include "password/password.h"
#include "password/password_turn.h"
#include "portable/email.h"
#include "utils/acl.h"

#define NAME_MAX_CHARACTERS 255

static bool registration_enabled;
static bool disclose_existing_accounts;
char *auth_default_role;

PG_FUNCTION_INFO_V1(auth_register_user);

static bool
check_role_name(char **new_value, void **extra, GucSource source)
{
	if (strlen(*new_value) >= NAMEDATALEN)
	{
		GUC_check_errdetail("A role name can have at most %d bytes.", NAMEDATALEN - 1);
		return false;
	}
	return auth_settings_check_not_empty(new_value, extra, source);
}

void
auth_register_user_define_settings(void)
{
	DefineCustomBoolVariable("auth.registration_enabled",
							 "Whether anybody may register an account.",
							 NULL,
							 &registration_enabled,
							 true,
							 PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomStringVariable("auth.default_role",
							   "The role of a new account.",
							   NULL,
							   &auth_default_role,
							   "authenticated",
							   PGC_SUSET, 0, check_role_name, NULL, NULL);

	DefineCustomBoolVariable("auth.disclose_existing_accounts",
							 "Whether registration says that an address is taken.",
							 "Weakens: anybody can find out who has an account.",
							 &disclose_existing_accounts,
							 false,
							 PGC_SUSET, 0, NULL, NULL, NULL);
}

static bool
is_acceptable_name(const text *name)
{
	return name == NULL ||
		pg_mbstrlen_with_len(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) <= NAME_MAX_CHARACTERS;
}

static Datum
refuse(RefusalKind kind, const char *details)
{
	return auth_refuse(&(Refusal){.kind = kind, .details = details});
}

/* The same for a new account and, over HTTP, for an address that is taken. */
static Datum
answer(const NewAccount *account)
{
	StringInfoData body;

	auth_json_begin(&body);
	auth_json_string(&body, "email", account->email);
	auth_json_string(&body, "first_name", account->first_name);
	auth_json_string(&body, "last_name", account->last_name);
	auth_json_end(&body);
	auth_response_forbid_storing();
	return auth_json_to_jsonb(&body);
}

static bool
create_account(const NewAccount *account, const char *password_hash, pg_uuid_t *user_id)
{
	if (!auth_account_create(account, user_id))
		return false;

	auth_credential_insert(user_id, password_hash);
	return true;
}

static Datum
register_user(PG_FUNCTION_ARGS)
{
	const text *address = auth_required_text(fcinfo, 0, "email");
	const Secret *password = auth_password_from_text(auth_required_text(fcinfo, 1, "password"));
	const text *first_name = auth_optional_text(fcinfo, 2);
	const text *last_name = auth_optional_text(fcinfo, 3);
	bool may_disclose = disclose_existing_accounts || !auth_request_is_http();
	char email[EMAIL_MAX_BYTES + 1];
	NewAccount account = {
		.email = email,
		.first_name = auth_text_to_cstring(first_name),
		.last_name = auth_text_to_cstring(last_name),
		.role = auth_default_role,
	};
	const char *problem = auth_password_problem(password);
	const char *password_hash;
	const Refusal *refusal;
	PasswordTurn turn;
	pg_uuid_t user_id;
	bool is_new;

	if (!registration_enabled)
		return refuse(REFUSAL_REGISTRATION_DISABLED, NULL);
	if (!auth_email_canonicalize(VARDATA_ANY(address), VARSIZE_ANY_EXHDR(address), email))
		return refuse(REFUSAL_VALIDATION_FAILED, "email");
	if (!is_acceptable_name(first_name))
		return refuse(REFUSAL_VALIDATION_FAILED, "first_name");
	if (!is_acceptable_name(last_name))
		return refuse(REFUSAL_VALIDATION_FAILED, "last_name");
	if (problem != NULL)
		return refuse(REFUSAL_WEAK_PASSWORD, problem);

	/* A misspelt setting is found out now, not at the account's first request. */
	(void) get_role_oid(auth_default_role, false);

	refusal = auth_password_turn_begin_registration(&turn);
	if (refusal == NULL)
		refusal = auth_password_turn_wait(&turn);
	if (refusal != NULL)
		return auth_refuse(refusal);

	password_hash = auth_password_hash(password);
	if (password_hash == NULL)
		return auth_refuse(auth_password_turn_fail(&turn));
	auth_password_turn_end();

	is_new = create_account(&account, password_hash, &user_id);
	if (!is_new && may_disclose)
		return refuse(REFUSAL_USER_ALREADY_EXISTS, NULL);

	auth_audit_record(&(AuditEvent){
		.user_id = is_new ? &user_id : NULL,
		.reason = is_new ? NULL : "The address is taken",
	});
	return answer(&account);
}

/* auth.register_user(email text, password text, first_name text, last_name text) returns jsonb */
Datum
auth_register_user(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_REGISTER_USER, register_user, fcinfo);
}
