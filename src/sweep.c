/*
 * sweep.c
 *	  Deleting what has expired, in batches that nobody notices.
 *
 * No index leads to what has expired: it would cost every renewal of a session
 * more than this costs now and then.  A table is read through instead, and each
 * backend goes on where its last batch ended.
 */
#include "postgres.h"

#include "sweep.h"

/* One row: ctid */
static void
note_position(const NullableDatum *columns, void *state)
{
	Sweep *sweep = state;
	ItemPointer deleted = (ItemPointer) DatumGetPointer(columns[0].value);

	if (ItemPointerCompare(deleted, &sweep->position) > 0)
		sweep->position = *deleted;
}

static uint64
delete_batch(Sweep *sweep, const NullableDatum *more)
{
	NullableDatum arguments[STATEMENT_MAX_ARGUMENTS] = {
		auth_value_of(PointerGetDatum(&sweep->position)),
		auth_value_of(Int64GetDatum(SWEEP_BATCH_ROWS)),
	};

	for (int i = 2; i < sweep->statement.argument_count; i++)
		arguments[i] = more[i - 2];
	return auth_statement_each(&sweep->statement, arguments, 1, note_position, sweep);
}

uint64
auth_sweep_next(Sweep *sweep, const NullableDatum *more)
{
	ItemPointerData began = sweep->position;
	uint64 deleted = delete_batch(sweep, more);

	if (deleted == SWEEP_BATCH_ROWS)
		return deleted;

	/* The end of the table: nothing is left only if nothing is left in front either. */
	ItemPointerSet(&sweep->position, 0, 0);
	if (deleted == 0 && ItemPointerGetBlockNumberNoCheck(&began) > 0)
		return delete_batch(sweep, more);
	return deleted;
}
