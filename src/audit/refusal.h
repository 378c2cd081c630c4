/*
 * refusal.h
 *	  The answer of a call that does not do what it was asked for.
 *
 * A refusal is returned, not raised: what the call wrote until then (a counted
 * attempt, an ended session, a row in the audit log) is committed with it.
 */
#ifndef AUTH_REFUSAL_H
#define AUTH_REFUSAL_H

#include "utils/uuid.h"

typedef enum RefusalKind
{
	REFUSAL_INVALID_CREDENTIALS,
	REFUSAL_ACCOUNT_NOT_ACTIVE,
	REFUSAL_TOO_MANY_ATTEMPTS,
	REFUSAL_SERVER_BUSY,
	REFUSAL_VALIDATION_FAILED,
	REFUSAL_WEAK_PASSWORD,
	REFUSAL_REGISTRATION_DISABLED,
	REFUSAL_USER_ALREADY_EXISTS,
	REFUSAL_INVALID_REFRESH_TOKEN,
	REFUSAL_REFRESH_TOKEN_REUSED,
	REFUSAL_INVALID_ONE_TIME_TOKEN,
	REFUSAL_INVALID_CODE,
	REFUSAL_MAIL_UNAVAILABLE,
} RefusalKind;

#define REFUSAL_KIND_COUNT (REFUSAL_MAIL_UNAVAILABLE + 1)

typedef struct Refusal
{
	RefusalKind kind;
	const pg_uuid_t *user_id; /* for the audit log; NULL if unknown */
	const pg_uuid_t *session_id; /* for the audit log; NULL if none */
	const char *reason; /* a sentence without its period, for the two logs only */
	const char *details; /* for the client; NULL if there is nothing to add */
	int retry_after_seconds; /* 0: no Retry-After header */
} Refusal;

/* A refusal in the current memory context, for who only finds out that a call is to be refused. */
extern const Refusal *auth_refusal_new(RefusalKind kind, int retry_after_seconds, const char *reason);

/* Record a refusal, set the answer's status, and return the answer (jsonb). */
extern Datum auth_refuse(const Refusal *refusal);

#endif
