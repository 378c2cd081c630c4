/*
 * arguments.h
 *	  Arguments of SQL functions.
 *
 * Our functions are not STRICT: a null argument would make them answer null,
 * which looks like success.  It is an error (22004) that names the argument.
 */
#ifndef AUTH_ARGUMENTS_H
#define AUTH_ARGUMENTS_H

#include "base/compat.h"
#include "fmgr.h"

/* The text itself; it may be large, and callers must not trust it. */
extern text *auth_required_text(FunctionCallInfo fcinfo, int number, const char *name);

/* The text, or NULL where the argument is null. */
extern text *auth_optional_text(FunctionCallInfo fcinfo, int number);

/* A text as a C string; NULL for NULL. */
extern char *auth_text_to_cstring(const text *value);

/* Whether a text is exactly this word. */
extern bool auth_text_is(const text *value, const char *word);

#endif
