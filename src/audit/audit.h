/*
 * audit.h
 *	  The log of what happened to accounts and sessions.
 */
#ifndef AUTH_AUDIT_H
#define AUTH_AUDIT_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

typedef struct AuditEvent
{
	const char *event; /* NULL: the call that is running */
	const pg_uuid_t *user_id; /* NULL if unknown */
	const pg_uuid_t *session_id; /* NULL if none */
	const char *refusal; /* the code of a refusal, or NULL */
	const char *reason; /* more than the client was told, or NULL */
} AuditEvent;

/*
 * How many rows of one kind this backend may still write: what a client can do
 * without end must not fill the log.  To be declared static.
 */
typedef struct AuditBudget
{
	int burst; /* rows at once; then one a second */
	int left;
	TimestampTz refilled_at;
	int skipped; /* since the last row that was written */
} AuditBudget;

/* Whether one more row may be written, and how many were skipped before it. */
extern bool auth_audit_budget_take(AuditBudget *budget, int *skipped);

/* The reason of a row that follows skipped ones; reason may be NULL. */
extern const char *auth_audit_reason(const char *reason, int skipped);

extern void auth_audit_define_settings(void);

/* Delete a batch of rows older than auth.audit_retention; returns how many. */
extern uint64 auth_audit_purge(void);

/* Write a row with the client's address and user agent. */
extern void auth_audit_record(const AuditEvent *event);

#endif
