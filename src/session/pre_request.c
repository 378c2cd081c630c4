/*
 * pre_request.c
 *	  auth.pre_request: what happens before each request that PostgREST serves.
 *
 * PostgREST has checked the signature of a bearer token and taken the role that
 * it names.  That is not enough: the session may have ended and the role may
 * have changed since, and PostgREST does not look at tokens in cookies.  So the
 * identity is established here, and the role follows it.
 *
 * Runs as the caller, because the role cannot be changed with other rights.
 */
#include "postgres.h"

#include "account/identity.h"
#include "base/json.h"
#include "base/settings.h"
#include "base/statement.h"
#include "base/uuid.h"
#include "base/word.h"
#include "catalog/pg_type.h"
#include "http/call.h"
#include "http/request.h"
#include "http/response.h"
#include "miscadmin.h"
#include "session/presented_token.h"

PG_FUNCTION_INFO_V1(auth_pre_request);

/* Policies that read the claims must not see those of another token. */
static void
set_claims(const char *role)
{
	StringInfoData claims;

	auth_json_begin(&claims);
	auth_json_string(&claims, "role", role);
	if (auth_identity_user() != NULL)
		auth_json_string(&claims, "sub", auth_uuid_to_text(auth_identity_user()));
	auth_json_end(&claims);
	auth_settings_set_local("request.jwt.claims", claims.data, PGC_USERSET);
}

static void
switch_role(const char *role)
{
	set_claims(role);
	if (!auth_word_is(GetUserNameFromId(GetUserId(), false), role))
		auth_settings_set_local("role", role, PGC_USERSET);
}

/* With the rights of auth_owner, which may look at the session. */
static void
authenticate(const PresentedToken *token)
{
	static Statement call = {
		.text = "SELECT auth.authenticate($1)",
		.argument_count = 1,
		.argument_types = {TEXTOID},
		.has_secret_arguments = true,
		.snapshot = SNAPSHOT_OF_THE_CALLER,
	};
	NullableDatum values[] = {auth_value_text(token->text)};

	auth_statement_run(&call, values);
}

static Datum
pre_request(PG_FUNCTION_ARGS)
{
	PresentedToken token = {.place = PLACE_NONE};

	auth_call_require_served();
	if (!auth_call_is_anonymous())
		token = auth_presented_token_find(PLACE_BEARER | PLACE_SESSION_COOKIE, NULL);

	/* The role that PostgREST has taken may come from a token that we do not see. */
	if (token.place == PLACE_NONE)
	{
		switch_role("anon");
		PG_RETURN_VOID();
	}

	authenticate(&token);
	switch_role(auth_identity_role());
	/* Caches handle Authorization by themselves, but not cookies. */
	if (token.place == PLACE_SESSION_COOKIE && !auth_request_is_unsafe_method())
		auth_response_forbid_sharing();
	PG_RETURN_VOID();
}

/* auth.pre_request() returns void */
Datum
auth_pre_request(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_PRE_REQUEST, pre_request, fcinfo);
}
