/*
 * token_mode.h
 *	  Where the tokens of an answer go.
 */
#ifndef AUTH_TOKEN_MODE_H
#define AUTH_TOKEN_MODE_H

#include "fmgr.h"

typedef enum TokenMode
{
	TOKEN_MODE_JSON, /* both in the body */
	TOKEN_MODE_COOKIE, /* the refresh token in a cookie */
	TOKEN_MODE_SESSION, /* one token, for both purposes, in a cookie */
} TokenMode;

extern void auth_token_mode_define_settings(void);

/*
 * Read a mode by its name.
 *
 * Raises 22023 (400) for any other name, and for a mode that needs cookies
 * where no HTTP request is being served.
 */
extern TokenMode auth_token_mode_read(const text *name);

/* How long a session whose tokens are renewed in this mode lives without renewal. */
extern int auth_token_mode_idle_seconds(TokenMode mode);

#endif
