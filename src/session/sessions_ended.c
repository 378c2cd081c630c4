/*
 * sessions_ended.c
 *	  The answer of a call that ends sessions.
 */
#include "postgres.h"

#include "session/sessions_ended.h"

#include "base/json.h"
#include "http/response.h"

Datum
auth_sessions_ended(uint64 count)
{
	StringInfoData body;

	auth_json_begin(&body);
	auth_json_integer(&body, "sessions_ended", (int64) count);
	auth_json_end(&body);
	auth_response_forbid_storing();
	return auth_json_to_jsonb(&body);
}
