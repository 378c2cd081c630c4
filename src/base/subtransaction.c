/*
 * subtransaction.c
 *	  Run something that may raise an error, and go on after it.
 */
#include "postgres.h"

#include "base/subtransaction.h"

#include "access/xact.h"
#include "utils/resowner.h"

static bool
is_interruption(const ErrorData *error)
{
	return ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION;
}

ErrorData *
auth_subtransaction_run(SubtransactionFunction function, void *state)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		function(state);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;

	if (error != NULL && is_interruption(error))
		ReThrowError(error);
	return error;
}
