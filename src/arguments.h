/*
 * arguments.h
 *	  Arguments of SQL functions.
 *
 * Our functions are not STRICT: a null argument would make them answer null,
 * which looks like success.  It is an error (22004) that names the argument.
 */
#ifndef AUTH_ARGUMENTS_H
#define AUTH_ARGUMENTS_H

#include "compat.h"
#include "fmgr.h"

/* The text itself; it may be large, and it is the caller who must not trust it. */
extern text *auth_required_text(FunctionCallInfo fcinfo, int number, const char *name);

/* The text, or NULL where the argument is null. */
extern text *auth_optional_text(FunctionCallInfo fcinfo, int number);

#endif
