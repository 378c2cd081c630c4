/*
 * call.c
 *	  The public calls: what each is, in one table, and how each is run.
 */
#include "postgres.h"

#include "http/call.h"

#include "http/cross_site.h"
#include "http/plain_result.h"
#include "http/request.h"
#include "miscadmin.h"

typedef struct Call
{
	const char *schema;
	const char *name; /* of the function, in the path, and in the audit log */
	bool takes_secrets; /* passwords or tokens, which must not appear in any log */
	bool is_anonymous; /* a client that is signed out, or whose token is no longer valid, may make it */
	bool writes; /* so its caller must not be able to undo it */
	bool refuses_filters; /* over HTTP; calls that write always do */
	bool is_for_sql_only; /* not served over HTTP, though every role may execute it */
} Call;

static const Call calls[] = {
	[CALL_REGISTER_USER] = {"auth", "register_user", .takes_secrets = true, .is_anonymous = true, .writes = true},
	[CALL_LOGIN] = {"auth", "login", .takes_secrets = true, .is_anonymous = true, .writes = true},
	[CALL_REFRESH] = {"auth", "refresh", .takes_secrets = true, .is_anonymous = true, .writes = true},
	[CALL_LOGOUT] = {"auth", "logout", .takes_secrets = true, .is_anonymous = true, .writes = true},
	[CALL_CHANGE_PASSWORD] = {"auth", "change_password", .takes_secrets = true, .writes = true},
	[CALL_REQUEST_PASSWORD_RESET] = {"auth", "request_password_reset", .takes_secrets = true, .is_anonymous = true, .writes = true},
	[CALL_RESET_PASSWORD] = {"auth", "reset_password", .takes_secrets = true, .is_anonymous = true, .writes = true},
	[CALL_ONE_TIME_TOKEN] = {"auth", "one_time_token", .takes_secrets = true, .is_anonymous = true, .refuses_filters = true},
	[CALL_CURRENT_USER] = {"auth", "current_user", .refuses_filters = true},
	[CALL_JWKS] = {"auth", "jwks", .refuses_filters = true},
	[CALL_AUTHENTICATE] = {"auth", "authenticate", .takes_secrets = true, .is_for_sql_only = true},
	[CALL_PRE_REQUEST] = {"auth", "pre_request", .takes_secrets = true, .is_for_sql_only = true},
	[CALL_ROTATE_SIGNING_KEY] = {"auth", "rotate_signing_key", .takes_secrets = true, .writes = true},
	[CALL_IMPORT_USER] = {"auth", "import_user", .takes_secrets = true, .writes = true},
	[CALL_IMPORT_PROBLEM] = {"auth", "import_problem", .takes_secrets = true},
	[CALL_PURGE_EXPIRED] = {"auth", "purge_expired", .writes = true},
};

StaticAssertDecl(lengthof(calls) == CALL_COUNT, "every call has its row");

/* Functions that PostgREST serves, too, but that are not run from here. */
static const Call other_functions[] = {
	{"auth", "uid", .is_for_sql_only = true},
	{"auth", "session_id", .is_for_sql_only = true},
	{"auth", "role", .is_for_sql_only = true},
	{"auth", "protection", .is_for_sql_only = true},
	{"directus", "login", .takes_secrets = true, .is_anonymous = true},
	{"directus", "refresh", .takes_secrets = true, .is_anonymous = true},
	{"directus", "logout", .takes_secrets = true, .is_anonymous = true},
	{"directus", "write", .takes_secrets = true},
};

static const Call *running;
static emit_log_hook_type previous_emit_log_hook;

static const Call *
find_in(const Call *table, size_t count, const char *schema, const char *function)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].name, function) == 0 && strcmp(table[i].schema, schema) == 0)
			return &table[i];
	return NULL;
}

/* The call that is requested; NULL if it is not one of ours. */
static const Call *
find_requested(void)
{
	const char *function = auth_request_function();
	const char *schema;
	const Call *call;

	if (function == NULL)
		return NULL;

	schema = auth_request_schema();
	call = find_in(calls, lengthof(calls), schema, function);
	return call != NULL ? call : find_in(other_functions, lengthof(other_functions), schema, function);
}

/* Whether a request is for a call itself, and not for a query that makes it, in whichever schema. */
static bool
is_requested(const Call *call)
{
	const char *function = auth_request_function();

	return function != NULL && strcmp(function, call->name) == 0;
}

/* Runs while an error is being built, so it may still amend that error. */
static void
hide_statement(void *arg)
{
	errhidestmt(true);
	errhidecontext(true);
}

static void
check(const Call *call)
{
	if (call->writes)
		PreventCommandIfReadOnly(psprintf("%s.%s()", call->schema, call->name));
	if (!auth_request_is_http())
		return;

	auth_request_require_readable();
	if (call->writes)
		auth_cross_site_refuse_form();
	/* A call that only reads may also be part of a site's own query. */
	if (call->writes || (call->refuses_filters && is_requested(call)))
		auth_plain_result_require();
}

static Datum
run(const Call *call, PGFunction body, FunctionCallInfo fcinfo)
{
	const Call *caller = running;
	Datum result;

	running = call;
	PG_TRY();
	{
		check(call);
		result = body(fcinfo);
	}
	PG_FINALLY();
	{
		running = caller;
	}
	PG_END_TRY();
	return result;
}

static Datum
run_hidden(const Call *call, PGFunction body, FunctionCallInfo fcinfo)
{
	ErrorContextCallback guard = {
		.previous = error_context_stack,
		.callback = hide_statement,
	};
	Datum result;

	/* An error unwinds this stack by itself. */
	error_context_stack = &guard;
	result = run(call, body, fcinfo);
	error_context_stack = guard.previous;
	return result;
}

Datum
auth_call_run(CallId id, PGFunction body, FunctionCallInfo fcinfo)
{
	const Call *call = &calls[id];

	return call->takes_secrets ? run_hidden(call, body, fcinfo) : run(call, body, fcinfo);
}

const char *
auth_call_name(void)
{
	return running == NULL ? NULL : running->name;
}

bool
auth_call_is_anonymous(void)
{
	const Call *call = find_requested();

	return call != NULL && call->is_anonymous;
}

void
auth_call_require_served(void)
{
	const Call *call = find_requested();

	if (call != NULL && call->is_for_sql_only)
		ereport(ERROR,
				(errcode(ERRCODE_HTTP('4', '0', '4')),
				 errmsg("this function is not served over HTTP")));
}

/* In any schema: the search path may have changed by the time of the error. */
static bool
request_carries_secrets(void)
{
	const char *function = auth_request_function();

	if (function == NULL)
		return false;
	for (size_t i = 0; i < lengthof(calls); i++)
		if (calls[i].takes_secrets && strcmp(calls[i].name, function) == 0)
			return true;
	for (size_t i = 0; i < lengthof(other_functions); i++)
		if (other_functions[i].takes_secrets && strcmp(other_functions[i].name, function) == 0)
			return true;
	return false;
}

/*
 * PostgREST's statement parses the body before it calls us. A body that
 * PostgreSQL cannot parse (an escaped NUL) causes an error whose context
 * quotes it.
 */
static void
hide_quoted_body(ErrorData *error)
{
	if (request_carries_secrets())
		error->hide_ctx = true;

	if (previous_emit_log_hook != NULL)
		previous_emit_log_hook(error);
}

void
auth_call_redact_log(void)
{
	previous_emit_log_hook = emit_log_hook;
	emit_log_hook = hide_quoted_body;
}
