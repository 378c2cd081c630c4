/*
 * identity.h
 *	  The current user, for the length of a transaction.
 */
#ifndef AUTH_IDENTITY_H
#define AUTH_IDENTITY_H

#include "base/compat.h"
#include "utils/uuid.h"

/* Define the settings that carry the identity. */
extern void auth_identity_define_settings(void);

/*
 * Bind a verified identity to the current transaction.
 *
 * It ends with the transaction or with a rollback to an earlier savepoint.
 * To be called only for a token whose signature and session were checked.
 */
extern void auth_identity_bind(const pg_uuid_t *user_id, const pg_uuid_t *session_id,
							   const char *user_role);

/* The bound identity; NULL when nobody is signed in. It points into live state: copy it. */
extern const pg_uuid_t *auth_identity_user(void);
extern const pg_uuid_t *auth_identity_session(void);
extern const char *auth_identity_role(void);

/* The user likewise; raises 42501 (401) when nobody is signed in. */
extern const pg_uuid_t *auth_identity_require_user(void);
pg_noreturn extern void auth_identity_raise_not_signed_in(void);

#endif
