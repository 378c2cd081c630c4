/*
 * call.h
 *	  The public calls: what each is, in one table, and how each is run.
 *
 * A new call is a member of CallId, a row of the table, a C file, a block of
 * the install script and a test.
 */
#ifndef AUTH_CALL_H
#define AUTH_CALL_H

#include "fmgr.h"

typedef enum CallId
{
	CALL_REGISTER_USER,
	CALL_LOGIN,
	CALL_REFRESH,
	CALL_LOGOUT,
	CALL_CHANGE_PASSWORD,
	CALL_REQUEST_PASSWORD_RESET,
	CALL_RESET_PASSWORD,
	CALL_ONE_TIME_TOKEN,
	CALL_CURRENT_USER,
	CALL_JWKS,
	CALL_AUTHENTICATE,
	CALL_PRE_REQUEST,
	CALL_ROTATE_SIGNING_KEY,
	CALL_IMPORT_USER,
	CALL_IMPORT_PROBLEM,
	CALL_PURGE_EXPIRED,
} CallId;

#define CALL_COUNT (CALL_PURGE_EXPIRED + 1)

/*
 * Run the body of a call as its row of the table says.
 *
 * Before the body, and so before any argument is looked at: errors show no
 * statement from now on, if the arguments are secret; 25006 in a read-only
 * transaction, if the call writes; PT403 if another site's form makes such a call; PT400 if the request's headers cannot be
 * read, or if PostgREST is to do more with the result than to return it.
 */
extern Datum auth_call_run(CallId call, PGFunction body, FunctionCallInfo fcinfo);

/* The name of the call that is running, for the audit log; NULL outside of any. */
extern const char *auth_call_name(void);

/* Whether the request that is being served is a call that anybody may make, signed in or not. */
extern bool auth_call_is_anonymous(void);

/* Raise PT404 (404) if the request is for a function that is there for SQL only. */
extern void auth_call_require_served(void);

/* From now on, no error in the log quotes the body of a request that carries secrets. */
extern void auth_call_redact_log(void);

#endif
