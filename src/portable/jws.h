/*
 * jws.h
 *	  Compact JSON Web Signatures with Ed25519 (RFC 7515, RFC 8037).
 */
#ifndef AUTH_JWS_H
#define AUTH_JWS_H

#include <stdbool.h>
#include <stddef.h>

#define JWS_PUBLIC_KEY_BYTES 32
#define JWS_SECRET_KEY_BYTES 64
#define JWS_SEED_BYTES 32
#define JWS_SIGNATURE_BYTES 64
#define JWS_MAX_BYTES 4096

/* base64url of a SHA-256 digest, and of a public key */
#define JWS_KEY_ID_BYTES 43
#define JWS_ENCODED_KEY_BYTES 43
#define JWS_MAX_HEADER_BYTES 128

/* where the segments of a token lie; nothing is copied or decoded */
typedef struct JwsSegments
{
	const char *header;
	size_t header_length;
	const char *payload;
	size_t payload_length;
	const char *signature;
	size_t signature_length;
} JwsSegments;

/* Derive both keys from a seed (RFC 8032). */
extern void auth_jws_keys_from_seed(const unsigned char seed[JWS_SEED_BYTES],
									unsigned char public_key[JWS_PUBLIC_KEY_BYTES],
									unsigned char secret_key[JWS_SECRET_KEY_BYTES]);

/* The "x" member of a public key's JWK (RFC 8037, section 2). */
extern void auth_jws_encode_public_key(const unsigned char public_key[JWS_PUBLIC_KEY_BYTES],
									   char encoded[JWS_ENCODED_KEY_BYTES + 1]);

/* The thumbprint of a public key (RFC 7638, RFC 8037 appendix A.3). */
extern void auth_jws_key_id(const unsigned char public_key[JWS_PUBLIC_KEY_BYTES],
							char key_id[JWS_KEY_ID_BYTES + 1]);

/* The encoded header of every token that a key signs; returns its length. */
extern size_t auth_jws_header(const char *key_id, char header[JWS_MAX_HEADER_BYTES]);

/* Find the three segments; false if there are not exactly three. */
extern bool auth_jws_split(const char *token, size_t length, JwsSegments *segments);

/* Whether the signature over header and payload is this key's. */
extern bool auth_jws_verify(const JwsSegments *segments,
							const unsigned char public_key[JWS_PUBLIC_KEY_BYTES]);

/*
 * Decode the payload of a token, NUL-terminated; returns its length, or 0.
 * To be called for a verified token only.
 */
extern size_t auth_jws_payload(const JwsSegments *segments, char *payload, size_t size);

/* Sign; returns the token's length, or 0 if it does not fit JWS_MAX_BYTES. */
extern size_t auth_jws_sign(const char *header, size_t header_length,
							const char *payload, size_t payload_length,
							const unsigned char secret_key[JWS_SECRET_KEY_BYTES],
							char token[JWS_MAX_BYTES + 1]);

#endif
