/*
 * hash_gate.h
 *	  How many passwords are hashed at once, in the whole cluster.
 */
#ifndef AUTH_HASH_GATE_H
#define AUTH_HASH_GATE_H

/*
 * Take a place in the queue, before anything else that takes time.
 *
 * Returns false at once if the queue is full (auth.max_waiting_hashes).
 */
extern bool auth_hash_gate_queue(void);

/*
 * Wait for a free slot, auth.hash_wait_timeout at most; returns false if none
 * came free.
 */
extern bool auth_hash_gate_enter(void);

/*
 * Give back slot and place, or the place where no slot was entered.  At the
 * end of a transaction PostgreSQL does it.
 */
extern void auth_hash_gate_leave(void);
extern void auth_hash_gate_leave_queue(void);

/* The delay that a caller who got no slot should be told, in seconds. */
extern int auth_hash_gate_retry_after(void);

#endif
