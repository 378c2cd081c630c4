/*
 * account.h
 *	  Accounts: rows of auth.users.
 */
#ifndef AUTH_ACCOUNT_H
#define AUTH_ACCOUNT_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

typedef struct Account
{
	pg_uuid_t id;
	char *email; /* canonical */
	NameData role;
	bool is_active;
} Account;

typedef struct NewAccount
{
	const char *email; /* canonical */
	const char *first_name; /* NULL if not given, and so the last name */
	const char *last_name;
	const char *role;
} NewAccount;

/* An account that was opened elsewhere. */
typedef struct ImportedAccount
{
	NewAccount account;
	const pg_uuid_t *id; /* NULL for a new one */
	const char *status;
	TimestampTz created_at;
} ImportedAccount;

/* Find an account by its canonical address or its id; false if there is none. */
extern bool auth_account_find(const char *email, Account *account);
extern bool auth_account_find_by_id(const pg_uuid_t *id, Account *account);

/*
 * Lock an account until the end of the transaction, and read it anew; false if
 * it is gone.
 *
 * Lock other rows that belong to it afterwards, as deleting it does.
 */
extern bool auth_account_lock(const pg_uuid_t *id, Account *account);

/* Create an account; false if the address is taken. */
extern bool auth_account_create(const NewAccount *account, pg_uuid_t *id);

/* Take an account over; raises 23505 if its address or id is taken. */
extern void auth_account_import(const ImportedAccount *imported, pg_uuid_t *id);

/* Note that the account's owner has read a mail to its address; it is locked. */
extern void auth_account_note_verified(const pg_uuid_t *id);

/* Note a sign-in; locks the account until the end of the transaction. */
extern void auth_account_note_sign_in(const pg_uuid_t *id);

#endif
