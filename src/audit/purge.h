/*
 * purge.h
 *	  Deleting what has expired, in batches that nobody notices.
 */
#ifndef AUTH_PURGE_H
#define AUTH_PURGE_H

#include "base/statement.h"
#include "storage/itemptr.h"

/* How many rows a batch has at most. */
#define PURGE_BATCH_ROWS 1000

/*
 * A walk through a table.  To be declared static.
 *
 * The statement deletes the rows that it finds from $1 (tid) on, at most $2
 * (bigint) of them, skips those that are locked, and returns their ctid.
 */
typedef struct PurgeWalk
{
	Statement statement;
	ItemPointerData position; /* where the next batch begins */
} PurgeWalk;

/*
 * Delete the next batch; returns how many rows it had.
 *
 * Less than a full batch means that the walk has come to the end of the table;
 * the next one begins anew.  more are the arguments from $3 on.
 */
extern uint64 auth_purge_next(PurgeWalk *walk, const NullableDatum *more);

/* Deletes a batch of one kind of thing that has expired; returns how many. */
typedef uint64 (*PurgeFunction)(void);

/* Have auth.purge_expired() call a function, from now on; in _PG_init. */
extern void auth_purge_register(PurgeFunction function);

/* Call them all; returns how many rows were deleted. */
extern uint64 auth_purge_all(void);

#endif
