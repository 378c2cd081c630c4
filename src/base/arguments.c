/*
 * arguments.c
 *	  Arguments of SQL functions.
 */
#include "postgres.h"

#include "base/arguments.h"

#include "utils/builtins.h"

text *
auth_required_text(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name)));

	return PG_GETARG_TEXT_PP(number);
}

text *
auth_optional_text(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : PG_GETARG_TEXT_PP(number);
}

char *
auth_text_to_cstring(const text *value)
{
	return value == NULL ? NULL : text_to_cstring(value);
}

bool
auth_text_is(const text *value, const char *word)
{
	return VARSIZE_ANY_EXHDR(value) == strlen(word) && memcmp(VARDATA_ANY(value), word, strlen(word)) == 0;
}
