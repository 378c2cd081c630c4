/*
 * known_device.c
 *	  Devices where an account has signed in before.
 */
#include "postgres.h"

#include <sodium.h>

#include "throttle/known_device.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/secret.h"
#include "base/token_text.h"
#include "http/token_cookie.h"
#include "keys/key_ring.h"
#include "account/credential.h"
#include "port/pg_bswap.h"

#define PREFIX "auth_dt_"

/* separates these MACs from the keys of counters, which are made with the same secret */
#define DOMAIN "device"

typedef struct Body
{
	unsigned char id[DEVICE_ID_BYTES];
	int64 issued_at; /* of PostgreSQL's clock, in network byte order */
} Body;

typedef struct Token
{
	Body body;
	unsigned char mac[crypto_generichash_BYTES];
} Token;

StaticAssertDecl(sizeof(Token) == DEVICE_ID_BYTES + sizeof(int64) + crypto_generichash_BYTES, "a token has no padding");

/*
 * Over the moment at which the password was set as well: who has known only the
 * one before it is a stranger.  False if the account has no password.
 */
static bool
compute_mac(const Body *body, const char *email, unsigned char mac[crypto_generichash_BYTES])
{
	const Secret *key = auth_key_ring_mac_key(KEY_PURPOSE_LOGIN_ATTEMPT);
	TimestampTz password_set_at;
	crypto_generichash_state state;

	if (!auth_credential_set_at(email, &password_set_at))
		return false;

	crypto_generichash_init(&state, key->bytes, key->length, crypto_generichash_BYTES);
	crypto_generichash_update(&state, (const unsigned char *) DOMAIN, sizeof(DOMAIN));
	crypto_generichash_update(&state, (const unsigned char *) body, sizeof(*body));
	crypto_generichash_update(&state, (const unsigned char *) &password_set_at, sizeof(password_set_at));
	crypto_generichash_update(&state, (const unsigned char *) email, strlen(email));
	crypto_generichash_final(&state, mac, crypto_generichash_BYTES);
	return true;
}

static bool
read_token(const char *text, size_t length, const char *email, KnownDevice *device)
{
	Token token;
	unsigned char mac[crypto_generichash_BYTES];

	if (!auth_token_text_read(text, length, PREFIX, &token, sizeof(token)))
		return false;
	if (!compute_mac(&token.body, email, mac) || !auth_secret_equal(mac, sizeof(mac), token.mac, sizeof(token.mac)))
		return false;

	memcpy(device->id, token.body.id, DEVICE_ID_BYTES);
	return auth_clock_after((TimestampTz) pg_ntoh64(token.body.issued_at), KNOWN_DEVICE_SECONDS) > GetCurrentTimestamp();
}

bool
auth_known_device_find(const text *token, const char *email, KnownDevice *device)
{
	const char *cookie;

	if (token != NULL)
		return read_token(VARDATA_ANY(token), VARSIZE_ANY_EXHDR(token), email, device);

	cookie = auth_token_cookie_get(TOKEN_COOKIE_DEVICE);
	return cookie != NULL && read_token(cookie, strlen(cookie), email, device);
}

KnownDevice
auth_known_device_new(void)
{
	KnownDevice device;

	randombytes_buf(device.id, sizeof(device.id));
	return device;
}

char *
auth_known_device_token(const char *email, const KnownDevice *device)
{
	Token token;

	memcpy(token.body.id, device->id, DEVICE_ID_BYTES);
	token.body.issued_at = pg_hton64(GetCurrentTimestamp());
	if (!compute_mac(&token.body, email, token.mac))
		elog(ERROR, "a device is known of an account that has no password");

	return auth_token_text_write(PREFIX, &token, sizeof(token));
}
