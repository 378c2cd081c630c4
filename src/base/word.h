/*
 * word.h
 *	  Comparing text that is no secret: names, paths, prefixes.
 *
 * How long this takes tells how much of both is equal.  The rooms that handle
 * secrets compare by this or by auth_secret_equal, so that every comparison
 * says which of the two it is.
 */
#ifndef AUTH_WORD_H
#define AUTH_WORD_H

static inline bool
auth_word_is(const char *text, const char *word)
{
	return strcmp(text, word) == 0;
}

static inline bool
auth_word_begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

#endif
