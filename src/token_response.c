/*
 * token_response.c
 *	  What a client is given when it has signed in or refreshed.
 */
#include "postgres.h"

#include "token_response.h"

#include "access_token.h"
#include "clock.h"
#include "compat.h"
#include "json.h"
#include "refresh_token.h"
#include "request.h"
#include "response.h"
#include "settings.h"
#include "token_cookie.h"
#include "utils/builtins.h"

static bool
is_mode(const text *name, const char *mode)
{
	return VARSIZE_ANY_EXHDR(name) == strlen(mode) && memcmp(VARDATA_ANY(name), mode, strlen(mode)) == 0;
}

TokenMode
auth_token_mode_read(const text *name)
{
	if (is_mode(name, "json"))
		return TOKEN_MODE_JSON;

	if (!is_mode(name, "cookie") && !is_mode(name, "session"))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown mode"),
				 errhint("The mode is json, cookie or session.")));

	if (!auth_request_is_http())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no HTTP request whose answer could set a cookie"),
				 errhint("In an SQL session the mode is json.")));

	return is_mode(name, "cookie") ? TOKEN_MODE_COOKIE : TOKEN_MODE_SESSION;
}

int
auth_token_mode_idle_seconds(TokenMode mode)
{
	return mode == TOKEN_MODE_SESSION ? auth_settings.session_token_ttl : auth_settings.refresh_token_ttl;
}

static AccessClaims
claims_of(const Session *session, TokenMode mode, int64 now)
{
	int ttl = mode == TOKEN_MODE_SESSION ? auth_settings.session_token_ttl : auth_settings.access_token_ttl;

	return (AccessClaims){
		.user_id = session->user_id,
		.session_id = session->id,
		.role = session->role,
		.generation = mode == TOKEN_MODE_SESSION ? session->generation : NO_GENERATION,
		.expires_at = Min(now + ttl, auth_clock_to_unix(session->not_after)),
	};
}

static long
seconds_until(TimestampTz at)
{
	return Max((at - GetCurrentTimestamp()) / USECS_PER_SEC, 1);
}

Datum
auth_token_response(const Session *session, TokenMode mode)
{
	int64 now = auth_clock_unix_now();
	AccessClaims claims = claims_of(session, mode, now);
	char *access_token = auth_access_token_sign(&claims);
	Renewal renewal = {session->id, session->generation};
	int64 expires_in = claims.expires_at - now;
	StringInfoData body;

	auth_json_begin(&body);
	if (mode != TOKEN_MODE_SESSION)
	{
		auth_json_string(&body, "access_token", access_token);
		auth_json_string(&body, "token_type", "bearer");
	}
	auth_json_integer(&body, "expires", expires_in * 1000);
	auth_json_integer(&body, "expires_at", claims.expires_at);

	switch (mode)
	{
		case TOKEN_MODE_JSON:
			auth_json_string(&body, "refresh_token", auth_refresh_token_make(&renewal));
			break;
		case TOKEN_MODE_COOKIE:
			auth_token_cookie_set_refresh(auth_refresh_token_make(&renewal), seconds_until(session->expires_at));
			break;
		case TOKEN_MODE_SESSION:
			auth_token_cookie_set_session(access_token, expires_in);
			break;
	}
	auth_json_end(&body);

	auth_response_forbid_storing();
	return auth_json_to_jsonb(&body);
}
