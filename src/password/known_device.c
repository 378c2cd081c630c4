/*
 * known_device.c
 *	  Devices where an account has signed in before.
 */
#include "postgres.h"

#include <sodium.h>

#include "password/known_device.h"

#include "base/compat.h"
#include "base/secret.h"
#include "base/word.h"
#include "http/token_cookie.h"
#include "keys/key_ring.h"
#include "portable/base64url.h"

#define PREFIX "auth_dt_"
#define PREFIX_BYTES (sizeof(PREFIX) - 1)

/* separates these MACs from the keys of counters, which are made with the same secret */
#define DOMAIN "device"

typedef struct Token
{
	unsigned char id[DEVICE_ID_BYTES];
	unsigned char mac[crypto_generichash_BYTES];
} Token;

#define ENCODED_BYTES BASE64URL_LENGTH(sizeof(Token))

static void
compute_mac(const unsigned char *id, const char *email, unsigned char mac[crypto_generichash_BYTES])
{
	const Secret *key = auth_key_ring_mac_key(KEY_PURPOSE_LOGIN_ATTEMPT);
	crypto_generichash_state state;

	crypto_generichash_init(&state, key->bytes, key->length, crypto_generichash_BYTES);
	crypto_generichash_update(&state, (const unsigned char *) DOMAIN, sizeof(DOMAIN));
	crypto_generichash_update(&state, id, DEVICE_ID_BYTES);
	crypto_generichash_update(&state, (const unsigned char *) email, strlen(email));
	crypto_generichash_final(&state, mac, crypto_generichash_BYTES);
}

static bool
read_token(const char *text, size_t length, const char *email, KnownDevice *device)
{
	Token token;
	unsigned char mac[crypto_generichash_BYTES];
	size_t token_length;

	if (length != PREFIX_BYTES + ENCODED_BYTES || !auth_word_begins(text, PREFIX))
		return false;
	if (!auth_base64url_decode(&token, sizeof(token), &token_length, text + PREFIX_BYTES, ENCODED_BYTES) ||
		token_length != sizeof(token))
		return false;

	compute_mac(token.id, email, mac);
	if (!auth_secret_equal(mac, sizeof(mac), token.mac, sizeof(token.mac)))
		return false;

	memcpy(device->id, token.id, DEVICE_ID_BYTES);
	return true;
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
	char *text = palloc(PREFIX_BYTES + ENCODED_BYTES + 1);

	memcpy(token.id, device->id, DEVICE_ID_BYTES);
	compute_mac(token.id, email, token.mac);

	memcpy(text, PREFIX, PREFIX_BYTES);
	auth_base64url_encode(text + PREFIX_BYTES, &token, sizeof(token));
	return text;
}
