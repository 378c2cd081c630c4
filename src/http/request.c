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

const char *
auth_request_path(void)
{
	return auth_settings_get("request.path");
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
