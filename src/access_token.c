/*
 * access_token.c
 *	  Access tokens: who may act in which session, signed and short-lived.
 *
 * The signature comes first: nothing of a token is parsed before it.
 *
 * One client sends the same token again and again, so each backend remembers
 * the last tokens that it verified.  A remembered token is as good as a
 * verified one: it expires to the microsecond, and is forgotten when any key,
 * the issuer or the audience changes.
 */
#include "postgres.h"

#include <sodium.h>

#include "access_token.h"

#include "clock.h"
#include "fmgr.h"
#include "json.h"
#include "jws.h"
#include "key_ring.h"
#include "secret.h"
#include "settings.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#define CACHE_SIZE 256 /* a power of two */

typedef struct VerifiedToken
{
	unsigned char digest[crypto_generichash_BYTES];
	uint64 key_ring_version;
	TimestampTz good_until;
	AccessClaims claims;
} VerifiedToken;

/* Each token has one place; a newer one pushes out an older one. */
static VerifiedToken cache[CACHE_SIZE];

static char *
payload_of(const AccessClaims *claims)
{
	StringInfoData json;
	char *user_id = auth_json_uuid(&claims->user_id);

	auth_json_begin(&json);
	auth_json_string(&json, "iss", auth_settings.issuer);
	if (*auth_settings.audience != '\0')
		auth_json_string(&json, "aud", auth_settings.audience);
	auth_json_string(&json, "sub", user_id);
	auth_json_string(&json, "id", user_id);
	auth_json_string(&json, "role", NameStr(claims->role));
	auth_json_string(&json, "sid", auth_json_uuid(&claims->session_id));
	if (claims->generation != NO_GENERATION)
		auth_json_integer(&json, "gen", claims->generation);
	auth_json_integer(&json, "iat", auth_clock_unix_now());
	auth_json_integer(&json, "exp", claims->expires_at);
	auth_json_string(&json, "jti", DatumGetCString(DirectFunctionCall1(uuid_out, DirectFunctionCall1(gen_random_uuid, (Datum) 0))));
	auth_json_end(&json);
	return json.data;
}

char *
auth_access_token_sign(const AccessClaims *claims)
{
	const SigningKey *key = auth_key_ring_signing_key();
	char *payload = payload_of(claims);
	char *token = palloc(JWS_MAX_BYTES + 1);

	if (auth_jws_sign(key->header, key->header_length, payload, strlen(payload),
					  key->secret_key->bytes, token) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("access token is too long"),
				 errhint("Shorten auth.issuer or auth.audience.")));
	return token;
}

static const JsonbValue *
claim(Jsonb *payload, const char *name, enum jbvType type)
{
	JsonbValue *value = getKeyJsonValueFromContainer(&payload->root, name, strlen(name), NULL);

	return value != NULL && value->type == type ? value : NULL;
}

static bool
read_text(Jsonb *payload, const char *name, char *text, size_t size)
{
	const JsonbValue *value = claim(payload, name, jbvString);

	if (value == NULL || value->val.string.len == 0 || (size_t) value->val.string.len >= size)
		return false;

	memcpy(text, value->val.string.val, value->val.string.len);
	text[value->val.string.len] = '\0';
	return true;
}

static bool
read_uuid(Jsonb *payload, const char *name, pg_uuid_t *uuid)
{
	char text[UUID_LEN * 2 + 5];

	if (!read_text(payload, name, text, sizeof(text)))
		return false;

	*uuid = *DatumGetUUIDP(DirectFunctionCall1(uuid_in, CStringGetDatum(text)));
	return true;
}

static bool
read_integer(Jsonb *payload, const char *name, int64 *integer)
{
	const JsonbValue *value = claim(payload, name, jbvNumeric);

	if (value == NULL)
		return false;

	*integer = DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)));
	return true;
}

static bool
claim_is(Jsonb *payload, const char *name, const char *expected)
{
	const JsonbValue *value = claim(payload, name, jbvString);

	return value != NULL &&
		auth_secret_equal(value->val.string.val, value->val.string.len, expected, strlen(expected));
}

/* A token for an audience is none for a site that has no audience. */
static bool
is_for_us(Jsonb *payload)
{
	if (*auth_settings.audience == '\0')
		return getKeyJsonValueFromContainer(&payload->root, "aud", strlen("aud"), NULL) == NULL;
	return claim_is(payload, "aud", auth_settings.audience);
}

/* What every token of ours claims is required on the way back in. */
static bool
read_claims(Jsonb *payload, AccessClaims *claims)
{
	pg_uuid_t id;
	pg_uuid_t token_id;
	int64 issued_at;
	int64 generation;

	if (!read_integer(payload, "gen", &generation))
		generation = NO_GENERATION;
	claims->generation = (int) generation;

	return claim_is(payload, "iss", auth_settings.issuer) &&
		is_for_us(payload) &&
		read_uuid(payload, "sub", &claims->user_id) &&
		read_uuid(payload, "id", &id) &&
		read_uuid(payload, "sid", &claims->session_id) &&
		read_uuid(payload, "jti", &token_id) &&
		read_text(payload, "role", NameStr(claims->role), NAMEDATALEN) &&
		read_integer(payload, "iat", &issued_at) &&
		read_integer(payload, "exp", &claims->expires_at);
}

/* Issuer and audience are part of the digest: other settings, other token. */
static void
compute_digest(const char *token, size_t length, unsigned char digest[crypto_generichash_BYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES);
	crypto_generichash_update(&state, (const unsigned char *) token, length);
	crypto_generichash_update(&state, (const unsigned char *) auth_settings.issuer, strlen(auth_settings.issuer) + 1);
	crypto_generichash_update(&state, (const unsigned char *) auth_settings.audience, strlen(auth_settings.audience));
	crypto_generichash_final(&state, digest, crypto_generichash_BYTES);
}

static VerifiedToken *
place_in_cache(const unsigned char *digest)
{
	return &cache[(digest[0] | digest[1] << 8) % CACHE_SIZE];
}

/* Verify without the cache; fills in the claims and how long they are good. */
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

	if (auth_jws_payload(&segments, payload, sizeof(payload)) == 0 ||
		!read_claims(DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(payload))), &verified->claims))
		return ACCESS_TOKEN_INVALID;

	verified->good_until = Min(auth_clock_from_unix(verified->claims.expires_at), key->verifies_until);
	return GetCurrentTimestamp() < verified->good_until ? ACCESS_TOKEN_VALID : ACCESS_TOKEN_EXPIRED;
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
		GetCurrentTimestamp() < cached->good_until &&
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
