/*
 * audit.h
 *	  The log of what happened to accounts and sessions.
 */
#ifndef AUTH_AUDIT_H
#define AUTH_AUDIT_H

#include "utils/uuid.h"

typedef struct AuditEvent
{
	const char *event; /* NULL: the call that is running */
	const pg_uuid_t *user_id; /* NULL if unknown */
	const pg_uuid_t *session_id; /* NULL if none */
	const char *refusal; /* the code of a refusal, or NULL */
	const char *reason; /* more than the client was told, or NULL */
} AuditEvent;

extern void auth_audit_define_settings(void);

/* Delete a batch of rows older than auth.audit_retention; returns how many. */
extern uint64 auth_audit_purge(void);

/* Write a row with the client's address and user agent. */
extern void auth_audit_record(const AuditEvent *event);

#endif
