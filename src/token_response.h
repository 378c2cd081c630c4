/*
 * token_response.h
 *	  What a client is given when it has signed in or refreshed.
 */
#ifndef AUTH_TOKEN_RESPONSE_H
#define AUTH_TOKEN_RESPONSE_H

#include "fmgr.h"
#include "session.h"

/* Where the tokens go. */
typedef enum TokenMode
{
	TOKEN_MODE_JSON, /* both in the body */
	TOKEN_MODE_COOKIE, /* the refresh token in a cookie */
	TOKEN_MODE_SESSION, /* one token, for both purposes, in a cookie */
} TokenMode;

/*
 * Read a mode by its name.
 *
 * Raises 22023 (400) for any other name, and for a mode that needs cookies
 * where no HTTP request is being served.
 */
extern TokenMode auth_token_mode_read(const text *name);

/* How long a session that is renewed in this mode lives without renewal. */
extern int auth_token_mode_idle_seconds(TokenMode mode);

/* Hand out the tokens of a session's generation: body (jsonb) and cookies. */
extern Datum auth_token_response(const Session *session, TokenMode mode);

#endif
