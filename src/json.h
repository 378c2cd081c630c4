/*
 * json.h
 *	  Small JSON objects, written and read.
 */
#ifndef AUTH_JSON_H
#define AUTH_JSON_H

#include "lib/stringinfo.h"
#include "utils/uuid.h"

/* Write an object: begin, then members in any number, then end. */
extern void auth_json_begin(StringInfo json);
extern void auth_json_string(StringInfo json, const char *name, const char *value); /* NULL is null */
extern void auth_json_integer(StringInfo json, const char *name, int64 value);
extern void auth_json_end(StringInfo json);

/* A uuid as such a string. */
extern char *auth_json_uuid(const pg_uuid_t *uuid);

/* A finished object as jsonb. */
extern Datum auth_json_to_jsonb(StringInfo json);

/*
 * A member of an object as a string, in the current memory context.
 *
 * NULL if there is no such member, if it is null, or if json is NULL or empty;
 * raises 22P02 if json is not JSON.
 */
extern char *auth_json_member(const char *json, const char *name);

#endif
