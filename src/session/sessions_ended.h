/*
 * sessions_ended.h
 *	  The answer of a call that ends sessions.
 */
#ifndef AUTH_SESSIONS_ENDED_H
#define AUTH_SESSIONS_ENDED_H

/* How many ended, as jsonb. */
extern Datum auth_sessions_ended(uint64 count);

#endif
