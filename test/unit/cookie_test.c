/*
 * cookie_test.c
 *	  A cookie says what browsers keep, and nothing slips into its attributes.
 */
#include <string.h>

#include "portable/cookie.h"
#include "tap.h"

static Cookie
sound(void)
{
	return (Cookie){
		.name = "__Host-token",
		.value = "abc.def_-",
		.domain = "",
		.same_site = "Lax",
		.max_age_seconds = 60,
		.is_secure = true,
	};
}

static void
reads(Cookie cookie, const char *expected, const char *name)
{
	char header[COOKIE_MAX_BYTES + 512];

	ok(auth_cookie_format(&cookie, header, sizeof(header)) == COOKIE_OK && strcmp(header, expected) == 0, name);
}

static void
is_refused(Cookie cookie, CookieProblem problem, const char *name)
{
	char header[COOKIE_MAX_BYTES + 512];

	ok(auth_cookie_format(&cookie, header, sizeof(header)) == problem && header[0] == '\0', name);
}

static void
test_attributes(void)
{
	Cookie cookie = sound();

	reads(cookie, "__Host-token=abc.def_-; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax", "set");
	cookie.value = "";
	reads(cookie, "__Host-token=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax", "cleared by the same attributes");
	cookie = sound();
	cookie.name = "token";
	cookie.domain = "example.org";
	cookie.is_secure = false;
	cookie.same_site = "Strict";
	reads(cookie, "token=abc.def_-; Max-Age=60; Path=/; Domain=example.org; HttpOnly; SameSite=Strict", "with a domain");
}

static void
test_refusals(void)
{
	Cookie cookie = sound();
	char long_value[COOKIE_MAX_BYTES + 1];

	cookie.domain = "example.org";
	is_refused(cookie, COOKIE_HOST_PREFIX_NEEDS_SECURE_AND_NO_DOMAIN, "__Host- with a domain");
	cookie = sound();
	cookie.is_secure = false;
	is_refused(cookie, COOKIE_HOST_PREFIX_NEEDS_SECURE_AND_NO_DOMAIN, "__Host- without Secure");
	cookie.name = "__secure-token";
	is_refused(cookie, COOKIE_SECURE_PREFIX_NEEDS_SECURE, "__secure- without Secure");
	cookie.name = "token";
	cookie.same_site = "None";
	is_refused(cookie, COOKIE_SAME_SITE_NONE_NEEDS_SECURE, "None without Secure");

	cookie = sound();
	cookie.name = "";
	is_refused(cookie, COOKIE_BAD_NAME, "no name");
	cookie.name = "a b";
	is_refused(cookie, COOKIE_BAD_NAME, "a space in the name");
	cookie.name = "a=b";
	is_refused(cookie, COOKIE_BAD_NAME, "an equals sign in the name");
	cookie = sound();
	cookie.value = "a; Domain=evil.example";
	is_refused(cookie, COOKIE_BAD_VALUE, "an attribute in the value");
	cookie.value = "a\r\nSet-Cookie: b=c";
	is_refused(cookie, COOKIE_BAD_VALUE, "a line end in the value");
	cookie = sound();
	cookie.name = "token";
	cookie.domain = "example.org; Secure";
	is_refused(cookie, COOKIE_BAD_DOMAIN, "an attribute in the domain");
	cookie.domain = "exam!ple.org";
	is_refused(cookie, COOKIE_BAD_DOMAIN, "a domain that no host has");

	cookie = sound();
	memset(long_value, 'x', sizeof(long_value));
	long_value[COOKIE_MAX_BYTES] = '\0';
	cookie.value = long_value;
	is_refused(cookie, COOKIE_TOO_LONG, "longer than browsers keep");
	long_value[COOKIE_MAX_BYTES - strlen(cookie.name)] = '\0';
	ok(auth_cookie_check(&cookie) == COOKIE_OK, "as long as browsers keep");
}

int
main(void)
{
	test_attributes();
	test_refusals();
	return done();
}
