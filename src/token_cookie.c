/*
 * token_cookie.c
 *	  The two cookies that hold a token, as the settings describe them.
 */
#include "postgres.h"

#include "token_cookie.h"

#include "cookie.h"
#include "request.h"
#include "response.h"
#include "settings.h"

/* room for the attributes beside name and value */
#define SET_COOKIE_MAX_BYTES (COOKIE_MAX_BYTES + 512)

char *
auth_token_cookie_session(void)
{
	return auth_request_cookie(auth_settings.session_cookie_name);
}

char *
auth_token_cookie_refresh(void)
{
	return auth_request_cookie(auth_settings.refresh_cookie_name);
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
			return "Its value has characters that a cookie cannot hold.";
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
		.domain = auth_settings.cookie_domain,
		.same_site = same_site_name(auth_settings.cookie_same_site),
		.max_age_seconds = max_age_seconds,
		.is_secure = auth_settings.cookie_secure,
	};

	return auth_cookie_format(&cookie, header, SET_COOKIE_MAX_BYTES);
}

/* One would overwrite the other. */
static void
require_two_names(void)
{
	if (strcmp(auth_settings.session_cookie_name, auth_settings.refresh_cookie_name) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("both cookies have the name \"%s\"", auth_settings.session_cookie_name),
				 errhint("auth.session_cookie_name and auth.refresh_cookie_name must differ.")));
}

static void
set_cookie(const char *name, const char *value, long max_age_seconds)
{
	char header[SET_COOKIE_MAX_BYTES];
	CookieProblem problem = format_cookie(name, value, max_age_seconds, header);

	if (problem != COOKIE_OK)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("browsers would refuse the cookie \"%s\"", name),
				 errdetail("%s", problem_text(problem))));
	require_two_names();

	auth_response_add_header("Set-Cookie", header);
}

/* Not an error: that would undo the end of a session because of a setting. */
static void
clear_cookie(const char *name)
{
	char header[SET_COOKIE_MAX_BYTES];
	CookieProblem problem = format_cookie(name, "", 0, header);

	if (problem == COOKIE_OK)
		auth_response_add_header("Set-Cookie", header);
	else
		ereport(WARNING,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("browsers would not clear the cookie \"%s\"", name),
				 errdetail("%s", problem_text(problem))));
}

void
auth_token_cookie_set_session(const char *token, long max_age_seconds)
{
	set_cookie(auth_settings.session_cookie_name, token, max_age_seconds);
}

void
auth_token_cookie_set_refresh(const char *token, long max_age_seconds)
{
	set_cookie(auth_settings.refresh_cookie_name, token, max_age_seconds);
}

void
auth_token_cookie_clear_session(void)
{
	if (auth_token_cookie_session() != NULL)
		clear_cookie(auth_settings.session_cookie_name);
}

void
auth_token_cookie_clear_refresh(void)
{
	if (auth_token_cookie_refresh() != NULL)
		clear_cookie(auth_settings.refresh_cookie_name);
}
