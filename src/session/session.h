/*
 * session.h
 *	  Sessions: one row from sign-in to sign-out.
 */
#ifndef AUTH_SESSION_H
#define AUTH_SESSION_H

#include "account/account.h"
#include "datatype/timestamp.h"

typedef struct Session
{
	pg_uuid_t id;
	pg_uuid_t user_id;
	NameData role; /* of the account, as it is now */
	bool is_user_active;
	int generation;
	TimestampTz refreshed_at;
	TimestampTz expires_at; /* unless it is refreshed before */
	TimestampTz not_after; /* however often it is refreshed */
} Session;

/* One generation of a session; each generation has its own tokens. */
typedef struct SessionGeneration
{
	pg_uuid_t session_id;
	int generation;
} SessionGeneration;

/* What a presented generation is to a session. */
typedef enum GenerationVerdict
{
	GENERATION_CURRENT, /* the newest, or newer than what the database remembers */
	GENERATION_REPEATED, /* the one before, within auth.refresh_grace */
	GENERATION_REUSED, /* rotated too long ago for an innocent repetition */
} GenerationVerdict;

extern void auth_session_define_settings(void);

/*
 * Open a session that lives for idle_seconds unless it is renewed.
 *
 * Ends the account's oldest sessions above auth.max_sessions.
 */
extern void auth_session_open(const Account *account, int idle_seconds, Session *session);

/*
 * Find a session, or find and lock it until the end of the transaction; false
 * if there is none.  It may have expired: see auth_session_end_reason.
 */
extern bool auth_session_find(const pg_uuid_t *id, Session *session);
extern bool auth_session_lock(const pg_uuid_t *id, Session *session);

/* Why a session cannot go on, for the log; NULL if it can. */
extern const char *auth_session_end_reason(const Session *session);

/* Judge a generation of a session; not to be asked about NO_GENERATION. */
extern GenerationVerdict auth_session_judge(const Session *session, int presented_generation);

/* Rotate: step to the generation after the presented one, for idle_seconds more. */
extern void auth_session_rotate(Session *session, int presented_generation, int idle_seconds);

/*
 * Find a session as it is now, whatever the snapshot of the transaction; false
 * if there is none.  Writes and locks nothing.
 */
extern bool auth_session_find_latest(const pg_uuid_t *id, Session *session);

/* Delete a batch of sessions that ended by themselves; returns how many. */
extern uint64 auth_session_purge(void);

/* End sessions; return how many there were. */
extern uint64 auth_session_end(const pg_uuid_t *id);
extern uint64 auth_session_end_others(const pg_uuid_t *user_id, const pg_uuid_t *kept_id);
extern uint64 auth_session_end_all(const pg_uuid_t *user_id);

#endif
