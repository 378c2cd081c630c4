/*
 * arguments.c
 *	  Arguments of SQL functions.
 */
#include "postgres.h"

#include "arguments.h"

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
