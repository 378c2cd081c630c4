/*
 * token_text.c
 *	  Tokens as text: a prefix, and bytes in base64url.
 */
#include "postgres.h"

#include "base/token_text.h"

#include "base/word.h"
#include "portable/base64url.h"

char *
auth_token_text_write(const char *prefix, const void *bytes, size_t byte_count)
{
	size_t prefix_length = strlen(prefix);
	char *text = palloc(prefix_length + BASE64URL_LENGTH(byte_count) + 1);

	strlcpy(text, prefix, prefix_length + 1);
	auth_base64url_encode(text + prefix_length, bytes, byte_count);
	return text;
}

bool
auth_token_text_read(const char *text, size_t length, const char *prefix, void *bytes, size_t byte_count)
{
	size_t prefix_length = strlen(prefix);
	size_t decoded_count;

	return length == prefix_length + BASE64URL_LENGTH(byte_count) &&
		auth_word_begins(text, prefix) &&
		auth_base64url_decode(bytes, byte_count, &decoded_count, text + prefix_length, length - prefix_length) &&
		decoded_count == byte_count;
}
