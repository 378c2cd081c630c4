/*
 * token_response.c
 *	  What a client is given when it has signed in or refreshed.
 */
#include "postgres.h"

#include "session/token_response.h"

#include "base/clock.h"
#include "base/json.h"
#include "http/response.h"
#include "http/token_cookie.h"
#include "keys/token_settings.h"
#include "session/access_token.h"
#include "session/refresh_token.h"

static AccessClaims
claims_of(const Session *session, TokenMode mode, int64 now)
{
	int ttl = mode == TOKEN_MODE_SESSION ? auth_session_token_ttl : auth_access_token_ttl;

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
auth_token_response(const Session *session, TokenMode mode, const char *device_token)
{
	int64 now = auth_clock_unix_now();
	AccessClaims claims = claims_of(session, mode, now);
	char *access_token = auth_access_token_sign(&claims);
	SessionGeneration generation = {session->id, session->generation};
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
			auth_json_string(&body, "refresh_token", auth_refresh_token_make(&generation));
			break;
		case TOKEN_MODE_COOKIE:
			auth_token_cookie_set(TOKEN_COOKIE_REFRESH, auth_refresh_token_make(&generation), seconds_until(session->expires_at));
			break;
		case TOKEN_MODE_SESSION:
			auth_token_cookie_set(TOKEN_COOKIE_SESSION, access_token, expires_in);
			break;
	}
	if (device_token != NULL)
		auth_json_string(&body, "device_token", device_token);
	auth_json_end(&body);

	auth_response_forbid_storing();
	return auth_json_to_jsonb(&body);
}
