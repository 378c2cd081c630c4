/*
 * cookie.c
 *	  The value of a Set-Cookie header (RFC 6265).
 *
 * A cookie is cleared by the same attributes that set it, an empty value and
 * an age of zero: a browser matches name, domain and path, and one that only
 * partly matches would leave the token where it is.
 */
#include "portable/cookie.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 9110, section 5.6.2: token */
static bool
is_token_character(char c)
{
	return is_letter_or_digit(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is_name(const char *name)
{
	if (*name == '\0')
		return false;
	for (; *name != '\0'; name++)
		if (!is_token_character(*name))
			return false;
	return true;
}

/* Our values are base64url and dots; RFC 6265 would allow a few more. */
static bool
is_value(const char *value)
{
	for (; *value != '\0'; value++)
		if (!is_token_character(*value))
			return false;
	return true;
}

static bool
is_domain(const char *domain)
{
	for (; *domain != '\0'; domain++)
		if (!is_letter_or_digit(*domain) && *domain != '-' && *domain != '.')
			return false;
	return true;
}

static bool
has_prefix(const char *name, const char *prefix)
{
	return strncasecmp(name, prefix, strlen(prefix)) == 0;
}

CookieProblem
auth_cookie_check(const Cookie *cookie)
{
	if (!is_name(cookie->name))
		return COOKIE_BAD_NAME;
	if (!is_value(cookie->value))
		return COOKIE_BAD_VALUE;
	if (!is_domain(cookie->domain))
		return COOKIE_BAD_DOMAIN;
	if (has_prefix(cookie->name, "__Host-") && (!cookie->is_secure || *cookie->domain != '\0'))
		return COOKIE_HOST_PREFIX_NEEDS_SECURE_AND_NO_DOMAIN;
	if (has_prefix(cookie->name, "__Secure-") && !cookie->is_secure)
		return COOKIE_SECURE_PREFIX_NEEDS_SECURE;
	if (strcasecmp(cookie->same_site, "None") == 0 && !cookie->is_secure)
		return COOKIE_SAME_SITE_NONE_NEEDS_SECURE;
	if (strlen(cookie->name) + strlen(cookie->value) > COOKIE_MAX_BYTES)
		return COOKIE_TOO_LONG;
	return COOKIE_OK;
}

CookieProblem
auth_cookie_format(const Cookie *cookie, char *header, size_t size)
{
	CookieProblem problem = auth_cookie_check(cookie);
	bool is_clearing = *cookie->value == '\0';
	int length;

	header[0] = '\0';
	if (problem != COOKIE_OK)
		return problem;

	length = snprintf(header, size, "%s=%s; Max-Age=%ld; Path=/%s%s; HttpOnly%s; SameSite=%s",
					  cookie->name, cookie->value,
					  is_clearing ? 0 : cookie->max_age_seconds,
					  *cookie->domain != '\0' ? "; Domain=" : "", cookie->domain,
					  cookie->is_secure ? "; Secure" : "",
					  cookie->same_site);

	if (length < 0 || (size_t) length >= size)
	{
		header[0] = '\0';
		return COOKIE_TOO_LONG;
	}
	return COOKIE_OK;
}
