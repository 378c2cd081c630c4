/*
 * one_time_token.h
 *	  Links and codes that a mail brings, and that work once.
 *
 * The database keeps a row for what was asked for, and nothing that opens
 * anything: link and code are MACs over the row, computed when a mail is sent
 * and again when they come back.  So no mail invalidates the one before it.
 *
 * A code is short, so it works only together with the handle that the browser
 * was given which asked for it: nobody can guess it, or use one that its owner
 * was talked into telling, without having asked for that very mail.
 */
#ifndef AUTH_ONE_TIME_TOKEN_H
#define AUTH_ONE_TIME_TOKEN_H

#include "base/compat.h"
#include "datatype/timestamp.h"
#include "utils/uuid.h"

typedef enum OneTimePurpose
{
	ONE_TIME_RECOVERY,
} OneTimePurpose;

#define ONE_TIME_PURPOSE_COUNT (ONE_TIME_RECOVERY + 1)

#define REQUEST_NONCE_BYTES 8
#define ONE_TIME_CODE_DIGITS 8

/* A row.  Without a user, for an address that has no account: its mail is never sent. */
typedef struct OneTimeToken
{
	pg_uuid_t id;
	OneTimePurpose purpose;
	int generation;
	pg_uuid_t user_id;
	bool has_user;
	char *email; /* canonical: where the mail goes */
	TimestampTz expires_at;
} OneTimeToken;

/* One browser's request for a mail. */
typedef struct MailRequest
{
	unsigned char nonce[REQUEST_NONCE_BYTES];
	char *handle; /* what the browser is given */
} MailRequest;

extern void auth_one_time_token_define_settings(void);

/* The name of a purpose, as the tables have it. */
extern const char *auth_one_time_token_purpose_name(OneTimePurpose purpose);

/*
 * Find or make the row of a purpose for an address; user_id is NULL where the
 * address has no account.
 *
 * While more than half of its life is left it stays as it is, so that the link
 * of an earlier mail works as long; later it begins anew, and earlier mails end.
 */
extern void auth_one_time_token_ask(OneTimePurpose purpose, const char *email, const pg_uuid_t *user_id, OneTimeToken *token);

/*
 * Give the browser that asks its handle: the one that it brings along (NULL for
 * none) if that is for this row, so that the codes of earlier mails go on working.
 */
extern void auth_one_time_token_request(const OneTimeToken *token, const text *earlier_handle, MailRequest *request);

/* What the link of a mail carries, and the code beside it. */
extern char *auth_one_time_token_link(const OneTimeToken *token);
extern char *auth_one_time_token_code(const OneTimeToken *token, const unsigned char nonce[REQUEST_NONCE_BYTES]);

/* Find a row by its id; false if it was used, has expired, or is gone. */
extern bool auth_one_time_token_find(const pg_uuid_t *id, OneTimeToken *token);

/* Find the row that a link is for; false unless the link is valid for it.  Writes nothing. */
extern bool auth_one_time_token_open_link(const text *link, OneTimeToken *token);

/*
 * Find the row that a browser's handle is for; false unless there is one.  Whether
 * the code is right is another question, to be asked after the attempt is counted.
 */
extern bool auth_one_time_token_open_handle(const text *handle, OneTimeToken *token, MailRequest *request);
extern bool auth_one_time_token_code_is_right(const OneTimeToken *token, const MailRequest *request, const text *code);

/* Use it up; false if somebody else has, or it has expired or begun anew meanwhile. */
extern bool auth_one_time_token_consume(const OneTimeToken *token);

/* End all that an account still has. */
extern void auth_one_time_token_end_all(const pg_uuid_t *user_id);

/* Delete a batch of rows that were used or have expired; returns how many. */
extern uint64 auth_one_time_token_purge(void);

#endif
