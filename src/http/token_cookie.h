/*
 * token_cookie.h
 *	  The cookies that hold a token, as the settings describe them.
 */
#ifndef AUTH_TOKEN_COOKIE_H
#define AUTH_TOKEN_COOKIE_H

typedef enum TokenCookie
{
	TOKEN_COOKIE_SESSION,
	TOKEN_COOKIE_REFRESH,
	TOKEN_COOKIE_DEVICE,
} TokenCookie;

#define TOKEN_COOKIE_COUNT (TOKEN_COOKIE_DEVICE + 1)

extern void auth_token_cookie_define_settings(void);

/* Whether the cookies are for HTTPS only. */
extern bool auth_token_cookie_is_secure(void);

/* The token that a cookie of the request holds; NULL if there is none. */
extern char *auth_token_cookie_get(TokenCookie cookie);

/*
 * Have the answer set a cookie.
 *
 * Raises F0000 (500) when the settings describe a cookie that browsers refuse.
 */
extern void auth_token_cookie_set(TokenCookie cookie, const char *token, long max_age_seconds);

/* Have the answer clear a cookie, if the request came with it. */
extern void auth_token_cookie_clear(TokenCookie cookie);

#endif
