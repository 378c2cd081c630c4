/*
 * set_updated_at.c
 *	  auth.set_updated_at: a trigger that notes the time of a change in a column.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(auth_set_updated_at);

static void
raise_misuse(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("auth.set_updated_at() was not called correctly"),
			 errdetail("%s", detail),
			 errhint("CREATE TRIGGER ... BEFORE UPDATE ON ... FOR EACH ROW EXECUTE FUNCTION auth.set_updated_at('column').")));
}

/* auth.set_updated_at() returns trigger; its argument is the name of the column */
Datum
auth_set_updated_at(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc shape;
	int column;
	Datum now = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	bool is_null = false;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		raise_misuse("It must be called as a BEFORE UPDATE row trigger.");
	if (trigger->tg_trigger->tgnargs != 1)
		raise_misuse("It must be given exactly one argument.");

	shape = RelationGetDescr(trigger->tg_relation);
	column = get_attnum(RelationGetRelid(trigger->tg_relation), trigger->tg_trigger->tgargs[0]);
	if (column <= 0 || TupleDescAttr(shape, column - 1)->atttypid != TIMESTAMPTZOID)
		raise_misuse("Its argument must name a column of type timestamp with time zone.");

	return PointerGetDatum(heap_modify_tuple_by_cols(trigger->tg_newtuple, shape, 1, &column, &now, &is_null));
}
