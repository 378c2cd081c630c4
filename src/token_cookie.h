/*
 * token_cookie.h
 *	  The two cookies that hold a token, as the settings describe them.
 */
#ifndef AUTH_TOKEN_COOKIE_H
#define AUTH_TOKEN_COOKIE_H

/* The tokens that the request's cookies hold; NULL if there is none. */
extern char *auth_token_cookie_session(void);
extern char *auth_token_cookie_refresh(void);

/*
 * Have the answer set a cookie.
 *
 * Raises F0000 (500) when the settings describe a cookie that browsers refuse.
 */
extern void auth_token_cookie_set_session(const char *token, long max_age_seconds);
extern void auth_token_cookie_set_refresh(const char *token, long max_age_seconds);

/* Have the answer clear a cookie, if the request came with it. */
extern void auth_token_cookie_clear_session(void);
extern void auth_token_cookie_clear_refresh(void);

#endif
