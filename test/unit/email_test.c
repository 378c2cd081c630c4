/*
 * email_test.c
 *	  One address has one spelling, and nothing else is an address.
 */
#include <stdlib.h>
#include <string.h>

#include "portable/email.h"
#include "tap.h"

static void
becomes(const char *address, const char *expected)
{
	char canonical[EMAIL_MAX_BYTES + 1];
	char again[EMAIL_MAX_BYTES + 1];
	char name[1024];

	snprintf(name, sizeof(name), "%.80s becomes %.80s", address, expected);
	ok(auth_email_canonicalize(address, strlen(address), canonical) &&
		   strcmp(canonical, expected) == 0 &&
		   auth_email_canonicalize(canonical, strlen(canonical), again) &&
		   strcmp(canonical, again) == 0,
	   name);
}

static void
is_refused(const char *address, size_t length, const char *name)
{
	char canonical[EMAIL_MAX_BYTES + 1];

	/* of exactly this size, so that reading on is noticed */
	char *copy = malloc(length == 0 ? 1 : length);

	memcpy(copy, address, length);
	ok(!auth_email_canonicalize(copy, length, canonical) && canonical[0] == '\0', name);
	free(copy);
}

#define REFUSED(address) is_refused(address, sizeof(address) - 1, "refused: " #address)

static void
test_lengths(void)
{
	char address[512];

	memset(address, 'a', sizeof(address));
	address[64] = '@';
	for (int label = 65 + 63; label < 254; label += 64)
		address[label] = '.';
	address[254] = '\0';
	ok(auth_email_canonicalize(address, 254, (char[EMAIL_MAX_BYTES + 1]){0}), "64 bytes, @, 189 bytes: the longest");
	is_refused(address, 255, "255 bytes are too long");

	memset(address, 'a', sizeof(address));
	memcpy(address + 65, "@b.org", 6);
	is_refused(address, 71, "65 bytes before the @ are too long");
	memset(address, 'a', sizeof(address));
	address[1] = '@';
	memcpy(address + 66, ".org", 4);
	is_refused(address, 70, "a label of 64 bytes is too long");
}

int
main(void)
{
	becomes("alice@example.org", "alice@example.org");
	becomes("Alice@EXAMPLE.org", "alice@example.org");
	becomes("IiKk@I.K", "iikk@i.k");
	becomes("a.b+tag@sub.example.org", "a.b+tag@sub.example.org");
	becomes("!#$%&'*+-/=?^_`{|}~@x", "!#$%&'*+-/=?^_`{|}~@x");
	becomes("root@localhost", "root@localhost");
	becomes("a@xn--bcher-kva.example", "a@xn--bcher-kva.example");
	becomes("a@1.2.3.4", "a@1.2.3.4");

	REFUSED("");
	REFUSED("@");
	REFUSED("alice");
	REFUSED("@example.org");
	REFUSED("alice@");
	REFUSED("a@b@c");
	REFUSED(" alice@example.org");
	REFUSED("alice@example.org ");
	REFUSED("alice@example.org\n");
	REFUSED("alice@example.org.");
	REFUSED("alice@.example.org");
	REFUSED("alice@example..org");
	REFUSED("alice@-example.org");
	REFUSED("alice@example-.org");
	REFUSED("alice@exam_ple.org");
	REFUSED("alice@[127.0.0.1]");
	REFUSED(".alice@example.org");
	REFUSED("alice.@example.org");
	REFUSED("al..ice@example.org");
	REFUSED("\"alice\"@example.org");
	REFUSED("alice(x)@example.org");
	REFUSED("Alice <alice@example.org>");
	REFUSED("alice@example.org,bob@example.org");
	REFUSED("alice\0@example.org");
	REFUSED("al\tice@example.org");
	/* what looks or folds like ASCII: dotless i, Kelvin sign, sharp s, full width, zero width, soft hyphen */
	REFUSED("al\xc4\xb1"
			"ce@example.org");
	REFUSED("\xe2\x84\xaa"
			"im@example.org");
	REFUSED("stra\xc3\x9f"
			"e@example.org");
	REFUSED("\xef\xbd\x81lice@example.org");
	REFUSED("alice\xef\xbc\xa0"
			"example.org");
	REFUSED("ali\xe2\x80\x8b"
			"ce@example.org");
	REFUSED("ali\xc2\xad"
			"ce@example.org");
	REFUSED("alice@ex\xd0\xb0mple.org");
	REFUSED("alice@example\xe3\x80\x82org");

	test_lengths();
	return done();
}
