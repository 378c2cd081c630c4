/*
 * presented_token.h
 *	  Which token a request presents.
 */
#ifndef AUTH_PRESENTED_TOKEN_H
#define AUTH_PRESENTED_TOKEN_H

#include "fmgr.h"
#include "session/session.h"

/* Where a token may be; the first of those that are asked for counts. */
typedef enum TokenPlace
{
	PLACE_NONE = 0,
	PLACE_ARGUMENT = 1, /* a refresh token */
	PLACE_BEARER = 2, /* an access token, in the Authorization header */
	PLACE_REFRESH_COOKIE = 4, /* a refresh token */
	PLACE_SESSION_COOKIE = 8, /* an access token, which may renew itself */
} TokenPlace;

typedef struct PresentedToken
{
	TokenPlace place; /* PLACE_NONE: there is none */
	const char *text; /* NUL-terminated unless it is the argument */
	size_t length;
} PresentedToken;

/* What a token says of a session. */
typedef struct PresentedSession
{
	SessionGeneration generation; /* NO_GENERATION in an access token that renews nothing */
	bool is_expired;
} PresentedSession;

/*
 * Find the token that a request presents in one of the places asked for.
 *
 * Raises PT403 if that is a cookie, the request may change something, and the
 * browser does not say that it comes from this site.
 */
extern PresentedToken auth_presented_token_find(int places, const text *argument);

/* Read which session a token means; false if it is missing or not genuine. */
extern bool auth_presented_token_read(const PresentedToken *token, PresentedSession *session);

#endif
