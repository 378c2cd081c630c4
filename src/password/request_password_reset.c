/*
 * request_password_reset.c
 *	  auth.request_password_reset: have a mail sent that lets its reader set a password.
 *
 * Whoever asks learns nothing of the account: the answer, its time, and the rows
 * that are written are the same without one.
 */
#include "postgres.h"

#include "account/account.h"
#include "audit/audit.h"
#include "audit/refusal.h"
#include "base/arguments.h"
#include "base/json.h"
#include "http/call.h"
#include "http/response.h"
#include "mail/outbox.h"
#include "portable/email.h"
#include "throttle/throttle.h"

PG_FUNCTION_INFO_V1(auth_request_password_reset);

static Datum
answer(const MailRequest *request)
{
	StringInfoData body;

	auth_json_begin(&body);
	auth_json_string(&body, "request", request->handle);
	auth_json_end(&body);
	auth_response_forbid_storing();
	return auth_json_to_jsonb(&body);
}

static Datum
request_password_reset(PG_FUNCTION_ARGS)
{
	const text *address = auth_required_text(fcinfo, 0, "email");
	const text *earlier_request = auth_optional_text(fcinfo, 1);
	char email[EMAIL_MAX_BYTES + 1];
	int retry_after_seconds;
	Account account;
	const pg_uuid_t *user_id;
	OneTimeToken token;
	MailRequest request;

	if (!auth_outbox_is_set_up())
		return auth_refuse(&(Refusal){.kind = REFUSAL_MAIL_UNAVAILABLE, .reason = "auth.site_url is empty"});
	if (!auth_email_canonicalize(VARDATA_ANY(address), VARSIZE_ANY_EXHDR(address), email))
		return auth_refuse(&(Refusal){.kind = REFUSAL_VALIDATION_FAILED, .details = "email"});
	if (!auth_throttle_begin_mail_request(&retry_after_seconds))
		return auth_refuse(&(Refusal){
			.kind = REFUSAL_TOO_MANY_ATTEMPTS,
			.retry_after_seconds = retry_after_seconds,
			.reason = "There were too many requests for mail from this address",
		});

	user_id = auth_account_find(email, &account) && account.is_active ? &account.id : NULL;
	auth_one_time_token_ask(ONE_TIME_RECOVERY, email, user_id, &token);
	auth_one_time_token_request(&token, earlier_request, &request);
	auth_outbox_request(&(Mail){
		.kind = "recovery",
		.recipient = email,
		.user_id = user_id,
		.token = &token,
		.request = &request,
	});
	auth_audit_record(&(AuditEvent){
		.user_id = user_id,
		.reason = user_id == NULL ? "No active account has this address" : NULL,
	});
	return answer(&request);
}

/* auth.request_password_reset(email text, request text) returns jsonb */
Datum
auth_request_password_reset(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_REQUEST_PASSWORD_RESET, request_password_reset, fcinfo);
}
