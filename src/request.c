/*
 * request.c
 *	  The HTTP request that PostgREST is serving.
 */
#include "postgres.h"

#include <arpa/inet.h>

#include "request.h"

#include "json.h"
#include "mb/pg_wchar.h"
#include "settings.h"
#include "utils/builtins.h"

#define USER_AGENT_MAX_BYTES 255
#define IPV6_NETWORK_BYTES 8

static emit_log_hook_type previous_emit_log_hook;

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

/* The calls to which passwords and refresh tokens are sent. */
static bool
carries_secrets(void)
{
	static const char *const paths[] = {
		"/rpc/login",
		"/rpc/register_user",
		"/rpc/refresh",
		"/rpc/logout",
		"/rpc/change_password",
	};

	for (size_t i = 0; i < lengthof(paths); i++)
		if (strcmp(auth_request_path(), paths[i]) == 0)
			return true;
	return false;
}

/*
 * PostgREST's statement reads the body before it calls us.  What PostgreSQL
 * cannot read (an escaped NUL) is an error whose context quotes it.
 */
static void
hide_quoted_body(ErrorData *error)
{
	if (carries_secrets())
		error->hide_ctx = true;

	if (previous_emit_log_hook != NULL)
		previous_emit_log_hook(error);
}

void
auth_request_init(void)
{
	previous_emit_log_hook = emit_log_hook;
	emit_log_hook = hide_quoted_body;
}

bool
auth_request_may_change(void)
{
	const char *method = auth_settings_get("request.method");

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
	return member_or_null(auth_settings_get("request.headers"), name);
}

char *
auth_request_cookie(const char *name)
{
	return member_or_null(auth_settings_get("request.cookies"), name);
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

static void
raise_cross_site(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_HTTP('4', '0', '3')),
			 errmsg("cross-site request refused"),
			 errhint("A request that relies on a cookie must say by Sec-Fetch-Site or Origin that it comes from this site.")));
}

void
auth_request_require_same_site(void)
{
	if (!auth_request_is_same_site())
		raise_cross_site();
}

/* Programs other than browsers send neither header. */
void
auth_request_require_no_other_site(void)
{
	bool is_browser = auth_request_header("sec-fetch-site") != NULL || auth_request_header("origin") != NULL;

	if (is_browser && !auth_request_is_same_site())
		raise_cross_site();
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
is_unprintable(pg_wchar code_point)
{
	return code_point < ' ' || (code_point >= 0x7f && code_point < 0xa0) ||
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
		pg_wchar code_point = utf8_to_unicode(c);
		int previous_length = printable.len;

		length = pg_utf_mblen(c);
		if (*c == '\\')
			appendStringInfoString(&printable, "\\\\");
		else if (is_unprintable(code_point))
			appendStringInfo(&printable, "\\u%04x", (unsigned int) code_point);
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
