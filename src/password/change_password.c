/*
 * change_password.c
 *	  auth.change_password: replace one's own password.
 *
 * Anyone who finds a device signed in must not be able to take the account over,
 * so the current password is asked for, and guessing at it is throttled as at
 * sign-in.  All other sessions end: they may be the reason for the change.
 */
#include "postgres.h"

#include "account/account.h"
#include "account/identity.h"
#include "audit/audit.h"
#include "base/arguments.h"
#include "http/call.h"
#include "http/token_cookie.h"
#include "account/credential.h"
#include "password/password.h"
#include "password/password_turn.h"
#include "session/session.h"
#include "session/sessions_ended.h"

PG_FUNCTION_INFO_V1(auth_change_password);

/* Like auth_refuse, in the name of the current user. */
static Datum
refuse(const Refusal *refusal)
{
	Refusal complete = *refusal;

	complete.user_id = auth_identity_user();
	complete.session_id = auth_identity_session();
	return auth_refuse(&complete);
}

/* Whether the current password is right; then new_hash is that of the new one. */
static HashVerdict
verify(const char *current_hash, const Secret *current, const Secret *new, const char **new_hash)
{
	StoredHash hash;
	bool has_hash = current_hash != NULL && auth_stored_hash_read(current_hash, &hash);
	HashVerdict verdict = auth_password_verify(has_hash ? &hash : NULL, NULL, current);

	if (verdict != HASH_MATCHES)
		return verdict;

	*new_hash = auth_password_hash(new);
	return *new_hash != NULL ? HASH_MATCHES : HASH_OUT_OF_MEMORY;
}

/* The token of this device was for the old password; scripts get another one at the next sign-in. */
static void
keep_device_known(const Account *account, const KnownDevice *device)
{
	auth_token_cookie_set(TOKEN_COOKIE_DEVICE, auth_known_device_token(account->email, device), KNOWN_DEVICE_SECONDS);
}

static Datum
change_password(PG_FUNCTION_ARGS)
{
	const Secret *current = auth_password_from_text(auth_required_text(fcinfo, 0, "current_password"));
	const Secret *new = auth_password_from_text(auth_required_text(fcinfo, 1, "new_password"));
	const char *problem = auth_password_problem(new);
	const char *current_hash;
	const char *new_hash = NULL;
	const Refusal *refusal;
	Account account;
	KnownDevice device;
	bool is_known_device;
	PasswordTurn turn;
	HashVerdict verdict;

	if (!auth_account_find_by_id(auth_identity_require_user(), &account))
		auth_identity_raise_not_signed_in();
	if (problem != NULL)
		return refuse(&(Refusal){.kind = REFUSAL_WEAK_PASSWORD, .details = problem});

	is_known_device = auth_known_device_find(NULL, account.email, &device);
	refusal = auth_password_turn_begin(&turn, account.email, is_known_device ? &device : NULL);
	if (refusal != NULL)
		return refuse(refusal);

	/*
	 * Read only now, while other attempts on the account wait: one may just
	 * have changed it. But before taking a slot: another transaction may keep
	 * the account locked for a long time.
	 */
	current_hash = auth_account_lock(&account.id, &account) ? auth_credential_lock(&account.id) : NULL;
	refusal = auth_password_turn_wait(&turn);
	if (refusal != NULL)
		return refuse(refusal);

	verdict = verify(current_hash, current, new, &new_hash);
	if (verdict == HASH_OUT_OF_MEMORY)
		return refuse(auth_password_turn_fail(&turn));
	auth_password_turn_end();

	if (verdict == HASH_DIFFERS)
	{
		auth_throttle_note_failure(&turn.attempt);
		return refuse(&(Refusal){
			.kind = REFUSAL_INVALID_CREDENTIALS,
			.reason = "The current password is wrong, or the account has none",
		});
	}

	auth_throttle_reset(&turn.attempt);
	auth_credential_replace(&account.id, new_hash);
	if (is_known_device)
		keep_device_known(&account, &device);
	auth_audit_record(&(AuditEvent){
		.user_id = auth_identity_user(),
		.session_id = auth_identity_session(),
	});
	return auth_sessions_ended(auth_session_end_others(auth_identity_user(), auth_identity_session()));
}

/* auth.change_password(current_password text, new_password text) returns jsonb */
Datum
auth_change_password(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_CHANGE_PASSWORD, change_password, fcinfo);
}
