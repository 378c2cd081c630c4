/*
 * token_mode.c
 *	  Where the tokens of an answer go.
 */
#include "postgres.h"

#include "session/token_mode.h"

#include "base/arguments.h"
#include "base/settings.h"
#include "http/request.h"
#include "keys/token_settings.h"

static int refresh_token_ttl; /* seconds */

void
auth_token_mode_define_settings(void)
{
	DefineCustomIntVariable("auth.refresh_token_ttl",
							"How long a session outlives its last refresh.",
							NULL,
							&refresh_token_ttl,
							7 * ONE_DAY_SECONDS, 1, TEN_YEARS_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
}

TokenMode
auth_token_mode_read(const text *name)
{
	if (auth_text_is(name, "json"))
		return TOKEN_MODE_JSON;

	if (!auth_text_is(name, "cookie") && !auth_text_is(name, "session"))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown mode"),
				 errhint("The mode must be json, cookie or session.")));

	if (!auth_request_is_http())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no HTTP request whose answer could set a cookie"),
				 errhint("In an SQL session, the mode must be json.")));

	return auth_text_is(name, "cookie") ? TOKEN_MODE_COOKIE : TOKEN_MODE_SESSION;
}

int
auth_token_mode_idle_seconds(TokenMode mode)
{
	return mode == TOKEN_MODE_SESSION ? auth_session_token_ttl : refresh_token_ttl;
}
