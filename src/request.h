/*
 * request.h
 *	  The HTTP request that PostgREST is serving, and the answer's headers.
 *
 * PostgREST tells of the request in settings that any SQL session may write as
 * well.  So nothing here proves anything: headers and cookies carry claims that
 * are verified elsewhere, or values that are only written down.
 */
#ifndef AUTH_REQUEST_H
#define AUTH_REQUEST_H

#define CLIENT_ADDRESS_MAX_BYTES 16
#define CLIENT_ADDRESS_TEXT_BYTES 46

typedef struct ClientAddress
{
	char text[CLIENT_ADDRESS_TEXT_BYTES];
	unsigned char network[CLIENT_ADDRESS_MAX_BYTES]; /* IPv4 address, or IPv6 /64 */
	int network_bytes;
} ClientAddress;

/* Whether a request is being served at all; false in a plain SQL session. */
extern bool auth_request_is_http(void);

/* The path below PostgREST's root, such as /rpc/login; never NULL. */
extern const char *auth_request_path(void);

/* Whether the method may change something: all but GET, HEAD and OPTIONS. */
extern bool auth_request_may_change(void);

/* A header by its lower-case name, or a cookie; NULL if absent or empty. */
extern char *auth_request_header(const char *name);
extern char *auth_request_cookie(const char *name);

/* The token of the Authorization header; NULL if there is none. */
extern char *auth_request_bearer(void);

/*
 * What the browser says of where the request comes from.
 *
 * same_site: it says so.  cross_site: it says the opposite.  Neither is true of
 * a client that sends no such header, as programs other than browsers do.
 */
extern bool auth_request_is_same_site(void);
extern bool auth_request_is_cross_site(void);

/*
 * Raise PT400 (400) unless PostgREST returns what the function returns.
 *
 * A client may ask it to cast or to filter the result.  That happens after the
 * function and in its transaction, so an error on purpose would undo a counted
 * attempt or an ended session, and tell the result all the same.
 */
extern void auth_request_require_plain_result(void);

/* Raise PT403 (403) for a request from another site. */
extern void auth_request_raise_cross_site(void) pg_attribute_noreturn();

/* The client's address as the trusted proxy names it; false if it does not. */
extern bool auth_request_client_address(ClientAddress *address);

/* That address in its canonical spelling; NULL if there is none. */
extern char *auth_request_client_address_text(void);

/* The client's User-Agent, at most 255 bytes, control characters escaped. */
extern char *auth_request_user_agent(void);

/* The answer's status and one more header; without a request they do nothing. */
extern void auth_response_status(int status);
extern void auth_response_header(const char *name, const char *value);

#endif
