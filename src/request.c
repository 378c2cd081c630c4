/*
 * request.c
 *	  The HTTP request that PostgREST is serving, and the answer's headers.
 */
#include "postgres.h"

#include <arpa/inet.h>

#include "request.h"

#include "json.h"
#include "mb/pg_wchar.h"
#include "settings.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#define USER_AGENT_MAX_BYTES 255
#define IPV6_NETWORK_BYTES 8

/* Written by PostgREST for one transaction; empty, not absent, after it. */
static const char *
setting(const char *name)
{
	const char *value = GetConfigOption(name, true, false);

	return value == NULL ? "" : value;
}

bool
auth_request_is_http(void)
{
	return *setting("request.method") != '\0';
}

const char *
auth_request_path(void)
{
	return setting("request.path");
}

bool
auth_request_may_change(void)
{
	const char *method = setting("request.method");

	return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && strcmp(method, "OPTIONS") != 0;
}

static char *
member_or_null(const char *json, const char *name)
{
	char *value = auth_json_member(json, name);

	return value == NULL || *value == '\0' ? NULL : value;
}

char *
auth_request_header(const char *name)
{
	return member_or_null(setting("request.headers"), name);
}

char *
auth_request_cookie(const char *name)
{
	return member_or_null(setting("request.cookies"), name);
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

/* Whether the Origin header names the very host that the request went to. */
static bool
origin_is_host(const char *origin)
{
	const char *host = auth_request_header("host");
	const char *authority = strstr(origin, "://");

	return host != NULL && authority != NULL && pg_strcasecmp(authority + strlen("://"), host) == 0;
}

/*
 * A browser that sends Sec-Fetch-Site knows better than we do which hosts are
 * one site; the others send Origin with everything that may change something.
 */
bool
auth_request_is_same_site(void)
{
	char *fetch_site = auth_request_header("sec-fetch-site");
	char *origin = auth_request_header("origin");

	if (fetch_site != NULL)
		return strcmp(fetch_site, "same-origin") == 0 || strcmp(fetch_site, "same-site") == 0;
	return origin != NULL && origin_is_host(origin);
}

bool
auth_request_is_cross_site(void)
{
	bool is_browser = auth_request_header("sec-fetch-site") != NULL || auth_request_header("origin") != NULL;

	return is_browser && !auth_request_is_same_site();
}

#define WHITE_SPACE " \n"

/* Step over white space and a word; false if something else is there. */
static bool
skip(const char **next, const char *word)
{
	*next += strspn(*next, WHITE_SPACE);
	if (strncmp(*next, word, strlen(word)) != 0)
		return false;

	*next += strlen(word);
	return true;
}

/* Step over "LIMIT $1 OFFSET $2", which db-max-rows adds: it cannot fail. */
static void
skip_limit(const char **next)
{
	if (skip(next, "LIMIT "))
		*next += strspn(*next, "$0123456789");
	if (skip(next, "OFFSET "))
		*next += strspn(*next, "$0123456789");
}

/*
 * Whether a statement of PostgREST ends by selecting all of the result:
 *
 * ... FROM (SELECT "name".* FROM "pgrst_source" AS "name") _postgrest_t
 *
 * What a client asks for stands in place of the .* or behind the second name.
 * It cannot imitate the whole: PostgREST doubles the quotes of its names.
 */
static bool
ends_with_plain_result(const char *statement)
{
	static const char start[] = "(SELECT \"";
	const char *next = NULL;
	const char *name;

	for (const char *found = strstr(statement, start); found != NULL; found = strstr(found + 1, start))
		next = found + strlen(start);
	if (next == NULL)
		return false;

	name = pnstrdup(next, strcspn(next, "\""));
	if (*name == '\0' ||
		!skip(&next, psprintf("%s\".* FROM \"pgrst_source\" AS \"%s\"", name, name)))
		return false;

	skip_limit(&next);
	return skip(&next, ") _postgrest_t") && skip(&next, "") && *next == '\0';
}

void
auth_request_require_plain_result(void)
{
	if (!auth_request_is_http() || (debug_query_string != NULL && ends_with_plain_result(debug_query_string)))
		return;

	ereport(ERROR,
			(errcode(MAKE_SQLSTATE('P', 'T', '4', '0', '0')),
			 errmsg("this call takes no query parameters"),
			 errhint("Send the arguments in the body, and neither select nor filter the result.")));
}

/* PostgREST takes the status from the code and its reason from the message. */
void
auth_request_raise_cross_site(void)
{
	ereport(ERROR,
			(errcode(MAKE_SQLSTATE('P', 'T', '4', '0', '3')),
			 errmsg("cross-site request refused"),
			 errhint("A request that relies on a cookie must say by Sec-Fetch-Site or Origin that it comes from this site.")));
}

/* An IPv4 address that is written as an IPv6 one is the same address. */
static bool
parse_address(const char *text, ClientAddress *address)
{
	struct in_addr ipv4;
	struct in6_addr ipv6;

	if (inet_pton(AF_INET6, text, &ipv6) == 1 && !IN6_IS_ADDR_V4MAPPED(&ipv6))
	{
		inet_ntop(AF_INET6, &ipv6, address->text, sizeof(address->text));
		memcpy(address->network, &ipv6, IPV6_NETWORK_BYTES);
		address->network_bytes = IPV6_NETWORK_BYTES;
		return true;
	}

	if (inet_pton(AF_INET6, text, &ipv6) == 1)
		memcpy(&ipv4, ipv6.s6_addr + 12, sizeof(ipv4));
	else if (inet_pton(AF_INET, text, &ipv4) != 1)
		return false;

	inet_ntop(AF_INET, &ipv4, address->text, sizeof(address->text));
	memcpy(address->network, &ipv4, sizeof(ipv4));
	address->network_bytes = sizeof(ipv4);
	return true;
}

bool
auth_request_client_address(ClientAddress *address)
{
	char *value;

	memset(address, 0, sizeof(*address));
	if (*auth_settings.client_address_header == '\0')
		return false;

	value = auth_request_header(auth_settings.client_address_header);
	return value != NULL && parse_address(value, address);
}

char *
auth_request_client_address_text(void)
{
	ClientAddress address;

	return auth_request_client_address(&address) ? pstrdup(address.text) : NULL;
}

/* Controls of ASCII and of Latin-1, and the two line ends of Unicode. */
static bool
is_unprintable(const unsigned char *character, int length)
{
	pg_wchar code_point = utf8_to_unicode(character);

	return (length == 1 && (code_point < ' ' || code_point == 0x7f)) ||
		(code_point >= 0x80 && code_point < 0xa0) ||
		code_point == 0x2028 || code_point == 0x2029;
}

/* The install script requires UTF-8. */
char *
auth_request_user_agent(void)
{
	char *value = auth_request_header("user-agent");
	StringInfoData printable;
	int length;

	if (value == NULL)
		return NULL;

	initStringInfo(&printable);
	for (const unsigned char *c = (unsigned char *) value; *c != '\0'; c += length)
	{
		int previous_length = printable.len;

		length = pg_utf_mblen(c);
		if (*c == '\\')
			appendStringInfoString(&printable, "\\\\");
		else if (is_unprintable(c, length))
			appendStringInfo(&printable, "\\u%04x", (unsigned int) utf8_to_unicode(c));
		else
			appendBinaryStringInfo(&printable, (const char *) c, length);

		if (printable.len > USER_AGENT_MAX_BYTES)
		{
			printable.data[previous_length] = '\0';
			break;
		}
	}
	return printable.data;
}

static void
set_local(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

void
auth_response_status(int status)
{
	if (auth_request_is_http())
		set_local("response.status", psprintf("%d", status));
}

/* PostgREST wants an array of objects with one member each. */
void
auth_response_header(const char *name, const char *value)
{
	const char *existing = setting("response.headers");
	StringInfoData header;
	StringInfoData headers;

	if (!auth_request_is_http())
		return;

	auth_json_begin(&header);
	auth_json_string(&header, name, value);
	auth_json_end(&header);

	initStringInfo(&headers);
	if (*existing == '\0' || strcmp(existing, "[]") == 0)
		appendStringInfo(&headers, "[%s]", header.data);
	else
		appendStringInfo(&headers, "%.*s,%s]", (int) strlen(existing) - 1, existing, header.data);
	set_local("response.headers", headers.data);
}
