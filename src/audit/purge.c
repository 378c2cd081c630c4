/*
 * purge.c
 *	  Deleting what has expired, in batches that nobody notices.
 *
 * No index is used to find expired rows: it would cost every renewal of a
 * session more than an occasional purge costs. The table is scanned instead,
 * and each backend continues where its last batch ended.
 */
#include "postgres.h"

#include "audit/purge.h"

#define MAX_FUNCTIONS 16

static PurgeFunction functions[MAX_FUNCTIONS];
static int function_count;

/* One row: ctid */
static void
note_position(const NullableDatum *columns, void *state)
{
	PurgeWalk *walk = state;
	ItemPointer deleted = (ItemPointer) DatumGetPointer(columns[0].value);

	if (ItemPointerCompare(deleted, &walk->position) > 0)
		walk->position = *deleted;
}

static uint64
delete_batch(PurgeWalk *walk, const NullableDatum *more)
{
	NullableDatum arguments[STATEMENT_MAX_ARGUMENTS] = {
		auth_value_of(PointerGetDatum(&walk->position)),
		auth_value_of(Int64GetDatum(PURGE_BATCH_ROWS)),
	};

	for (int i = 2; i < walk->statement.argument_count; i++)
		arguments[i] = more[i - 2];
	return auth_statement_each(&walk->statement, arguments, 1, note_position, walk);
}

uint64
auth_purge_next(PurgeWalk *walk, const NullableDatum *more)
{
	ItemPointerData began = walk->position;
	uint64 deleted = delete_batch(walk, more);

	if (deleted == PURGE_BATCH_ROWS)
		return deleted;

	/* The end of the table: nothing is left only if nothing is left in front either. */
	ItemPointerSet(&walk->position, 0, 0);
	if (deleted == 0 && ItemPointerGetBlockNumberNoCheck(&began) > 0)
		return delete_batch(walk, more);
	return deleted;
}

void
auth_purge_register(PurgeFunction function)
{
	Assert(function_count < MAX_FUNCTIONS);
	functions[function_count++] = function;
}

uint64
auth_purge_all(void)
{
	uint64 deleted = 0;

	for (int i = 0; i < function_count; i++)
		deleted += functions[i]();
	return deleted;
}
