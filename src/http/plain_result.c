/*
 * plain_result.c
 *	  Whether PostgREST returns what a function returns, and nothing else.
 *
 * A client may ask it to cast or to filter the result.  That happens after the
 * function, in the same transaction, so a deliberate error there would undo a
 * counted attempt or an ended session, and still reveal the result.
 */
#include "postgres.h"

#include "http/plain_result.h"

#include "http/request.h"
#include "tcop/tcopprot.h"

#define WHITE_SPACE " \n"

/* Step over white space and a word; false if something else is there. */
static bool
skip(const char **next, const char *word)
{
	*next += strspn(*next, WHITE_SPACE);
	if (strncmp(*next, word, strlen(word)) != 0)
		return false;

	*next += strlen(word);
	return true;
}

/* Step over "LIMIT $1 OFFSET $2", which db-max-rows adds: it cannot fail. */
static void
skip_limit(const char **next)
{
	if (skip(next, "LIMIT "))
		*next += strspn(*next, "$0123456789");
	if (skip(next, "OFFSET "))
		*next += strspn(*next, "$0123456789");
}

/* Step past the last occurrence of a text; false if there is none. */
static bool
skip_to_last(const char **next, const char *text)
{
	const char *last = NULL;

	for (const char *found = strstr(*next, text); found != NULL; found = strstr(found + 1, text))
		last = found + strlen(text);
	if (last == NULL)
		return false;

	*next = last;
	return true;
}

/*
 * Whether a statement of PostgREST turns its one row into JSON, and no more:
 *
 * SELECT ... 1 AS page_total, coalesce(json_agg(_postgrest_t ...
 *
 * Other media types call other functions, which may be the site's and may fail.
 * For a set, it also counts the rows, and may fail because of the count.
 */
static bool
has_plain_body(const char *statement)
{
	if (!skip_to_last(&statement, " 1 AS page_total, "))
		return false;

	(void) skip(&statement, "(");
	return skip(&statement, "coalesce(json_agg(_postgrest_t");
}

/*
 * Whether a statement of PostgREST ends by selecting all of the result:
 *
 * ... FROM (SELECT "name".* FROM "pgrst_source" AS "name") _postgrest_t
 *
 * Anything that a client asks for would replace the .* or follow the second name.
 * It cannot imitate the whole: PostgREST doubles the quotes of its names.
 */
static bool
ends_with_plain_result(const char *statement)
{
	const char *name;

	if (!skip_to_last(&statement, "(SELECT \""))
		return false;

	name = pnstrdup(statement, strcspn(statement, "\""));
	if (*name == '\0' ||
		!skip(&statement, psprintf("%s\".* FROM \"pgrst_source\" AS \"%s\"", name, name)))
		return false;

	skip_limit(&statement);
	return skip(&statement, ") _postgrest_t") && skip(&statement, "") && *statement == '\0';
}

void
auth_plain_result_require(void)
{
	const char *statement = debug_query_string;

	if (!auth_request_is_http() ||
		(statement != NULL && has_plain_body(statement) && ends_with_plain_result(statement)))
		return;

	ereport(ERROR,
			(errcode(ERRCODE_HTTP('4', '0', '0')),
			 errmsg("this call takes no query parameters"),
			 errhint("Send the arguments in the body, and do not select from or filter the result.")));
}
