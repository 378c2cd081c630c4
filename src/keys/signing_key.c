/*
 * signing_key.c
 *	  The life of the keys that sign access tokens.
 *
 * A new key is published before it signs, so that verifiers with a copy of
 * the public keys (PostgREST is one) know it by then.  The old one verifies
 * until the last token that it signed has expired.  The first rotation, by the
 * install script, makes the keys of MACs as well.
 */
#include "postgres.h"

#include "keys/signing_key.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/statement.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "http/call.h"
#include "keys/token_settings.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

/* how long a key is public before it signs */
#define PUBLICATION_SECONDS 10

PG_FUNCTION_INFO_V1(auth_jwks);

static void
append_jwk(StringInfo jwks, const SigningKey *key)
{
	char encoded[JWS_ENCODED_KEY_BYTES + 1];
	StringInfoData jwk;

	auth_jws_encode_public_key(key->public_key, encoded);

	auth_json_begin(&jwk);
	auth_json_string(&jwk, "kty", "OKP");
	auth_json_string(&jwk, "crv", "Ed25519");
	auth_json_string(&jwk, "alg", "EdDSA");
	auth_json_string(&jwk, "use", "sig");
	auth_json_string(&jwk, "kid", key->key_id);
	auth_json_string(&jwk, "x", encoded);
	auth_json_end(&jwk);

	if (jwks->data[jwks->len - 1] == '}')
		appendStringInfoChar(jwks, ',');
	appendStringInfoString(jwks, jwk.data);
}

char *
auth_signing_key_jwks(void)
{
	const SigningKey *keys;
	int count = auth_key_ring_public_keys(&keys);
	TimestampTz now = GetCurrentTimestamp();
	StringInfoData jwks;

	initStringInfo(&jwks);
	appendStringInfoString(&jwks, "{\"keys\":[");
	for (int i = 0; i < count; i++)
		if (keys[i].verifies_until > now)
			append_jwk(&jwks, &keys[i]);
	appendStringInfoString(&jwks, "]}");
	return jwks.data;
}

static Datum
jwks(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(auth_signing_key_jwks()));
}

/* auth.jwks() returns jsonb */
Datum
auth_jwks(PG_FUNCTION_ARGS)
{
	return auth_call_run(CALL_JWKS, jwks, fcinfo);
}

/* Two rotations at once would each fail to retire the other's new key. */
static void
wait_for_other_rotations(void)
{
	static Statement lock = {
		.text = "LOCK TABLE auth_private.signing_keys IN SHARE ROW EXCLUSIVE MODE",
	};

	auth_statement_run(&lock, NULL);
}

/* The keys of MACs are made once: a new one would end every session. */
static void
create_mac_keys(TimestampTz now)
{
	const KeyPurpose purposes[] = {KEY_PURPOSE_REFRESH_TOKEN, KEY_PURPOSE_LOGIN_ATTEMPT, KEY_PURPOSE_ONE_TIME_TOKEN};

	for (size_t i = 0; i < lengthof(purposes); i++)
		auth_key_store_add(NULL, purposes[i], auth_key_store_random_key(purposes[i]), now);
}

static char *
create_signing_key(TimestampTz signs_from)
{
	const Secret *seed = auth_key_store_random_key(KEY_PURPOSE_ACCESS_TOKEN);
	Secret *secret_key = auth_secret_new(JWS_SECRET_KEY_BYTES);
	unsigned char public_key[JWS_PUBLIC_KEY_BYTES];
	char *key_id = palloc(JWS_KEY_ID_BYTES + 1);

	auth_jws_keys_from_seed(seed->bytes, public_key, secret_key->bytes);
	auth_jws_key_id(public_key, key_id);
	auth_key_store_add(key_id, KEY_PURPOSE_ACCESS_TOKEN, seed, signs_from);
	return key_id;
}

/* Let the keys of today verify for as long as a token of theirs can live. */
static void
retire_signing_keys(TimestampTz signs_until)
{
	static Statement retire = {
		.text = "UPDATE auth_private.signing_keys SET verifies_until = $1 "
				"WHERE purpose OPERATOR(pg_catalog.=) 'access_token' "
				"AND verifies_until OPERATOR(pg_catalog.=) 'infinity'",
		.argument_count = 1,
		.argument_types = {TIMESTAMPTZOID},
	};
	int token_ttl = Max(auth_access_token_ttl, auth_session_token_ttl);
	TimestampTz verifies_until = auth_clock_after(signs_until, token_ttl);
	NullableDatum values[] = {auth_value_of(TimestampTzGetDatum(verifies_until))};

	auth_statement_run(&retire, values);
}

static void
delete_expired_keys(void)
{
	static Statement delete = {
		.text = "DELETE FROM auth_private.signing_keys "
				"WHERE verifies_until OPERATOR(pg_catalog.<=) pg_catalog.clock_timestamp()",
	};

	auth_statement_run(&delete, NULL);
}

static void
require_room(int count)
{
	if (count < KEY_RING_MAX_SIGNING_KEYS - 1)
		return;

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("too many signing keys"),
			 errdetail("%d keys have signed tokens that are still valid.", count),
			 errhint("Wait until the oldest of these tokens have expired.")));
}

char *
auth_signing_key_rotate(void)
{
	const SigningKey *keys;
	int count;
	TimestampTz now;
	TimestampTz signs_from;

	wait_for_other_rotations();
	now = GetCurrentTimestamp();
	delete_expired_keys();
	auth_key_store_seal_again();
	count = auth_key_ring_public_keys(&keys);
	require_room(count);

	signs_from = count == 0 ? now : auth_clock_after(now, PUBLICATION_SECONDS);
	create_mac_keys(now);
	retire_signing_keys(signs_from);
	return create_signing_key(signs_from);
}

/* How often PostgREST should have been told by now. */
static int
announcements_due(const SigningKey *key)
{
	/* seconds after it signs first */
	static const int announce_after[] = {5, 30, 120, 600};
	TimestampTz now = GetCurrentTimestamp();
	int due = 0;

	while (due < (int) lengthof(announce_after) && now >= auth_clock_after(key->signs_from, announce_after[due]))
		due++;
	return due;
}

/* Only one backend notifies: the others find the row locked, or already counted. */
void
auth_signing_key_announce_again(const SigningKey *key)
{
	static Statement count = {
		.text = "UPDATE auth_private.signing_keys SET announcements = $2 "
				"WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM auth_private.signing_keys "
				"WHERE kid OPERATOR(pg_catalog.=) $1 AND announcements OPERATOR(pg_catalog.<) $2 FOR UPDATE SKIP LOCKED))",
		.argument_count = 2,
		.argument_types = {TEXTOID, INT4OID},
	};
	int due = announcements_due(key);
	NullableDatum values[] = {
		auth_value_text(key->key_id),
		auth_value_of(Int32GetDatum(due)),
	};

	if (key->announcements < due && auth_statement_run(&count, values) > 0)
		auth_signing_key_notify();
}

void
auth_signing_key_notify(void)
{
	/* PostgREST then asks auth.postgrest_config() for the set of keys. */
	Async_Notify("pgrst", "reload config");
}
