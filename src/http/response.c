/*
 * response.c
 *	  The status and the headers of the answer that PostgREST will send.
 */
#include "postgres.h"

#include "http/response.h"

#include "base/json.h"
#include "http/request.h"
#include "base/settings.h"
#include "utils/builtins.h"

void
auth_response_set_status(int status)
{
	if (auth_request_is_http())
		auth_settings_set_local("response.status", psprintf("%d", status), PGC_USERSET);
}

/* PostgREST wants an array of objects with one member each. */
void
auth_response_add_header(const char *name, const char *value)
{
	const char *existing = auth_settings_get("response.headers");
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
	auth_settings_set_local("response.headers", headers.data, PGC_USERSET);
}

void
auth_response_forbid_storing(void)
{
	auth_response_add_header("Cache-Control", "no-store");
}

void
auth_response_forbid_sharing(void)
{
	auth_response_add_header("Cache-Control", "private, no-cache");
	auth_response_add_header("Vary", "Cookie");
}
