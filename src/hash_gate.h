/*
 * hash_gate.h
 *	  How many passwords are hashed at once, in the whole cluster.
 */
#ifndef AUTH_HASH_GATE_H
#define AUTH_HASH_GATE_H

/*
 * Wait for a free slot, auth.hash_wait_timeout at most.
 *
 * Returns false if none came free.  A slot is given back by
 * auth_hash_gate_leave, and by PostgreSQL if an error ends the transaction.
 */
extern bool auth_hash_gate_enter(void);
extern void auth_hash_gate_leave(void);

/* The delay that a caller who got no slot should be told, in seconds. */
extern int auth_hash_gate_retry_after(void);

#endif
