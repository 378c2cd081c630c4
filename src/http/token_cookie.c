/*
 * token_cookie.c
 *	  The cookies that hold a token, as the settings describe them.
 */
#include "postgres.h"

#include "http/token_cookie.h"

#include "base/settings.h"
#include "http/request.h"
#include "http/response.h"
#include "portable/cookie.h"

/* room for the attributes beside name and value */
#define SET_COOKIE_MAX_BYTES (COOKIE_MAX_BYTES + 512)

typedef enum SameSite
{
	SAME_SITE_LAX,
	SAME_SITE_STRICT,
	SAME_SITE_NONE,
} SameSite;

static const struct config_enum_entry same_site_options[] = {
	{"lax", SAME_SITE_LAX, false},
	{"strict", SAME_SITE_STRICT, false},
	{"none", SAME_SITE_NONE, false},
	{NULL, 0, false},
};

static char *names[TOKEN_COOKIE_COUNT];
static char *cookie_domain;
static bool cookie_secure;
static int cookie_same_site; /* a SameSite */

static bool
check_cookie_name(char **new_value, void **extra, GucSource source)
{
	Cookie cookie = {.name = *new_value, .value = "", .domain = "", .same_site = "Lax", .is_secure = true};

	if (auth_cookie_check(&cookie) == COOKIE_OK)
		return true;

	GUC_check_errdetail("A cookie name consists of ASCII letters, digits and \"!#$%%&'*+-.^_`|~\".");
	return false;
}

static bool
check_cookie_domain(char **new_value, void **extra, GucSource source)
{
	Cookie cookie = {.name = "a", .value = "", .domain = *new_value, .same_site = "Lax", .is_secure = true};

	if (auth_cookie_check(&cookie) == COOKIE_OK)
		return true;

	GUC_check_errdetail("A domain consists of ASCII letters, digits, \"-\" and \".\".");
	return false;
}

void
auth_token_cookie_define_settings(void)
{
	DefineCustomStringVariable("auth.session_cookie_name",
							   "The cookie that holds the token in session mode.",
							   NULL,
							   &names[TOKEN_COOKIE_SESSION],
							   "__Host-auth_session",
							   PGC_SUSET, 0, check_cookie_name, NULL, NULL);

	DefineCustomStringVariable("auth.refresh_cookie_name",
							   "The cookie that holds the refresh token in cookie mode.",
							   NULL,
							   &names[TOKEN_COOKIE_REFRESH],
							   "__Host-auth_refresh",
							   PGC_SUSET, 0, check_cookie_name, NULL, NULL);

	/* Without "__Host-", so that it works with every combination of the settings below: it signs nobody in. */
	DefineCustomStringVariable("auth.device_cookie_name",
							   "The cookie that identifies a device on which an account has signed in before.",
							   "It signs nobody in; guesses from elsewhere do not delay sign-ins from such a device.",
							   &names[TOKEN_COOKIE_DEVICE],
							   "auth_device",
							   PGC_SUSET, 0, check_cookie_name, NULL, NULL);

	DefineCustomStringVariable("auth.cookie_domain",
							   "The domain of the cookies; empty for the host that set them.",
							   "Weakens: every subdomain gets the cookies and can overwrite them.  Needs cookie names without \"__Host-\".",
							   &cookie_domain,
							   "",
							   PGC_SUSET, 0, check_cookie_domain, NULL, NULL);

	DefineCustomBoolVariable("auth.cookie_secure",
							 "Whether browsers send the cookies over HTTPS only.",
							 "Off weakens: the cookies travel in clear text over plain HTTP.  Needs cookie names without \"__Host-\".",
							 &cookie_secure,
							 true,
							 PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomEnumVariable("auth.cookie_same_site",
							 "Whether browsers send the cookies with requests from other sites.",
							 "\"none\" weakens: only the check of Origin and Sec-Fetch-Site is left.",
							 &cookie_same_site,
							 SAME_SITE_LAX, same_site_options,
							 PGC_SUSET, 0, NULL, NULL, NULL);
}

bool
auth_token_cookie_is_secure(void)
{
	return cookie_secure;
}

char *
auth_token_cookie_get(TokenCookie cookie)
{
	return auth_request_cookie(names[cookie]);
}

static const char *
same_site_name(SameSite same_site)
{
	switch (same_site)
	{
		case SAME_SITE_LAX:
			return "Lax";
		case SAME_SITE_STRICT:
			return "Strict";
		case SAME_SITE_NONE:
			return "None";
	}
	elog(ERROR, "unknown SameSite %d", same_site);
}

static const char *
problem_text(CookieProblem problem)
{
	switch (problem)
	{
		case COOKIE_OK:
			break;
		case COOKIE_BAD_NAME:
			return "Its name is not a token in the sense of RFC 9110.";
		case COOKIE_BAD_VALUE:
			return "Its value contains characters that a cookie cannot contain.";
		case COOKIE_BAD_DOMAIN:
			return "auth.cookie_domain is not a domain.";
		case COOKIE_HOST_PREFIX_NEEDS_SECURE_AND_NO_DOMAIN:
			return "A name that begins with \"__Host-\" needs auth.cookie_secure on and auth.cookie_domain empty.";
		case COOKIE_SECURE_PREFIX_NEEDS_SECURE:
			return "A name that begins with \"__Secure-\" needs auth.cookie_secure on.";
		case COOKIE_SAME_SITE_NONE_NEEDS_SECURE:
			return "auth.cookie_same_site \"none\" needs auth.cookie_secure on.";
		case COOKIE_TOO_LONG:
			return "It is longer than browsers accept.";
	}
	elog(ERROR, "unknown cookie problem %d", problem);
}

static CookieProblem
format_cookie(const char *name, const char *value, long max_age_seconds, char header[SET_COOKIE_MAX_BYTES])
{
	Cookie cookie = {
		.name = name,
		.value = value,
		.domain = cookie_domain,
		.same_site = same_site_name(cookie_same_site),
		.max_age_seconds = max_age_seconds,
		.is_secure = cookie_secure,
	};

	return auth_cookie_format(&cookie, header, SET_COOKIE_MAX_BYTES);
}

/* Cookies of the same name would overwrite each other. */
static void
require_different_names(void)
{
	for (int i = 0; i < TOKEN_COOKIE_COUNT; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(names[i], names[j]) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_CONFIG_FILE_ERROR),
						 errmsg("two cookies have the name \"%s\"", names[i]),
						 errhint("auth.session_cookie_name, auth.refresh_cookie_name and auth.device_cookie_name must differ.")));
}

void
auth_token_cookie_set(TokenCookie cookie, const char *token, long max_age_seconds)
{
	char header[SET_COOKIE_MAX_BYTES];
	CookieProblem problem = format_cookie(names[cookie], token, max_age_seconds, header);

	if (problem != COOKIE_OK)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("browsers would refuse the cookie \"%s\"", names[cookie]),
				 errdetail("%s", problem_text(problem))));
	require_different_names();

	auth_response_add_header("Set-Cookie", header);
}

/* Only a warning: an error would undo the end of the session because of a wrong setting. */
void
auth_token_cookie_clear(TokenCookie cookie)
{
	char header[SET_COOKIE_MAX_BYTES];
	CookieProblem problem;

	if (auth_token_cookie_get(cookie) == NULL)
		return;

	problem = format_cookie(names[cookie], "", 0, header);
	if (problem == COOKIE_OK)
		auth_response_add_header("Set-Cookie", header);
	else
		ereport(WARNING,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("browsers would not clear the cookie \"%s\"", names[cookie]),
				 errdetail("%s", problem_text(problem))));
}
