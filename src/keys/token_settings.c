/*
 * token_settings.c
 *	  Settings of access tokens that other files must know, too.
 */
#include "postgres.h"

#include "keys/token_settings.h"

#include "base/settings.h"

char *auth_issuer;
char *auth_audience;
int auth_access_token_ttl;
int auth_session_token_ttl;

void
auth_token_settings_define(void)
{
	DefineCustomStringVariable("auth.issuer",
							   "The issuer (iss) of access tokens; tokens of another issuer are refused.",
							   NULL,
							   &auth_issuer,
							   "auth",
							   PGC_SUSET, 0, auth_settings_check_not_empty, NULL, NULL);

	DefineCustomStringVariable("auth.audience",
							   "The audience (aud) of access tokens; if empty, a token that has an audience is refused.",
							   NULL,
							   &auth_audience,
							   "",
							   PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.access_token_ttl",
							"How long an access token is valid.",
							"Keep it well above the time before expiry at which your site renews a token: otherwise parallel requests "
							"can be two refresh tokens apart, which ends the session.",
							&auth_access_token_ttl,
							15 * 60, 1, ONE_DAY_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.session_token_ttl",
							"How long the token in a session cookie is valid, unless renewed.",
							NULL,
							&auth_session_token_ttl,
							ONE_DAY_SECONDS, 1, TEN_YEARS_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
}
