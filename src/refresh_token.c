/*
 * refresh_token.c
 *	  Refresh tokens: a session, its generation, and a MAC over both.
 *
 * The database keeps the generation only, so a stolen backup opens no session,
 * and two tabs that refresh at once can be given the very same successor.
 */
#include "postgres.h"

#include <sodium.h>

#include "refresh_token.h"

#include "key_ring.h"
#include "port/pg_bswap.h"
#include "secret.h"

/* secret scanners recognise a token by it */
#define PREFIX "auth_rt_"
#define PREFIX_BYTES (sizeof(PREFIX) - 1)

#define ENCODING sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* What the MAC is over, and what precedes it in the token. */
typedef struct Body
{
	unsigned char session_id[UUID_LEN];
	uint32		generation;		/* in network byte order */
} Body;

typedef struct Token
{
	Body		body;
	unsigned char mac[crypto_auth_BYTES];
} Token;

#define ENCODED_BYTES sodium_base64_ENCODED_LEN(sizeof(Token), ENCODING)

static void
compute_mac(const Body *body, unsigned char mac[crypto_auth_BYTES])
{
	const Secret *key = auth_key_ring_mac_key(KEY_PURPOSE_REFRESH_TOKEN);

	Assert(key->length == crypto_auth_KEYBYTES);
	crypto_auth(mac, (const unsigned char *) body, sizeof(*body), key->bytes);
}

char *
auth_refresh_token_make(const Renewal *renewal)
{
	Token		token;
	char	   *text = palloc(PREFIX_BYTES + ENCODED_BYTES);

	memcpy(token.body.session_id, renewal->session_id.data, UUID_LEN);
	token.body.generation = pg_hton32((uint32) renewal->generation);
	compute_mac(&token.body, token.mac);

	memcpy(text, PREFIX, PREFIX_BYTES);
	sodium_bin2base64(text + PREFIX_BYTES, ENCODED_BYTES, (const unsigned char *) &token, sizeof(token), ENCODING);
	return text;
}

bool
auth_refresh_token_read(const char *text, size_t length, Renewal *renewal)
{
	Token		token;
	unsigned char mac[crypto_auth_BYTES];
	size_t		token_length;

	if (length != PREFIX_BYTES + ENCODED_BYTES - 1 || strncmp(text, PREFIX, PREFIX_BYTES) != 0)
		return false;
	if (sodium_base642bin((unsigned char *) &token, sizeof(token), text + PREFIX_BYTES, length - PREFIX_BYTES,
						  NULL, &token_length, NULL, ENCODING) != 0 ||
		token_length != sizeof(token))
		return false;

	compute_mac(&token.body, mac);
	if (!auth_secret_equal(mac, sizeof(mac), token.mac, sizeof(token.mac)))
		return false;

	memcpy(renewal->session_id.data, token.body.session_id, UUID_LEN);
	renewal->generation = (int) pg_ntoh32(token.body.generation);
	return true;
}
