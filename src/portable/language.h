/*
 * language.h
 *	  Which language a client would like to read.
 */
#ifndef AUTH_LANGUAGE_H
#define AUTH_LANGUAGE_H

#include <stdbool.h>

/* a primary language subtag (RFC 5646, section 2.2.1) has two or three letters */
#define LANGUAGE_MAX_BYTES 3

/*
 * The language that an Accept-Language header (RFC 9110, section 12.5.4) names
 * first, in lower case; false if it names none.
 *
 * Browsers list them by preference, so what follows and its weights is not read.
 */
extern bool auth_language_first(const char *header, char language[LANGUAGE_MAX_BYTES + 1]);

#endif
