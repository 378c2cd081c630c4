/*
 * client.c
 *	  Who sent the request: the client's address and user agent.
 */
#include "postgres.h"

#include <arpa/inet.h>

#include "http/client.h"

#include "base/settings.h"
#include "http/request.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#define USER_AGENT_MAX_BYTES 255
#define IPV6_NETWORK_BYTES 8
#define IPV6_CUSTOMER_BYTES 6

static char *client_address_header;

/* PostgREST hands header names over in lower case. */
static bool
check_header_name(char **new_value, void **extra, GucSource source)
{
	if (strspn(*new_value, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(*new_value))
		return true;

	GUC_check_errdetail("A header name consists of lower-case letters, digits, \"-\" and \"_\".");
	return false;
}

void
auth_client_define_settings(void)
{
	DefineCustomStringVariable("auth.client_address_header",
							   "The request header in which the trusted proxy names the client's address.",
							   "Set it to the empty string where there is no such proxy: otherwise anybody can claim any address.",
							   &client_address_header,
							   "x-real-ip",
							   PGC_SUSET, 0, check_header_name, NULL, NULL);
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
		address->customer_bytes = IPV6_CUSTOMER_BYTES;
		return true;
	}

	if (inet_pton(AF_INET6, text, &ipv6) == 1)
		memcpy(&ipv4, ipv6.s6_addr + 12, sizeof(ipv4));
	else if (inet_pton(AF_INET, text, &ipv4) != 1)
		return false;

	inet_ntop(AF_INET, &ipv4, address->text, sizeof(address->text));
	memcpy(address->network, &ipv4, sizeof(ipv4));
	address->network_bytes = address->customer_bytes = sizeof(ipv4);
	return true;
}

bool
auth_client_address(ClientAddress *address)
{
	char *value;

	memset(address, 0, sizeof(*address));
	if (*client_address_header == '\0')
		return false;

	value = auth_request_header(client_address_header);
	return value != NULL && parse_address(value, address);
}

char *
auth_client_address_text(void)
{
	ClientAddress address;

	return auth_client_address(&address) ? pstrdup(address.text) : NULL;
}

/* Controls of ASCII and of Latin-1, and the two line ends of Unicode. */
static bool
is_unprintable(pg_wchar code_point)
{
	return code_point < ' ' || (code_point >= 0x7f && code_point < 0xa0) ||
		code_point == 0x2028 || code_point == 0x2029;
}

/* A header is valid UTF-8, which the install script requires of the database, too. */
char *
auth_client_user_agent(void)
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
