/*
 * uuid.h
 *	  Uuids as text, in their canonical form.
 */
#ifndef AUTH_UUID_H
#define AUTH_UUID_H

#include "utils/uuid.h"

#define UUID_TEXT_BYTES 36

/* A uuid in lower case, in the current memory context. */
extern char *auth_uuid_to_text(const pg_uuid_t *uuid);

/* Read that form and no other; false for everything else, where uuid_in would raise. */
extern bool auth_uuid_read(const char *text, pg_uuid_t *uuid);

extern bool auth_uuid_equal(const pg_uuid_t *a, const pg_uuid_t *b);

#endif
