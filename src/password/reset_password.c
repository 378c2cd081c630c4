/*
 * reset_password.c
 *	  auth.reset_password: set a password with what a mail brought.
 *
 * The mail proves the mailbox in the very call that sets the password, so there
 * is no step to skip.  It opens no session: whoever has read somebody's mail must
 * still pass the second factor, at the next sign-in.
 */
#include "postgres.h"

#include "account/account.h"
#include "audit/audit.h"
#include "base/arguments.h"
#include "base/word.h"
#include "http/call.h"
#include "mail/outbox.h"
#include "mail/proof.h"
#include "account/credential.h"
#include "password/password.h"
#include "password/password_turn.h"
#include "session/session.h"
#include "session/sessions_ended.h"

PG_FUNCTION_INFO_V1(auth_reset_password);

/* Whether the account is still what the mail was sent for.  It is locked then. */
static bool
is_unchanged(const OneTimeToken *token, Account *account)
{
	return auth_account_lock(&token->user_id, account) && account->is_active && auth_word_is(account->email, token->email);
}

static void
set_password(const pg_uuid_t *user_id, const char *password_hash)
{
	if (auth_credential_lock(user_id) != NULL)
		auth_credential_replace(user_id, password_hash);
	else
		auth_credential_insert(user_id, password_hash);
}

static Datum
reset_password(PG_FUNCTION_ARGS)
{
	const Secret *password = auth_password_from_text(auth_required_text(fcinfo, 0, "new_password"));
	const Proof proof = {
		.link = auth_optional_text(fcinfo, 1),
		.handle = auth_optional_text(fcinfo, 2),
		.code = auth_optional_text(fcinfo, 3),
	};
	const char *problem = auth_password_problem(password);
	const char *password_hash;
	const Refusal *refusal;
	PasswordTurn turn;
	OneTimeToken token;
	Account account;

	if (problem != NULL)
		return auth_refuse(&(Refusal){.kind = REFUSAL_WEAK_PASSWORD, .details = problem});

	refusal = auth_proof_check(&proof, ONE_TIME_RECOVERY, &token);
	if (refusal == NULL)
		refusal = auth_password_turn_begin_uncounted(&turn);
	if (refusal == NULL)
		refusal = auth_password_turn_wait(&turn);
	if (refusal != NULL)
		return auth_refuse(refusal);

	password_hash = auth_password_hash(password);
	if (password_hash == NULL)
		return auth_refuse(auth_password_turn_fail(&turn));
	auth_password_turn_end();

	/* Before the account is locked, as a sign-in does. */
	auth_throttle_forgive(token.email);
	if (!is_unchanged(&token, &account) || !auth_one_time_token_consume(&token))
		return auth_refuse(&(Refusal){
			.kind = REFUSAL_INVALID_ONE_TIME_TOKEN,
			.user_id = &token.user_id,
			.reason = "It was used meanwhile, or the account has changed",
		});

	set_password(&account.id, password_hash);
	auth_account_note_verified(&account.id);
	auth_one_time_token_end_all(&account.id);
	auth_outbox_notify(&(Mail){.kind = "password_changed", .recipient = account.email, .user_id = &account.id});
	auth_audit_record(&(AuditEvent){.user_id = &account.id});
	return auth_sessions_ended(auth_session_end_all(&account.id));
}

/* auth.reset_password(new_password text, token text, request text, code text) returns jsonb */
Datum
auth_reset_password(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_RESET_PASSWORD, reset_password, fcinfo);
}
