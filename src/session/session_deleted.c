/*
 * session_deleted.c
 *	  auth_private.session_deleted: a trigger that notes in the audit log who
 *	  was signed out by deleting the row of a session.
 *
 * Calls of ours delete sessions as well, and note themselves why: the trigger
 * fires for everybody but auth_owner.
 */
#include "postgres.h"

#include "audit/audit.h"
#include "commands/trigger.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(auth_session_deleted);

static const pg_uuid_t *
uuid_column(const TriggerData *trigger, const char *name)
{
	int number = get_attnum(RelationGetRelid(trigger->tg_relation), name);
	bool is_null;
	Datum value = heap_getattr(trigger->tg_trigtuple, number, RelationGetDescr(trigger->tg_relation), &is_null);

	return is_null ? NULL : DatumGetUUIDP(value);
}

/* auth_private.session_deleted() returns trigger */
Datum
auth_session_deleted(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		!TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("auth_private.session_deleted() must be called as an AFTER DELETE row trigger")));

	auth_audit_record(&(AuditEvent){
		.event = "logout",
		.user_id = uuid_column(trigger, "user_id"),
		.session_id = uuid_column(trigger, "id"),
		.reason = "The session was deleted",
	});
	return PointerGetDatum(NULL);
}
