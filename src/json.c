/*
 * json.c
 *	  Small JSON objects, written and read.
 */
#include "postgres.h"

#include "json.h"

#include "fmgr.h"
#include "utils/builtins.h"
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

char *
auth_json_uuid(const pg_uuid_t *uuid)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(uuid)));
}

Datum
auth_json_to_jsonb(StringInfo json)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json->data));
}

char *
auth_json_member(const char *json, const char *name)
{
	LOCAL_FCINFO(fcinfo, 2);
	Datum member;

	if (json == NULL || *json == '\0')
		return NULL;

	/* DirectFunctionCall2 would take a missing member for an error. */
	InitFunctionCallInfoData(*fcinfo, NULL, 2, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = CStringGetTextDatum(json);
	fcinfo->args[0].isnull = false;
	fcinfo->args[1].value = CStringGetTextDatum(name);
	fcinfo->args[1].isnull = false;

	member = json_object_field_text(fcinfo);
	return fcinfo->isnull ? NULL : TextDatumGetCString(member);
}
