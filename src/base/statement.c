/*
 * statement.c
 *	  SQL statements, planned once per backend.
 *
 * The only file that knows SPI.  A plan is kept for the life of the backend;
 * PostgreSQL plans it again by itself when a table that it names has changed.
 */
#include "postgres.h"

#include "base/statement.h"

#include "base/secret.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

static void
prepare(Statement *statement)
{
	SPIPlanPtr plan;

	if (statement->plan != NULL)
		return;

	Assert(statement->argument_count <= STATEMENT_MAX_ARGUMENTS);
	/* A custom plan contains its arguments, which auto_explain, for example, would log. */
	plan = SPI_prepare_cursor(statement->text, statement->argument_count, statement->argument_types,
							  statement->has_secret_arguments ? CURSOR_OPT_GENERIC_PLAN : 0);
	if (plan == NULL)
		elog(ERROR, "could not prepare a statement: %s", SPI_result_code_string(SPI_result));

	SPI_keepplan(plan);
	statement->plan = plan;
}

static int
execute_plan(Statement *statement, Datum *values, const char *nulls)
{
	Snapshot latest;
	int result;

	switch (statement->snapshot)
	{
		case SNAPSHOT_OF_ITS_OWN:
			return SPI_execute_plan(statement->plan, values, nulls, false, 0);
		case SNAPSHOT_OF_THE_CALLER:
			return SPI_execute_plan(statement->plan, values, nulls, true, 0);
		case SNAPSHOT_LATEST:
			latest = RegisterSnapshot(GetLatestSnapshot());
			result = SPI_execute_snapshot(statement->plan, values, nulls, latest, InvalidSnapshot, true, false, 0);
			UnregisterSnapshot(latest);
			return result;
	}
	elog(ERROR, "unknown snapshot %d", statement->snapshot);
}

/* From PostgreSQL 16 on, auto_explain logs what a statement is given, unless it is told not to. */
static int
execute_plan_unseen(Statement *statement, Datum *values, const char *nulls)
{
	const char *setting = "auto_explain.log_parameter_max_length";
	int level;
	int result;

	if (GetConfigOption(setting, true, false) == NULL)
		return execute_plan(statement, values, nulls);

	level = NewGUCNestLevel();
	(void) set_config_option(setting, "0", PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	result = execute_plan(statement, values, nulls);
	AtEOXact_GUC(true, level);
	return result;
}

/* Leaves SPI connected: its results are still to be read. */
static void
execute(Statement *statement, const NullableDatum *arguments)
{
	Datum values[STATEMENT_MAX_ARGUMENTS];
	char nulls[STATEMENT_MAX_ARGUMENTS];
	int result;

	for (int i = 0; i < statement->argument_count; i++)
	{
		values[i] = arguments[i].value;
		nulls[i] = arguments[i].isnull ? 'n' : ' ';
	}

	SPI_connect();
	prepare(statement);
	result = statement->has_secret_arguments ? execute_plan_unseen(statement, values, nulls) : execute_plan(statement, values, nulls);
	if (result < 0)
		elog(ERROR, "could not run a statement: %s", SPI_result_code_string(result));
}

static void
copy_row(HeapTuple row, NullableDatum *columns, int column_count, MemoryContext context)
{
	TupleDesc shape = SPI_tuptable->tupdesc;
	MemoryContext caller = MemoryContextSwitchTo(context);

	Assert(column_count <= shape->natts);
	for (int i = 0; i < column_count; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(shape, i);

		columns[i].value = SPI_getbinval(row, shape, i + 1, &columns[i].isnull);
		if (!columns[i].isnull)
			columns[i].value = datumCopy(columns[i].value, attribute->attbyval, attribute->attlen);
	}
	MemoryContextSwitchTo(caller);
}

/* End what execute began. */
static void
finish(const Statement *statement)
{
	for (uint64 i = 0; statement->has_secret_columns && i < SPI_processed; i++)
		auth_secret_zero(SPI_tuptable->vals[i]->t_data, SPI_tuptable->vals[i]->t_len);
	SPI_finish();
}

uint64
auth_statement_run(Statement *statement, const NullableDatum *arguments)
{
	uint64 row_count;

	execute(statement, arguments);
	row_count = SPI_processed;
	finish(statement);
	return row_count;
}

bool
auth_statement_fetch(Statement *statement, const NullableDatum *arguments,
					 NullableDatum *columns, int column_count)
{
	MemoryContext context = CurrentMemoryContext;
	bool is_found;

	execute(statement, arguments);
	is_found = SPI_processed > 0;
	if (is_found)
		copy_row(SPI_tuptable->vals[0], columns, column_count, context);
	finish(statement);
	return is_found;
}

uint64
auth_statement_each(Statement *statement, const NullableDatum *arguments, int column_count,
					StatementRowFunction function, void *state)
{
	MemoryContext context = CurrentMemoryContext;
	uint64 row_count;

	execute(statement, arguments);
	row_count = SPI_processed;
	for (uint64 i = 0; i < row_count; i++)
	{
		NullableDatum columns[STATEMENT_MAX_COLUMNS];
		MemoryContext spi_context;

		Assert(column_count <= STATEMENT_MAX_COLUMNS);
		copy_row(SPI_tuptable->vals[i], columns, column_count, context);

		spi_context = MemoryContextSwitchTo(context);
		function(columns, state);
		MemoryContextSwitchTo(spi_context);
	}
	finish(statement);
	return row_count;
}

NullableDatum
auth_value_of(Datum value)
{
	return (NullableDatum){.value = value, .isnull = false};
}

NullableDatum
auth_value_null(void)
{
	return (NullableDatum){.isnull = true};
}

NullableDatum
auth_value_text(const char *string)
{
	return string == NULL ? auth_value_null() : auth_value_of(CStringGetTextDatum(string));
}

NullableDatum
auth_value_uuid(const pg_uuid_t *uuid)
{
	return uuid == NULL ? auth_value_null() : auth_value_of(UUIDPGetDatum(uuid));
}

NullableDatum
auth_value_inet(const char *address)
{
	if (address == NULL)
		return auth_value_null();
	return auth_value_of(DirectFunctionCall1(inet_in, CStringGetDatum(address)));
}

NullableDatum
auth_value_bytes(const void *bytes, size_t length)
{
	return auth_value_of(PointerGetDatum(cstring_to_text_with_len(bytes, (int) length)));
}
