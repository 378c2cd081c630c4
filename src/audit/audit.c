/*
 * audit.c
 *	  The log of what happened to accounts and sessions.
 *
 * Rows name accounts and sessions by id and hold nothing secret.
 */
#include "postgres.h"

#include "audit/audit.h"

#include "audit/purge.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/settings.h"
#include "base/statement.h"
#include "catalog/pg_type.h"
#include "http/call.h"
#include "http/client.h"
#include "utils/builtins.h"

static int audit_retention; /* seconds; 0: for ever */

void
auth_audit_define_settings(void)
{
	DefineCustomIntVariable("auth.audit_retention",
							"How long auth.purge_expired() keeps rows of the audit log; 0 for ever.",
							NULL,
							&audit_retention,
							90 * ONE_DAY_SECONDS, 0, TEN_YEARS_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
}

static NullableDatum
detail(const AuditEvent *event)
{
	StringInfoData json;

	if (event->refusal == NULL && event->reason == NULL)
		return auth_value_null();

	auth_json_begin(&json);
	if (event->refusal != NULL)
		auth_json_string(&json, "refusal", event->refusal);
	if (event->reason != NULL)
		auth_json_string(&json, "reason", event->reason);
	auth_json_end(&json);
	return auth_value_of(auth_json_to_jsonb(&json));
}

void
auth_audit_record(const AuditEvent *event)
{
	static Statement insert = {
		.text = "INSERT INTO auth_private.audit_log (event, user_id, session_id, ip, user_agent, detail) "
				"VALUES ($1, $2, $3, $4, $5, $6)",
		.argument_count = 6,
		.argument_types = {TEXTOID, UUIDOID, UUIDOID, INETOID, TEXTOID, JSONBOID},
		.has_secret_arguments = true,
	};
	NullableDatum values[] = {
		auth_value_text(event->event != NULL ? event->event : auth_call_name()),
		auth_value_uuid(event->user_id),
		auth_value_uuid(event->session_id),
		auth_value_inet(auth_client_address_text()),
		auth_value_text(auth_client_user_agent()),
		detail(event),
	};

	auth_statement_run(&insert, values);
}

/* Rows are written in the order of their ids, or nearly so. */
uint64
auth_audit_purge(void)
{
	static Statement delete = {
		.text = "DELETE FROM auth_private.audit_log WHERE id OPERATOR(pg_catalog.=) ANY (ARRAY("
				"SELECT l.id FROM (SELECT id FROM auth_private.audit_log ORDER BY id LIMIT $2) AS oldest "
				"JOIN auth_private.audit_log l ON l.id OPERATOR(pg_catalog.=) oldest.id "
				"WHERE l.occurred_at OPERATOR(pg_catalog.<) $1 FOR UPDATE OF l SKIP LOCKED))",
		.argument_count = 2,
		.argument_types = {TIMESTAMPTZOID, INT8OID},
	};
	NullableDatum values[] = {
		auth_value_of(TimestampTzGetDatum(auth_clock_in(-audit_retention))),
		auth_value_of(Int64GetDatum(PURGE_BATCH_ROWS)),
	};

	return audit_retention == 0 ? 0 : auth_statement_run(&delete, values);
}

bool
auth_audit_budget_take(AuditBudget *budget, int *skipped)
{
	TimestampTz now = GetCurrentTimestamp();
	int64 seconds = Max((now - budget->refilled_at) / USECS_PER_SEC, 0);

	if (seconds > 0)
	{
		budget->left = (int) Min(budget->left + seconds, budget->burst);
		budget->refilled_at = now;
	}
	if (budget->left == 0)
	{
		budget->skipped++;
		return false;
	}

	*skipped = budget->skipped;
	budget->left--;
	budget->skipped = 0;
	return true;
}

const char *
auth_audit_reason(const char *reason, int skipped)
{
	const char *earlier;

	if (skipped == 0)
		return reason;

	earlier = psprintf("This backend did not record %d earlier events of this kind", skipped);
	return reason == NULL ? earlier : psprintf("%s. %s", reason, earlier);
}
