/*
 * token_response.h
 *	  What a client is given when it has signed in or refreshed.
 */
#ifndef AUTH_TOKEN_RESPONSE_H
#define AUTH_TOKEN_RESPONSE_H

#include "session/session.h"
#include "session/token_mode.h"

/*
 * Hand out the tokens of a session's generation: body (jsonb) and cookies.  The
 * token of the device goes into the body as well, unless it is NULL.
 */
extern Datum auth_token_response(const Session *session, TokenMode mode, const char *device_token);

#endif
