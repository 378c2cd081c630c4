/*
 * json.h
 *	  Small JSON objects, written and read.
 */
#ifndef AUTH_JSON_H
#define AUTH_JSON_H

#include "lib/stringinfo.h"

/* Write an object: begin, then members in any number, then end. */
extern void auth_json_begin(StringInfo json);
extern void auth_json_string(StringInfo json, const char *name, const char *value); /* NULL is null */
extern void auth_json_integer(StringInfo json, const char *name, int64 value);
extern void auth_json_end(StringInfo json);

/* A finished object as jsonb. */
extern Datum auth_json_to_jsonb(StringInfo json);

/*
 * Call a function for each member of an object whose values are strings and
 * numbers, in the current memory context; a number is passed as it is written,
 * and a null member is skipped.
 *
 * Returns false, perhaps in the middle, if the text is no such object, or holds
 * what no text of PostgreSQL can: a NUL, or bytes that are no UTF-8.  An empty
 * text is an object without members.  Raises nothing.
 */
typedef void (*JsonMemberFunction)(const char *name, const char *value, void *state);
extern bool auth_json_each_member(const char *json, JsonMemberFunction function, void *state);

/*
 * Find a member of such an object; NULL if there is none, or the text is not such an object.
 * Of several, the last counts.
 */
extern char *auth_json_find(const char *json, const char *name);

#endif
