/*
 * jws.c
 *	  Compact JSON Web Signatures with Ed25519 (RFC 7515, RFC 8037).
 *
 * A header is never parsed: it is made here, once per key, and a token whose
 * header differs by one byte from that of a known key is not ours.  So there
 * is no way to ask for another algorithm or another key.
 */
#include "portable/jws.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "portable/base64url.h"

/* Append base64url to a token; returns the new length, or 0 if it is too long. */
static size_t
append_encoded(char *token, size_t length, const void *bytes, size_t byte_count)
{
	if (length + BASE64URL_LENGTH(byte_count) > JWS_MAX_BYTES)
		return 0;

	return length + auth_base64url_encode(token + length, bytes, byte_count);
}

void
auth_jws_keys_from_seed(const unsigned char seed[JWS_SEED_BYTES],
						unsigned char public_key[JWS_PUBLIC_KEY_BYTES],
						unsigned char secret_key[JWS_SECRET_KEY_BYTES])
{
	(void) crypto_sign_seed_keypair(public_key, secret_key, seed);
}

void
auth_jws_encode_public_key(const unsigned char public_key[JWS_PUBLIC_KEY_BYTES],
						   char encoded[JWS_ENCODED_KEY_BYTES + 1])
{
	auth_base64url_encode(encoded, public_key, JWS_PUBLIC_KEY_BYTES);
}

void
auth_jws_key_id(const unsigned char public_key[JWS_PUBLIC_KEY_BYTES],
				char key_id[JWS_KEY_ID_BYTES + 1])
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char encoded[JWS_ENCODED_KEY_BYTES + 1];
	char canonical[JWS_MAX_HEADER_BYTES];
	int length;

	/* RFC 7638, section 3.2: required members only, in lexicographic order */
	auth_jws_encode_public_key(public_key, encoded);
	length = snprintf(canonical, sizeof(canonical),
					  "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}", encoded);

	crypto_hash_sha256(digest, (const unsigned char *) canonical, length);
	auth_base64url_encode(key_id, digest, sizeof(digest));
}

size_t
auth_jws_header(const char *key_id, char header[JWS_MAX_HEADER_BYTES])
{
	char json[JWS_MAX_HEADER_BYTES];
	int length;

	/* RFC 9068, section 2.1: the type keeps other kinds of token apart */
	length = snprintf(json, sizeof(json),
					  "{\"alg\":\"EdDSA\",\"kid\":\"%.*s\",\"typ\":\"at+jwt\"}",
					  JWS_KEY_ID_BYTES, key_id);

	return auth_base64url_encode(header, json, length);
}

bool
auth_jws_split(const char *token, size_t length, JwsSegments *segments)
{
	const char *end = token + length;
	const char *first_dot;
	const char *second_dot;

	if (length > JWS_MAX_BYTES)
		return false;

	first_dot = memchr(token, '.', length);
	if (first_dot == NULL)
		return false;

	second_dot = memchr(first_dot + 1, '.', end - first_dot - 1);
	if (second_dot == NULL || memchr(second_dot + 1, '.', end - second_dot - 1) != NULL)
		return false;

	segments->header = token;
	segments->header_length = first_dot - token;
	segments->payload = first_dot + 1;
	segments->payload_length = second_dot - first_dot - 1;
	segments->signature = second_dot + 1;
	segments->signature_length = end - second_dot - 1;
	return true;
}

bool
auth_jws_verify(const JwsSegments *segments,
				const unsigned char public_key[JWS_PUBLIC_KEY_BYTES])
{
	unsigned char signature[JWS_SIGNATURE_BYTES];
	size_t signature_length;
	size_t signed_length = segments->header_length + 1 + segments->payload_length;

	if (!auth_base64url_decode(signature, sizeof(signature), &signature_length,
							   segments->signature, segments->signature_length) ||
		signature_length != sizeof(signature))
		return false;

	return crypto_sign_verify_detached(signature, (const unsigned char *) segments->header,
									   signed_length, public_key) == 0;
}

size_t
auth_jws_payload(const JwsSegments *segments, char *payload, size_t size)
{
	size_t length;

	if (!auth_base64url_decode(payload, size - 1, &length, segments->payload, segments->payload_length))
		return 0;

	payload[length] = '\0';
	return length;
}

size_t
auth_jws_sign(const char *header, size_t header_length,
			  const char *payload, size_t payload_length,
			  const unsigned char secret_key[JWS_SECRET_KEY_BYTES],
			  char token[JWS_MAX_BYTES + 1])
{
	unsigned char signature[JWS_SIGNATURE_BYTES];
	size_t length;

	if (header_length >= JWS_MAX_HEADER_BYTES || payload_length > JWS_MAX_BYTES)
		return 0;

	memcpy(token, header, header_length);
	token[header_length] = '.';
	length = append_encoded(token, header_length + 1, payload, payload_length);
	if (length == 0)
		return 0;

	crypto_sign_detached(signature, NULL, (const unsigned char *) token, length, secret_key);
	if (length + 1 >= JWS_MAX_BYTES)
		return 0;
	token[length] = '.';
	return append_encoded(token, length + 1, signature, sizeof(signature));
}
