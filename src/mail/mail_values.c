/*
 * mail_values.c
 *	  auth_private.mail_link and mail_code: what a mail brings, when it is rendered.
 *
 * Only functions of auth_owner can call them, and what they return is stored
 * nowhere.
 */
#include "postgres.h"

#include "base/compat.h"
#include "fmgr.h"
#include "mail/one_time_token.h"
#include "mail/site.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(auth_mail_link);
PG_FUNCTION_INFO_V1(auth_mail_code);

/* auth_private.mail_link(token_id uuid) returns text: null if it would not work any more */
Datum
auth_mail_link(PG_FUNCTION_ARGS)
{
	OneTimeToken token;

	if (PG_ARGISNULL(0) || !auth_one_time_token_find(PG_GETARG_UUID_P(0), &token))
		PG_RETURN_NULL();

	PG_RETURN_DATUM(CStringGetTextDatum(auth_site_link(token.purpose, auth_one_time_token_link(&token))));
}

/* auth_private.mail_code(token_id uuid, nonce bytea) returns text: likewise */
Datum
auth_mail_code(PG_FUNCTION_ARGS)
{
	OneTimeToken token;
	bytea *nonce;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || !auth_one_time_token_find(PG_GETARG_UUID_P(0), &token))
		PG_RETURN_NULL();

	nonce = PG_GETARG_BYTEA_PP(1);
	if (VARSIZE_ANY_EXHDR(nonce) != REQUEST_NONCE_BYTES)
		elog(ERROR, "a request's nonce has %d bytes", REQUEST_NONCE_BYTES);
	PG_RETURN_DATUM(CStringGetTextDatum(auth_one_time_token_code(&token, (unsigned char *) VARDATA_ANY(nonce))));
}
