/*
 * proof.h
 *	  Whether a caller has read a mail: by its link, or by its code.
 */
#ifndef AUTH_PROOF_H
#define AUTH_PROOF_H

#include "audit/refusal.h"
#include "mail/one_time_token.h"

/* What a caller shows: a link, or else a browser's handle and a code. */
typedef struct Proof
{
	const text *link; /* NULL if there is none, and so the others */
	const text *handle;
	const text *code;
} Proof;

/*
 * Find the row that the proof is for, and count an attempt that fails.  Returns
 * NULL, or why the call is refused.
 *
 * Nothing is used up yet: whoever has all that is needed calls
 * auth_one_time_token_consume, the account locked.
 */
extern const Refusal *auth_proof_check(const Proof *proof, OneTimePurpose purpose, OneTimeToken *token);

#endif
