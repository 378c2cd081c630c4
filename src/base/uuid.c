/*
 * uuid.c
 *	  Uuids as text, in their canonical form.
 */
#include "postgres.h"

#include "base/uuid.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

char *
auth_uuid_to_text(const pg_uuid_t *uuid)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(uuid)));
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
auth_uuid_read(const char *text, pg_uuid_t *uuid)
{
	if (strlen(text) != UUID_TEXT_BYTES)
		return false;

	for (int i = 0; i < UUID_LEN; i++)
	{
		bool follows_dash = i == 4 || i == 6 || i == 8 || i == 10;
		int high,
			low;

		if (follows_dash && *text++ != '-')
			return false;
		high = hex_digit(*text++);
		low = hex_digit(*text++);
		if (high < 0 || low < 0)
			return false;
		uuid->data[i] = high << 4 | low;
	}
	return true;
}

bool
auth_uuid_equal(const pg_uuid_t *a, const pg_uuid_t *b)
{
	return memcmp(a->data, b->data, UUID_LEN) == 0;
}
