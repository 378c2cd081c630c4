/*
 * access_token.c
 *	  Access tokens: who may act in which session, signed and short-lived.
 *
 * The signature comes first: nothing of a token is parsed before it.
 *
 * One client sends the same token again and again, so each backend remembers
 * the last tokens that it verified.  A remembered token counts as a
 * verified one: it expires to the microsecond, and is forgotten when any key,
 * the issuer or the audience changes.
 */
#include "postgres.h"

#include <sodium.h>

#include "session/access_token.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/uuid.h"
#include "base/word.h"
#include "keys/key_ring.h"
#include "keys/signing_key.h"
#include "keys/token_settings.h"
#include "portable/jws.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* Seconds since 1970, far beyond any lifetime, whose microseconds fit a timestamp. */
#define MAX_UNIX_SECONDS INT64CONST(100000000000)

#define CACHE_SIZE 256 /* a power of two */

typedef struct VerifiedToken
{
	unsigned char digest[crypto_generichash_BYTES];
	uint64 key_ring_version;
	TimestampTz valid_until;
	AccessClaims claims;
} VerifiedToken;

/* Each token has one place; a newer one pushes out an older one. */
static VerifiedToken cache[CACHE_SIZE];

/* The payload of a token: the only accepted text for these claims. */
static char *
payload_of(const AccessClaims *claims)
{
	StringInfoData json;
	char *user_id = auth_uuid_to_text(&claims->user_id);

	auth_json_begin(&json);
	auth_json_string(&json, "iss", auth_issuer);
	if (*auth_audience != '\0')
		auth_json_string(&json, "aud", auth_audience);
	auth_json_string(&json, "sub", user_id);
	auth_json_string(&json, "id", user_id);
	auth_json_string(&json, "role", NameStr(claims->role));
	auth_json_string(&json, "sid", auth_uuid_to_text(&claims->session_id));
	if (claims->generation != NO_GENERATION)
		auth_json_integer(&json, "gen", claims->generation);
	auth_json_integer(&json, "iat", claims->issued_at);
	auth_json_integer(&json, "exp", claims->expires_at);
	auth_json_string(&json, "jti", auth_uuid_to_text(&claims->token_id));
	auth_json_end(&json);
	return json.data;
}

char *
auth_access_token_sign(const AccessClaims *claims)
{
	const SigningKey *key = auth_key_ring_signing_key();
	AccessClaims complete = *claims;
	char *payload;
	char *token = palloc(JWS_MAX_BYTES + 1);

	auth_signing_key_announce_again(key);

	complete.issued_at = auth_clock_unix_now();
	complete.token_id = *DatumGetUUIDP(DirectFunctionCall1(gen_random_uuid, (Datum) 0));
	payload = payload_of(&complete);

	if (auth_jws_sign(key->header, key->header_length, payload, strlen(payload),
					  key->secret_key->bytes, token) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("access token is too long"),
				 errhint("Shorten auth.issuer or auth.audience.")));
	return token;
}

static void
read_claim(const char *name, const char *value, void *state)
{
	AccessClaims *claims = state;

	if (auth_word_is(name, "sub"))
		(void) auth_uuid_read(value, &claims->user_id);
	else if (auth_word_is(name, "sid"))
		(void) auth_uuid_read(value, &claims->session_id);
	else if (auth_word_is(name, "jti"))
		(void) auth_uuid_read(value, &claims->token_id);
	else if (auth_word_is(name, "role"))
		namestrcpy(&claims->role, value);
	else if (auth_word_is(name, "gen"))
		claims->generation = (int) strtol(value, NULL, 10);
	else if (auth_word_is(name, "iat"))
		claims->issued_at = strtoll(value, NULL, 10);
	else if (auth_word_is(name, "exp"))
		claims->expires_at = strtoll(value, NULL, 10);
}

/*
 * Read what a payload claims.  Whatever was not understood, left out, repeated,
 * added or written for another issuer or audience shows when the claims are
 * written again: that must give the very same text.
 */
static bool
read_claims(const char *payload, AccessClaims *claims)
{
	char *again;

	*claims = (AccessClaims){.generation = NO_GENERATION};
	if (!auth_json_each_member(payload, read_claim, claims) ||
		claims->issued_at < 0 || claims->issued_at >= claims->expires_at || claims->expires_at > MAX_UNIX_SECONDS ||
		*NameStr(claims->role) == '\0')
		return false;

	again = payload_of(claims);
	return auth_secret_equal(payload, strlen(payload), again, strlen(again));
}

/* The digest covers issuer and audience, so that a change of either misses the cache. */
static void
compute_digest(const char *token, size_t length, unsigned char digest[crypto_generichash_BYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES);
	crypto_generichash_update(&state, (const unsigned char *) token, length);
	crypto_generichash_update(&state, (const unsigned char *) auth_issuer, strlen(auth_issuer) + 1);
	crypto_generichash_update(&state, (const unsigned char *) auth_audience, strlen(auth_audience));
	crypto_generichash_final(&state, digest, crypto_generichash_BYTES);
}

static VerifiedToken *
place_in_cache(const unsigned char *digest)
{
	return &cache[(digest[0] | digest[1] << 8) % CACHE_SIZE];
}

/* Verify without the cache; fills in the claims and how long they are valid. */
static AccessTokenStatus
verify(const char *token, size_t length, VerifiedToken *verified)
{
	JwsSegments segments;
	const SigningKey *key;
	char payload[JWS_MAX_BYTES + 1];

	if (!auth_jws_split(token, length, &segments))
		return ACCESS_TOKEN_INVALID;

	key = auth_key_ring_key_for_header(segments.header, segments.header_length);
	if (key == NULL || !auth_jws_verify(&segments, key->public_key))
		return ACCESS_TOKEN_INVALID;

	if (auth_jws_payload(&segments, payload, sizeof(payload)) == 0 || !read_claims(payload, &verified->claims))
		return ACCESS_TOKEN_INVALID;

	verified->valid_until = Min(auth_clock_from_unix(verified->claims.expires_at), key->verifies_until);
	return GetCurrentTimestamp() < verified->valid_until ? ACCESS_TOKEN_VALID : ACCESS_TOKEN_EXPIRED;
}

AccessTokenStatus
auth_access_token_verify(const char *token, size_t length, AccessClaims *claims)
{
	VerifiedToken verified;
	VerifiedToken *cached;
	AccessTokenStatus status;

	if (length > JWS_MAX_BYTES)
		return ACCESS_TOKEN_INVALID;

	compute_digest(token, length, verified.digest);
	cached = place_in_cache(verified.digest);
	if (cached->key_ring_version == auth_key_ring_version() &&
		GetCurrentTimestamp() < cached->valid_until &&
		auth_secret_equal(cached->digest, sizeof(cached->digest), verified.digest, sizeof(verified.digest)))
	{
		*claims = cached->claims;
		return ACCESS_TOKEN_VALID;
	}

	/* Read before verifying: keys that change meanwhile must not be missed. */
	verified.key_ring_version = auth_key_ring_version();
	status = verify(token, length, &verified);
	if (status == ACCESS_TOKEN_VALID)
		*cached = verified;
	if (status != ACCESS_TOKEN_INVALID)
		*claims = verified.claims;
	return status;
}
