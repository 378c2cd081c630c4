/*
 * word.h
 *	  Comparing text that is no secret: names, paths, prefixes.
 *
 * The time that this takes reveals how much of the two is equal. Folders that
 * handle secrets compare with this or with auth_secret_equal, so that every
 * comparison shows which kind it is.
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
