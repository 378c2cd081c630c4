/*
 * jws_test.c
 *	  A token verifies if and only if this key signed these very bytes.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "portable/jws.h"
#include "tap.h"

/* RFC 8037, appendix A.1 to A.4 */
#define RFC_SEED_HEX "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define RFC_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define RFC_THUMBPRINT "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define RFC_HEADER "eyJhbGciOiJFZERTQSJ9"
#define RFC_PAYLOAD "Example of Ed25519 signing"
#define RFC_TOKEN                                               \
	"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc." \
	"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

static unsigned char public_key[JWS_PUBLIC_KEY_BYTES];
static unsigned char secret_key[JWS_SECRET_KEY_BYTES];

static bool
verifies(const char *token, size_t length)
{
	JwsSegments segments;

	return auth_jws_split(token, length, &segments) && auth_jws_verify(&segments, public_key);
}

static void
test_vectors(void)
{
	char encoded[JWS_ENCODED_KEY_BYTES + 1];
	char key_id[JWS_KEY_ID_BYTES + 1];
	char token[JWS_MAX_BYTES + 1];
	char payload[JWS_MAX_BYTES + 1];
	JwsSegments segments;

	auth_jws_encode_public_key(public_key, encoded);
	ok(strcmp(encoded, RFC_X) == 0, "RFC 8037 A.2: the public key");
	auth_jws_key_id(public_key, key_id);
	ok(strcmp(key_id, RFC_THUMBPRINT) == 0, "RFC 8037 A.3: the thumbprint");

	auth_jws_sign(RFC_HEADER, strlen(RFC_HEADER), RFC_PAYLOAD, strlen(RFC_PAYLOAD), secret_key, token);
	ok(strcmp(token, RFC_TOKEN) == 0, "RFC 8037 A.4: the signature");
	ok(verifies(RFC_TOKEN, strlen(RFC_TOKEN)), "RFC 8037 A.5: it verifies");

	ok(auth_jws_split(RFC_TOKEN, strlen(RFC_TOKEN), &segments) &&
		   auth_jws_payload(&segments, payload, sizeof(payload)) == strlen(RFC_PAYLOAD) &&
		   strcmp(payload, RFC_PAYLOAD) == 0,
	   "the payload comes back");
}

/* Each byte of a token counts, down to the spare bits of the last character. */
static void
test_tampering(void)
{
	size_t length = strlen(RFC_TOKEN);
	int accepted = 0;

	for (size_t i = 0; i < length; i++)
		for (int c = 1; c < 256; c++)
		{
			char token[sizeof(RFC_TOKEN)] = RFC_TOKEN;

			if ((unsigned char) token[i] == c)
				continue;
			token[i] = (char) c;
			accepted += verifies(token, length);
		}
	ok(accepted == 0, "no token with one other byte verifies");

	accepted = 0;
	for (size_t shorter = 0; shorter < length; shorter++)
	{
		/* of exactly this size, so that reading on is noticed */
		char *token = malloc(shorter + 1);

		memcpy(token, RFC_TOKEN, shorter);
		accepted += verifies(token, shorter);
		free(token);
	}
	ok(accepted == 0, "no token that was cut verifies");

	ok(!verifies(RFC_TOKEN ".", length + 1), "no fourth segment");
	ok(!verifies(RFC_TOKEN "=", length + 1), "no padding");
	ok(!verifies("..", 2), "no empty segments");
}

static void
test_limits(void)
{
	char payload[JWS_MAX_BYTES + 2];
	char token[JWS_MAX_BYTES + 1];
	int signed_count = 0;

	memset(payload, 'x', sizeof(payload));
	for (size_t length = 0; length < sizeof(payload); length++)
	{
		size_t token_length = auth_jws_sign(RFC_HEADER, strlen(RFC_HEADER), payload, length, secret_key, token);

		if (token_length == 0)
			continue;
		signed_count++;
		if (token_length != strlen(token) || !verifies(token, token_length))
			signed_count = -100000;
	}
	ok(signed_count > 2900 && signed_count < 3073, "a token is at most 4096 bytes, and verifies up to there");
}

static void
test_header(void)
{
	char header[JWS_MAX_HEADER_BYTES];
	unsigned char json[JWS_MAX_HEADER_BYTES];
	size_t length = auth_jws_header(RFC_THUMBPRINT, header);
	size_t json_length = 0;

	sodium_base642bin(json, sizeof(json) - 1, header, length, NULL, &json_length, NULL,
					  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	json[json_length] = '\0';
	ok(strcmp((char *) json, "{\"alg\":\"EdDSA\",\"kid\":\"" RFC_THUMBPRINT "\",\"typ\":\"at+jwt\"}") == 0,
	   "the header names algorithm, key and type");
}

int
main(void)
{
	unsigned char seed[JWS_SEED_BYTES];

	if (sodium_init() < 0)
		return 1;
	sodium_hex2bin(seed, sizeof(seed), RFC_SEED_HEX, strlen(RFC_SEED_HEX), NULL, NULL, NULL);
	auth_jws_keys_from_seed(seed, public_key, secret_key);

	test_vectors();
	test_tampering();
	test_limits();
	test_header();
	return done();
}
