/*
 * plain_result.h
 *	  Whether PostgREST returns what a function returns, and nothing else.
 */
#ifndef AUTH_PLAIN_RESULT_H
#define AUTH_PLAIN_RESULT_H

/*
 * Raise PT400 (400) unless the result of the calling function is returned as it
 * is.  To be called first by whatever must not be undone by its caller.
 */
extern void auth_plain_result_require(void);

#endif
