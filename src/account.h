/*
 * account.h
 *	  Accounts: who may sign in, and with which password.
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
	char *password_hash; /* NULL: cannot sign in by password */
} Account;

typedef struct NewAccount
{
	const char *email; /* canonical */
	const char *password_hash;
	const char *first_name; /* NULL if not given, and so the last name */
	const char *last_name;
	const char *role;
} NewAccount;

/* An account that was opened elsewhere. */
typedef struct ImportedAccount
{
	NewAccount account; /* the hash may be NULL */
	const pg_uuid_t *id; /* NULL for a new one */
	const char *status;
	TimestampTz created_at;
} ImportedAccount;

/* Find an account by its canonical address or its id; false if there is none. */
extern bool auth_account_find(const char *email, Account *account);
extern bool auth_account_find_by_id(const pg_uuid_t *id, Account *account);

/*
 * Lock an account and its password until the end of the transaction, and read
 * it anew; false if it is gone.
 *
 * The account comes first, as it does for whoever deletes it.
 */
extern bool auth_account_lock(const pg_uuid_t *id, Account *account);

/*
 * Create an account; false if the address is taken.
 *
 * Both answers write as much, so they cannot be told apart by the time.
 */
extern bool auth_account_create(const NewAccount *account, pg_uuid_t *id);

/* Take an account over; raises 23505 if its address or id is taken. */
extern void auth_account_import(const ImportedAccount *imported, pg_uuid_t *id);

/*
 * The stored hash of some account: always the same one for a key, and each as
 * likely as any other; NULL if no account has a password.
 *
 * Whoever asks for an account that does not exist is made to wait for it, so
 * that the time is what it might be for an account.
 */
#define STAND_IN_KEY_BYTES sizeof(int64)
extern char *auth_account_stand_in(const unsigned char key[STAND_IN_KEY_BYTES]);

/* Delete a batch of what was written for addresses that were taken; returns how many. */
extern uint64 auth_account_purge_decoys(void);

/* Replace the stored hash of a password. */
extern void auth_account_set_password_hash(const pg_uuid_t *id, const char *password_hash);

/* Note a sign-in; locks the account until the end of the transaction. */
extern void auth_account_note_access(const pg_uuid_t *id);

#endif
