/*
 * proof.c
 *	  Whether a caller has read a mail: by its link, or by its code.
 */
#include "postgres.h"

#include "mail/proof.h"

#include "throttle/throttle.h"

static const Refusal *
check_link(const text *link, OneTimePurpose purpose, OneTimeToken *token)
{
	if (auth_one_time_token_open_link(link, token) && token->purpose == purpose)
		return NULL;

	auth_throttle_note_invalid_link();
	return auth_refusal_new(REFUSAL_INVALID_ONE_TIME_TOKEN, 0, "The link is not valid, was used, or has expired");
}

static const Refusal *
check_code(const Proof *proof, OneTimePurpose purpose, OneTimeToken *token)
{
	MailRequest request;
	CodeAttempt attempt;
	int retry_after_seconds;

	if (!auth_one_time_token_open_handle(proof->handle, token, &request) || token->purpose != purpose)
	{
		auth_throttle_note_invalid_link();
		return auth_refusal_new(REFUSAL_INVALID_CODE, 0, "The request is not valid, was used, or has expired");
	}

	if (!auth_throttle_begin_code(token->email, request.nonce, REQUEST_NONCE_BYTES, &attempt, &retry_after_seconds))
		return retry_after_seconds > 0 ? auth_refusal_new(REFUSAL_TOO_MANY_ATTEMPTS, retry_after_seconds, "There were too many wrong codes for this account") : auth_refusal_new(REFUSAL_INVALID_CODE, 0, "There were too many wrong codes for this request");
	if (!auth_one_time_token_code_is_right(token, &request, proof->code))
		return auth_refusal_new(REFUSAL_INVALID_CODE, 0, "The code is wrong");

	auth_throttle_reset_code(&attempt);
	return NULL;
}

const Refusal *
auth_proof_check(const Proof *proof, OneTimePurpose purpose, OneTimeToken *token)
{
	int retry_after_seconds;

	if (!auth_throttle_admits_link(&retry_after_seconds))
		return auth_refusal_new(REFUSAL_TOO_MANY_ATTEMPTS, retry_after_seconds, "There were too many invalid links from this address");
	if (proof->link != NULL)
		return check_link(proof->link, purpose, token);
	if (proof->handle != NULL && proof->code != NULL)
		return check_code(proof, purpose, token);
	return auth_refusal_new(REFUSAL_INVALID_ONE_TIME_TOKEN, 0, "There is neither a link nor a request with its code");
}
