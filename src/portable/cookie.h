/*
 * cookie.h
 *	  The value of a Set-Cookie header (RFC 6265).
 */
#ifndef AUTH_COOKIE_H
#define AUTH_COOKIE_H

#include <stdbool.h>
#include <stddef.h>

/* browsers ignore a cookie whose name and value are longer together */
#define COOKIE_MAX_BYTES 4096

typedef struct Cookie
{
	const char *name;
	const char *value; /* empty: clear the cookie */
	const char *domain; /* empty: this host only */
	const char *same_site; /* Lax, Strict or None */
	long max_age_seconds;
	bool is_secure;
} Cookie;

typedef enum CookieProblem
{
	COOKIE_OK,
	COOKIE_BAD_NAME,
	COOKIE_BAD_VALUE,
	COOKIE_BAD_DOMAIN,
	COOKIE_HOST_PREFIX_NEEDS_SECURE_AND_NO_DOMAIN,
	COOKIE_SECURE_PREFIX_NEEDS_SECURE,
	COOKIE_SAME_SITE_NONE_NEEDS_SECURE,
	COOKIE_TOO_LONG,
} CookieProblem;

/* Whether browsers would keep a cookie with these attributes. */
extern CookieProblem auth_cookie_check(const Cookie *cookie);

/*
 * Write the header's value, NUL-terminated, to header.
 *
 * Returns what is wrong, and leaves header empty, for a cookie that a browser
 * would refuse to keep.  The cookie is always HttpOnly and for the whole site.
 */
extern CookieProblem auth_cookie_format(const Cookie *cookie, char *header, size_t size);

#endif
