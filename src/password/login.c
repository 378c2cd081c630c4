/*
 * login.c
 *	  auth.login: open a session by e-mail address and password.
 *
 * Until the password is verified, everything happens in the same way for an
 * account that does not exist: the counting, the hash, the rows written.
 */
#include "postgres.h"

#include "account/account.h"
#include "audit/audit.h"
#include "base/arguments.h"
#include "http/call.h"
#include "http/cross_site.h"
#include "http/token_cookie.h"
#include "account/credential.h"
#include "password/password.h"
#include "password/password_turn.h"
#include "portable/email.h"
#include "session/token_response.h"

/* What a client brings along, and what is found for it. */
typedef struct Login
{
	char email[EMAIL_MAX_BYTES + 1]; /* canonical; empty if it is not valid */
	const Secret *password;
	TokenMode mode;
	KnownDevice device;
	bool is_known_device;

	Account account;
	bool is_known_account;
	const char *password_hash; /* NULL: there is none */
	const char *new_hash; /* NULL: the old one will do */
} Login;

StaticAssertDecl(ATTEMPT_KEY_BYTES >= DUMMY_HASH_KEY_BYTES, "the key of a counter selects a dummy hash");

PG_FUNCTION_INFO_V1(auth_login);

static void
read_arguments(FunctionCallInfo fcinfo, Login *login)
{
	const text *address = auth_required_text(fcinfo, 0, "email");

	memset(login, 0, sizeof(*login));
	login->password = auth_password_from_text(auth_required_text(fcinfo, 1, "password"));
	login->mode = auth_token_mode_read(auth_required_text(fcinfo, 2, "mode"));
	/* Another site's page must not sign a visitor in to an account of its own choice. */
	if (login->mode != TOKEN_MODE_JSON)
		auth_cross_site_refuse();

	(void) auth_email_canonicalize(VARDATA_ANY(address), VARSIZE_ANY_EXHDR(address), login->email);
	login->is_known_device = auth_known_device_find(auth_optional_text(fcinfo, 3), login->email, &login->device);
}

/* Look up the same, whether there is an account or not. */
static void
find_account(Login *login)
{
	login->is_known_account = auth_account_find(login->email, &login->account);
	login->password_hash = auth_credential_find(&login->account.id);
}

/* A correct password is hashed again if its stored hash is of an older scheme or weaker. */
static HashVerdict
verify(Login *login, const PasswordTurn *turn)
{
	const char *dummy = auth_credential_dummy_hash(turn->attempt.account.key);
	StoredHash hash;
	bool has_hash = login->password_hash != NULL && auth_stored_hash_read(login->password_hash, &hash);
	HashVerdict verdict = auth_password_verify(has_hash ? &hash : NULL, dummy, login->password);

	if (verdict == HASH_MATCHES && auth_stored_hash_is_outdated(&hash))
		login->new_hash = auth_password_hash(login->password);
	return verdict;
}

/*
 * Whether the account is still what the password was verified for.  A hash
 * takes its time, and meanwhile the account may have been deleted or suspended,
 * or the password replaced.
 */
static bool
is_unchanged(Login *login)
{
	const char *hash_now;

	if (!auth_account_lock(&login->account.id, &login->account))
		return false;

	hash_now = auth_credential_lock(&login->account.id);
	return hash_now != NULL &&
		auth_secret_equal(hash_now, strlen(hash_now), login->password_hash, strlen(login->password_hash));
}

static Datum
refuse(RefusalKind kind, const Login *login, const char *reason)
{
	return auth_refuse(&(Refusal){
		.kind = kind,
		.reason = reason,
		.user_id = login->is_known_account ? &login->account.id : NULL,
	});
}

/* The device is known from now on, and gets the same token again if it has one. */
static Datum
answer(const Login *login, const Session *session)
{
	KnownDevice device = login->is_known_device ? login->device : auth_known_device_new();
	const char *device_token = auth_known_device_token(login->email, &device);
	bool is_json = login->mode == TOKEN_MODE_JSON;
	Datum body = auth_token_response(session, login->mode, is_json ? device_token : NULL);

	if (!is_json)
		auth_token_cookie_set(TOKEN_COOKIE_DEVICE, device_token, KNOWN_DEVICE_SECONDS);
	return body;
}

static Datum
open_session(const Login *login)
{
	Session session;

	auth_session_open(&login->account, auth_token_mode_idle_seconds(login->mode), &session);
	auth_audit_record(&(AuditEvent){
		.user_id = &session.user_id,
		.session_id = &session.id,
	});
	return answer(login, &session);
}

static Datum
login(PG_FUNCTION_ARGS)
{
	Login login;
	PasswordTurn turn;
	const Refusal *refusal;
	HashVerdict verdict;

	read_arguments(fcinfo, &login);

	refusal = auth_password_turn_begin(&turn, login.email, login.is_known_device ? &login.device : NULL);
	if (refusal == NULL)
		refusal = auth_password_turn_wait(&turn);
	if (refusal != NULL)
		return auth_refuse(refusal);

	find_account(&login);
	verdict = verify(&login, &turn);
	if (verdict == HASH_OUT_OF_MEMORY)
		return auth_refuse(auth_password_turn_fail(&turn));
	auth_password_turn_end();

	if (verdict == HASH_DIFFERS)
	{
		auth_throttle_note_failure(&turn.attempt);
		return refuse(REFUSAL_INVALID_CREDENTIALS, &login,
					  login.is_known_account ? "The password is wrong, or the account has none" : "The address is not registered");
	}
	if (!is_unchanged(&login))
		return refuse(REFUSAL_INVALID_CREDENTIALS, &login, "The account or its password was changed in the meantime");

	auth_throttle_reset(&turn.attempt);
	if (!login.account.is_active)
		return refuse(REFUSAL_ACCOUNT_NOT_ACTIVE, &login, NULL);

	if (login.new_hash != NULL)
		auth_credential_rehash(&login.account.id, login.new_hash);
	return open_session(&login);
}

/* auth.login(email text, password text, mode text, device_token text) returns jsonb */
Datum
auth_login(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_LOGIN, login, fcinfo);
}
