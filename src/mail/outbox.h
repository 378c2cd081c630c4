/*
 * outbox.h
 *	  Mails that wait to be sent: rows in the transaction of what they tell of.
 *
 * A row holds no link and no code: they are computed when the mail is rendered.
 */
#ifndef AUTH_OUTBOX_H
#define AUTH_OUTBOX_H

#include "mail/one_time_token.h"

typedef struct Mail
{
	const char *kind; /* of its template */
	const char *recipient; /* canonical */
	const pg_uuid_t *user_id; /* NULL: nobody has this address, and nothing is sent */
	const OneTimeToken *token; /* NULL for a notice */
	const MailRequest *request; /* whose code the mail tells; NULL if it tells none */
} Mail;

extern void auth_outbox_define_settings(void);

/* Whether mails can be sent at all: whether the site that links lead to is known. */
extern bool auth_outbox_is_set_up(void);

/*
 * Queue a mail, unless the recipient had as many of its kind lately as anybody
 * should get: then the links of those still work.
 *
 * Costs and writes the same whether the mail is for somebody or for nobody.
 */
extern void auth_outbox_request(const Mail *mail);

/* Queue a notice, which no limit suppresses. */
extern void auth_outbox_notify(const Mail *mail);

/* Delete a batch of mails that were sent, failed or dropped long ago; returns how many. */
extern uint64 auth_outbox_purge(void);

#endif
