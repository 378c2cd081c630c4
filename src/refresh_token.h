/*
 * refresh_token.h
 *	  Refresh tokens: a session, its generation, and a MAC over both.
 */
#ifndef AUTH_REFRESH_TOKEN_H
#define AUTH_REFRESH_TOKEN_H

#include "utils/uuid.h"

/* Which session, in which generation: what a token says. */
typedef struct Renewal
{
	pg_uuid_t session_id;
	int generation;
} Renewal;

/* The token of one generation of a session, always the same; raises 55000 without a key. */
extern char *auth_refresh_token_make(const Renewal *renewal);

/* Read a token; false unless it is one that this database made. */
extern bool auth_refresh_token_read(const char *token, size_t length, Renewal *renewal);

#endif
