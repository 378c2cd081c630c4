/*
 * change_password.c
 *	  auth.change_password: replace one's own password.
 *
 * Whoever finds a device signed in must not be able to take the account over,
 * so the current password is asked for, and guessing at it is throttled as at
 * sign-in.  All other sessions end: they may be the reason for the change.
 */
#include "postgres.h"

#include "account.h"
#include "arguments.h"
#include "audit.h"
#include "hash_gate.h"
#include "identity.h"
#include "json.h"
#include "miscadmin.h"
#include "password.h"
#include "plain_result.h"
#include "refusal.h"
#include "response.h"
#include "session.h"
#include "throttle.h"

#define EVENT "change_password"

PG_FUNCTION_INFO_V1(auth_change_password);

static Datum
refuse(const Refusal *refusal)
{
	Refusal complete = *refusal;

	complete.event = EVENT;
	complete.user_id = auth_identity_user();
	complete.session_id = auth_identity_session();
	return auth_refuse(&complete);
}

static Datum
refuse_busy(void)
{
	return refuse(&(Refusal){
		.kind = REFUSAL_SERVER_BUSY,
		.retry_after_seconds = auth_hash_gate_retry_after(),
	});
}

/* Whether the current password is right; if so, the new one is in force. */
static bool
replace_password(const Account *account, const Secret *current, const Secret *new)
{
	if (!auth_password_matches(account->password_hash, NULL, current))
		return false;

	auth_account_set_password_hash(&account->id, auth_password_hash(new));
	return true;
}

static Datum
answer(uint64 ended)
{
	StringInfoData body;

	auth_json_begin(&body);
	auth_json_integer(&body, "sessions_ended", (int64) ended);
	auth_json_end(&body);
	auth_response_forbid_storing();
	return auth_json_to_jsonb(&body);
}

static Datum
change_password(PG_FUNCTION_ARGS)
{
	const Secret *current = auth_password_from_text(auth_required_text(fcinfo, 0, "current_password"));
	const Secret *new = auth_password_from_text(auth_required_text(fcinfo, 1, "new_password"));
	const char *problem;
	Account account;
	Attempt attempt;
	int retry_after;
	bool is_there;
	bool is_right;

	PreventCommandIfReadOnly("auth.change_password()");
	auth_plain_result_require();
	if (auth_identity_user() == NULL || !auth_account_find_by_id(auth_identity_user(), &account))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("not signed in")));

	problem = auth_password_problem(new);
	if (problem != NULL)
		return refuse(&(Refusal){.kind = REFUSAL_WEAK_PASSWORD, .details = problem});

	if (!auth_hash_gate_queue())
		return refuse_busy();

	if (!auth_throttle_admit(account.email, &attempt, &retry_after))
	{
		auth_hash_gate_leave_queue();
		return refuse(&(Refusal){.kind = REFUSAL_TOO_MANY_ATTEMPTS, .retry_after_seconds = retry_after});
	}

	/*
	 * Read only now that others wait: one may just have changed it.  And not in
	 * a slot: whoever has locked the account may take long.
	 */
	is_there = auth_account_lock(auth_identity_user(), &account);
	if (!auth_hash_gate_enter())
	{
		auth_hash_gate_leave_queue();
		auth_throttle_withdraw(&attempt);
		return refuse_busy();
	}
	is_right = is_there && replace_password(&account, current, new);
	auth_hash_gate_leave();

	if (!is_right)
	{
		auth_throttle_note_failure(&attempt);
		return refuse(&(Refusal){
			.kind = REFUSAL_INVALID_CREDENTIALS,
			.reason = "The current password is wrong, or there is none",
		});
	}
	auth_throttle_forgive(&attempt);

	auth_audit_record(&(AuditEvent){
		.event = EVENT,
		.user_id = auth_identity_user(),
		.session_id = auth_identity_session(),
	});
	return answer(auth_session_end_others(auth_identity_user(), auth_identity_session()));
}

/* auth.change_password(current_password text, new_password text) returns jsonb */
Datum
auth_change_password(PG_FUNCTION_ARGS)
{
	return auth_secret_call(change_password, fcinfo);
}
