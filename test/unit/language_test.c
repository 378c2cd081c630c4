/*
 * language_test.c
 *	  The language that an Accept-Language header names first, or none.
 */
#include <string.h>

#include "portable/language.h"
#include "tap.h"

static void
names(const char *header, const char *expected)
{
	char language[LANGUAGE_MAX_BYTES + 1] = "";
	char name[256];
	bool is_found = auth_language_first(header, language);

	snprintf(name, sizeof(name), "\"%.60s\" names %s", header, expected == NULL ? "none" : expected);
	ok(expected == NULL ? !is_found : is_found && strcmp(language, expected) == 0, name);
}

int
main(void)
{
	names("de", "de");
	names("DE-at,en;q=0.5", "de");
	names("gsw;q=0.7", "gsw");
	names(" ,\tfr , en", "fr");
	names("en;q=0", "en");
	names("", NULL);
	names("*", NULL);
	names("e", NULL);
	names("english", NULL);
	names("d\xc3\xa9", NULL);
	names("de_AT", NULL);
	names("-de", NULL);
	names(",,,", NULL);
	return done();
}
