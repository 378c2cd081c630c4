/*
 * request.h
 *	  The HTTP request that PostgREST is serving.
 *
 * PostgREST describes the request in settings that any SQL session can set,
 * too.  So nothing here proves anything: headers and cookies carry claims that
 * are verified elsewhere, or values that are only written down.
 */
#ifndef AUTH_REQUEST_H
#define AUTH_REQUEST_H

/* PostgREST takes the status from such a code, and its reason from the message. */
#define ERRCODE_HTTP(a, b, c) MAKE_SQLSTATE('P', 'T', a, b, c)

/* Whether a request is being served at all; false in a plain SQL session. */
extern bool auth_request_is_http(void);

/* The name of the function whose path (/rpc/NAME) is requested; NULL for other paths. */
extern char *auth_request_function(void);

/* The schema that the request is for; empty if it cannot be told. */
extern char *auth_request_schema(void);

/* Whether the method may change something (RFC 9110, section 9.2.1). */
extern bool auth_request_is_unsafe_method(void);

/*
 * Raise PT400 (400) if headers or cookies hold what no text can.  Afterwards
 * reading them raises nothing.
 */
extern void auth_request_require_readable(void);

/* A header by its lower-case name, or a cookie; NULL if absent, empty or unreadable. */
extern char *auth_request_header(const char *name);
extern char *auth_request_cookie(const char *name);

/* The token of the Authorization header; NULL if there is none. */
extern char *auth_request_bearer(void);

#endif
