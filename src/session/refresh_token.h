/*
 * refresh_token.h
 *	  Refresh tokens: a session, its generation, and a MAC over both.
 */
#ifndef AUTH_REFRESH_TOKEN_H
#define AUTH_REFRESH_TOKEN_H

#include "session/session.h"

/* The token of one generation of a session, always the same; raises 55000 without a key. */
extern char *auth_refresh_token_make(const SessionGeneration *generation);

/* Read a token; false unless it is one that this database made. */
extern bool auth_refresh_token_read(const char *token, size_t length, SessionGeneration *generation);

#endif
