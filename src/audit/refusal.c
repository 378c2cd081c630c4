/*
 * refusal.c
 *	  The answer of a call that does not do what it was asked for.
 *
 * Causes that a client must not be able to distinguish share one code; the
 * cause itself goes only to the server log and the audit log.
 */
#include "postgres.h"

#include "audit/refusal.h"

#include "audit/audit.h"
#include "base/json.h"
#include "http/call.h"
#include "http/response.h"

#define HTTP_TOO_MANY_REQUESTS 429

typedef struct RefusalText
{
	const char *code;
	int status;
	const char *message;
} RefusalText;

static RefusalText
text_of(RefusalKind kind)
{
	switch (kind)
	{
		case REFUSAL_INVALID_CREDENTIALS:
			return (RefusalText){"invalid_credentials", 401, "e-mail address or password is wrong"};
		case REFUSAL_ACCOUNT_NOT_ACTIVE:
			return (RefusalText){"account_not_active", 401, "this account is not active"};
		case REFUSAL_TOO_MANY_ATTEMPTS:
			return (RefusalText){"too_many_attempts", HTTP_TOO_MANY_REQUESTS, "too many attempts, try again later"};
		case REFUSAL_SERVER_BUSY:
			return (RefusalText){"server_busy", HTTP_TOO_MANY_REQUESTS, "the server is busy, try again in a moment"};
		case REFUSAL_VALIDATION_FAILED:
			return (RefusalText){"validation_failed", 400, "a value is invalid"};
		case REFUSAL_WEAK_PASSWORD:
			return (RefusalText){"weak_password", 400, "this password does not meet the requirements"};
		case REFUSAL_REGISTRATION_DISABLED:
			return (RefusalText){"registration_disabled", 403, "registration is disabled"};
		case REFUSAL_USER_ALREADY_EXISTS:
			return (RefusalText){"user_already_exists", 409, "an account with this e-mail address already exists"};
		case REFUSAL_INVALID_REFRESH_TOKEN:
			return (RefusalText){"invalid_refresh_token", 401, "the refresh token is not valid, sign in again"};
		case REFUSAL_REFRESH_TOKEN_REUSED:
			return (RefusalText){"refresh_token_reused", 401, "this token was used before, sign in again"};
		case REFUSAL_INVALID_ONE_TIME_TOKEN:
			return (RefusalText){"invalid_one_time_token", 401, "this link was used or has expired, ask for another mail"};
		case REFUSAL_INVALID_CODE:
			return (RefusalText){"invalid_code", 401, "this code is wrong or has expired"};
		case REFUSAL_MAIL_UNAVAILABLE:
			return (RefusalText){"mail_unavailable", 500, "mails are not set up"};
	}
	elog(ERROR, "unknown refusal %d", kind);
}

/* What a client can have without end, because it costs little: these rows are limited. */
static bool
is_cheap(RefusalKind kind)
{
	switch (kind)
	{
		case REFUSAL_INVALID_CREDENTIALS:
		case REFUSAL_ACCOUNT_NOT_ACTIVE:
		case REFUSAL_USER_ALREADY_EXISTS:
			return false; /* a password was hashed */
		case REFUSAL_REFRESH_TOKEN_REUSED:
			return false; /* once for a session */
		case REFUSAL_INVALID_ONE_TIME_TOKEN:
		case REFUSAL_INVALID_CODE:
			return false; /* counted, and slowed down */
		case REFUSAL_TOO_MANY_ATTEMPTS:
		case REFUSAL_SERVER_BUSY:
		case REFUSAL_VALIDATION_FAILED:
		case REFUSAL_WEAK_PASSWORD:
		case REFUSAL_REGISTRATION_DISABLED:
		case REFUSAL_INVALID_REFRESH_TOKEN:
		case REFUSAL_MAIL_UNAVAILABLE:
			return true;
	}
	elog(ERROR, "unknown refusal %d", kind);
}

#define CHEAP_BURST 100

static AuditBudget budgets[REFUSAL_KIND_COUNT];

/* Whether a refusal is to be written down, and how many before it were not. */
static bool
is_worth_recording(RefusalKind kind, int status, int *skipped)
{
	*skipped = 0;
	if (!is_cheap(kind))
		return true;

	/* Who is told to come back later has been recorded before. */
	budgets[kind].burst = status == HTTP_TOO_MANY_REQUESTS ? 1 : CHEAP_BURST;
	return auth_audit_budget_take(&budgets[kind], skipped);
}

static void
record(const Refusal *refusal, const RefusalText *text)
{
	int skipped;

	if (!is_worth_recording(refusal->kind, text->status, &skipped))
		return;

	auth_audit_record(&(AuditEvent){
		.user_id = refusal->user_id,
		.session_id = refusal->session_id,
		.refusal = text->code,
		.reason = auth_audit_reason(refusal->reason, skipped),
	});
	ereport(LOG_SERVER_ONLY,
			(errmsg("%s refused: %s", auth_call_name(), text->code),
			 refusal->reason == NULL ? 0 : errdetail("%s.", refusal->reason),
			 errhidestmt(true),
			 errhidecontext(true)));
}

static Datum
body(const RefusalText *text, const char *details)
{
	StringInfoData json;

	auth_json_begin(&json);
	auth_json_string(&json, "code", text->code);
	auth_json_string(&json, "message", text->message);
	auth_json_string(&json, "details", details);
	auth_json_string(&json, "hint", NULL);
	auth_json_end(&json);
	return auth_json_to_jsonb(&json);
}

const Refusal *
auth_refusal_new(RefusalKind kind, int retry_after_seconds, const char *reason)
{
	Refusal *result = palloc0(sizeof(Refusal));

	result->kind = kind;
	result->retry_after_seconds = retry_after_seconds;
	result->reason = reason;
	return result;
}

Datum
auth_refuse(const Refusal *refusal)
{
	RefusalText text = text_of(refusal->kind);

	record(refusal, &text);
	auth_response_set_status(text.status);
	auth_response_forbid_storing();
	if (refusal->retry_after_seconds > 0)
		auth_response_add_header("Retry-After", psprintf("%d", refusal->retry_after_seconds));
	return body(&text, refusal->details);
}
