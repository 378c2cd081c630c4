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
#include "base/token_text.h"
#include "keys/key_ring.h"
#include "port/pg_bswap.h"

/* secret scanners recognise a token by it */
#define PREFIX "auth_rt_"

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

	memcpy(token.body.session_id, generation->session_id.data, UUID_LEN);
	token.body.generation = pg_hton32((uint32) generation->generation);
	compute_mac(&token.body, token.mac);

	return auth_token_text_write(PREFIX, &token, sizeof(token));
}

bool
auth_refresh_token_read(const char *text, size_t length, SessionGeneration *generation)
{
	Token token;
	unsigned char mac[crypto_auth_BYTES];

	if (!auth_token_text_read(text, length, PREFIX, &token, sizeof(token)))
		return false;

	compute_mac(&token.body, mac);
	if (!auth_secret_equal(mac, sizeof(mac), token.mac, sizeof(token.mac)))
		return false;

	memcpy(generation->session_id.data, token.body.session_id, UUID_LEN);
	generation->generation = (int) pg_ntoh32(token.body.generation);
	return true;
}
