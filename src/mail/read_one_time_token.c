/*
 * read_one_time_token.c
 *	  auth.one_time_token: what the link of a mail is for, before it is used.
 *
 * A mail's links are opened by scanners, too.  So the page behind a link asks
 * this, which cannot write, and uses the link by a POST of its visitor's.
 */
#include "postgres.h"

#include "audit/refusal.h"
#include "base/arguments.h"
#include "base/clock.h"
#include "base/json.h"
#include "http/call.h"
#include "http/response.h"
#include "mail/one_time_token.h"

PG_FUNCTION_INFO_V1(auth_one_time_token);

/* Enough to recognise one's own address by. */
static char *
mask(const char *email)
{
	return psprintf("%c***%s", email[0], strchr(email, '@'));
}

static Datum
one_time_token(PG_FUNCTION_ARGS)
{
	OneTimeToken token;
	StringInfoData body;

	auth_response_forbid_storing();
	if (!auth_one_time_token_open_link(auth_required_text(fcinfo, 0, "token"), &token))
		PG_RETURN_NULL();

	auth_json_begin(&body);
	auth_json_string(&body, "purpose", auth_one_time_token_purpose_name(token.purpose));
	auth_json_string(&body, "email", mask(token.email));
	auth_json_integer(&body, "expires_at", auth_clock_to_unix(token.expires_at));
	auth_json_end(&body);
	return auth_json_to_jsonb(&body);
}

/* auth.one_time_token(token text) returns jsonb */
Datum
auth_one_time_token(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_ONE_TIME_TOKEN, one_time_token, fcinfo);
}
