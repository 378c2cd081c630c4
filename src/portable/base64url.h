/*
 * base64url.h
 *	  Base64 with the URL-safe alphabet and without padding (RFC 4648, section 5).
 */
#ifndef AUTH_BASE64URL_H
#define AUTH_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>

/* How many characters so many bytes become; the NUL is not counted. */
#define BASE64URL_LENGTH(byte_count) (((byte_count) *4 + 2) / 3)

/* Encode; text has room for BASE64URL_LENGTH(byte_count) + 1. Returns the length. */
extern size_t auth_base64url_encode(char *text, const void *bytes, size_t byte_count);

/*
 * Decode; false unless the text is the one encoding of at most size bytes.
 */
extern bool auth_base64url_decode(void *bytes, size_t size, size_t *byte_count,
								  const char *text, size_t length);

#endif
