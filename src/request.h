/*
 * request.h
 *	  The HTTP request that PostgREST is serving.
 *
 * PostgREST tells of the request in settings that any SQL session may write as
 * well.  So nothing here proves anything: headers and cookies carry claims that
 * are verified elsewhere, or values that are only written down.
 */
#ifndef AUTH_REQUEST_H
#define AUTH_REQUEST_H

/* PostgREST takes the status from such a code, and its reason from the message. */
#define ERRCODE_HTTP(a, b, c) MAKE_SQLSTATE('P', 'T', a, b, c)

#define CLIENT_NETWORK_MAX_BYTES 8
#define CLIENT_ADDRESS_TEXT_BYTES 46

typedef struct ClientAddress
{
	char text[CLIENT_ADDRESS_TEXT_BYTES];
	unsigned char network[CLIENT_NETWORK_MAX_BYTES]; /* IPv4 address, or IPv6 /64 */
	int network_bytes;
} ClientAddress;

/* From now on no error quotes the body of a request that carries secrets, in the log. */
extern void auth_request_init(void);

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

/* Whether the browser says that the request comes from this site. */
extern bool auth_request_is_same_site(void);

/*
 * Raise PT403 (403) unless the browser says that the request comes from this
 * site; or, for require_no_other_site, if it says that it does not.
 */
extern void auth_request_require_same_site(void);
extern void auth_request_require_no_other_site(void);

/* The client's address as the trusted proxy names it; false if it does not. */
extern bool auth_request_client_address(ClientAddress *address);

/* That address in its canonical spelling; NULL if there is none. */
extern char *auth_request_client_address_text(void);

/* The client's User-Agent, at most 255 bytes, control characters escaped. */
extern char *auth_request_user_agent(void);

#endif
