/*
 * no_op.c
 *	  A pre-request that does nothing: what any costs.
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(bench_no_op);

Datum
bench_no_op(PG_FUNCTION_ARGS)
{
	PG_RETURN_VOID();
}
