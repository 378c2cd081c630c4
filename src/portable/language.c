/*
 * language.c
 *	  Which language a client would like to read.
 */
#include "portable/language.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

bool
auth_language_first(const char *header, char language[LANGUAGE_MAX_BYTES + 1])
{
	const char *start = header + strspn(header, " \t,");
	size_t length = strspn(start, LETTERS);

	if (length < 2 || length > LANGUAGE_MAX_BYTES || strchr("-,; \t", start[length]) == NULL)
		return false;

	for (size_t i = 0; i < length; i++)
		language[i] = (char) (start[i] | 0x20);
	language[length] = '\0';
	return true;
}
