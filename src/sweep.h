/*
 * sweep.h
 *	  Deleting what has expired, in batches that nobody notices.
 */
#ifndef AUTH_SWEEP_H
#define AUTH_SWEEP_H

#include "statement.h"
#include "storage/itemptr.h"

/* How many rows a batch has at most. */
#define SWEEP_BATCH_ROWS 1000

/*
 * A walk through a table.  To be declared static.
 *
 * The statement deletes the rows that it finds from $1 (tid) on, at most $2
 * (bigint) of them, skips those that are locked, and returns their ctid.
 */
typedef struct Sweep
{
	Statement statement;
	ItemPointerData position; /* where the next batch begins */
} Sweep;

/*
 * Delete the next batch; returns how many rows it had.
 *
 * Less than a full batch means that the walk has come to the end of the table;
 * the next one begins anew.  more are the arguments from $3 on.
 */
extern uint64 auth_sweep_next(Sweep *sweep, const NullableDatum *more);

#endif
