/*
 * base64url.c
 *	  Base64 with the URL-safe alphabet and without padding (RFC 4648, section 5).
 *
 * Decoding is strict: no two texts decode to the same bytes.  libsodium 1.0.18
 * alone is not: it takes any byte above 127 for an underscore.
 */
#include "portable/base64url.h"

#include <sodium.h>

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

static bool
is_in_alphabet(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

size_t
auth_base64url_encode(char *text, const void *bytes, size_t byte_count)
{
	size_t length = BASE64URL_LENGTH(byte_count);

	sodium_bin2base64(text, length + 1, bytes, byte_count, VARIANT);
	return length;
}

bool
auth_base64url_decode(void *bytes, size_t size, size_t *byte_count, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_in_alphabet(text[i]))
			return false;

	return sodium_base642bin(bytes, size, text, length, NULL, byte_count, NULL, VARIANT) == 0;
}
