/*
 * response.h
 *	  The status and the headers of the answer that PostgREST will send.
 *
 * Where no request is being served, these functions do nothing.
 */
#ifndef AUTH_RESPONSE_H
#define AUTH_RESPONSE_H

/* Keep the answer out of every cache: it holds tokens or tells of an account. */
extern void auth_response_forbid_storing(void);

/* Keep the answer to a cookie out of caches that serve others as well. */
extern void auth_response_forbid_sharing(void);

extern void auth_response_set_status(int status);

/* Add a header; one name may come several times. */
extern void auth_response_add_header(const char *name, const char *value);

#endif
