/*
 * statement.h
 *	  SQL statements, planned once per backend.
 */
#ifndef AUTH_STATEMENT_H
#define AUTH_STATEMENT_H

#include "executor/spi.h"
#include "utils/uuid.h"

#define STATEMENT_MAX_ARGUMENTS 8
#define STATEMENT_MAX_COLUMNS 12

typedef enum StatementSnapshot
{
	SNAPSHOT_OF_ITS_OWN, /* sees what is committed now, and what we wrote; may write */
	SNAPSHOT_OF_THE_CALLER, /* sees what the calling statement sees; for STABLE functions */
	SNAPSHOT_LATEST, /* sees what is committed now, in a repeatable read transaction too */
} StatementSnapshot;

/* To be declared static; every name in the text is schema-qualified. */
typedef struct Statement
{
	const char *text;
	int argument_count;
	Oid argument_types[STATEMENT_MAX_ARGUMENTS];
	bool has_secret_arguments; /* its plan must not show them */
	bool has_secret_columns; /* its rows are zeroed before they are freed */
	StatementSnapshot snapshot;
	SPIPlanPtr plan;
} Statement;

/* Run a statement; returns how many rows it touched. */
extern uint64 auth_statement_run(Statement *statement, const NullableDatum *arguments);

/*
 * Fetch one row, copied to the current memory context.
 *
 * Returns false, and leaves columns alone, when there is none.
 */
extern bool auth_statement_fetch(Statement *statement, const NullableDatum *arguments,
								 NullableDatum *columns, int column_count);

/* Call a function for each row, in the current memory context; returns how many there were. */
typedef void (*StatementRowFunction)(const NullableDatum *columns, void *state);
extern uint64 auth_statement_each(Statement *statement, const NullableDatum *arguments, int column_count,
								  StatementRowFunction function, void *state);

/* Values for arguments. */
extern NullableDatum auth_value_of(Datum value);
extern NullableDatum auth_value_null(void);
extern NullableDatum auth_value_text(const char *string); /* NULL is null */
extern NullableDatum auth_value_uuid(const pg_uuid_t *uuid); /* NULL is null */
extern NullableDatum auth_value_bytes(const void *bytes, size_t length);
extern NullableDatum auth_value_inet(const char *address); /* NULL is null */

#endif
