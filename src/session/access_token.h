/*
 * access_token.h
 *	  Access tokens: who may act in which session, signed and short-lived.
 */
#ifndef AUTH_ACCESS_TOKEN_H
#define AUTH_ACCESS_TOKEN_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

/* the generation in a token that renews no session */
#define NO_GENERATION (-1)

typedef struct AccessClaims
{
	pg_uuid_t user_id;
	pg_uuid_t session_id;
	NameData role;
	int generation; /* of a session token; else NO_GENERATION */
	int64 expires_at; /* seconds since 1970 */

	/* for auth_access_token_sign to fill in */
	int64 issued_at;
	pg_uuid_t token_id;
} AccessClaims;

typedef enum AccessTokenStatus
{
	ACCESS_TOKEN_INVALID,
	ACCESS_TOKEN_EXPIRED,
	ACCESS_TOKEN_VALID,
} AccessTokenStatus;

/*
 * Sign a token for these claims, as from now; in the current memory context.
 *
 * Raises 54000 if issuer and audience make it too long, 55000 without a key.
 */
extern char *auth_access_token_sign(const AccessClaims *claims);

/*
 * Verify a token's signature, time, issuer and audience.
 *
 * Fills in the claims if it is valid, or was until it expired.  Whether its
 * session still lives is another question.
 */
extern AccessTokenStatus auth_access_token_verify(const char *token, size_t length, AccessClaims *claims);

#endif
