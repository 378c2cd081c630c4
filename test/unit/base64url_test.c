/*
 * base64url_test.c
 *	  No two texts decode to the same bytes.
 */
#include <sodium.h>
#include <string.h>

#include "portable/base64url.h"
#include "tap.h"

/* RFC 4648, section 10, in the URL-safe alphabet and without padding */
static void
test_vectors(void)
{
	static const char *const pairs[][2] = {
		{"", ""},
		{"f", "Zg"},
		{"fo", "Zm8"},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg"},
		{"fooba", "Zm9vYmE"},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff\xbf", "-_-_"},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
	{
		char text[16];
		char bytes[16] = {0};
		size_t byte_count;
		size_t length = auth_base64url_encode(text, pairs[i][0], strlen(pairs[i][0]));

		ok(strcmp(text, pairs[i][1]) == 0 && length == strlen(text) &&
			   auth_base64url_decode(bytes, sizeof(bytes), &byte_count, text, length) &&
			   byte_count == strlen(pairs[i][0]) && strcmp(bytes, pairs[i][0]) == 0,
		   pairs[i][1]);
	}
}

static void
test_strictness(void)
{
	int ambiguous = 0;

	for (int a = 0; a < 256; a++)
		for (int b = 0; b < 256; b++)
			for (size_t length = 2; length <= 3; length++)
			{
				char text[3] = {(char) a, (char) b, 'A'};
				char again[8];
				unsigned char bytes[3];
				size_t byte_count;

				if (auth_base64url_decode(bytes, sizeof(bytes), &byte_count, text, length) &&
					(auth_base64url_encode(again, bytes, byte_count) != length || memcmp(again, text, length) != 0))
					ambiguous++;
			}
	ok(ambiguous == 0, "what decodes is what its bytes encode to");
	ok(!auth_base64url_decode((char[8]){0}, 8, &(size_t){0}, "Zg==", 4), "no padding");
	ok(!auth_base64url_decode((char[8]){0}, 8, &(size_t){0}, "Z", 1), "no lone character");
	ok(!auth_base64url_decode((char[2]){0}, 2, &(size_t){0}, "Zm9v", 4), "no more bytes than there is room");
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	test_vectors();
	test_strictness();
	return done();
}
