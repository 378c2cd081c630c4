/*
 * outbox.c
 *	  Mails that wait to be sent: rows in the transaction of what they tell of.
 */
#include "postgres.h"

#include "mail/outbox.h"

#include "audit/purge.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/statement.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "http/client.h"
#include "http/request.h"
#include "mail/site.h"
#include "portable/language.h"

/* Who sends mails listens to it. */
#define CHANNEL "auth_mail"

static int mail_retention; /* seconds */

void
auth_outbox_define_settings(void)
{
	DefineCustomIntVariable("auth.mail_retention",
							"How long it is remembered which mails were sent.",
							NULL,
							&mail_retention,
							30 * ONE_DAY_SECONDS, ONE_DAY_SECONDS, TEN_YEARS_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
}

bool
auth_outbox_is_set_up(void)
{
	return auth_site_url()[0] != '\0';
}

/* One a minute, five an hour, fifteen a day. */
static bool
had_enough(const Mail *mail)
{
	static Statement count = {
		.text = "SELECT pg_catalog.count(*) FILTER (WHERE created_at OPERATOR(pg_catalog.>) $3) OPERATOR(pg_catalog.>=) 1 "
				"OR pg_catalog.count(*) FILTER (WHERE created_at OPERATOR(pg_catalog.>) $4) OPERATOR(pg_catalog.>=) 5 "
				"OR pg_catalog.count(*) OPERATOR(pg_catalog.>=) 15 "
				"FROM auth_private.outbox WHERE recipient OPERATOR(pg_catalog.=) $1 AND kind OPERATOR(pg_catalog.=) $2 "
				"AND created_at OPERATOR(pg_catalog.>) $5",
		.argument_count = 5,
		.argument_types = {TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
	};
	NullableDatum values[] = {
		auth_value_text(mail->recipient),
		auth_value_text(mail->kind),
		auth_value_of(TimestampTzGetDatum(auth_clock_in(-60))),
		auth_value_of(TimestampTzGetDatum(auth_clock_in(-60 * 60))),
		auth_value_of(TimestampTzGetDatum(auth_clock_in(-ONE_DAY_SECONDS))),
	};
	NullableDatum columns[1];

	return auth_statement_fetch(&count, values, columns, lengthof(columns)) && DatumGetBool(columns[0].value);
}

/* NULL if the request names none. */
static const char *
requested_language(void)
{
	const char *header = auth_request_header("accept-language");
	char language[LANGUAGE_MAX_BYTES + 1];

	return header != NULL && auth_language_first(header, language) ? pstrdup(language) : NULL;
}

static void
queue(const Mail *mail)
{
	static Statement insert = {
		.text = "INSERT INTO auth_private.outbox (kind, recipient, user_id, token_id, nonce, language, user_agent, state) "
				"VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $3 IS NULL THEN 'dropped' ELSE 'queued' END)",
		.argument_count = 7,
		.argument_types = {TEXTOID, TEXTOID, UUIDOID, UUIDOID, BYTEAOID, TEXTOID, TEXTOID},
	};

	auth_statement_run(&insert, (NullableDatum[]){
									auth_value_text(mail->kind),
									auth_value_text(mail->recipient),
									auth_value_uuid(mail->user_id),
									auth_value_uuid(mail->token == NULL ? NULL : &mail->token->id),
									mail->request == NULL ? auth_value_null() : auth_value_bytes(mail->request->nonce, REQUEST_NONCE_BYTES),
									auth_value_text(requested_language()),
									auth_value_text(auth_client_user_agent()),
								});
	/* For nobody's mail, too: how long a call takes must not tell. */
	Async_Notify(CHANNEL, "");
}

void
auth_outbox_request(const Mail *mail)
{
	if (!had_enough(mail))
		queue(mail);
}

void
auth_outbox_notify(const Mail *mail)
{
	queue(mail);
}

uint64
auth_outbox_purge(void)
{
	static PurgeWalk walk = {
		.statement = {
			.text = "DELETE FROM auth_private.outbox WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY("
					"SELECT ctid FROM auth_private.outbox WHERE ctid OPERATOR(pg_catalog.>=) $1 "
					"AND created_at OPERATOR(pg_catalog.<) CASE state WHEN 'dropped' THEN $4 ELSE $3 END "
					"LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING ctid",
			.argument_count = 4,
			.argument_types = {TIDOID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID},
		},
	};

	return auth_purge_next(&walk, (NullableDatum[]){
									  auth_value_of(TimestampTzGetDatum(auth_clock_in(-mail_retention))),
									  auth_value_of(TimestampTzGetDatum(auth_clock_in(-ONE_DAY_SECONDS))),
								  });
}
