/*
 * subtransaction.h
 *	  Run something that may raise an error, and go on after it.
 */
#ifndef AUTH_SUBTRANSACTION_H
#define AUTH_SUBTRANSACTION_H

#include "utils/elog.h"

typedef void (*SubtransactionFunction)(void *state);

/*
 * Call a function in a subtransaction, in the current memory context.
 *
 * Returns NULL, or the error that it raised, whose writes are then undone.
 * A cancellation or a shutdown is no error of the function, and is raised.
 */
extern ErrorData *auth_subtransaction_run(SubtransactionFunction function, void *state);

#endif
