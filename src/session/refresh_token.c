/*
 * refresh_token.c
 *	  Refresh tokens: a session, its generation, and a MAC over both.
 *
 * The database keeps the generation only, so a stolen backup opens no session,
 * and two tabs that refresh at once can be given the very same successor.
 */
#include "postgres.h"

#include <sodium.h>

#include "session/refresh_token.h"

#include "base/secret.h"
#include "base/word.h"
#include "keys/key_ring.h"
#include "port/pg_bswap.h"
#include "portable/base64url.h"

/* secret scanners recognise a token by it */
#define PREFIX "auth_rt_"
#define PREFIX_BYTES (sizeof(PREFIX) - 1)

/* What the MAC is over, and what precedes it in the token. */
typedef struct Body
{
	unsigned char session_id[UUID_LEN];
	uint32 generation; /* in network byte order */
} Body;

typedef struct Token
{
	Body body;
	unsigned char mac[crypto_auth_BYTES];
} Token;

#define ENCODED_BYTES BASE64URL_LENGTH(sizeof(Token))

static void
compute_mac(const Body *body, unsigned char mac[crypto_auth_BYTES])
{
	const Secret *key = auth_key_ring_mac_key(KEY_PURPOSE_REFRESH_TOKEN);

	Assert(key->length == crypto_auth_KEYBYTES);
	crypto_auth(mac, (const unsigned char *) body, sizeof(*body), key->bytes);
}

char *
auth_refresh_token_make(const SessionGeneration *generation)
{
	Token token;
	char *text = palloc(PREFIX_BYTES + ENCODED_BYTES + 1);

	memcpy(token.body.session_id, generation->session_id.data, UUID_LEN);
	token.body.generation = pg_hton32((uint32) generation->generation);
	compute_mac(&token.body, token.mac);

	memcpy(text, PREFIX, PREFIX_BYTES);
	auth_base64url_encode(text + PREFIX_BYTES, &token, sizeof(token));
	return text;
}

bool
auth_refresh_token_read(const char *text, size_t length, SessionGeneration *generation)
{
	Token token;
	unsigned char mac[crypto_auth_BYTES];
	size_t token_length;

	if (length != PREFIX_BYTES + ENCODED_BYTES || !auth_word_begins(text, PREFIX))
		return false;
	if (!auth_base64url_decode(&token, sizeof(token), &token_length, text + PREFIX_BYTES, ENCODED_BYTES) ||
		token_length != sizeof(token))
		return false;

	compute_mac(&token.body, mac);
	if (!auth_secret_equal(mac, sizeof(mac), token.mac, sizeof(token.mac)))
		return false;

	memcpy(generation->session_id.data, token.body.session_id, UUID_LEN);
	generation->generation = (int) pg_ntoh32(token.body.generation);
	return true;
}
