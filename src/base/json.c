/*
 * json.c
 *	  Small JSON objects, written and read.
 */
#include "postgres.h"

#include "base/json.h"

#include "base/compat.h"
#include "common/jsonapi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

void
auth_json_begin(StringInfo json)
{
	initStringInfo(json);
	appendStringInfoChar(json, '{');
}

static void
append_name(StringInfo json, const char *name)
{
	if (json->data[json->len - 1] != '{')
		appendStringInfoChar(json, ',');
	escape_json(json, name);
	appendStringInfoChar(json, ':');
}

void
auth_json_string(StringInfo json, const char *name, const char *value)
{
	append_name(json, name);
	if (value == NULL)
		appendStringInfoString(json, "null");
	else
		escape_json(json, value);
}

void
auth_json_integer(StringInfo json, const char *name, int64 value)
{
	append_name(json, name);
	appendStringInfo(json, INT64_FORMAT, value);
}

void
auth_json_end(StringInfo json)
{
	appendStringInfoChar(json, '}');
}

Datum
auth_json_to_jsonb(StringInfo json)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json->data));
}

/* Step to the next token; JSON_TOKEN_INVALID where there is none that can be read. */
static JsonTokenType
next_token(JsonLexContext *lexer)
{
	return json_lex(lexer) == JSON_SUCCESS ? lexer->token_type : JSON_TOKEN_INVALID;
}

/* Step over a member's colon and value; value is NULL for null.  Returns false if it cannot be read. */
static bool
read_value(JsonLexContext *lexer, char **value)
{
	*value = NULL;
	if (next_token(lexer) != JSON_TOKEN_COLON)
		return false;

	switch (next_token(lexer))
	{
		case JSON_TOKEN_STRING:
			*value = pstrdup(lexer->strval->data);
			return true;
		case JSON_TOKEN_NUMBER:
			*value = pnstrdup(lexer->token_start, lexer->token_terminator - lexer->token_start);
			return true;
		case JSON_TOKEN_NULL:
			return true;
		default:
			return false;
	}
}

bool
auth_json_each_member(const char *json, JsonMemberFunction function, void *state)
{
	JsonLexContext *lexer;
	JsonTokenType token;

	if (*json == '\0')
		return true;
	if (!pg_verifymbstr(json, strlen(json), true))
		return false;

	lexer = make_json_lexer(json, strlen(json));
	if (next_token(lexer) != JSON_TOKEN_OBJECT_START)
		return false;

	token = next_token(lexer);
	while (token == JSON_TOKEN_STRING)
	{
		char *name = pstrdup(lexer->strval->data);
		char *value;

		if (!read_value(lexer, &value))
			return false;
		if (value != NULL)
			function(name, value, state);

		token = next_token(lexer);
		if (token == JSON_TOKEN_COMMA && next_token(lexer) == JSON_TOKEN_STRING)
			token = JSON_TOKEN_STRING;
	}
	return token == JSON_TOKEN_OBJECT_END && next_token(lexer) == JSON_TOKEN_END;
}

typedef struct Search
{
	const char *name;
	char *value;
} Search;

static void
compare_name(const char *name, const char *value, void *state)
{
	Search *search = state;

	if (strcmp(name, search->name) == 0)
		search->value = unconstify(char *, value);
}

char *
auth_json_find(const char *json, const char *name)
{
	Search search = {.name = name};

	return auth_json_each_member(json, compare_name, &search) ? search.value : NULL;
}
