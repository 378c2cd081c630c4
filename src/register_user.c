/*
 * register_user.c
 *	  auth.register_user: open an account.
 */
#include "postgres.h"

#include "account.h"
#include "arguments.h"
#include "audit.h"
#include "email.h"
#include "hash_gate.h"
#include "json.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "password.h"
#include "plain_result.h"
#include "refusal.h"
#include "request.h"
#include "response.h"
#include "settings.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#define EVENT "register_user"
#define NAME_MAX_CHARACTERS 255

PG_FUNCTION_INFO_V1(auth_register_user);

static bool
is_acceptable_name(const text *name)
{
	return name == NULL ||
		pg_mbstrlen_with_len(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) <= NAME_MAX_CHARACTERS;
}

static const char *
string_or_null(const text *value)
{
	return value == NULL ? NULL : text_to_cstring(value);
}

static Datum
refuse(RefusalKind kind, const char *details)
{
	return auth_refuse(&(Refusal){
		.kind = kind,
		.event = EVENT,
		.details = details,
	});
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
enter_hash_gate(void)
{
	if (!auth_hash_gate_queue())
		return false;
	if (auth_hash_gate_enter())
		return true;

	auth_hash_gate_leave_queue();
	return false;
}

static Datum
register_user(PG_FUNCTION_ARGS)
{
	const text *address = auth_required_text(fcinfo, 0, "email");
	const Secret *password = auth_password_from_text(auth_required_text(fcinfo, 1, "password"));
	const text *first_name = auth_optional_text(fcinfo, 2);
	const text *last_name = auth_optional_text(fcinfo, 3);
	bool may_disclose = auth_settings.disclose_existing_accounts || !auth_request_is_http();
	char email[EMAIL_MAX_BYTES + 1];
	NewAccount account;
	const char *problem;
	pg_uuid_t user_id;
	bool is_new;

	PreventCommandIfReadOnly("auth.register_user()");
	auth_plain_result_require();

	if (!auth_settings.registration_enabled)
		return refuse(REFUSAL_REGISTRATION_DISABLED, NULL);
	if (!auth_email_canonicalize(VARDATA_ANY(address), VARSIZE_ANY_EXHDR(address), email))
		return refuse(REFUSAL_VALIDATION_FAILED, "email");
	if (!is_acceptable_name(first_name))
		return refuse(REFUSAL_VALIDATION_FAILED, "first_name");
	if (!is_acceptable_name(last_name))
		return refuse(REFUSAL_VALIDATION_FAILED, "last_name");

	problem = auth_password_problem(password);
	if (problem != NULL)
		return refuse(REFUSAL_WEAK_PASSWORD, problem);

	/* A misspelt setting is found out now, not at the account's first request. */
	(void) get_role_oid(auth_settings.default_role, false);

	if (!enter_hash_gate())
		return auth_refuse(&(Refusal){
			.kind = REFUSAL_SERVER_BUSY,
			.event = EVENT,
			.retry_after_seconds = auth_hash_gate_retry_after(),
		});

	account = (NewAccount){
		.email = email,
		.password_hash = auth_password_hash(password),
		.first_name = string_or_null(first_name),
		.last_name = string_or_null(last_name),
		.role = auth_settings.default_role,
	};
	auth_hash_gate_leave();

	is_new = auth_account_create(&account, &user_id);
	if (!is_new && may_disclose)
		return refuse(REFUSAL_USER_ALREADY_EXISTS, NULL);

	auth_audit_record(&(AuditEvent){
		.event = EVENT,
		.user_id = is_new ? &user_id : NULL,
		.reason = is_new ? NULL : "The address is taken",
	});
	return answer(&account);
}

/* auth.register_user(email text, password text, first_name text, last_name text) returns jsonb */
Datum
auth_register_user(PG_FUNCTION_ARGS)
{
	return auth_secret_call(register_user, fcinfo);
}
