/*
 * login.c
 *	  auth.login: open a session by e-mail address and password.
 *
 * Until the password is verified, everything happens in the same way for an
 * account that does not exist: the counting, the hash, the rows written.
 */
#include "postgres.h"

#include "account.h"
#include "arguments.h"
#include "audit.h"
#include "email.h"
#include "hash_gate.h"
#include "miscadmin.h"
#include "password.h"
#include "plain_result.h"
#include "refusal.h"
#include "request.h"
#include "session.h"
#include "throttle.h"
#include "token_response.h"

#define EVENT "login"

PG_FUNCTION_INFO_V1(auth_login);

/* Somebody else's page must not sign a visitor in, as somebody it knows. */
static void
require_no_other_site(TokenMode mode)
{
	if (mode != TOKEN_MODE_JSON)
		auth_request_require_no_other_site();
}

static Datum
refuse_attempt(const Account *account, const char *reason)
{
	return auth_refuse(&(Refusal){
		.kind = REFUSAL_INVALID_CREDENTIALS,
		.event = EVENT,
		.reason = reason,
		.user_id = account == NULL ? NULL : &account->id,
	});
}

static Datum
refuse_until(RefusalKind kind, int retry_after_seconds)
{
	return auth_refuse(&(Refusal){
		.kind = kind,
		.event = EVENT,
		.retry_after_seconds = retry_after_seconds,
	});
}

static Datum
open_session(const Account *account, TokenMode mode)
{
	Session session;

	auth_session_open(account, auth_token_mode_idle_seconds(mode), &session);
	auth_audit_record(&(AuditEvent){
		.event = EVENT,
		.user_id = &account->id,
		.session_id = &session.id,
	});
	return auth_token_response(&session, mode);
}

/*
 * Whether the account is still what the password was verified for.  A hash
 * takes its time, and meanwhile the account may have been deleted or suspended,
 * or the password replaced.
 */
static bool
is_unchanged(Account *account)
{
	Account now;

	if (!auth_account_lock(&account->id, &now) ||
		now.password_hash == NULL ||
		!auth_secret_equal(now.password_hash, strlen(now.password_hash),
						   account->password_hash, strlen(account->password_hash)))
		return false;

	*account = now;
	return true;
}

static Datum
login(PG_FUNCTION_ARGS)
{
	const text *address = auth_required_text(fcinfo, 0, "email");
	const Secret *password = auth_password_from_text(auth_required_text(fcinfo, 1, "password"));
	TokenMode mode = auth_token_mode_read(auth_required_text(fcinfo, 2, "mode"));
	char email[EMAIL_MAX_BYTES + 1];
	Attempt attempt;
	Account account;
	const char *stand_in;
	const char *new_hash = NULL;
	bool is_known;
	bool is_right;
	int retry_after;

	PreventCommandIfReadOnly("auth.login()");
	auth_plain_result_require();
	require_no_other_site(mode);

	/* An address that nobody can have is unknown, like many others. */
	(void) auth_email_canonicalize(VARDATA_ANY(address), VARSIZE_ANY_EXHDR(address), email);

	if (!auth_hash_gate_queue())
		return refuse_until(REFUSAL_SERVER_BUSY, auth_hash_gate_retry_after());

	if (!auth_throttle_admit(email, &attempt, &retry_after))
	{
		auth_hash_gate_leave_queue();
		return refuse_until(REFUSAL_TOO_MANY_ATTEMPTS, retry_after);
	}
	if (!auth_hash_gate_enter())
	{
		auth_hash_gate_leave_queue();
		auth_throttle_withdraw(&attempt);
		return refuse_until(REFUSAL_SERVER_BUSY, auth_hash_gate_retry_after());
	}

	is_known = auth_account_find(email, &account);
	stand_in = auth_account_stand_in(attempt.account.key);
	is_right = auth_password_matches(is_known ? account.password_hash : NULL, stand_in, password);

	if (is_right && auth_password_needs_rehash(account.password_hash))
		new_hash = auth_password_hash(password);
	auth_hash_gate_leave();

	if (!is_right)
	{
		auth_throttle_note_failure(&attempt);
		return refuse_attempt(is_known ? &account : NULL,
							  is_known ? "The password is wrong, or there is none" : "The address is not registered");
	}
	if (!is_unchanged(&account))
		return refuse_attempt(&account, "The account or its password has changed meanwhile");

	auth_throttle_forgive(&attempt);

	if (!account.is_active)
		return auth_refuse(&(Refusal){
			.kind = REFUSAL_ACCOUNT_NOT_ACTIVE,
			.event = EVENT,
			.user_id = &account.id,
		});

	if (new_hash != NULL)
		auth_account_set_password_hash(&account.id, new_hash);
	return open_session(&account, mode);
}

/* auth.login(email text, password text, mode text) returns jsonb */
Datum
auth_login(PG_FUNCTION_ARGS)
{
	return auth_secret_call(login, fcinfo);
}
