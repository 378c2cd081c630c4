/*
 * request.c
 *	  The HTTP request that PostgREST is serving.
 */
#include "postgres.h"

#include "http/request.h"

#include "base/json.h"
#include "base/settings.h"
#include "utils/varlena.h"

#define HEADERS "request.headers"
#define COOKIES "request.cookies"

/* PostgREST writes request.* for one transaction; they are empty, not absent, after it. */
bool
auth_request_is_http(void)
{
	return *auth_settings_get("request.method") != '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * The segment of a path that follows a slash, decoded; *path is then behind it.
 * NULL if there is none.  What is not an encoded byte stays as it is.
 */
static char *
next_segment(const char **path)
{
	const char *c = *path;
	char *segment = palloc(strlen(c) + 1);
	char *end = segment;

	if (*c != '/')
		return NULL;

	for (c++; *c != '\0' && *c != '/'; c++)
	{
		int high = *c == '%' ? hex_digit(c[1]) : -1;
		int low = high >= 0 ? hex_digit(c[2]) : -1;

		*end++ = low >= 0 ? (char) (high << 4 | low) : *c;
		if (low >= 0)
			c += 2;
	}
	*end = '\0';
	*path = c;
	return segment;
}

/*
 * PostgREST tells the path as it was sent, but looks for a function by the
 * decoded one: /rpc/%6cogin is /rpc/login.
 */
char *
auth_request_function(void)
{
	const char *path = auth_settings_get("request.path");
	char *first = next_segment(&path);
	char *name = first != NULL && strcmp(first, "rpc") == 0 ? next_segment(&path) : NULL;

	return name != NULL && (*path == '\0' || strcmp(path, "/") == 0) ? name : NULL;
}

/*
 * PostgREST puts the schema that it serves in front of the search path.  So
 * this is to be asked by a function that has no search path of its own.
 */
char *
auth_request_schema(void)
{
	char *search_path = pstrdup(auth_settings_get("search_path"));
	List *schemas;

	if (!SplitIdentifierString(search_path, ',', &schemas) || schemas == NIL)
		return pstrdup("");
	return linitial(schemas);
}

bool
auth_request_is_unsafe_method(void)
{
	const char *method = auth_settings_get("request.method");

	return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && strcmp(method, "OPTIONS") != 0;
}

static void
ignore(const char *name, const char *value, void *state)
{
}

static void
require_readable(const char *setting)
{
	if (!auth_json_each_member(auth_settings_get(setting), ignore, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_HTTP('4', '0', '0')),
				 errmsg("a request header cannot be read"),
				 errhint("Headers and cookies must be UTF-8 text without NUL.")));
}

void
auth_request_require_readable(void)
{
	require_readable(HEADERS);
	require_readable(COOKIES);
}

static char *
find(const char *setting, const char *name)
{
	char *value = auth_json_find(auth_settings_get(setting), name);

	return value == NULL || *value == '\0' ? NULL : value;
}

char *
auth_request_header(const char *name)
{
	return find(HEADERS, name);
}

char *
auth_request_cookie(const char *name)
{
	return find(COOKIES, name);
}

char *
auth_request_bearer(void)
{
	static const char scheme[] = "bearer";
	static const char white_space[] = " \t";
	char *value = auth_request_header("authorization");

	if (value == NULL || pg_strncasecmp(value, scheme, strlen(scheme)) != 0 ||
		strspn(value + strlen(scheme), white_space) == 0)
		return NULL;

	value += strlen(scheme);
	value += strspn(value, white_space);
	return *value == '\0' ? NULL : value;
}
