/*
 * hash_gate.h
 *	  How many passwords are hashed at once, in the whole cluster.
 */
#ifndef AUTH_HASH_GATE_H
#define AUTH_HASH_GATE_H

extern void auth_hash_gate_define_settings(void);

/*
 * Take a place in the queue, before anything else that takes time.
 *
 * Returns false at once if the queue is full (auth.max_waiting_hashes), or this
 * client's share of it is (auth.max_waiting_hashes_per_address).
 */
extern bool auth_hash_gate_enqueue(void);

/*
 * Wait for a free slot, auth.hash_wait_timeout at most; returns false if none
 * came free.
 */
extern bool auth_hash_gate_acquire(void);

/*
 * Give back slot and place, or only the place of a call that got no slot.  At the
 * end of a transaction PostgreSQL does it.
 */
extern void auth_hash_gate_release(void);
extern void auth_hash_gate_cancel(void);

/* The delay that a caller who got no slot should be told, in seconds. */
extern int auth_hash_gate_retry_after(void);

#endif
