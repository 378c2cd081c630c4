/*
 * one_time_token.c
 *	  Links and codes that a mail brings, and that work once.
 */
#include "postgres.h"

#include <sodium.h>

#include "mail/one_time_token.h"

#include "audit/purge.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/settings.h"
#include "base/statement.h"
#include "base/token_text.h"
#include "base/word.h"
#include "catalog/pg_type.h"
#include "http/client.h"
#include "keys/key_ring.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"

/* secret scanners recognise tokens by them */
#define LINK_PREFIX "auth_ot_"
#define HANDLE_PREFIX "auth_rq_"

#define MAC_BYTES crypto_generichash_BYTES

/* What a MAC says of a row; each kind of MAC has a domain of its own. */
#define LINK_DOMAIN "link"
#define HANDLE_DOMAIN "request"
#define CODE_DOMAIN "code"

typedef struct Link
{
	unsigned char id[UUID_LEN];
	uint32 generation; /* in network byte order */
	unsigned char mac[MAC_BYTES];
} Link;

typedef struct Handle
{
	unsigned char id[UUID_LEN];
	unsigned char nonce[REQUEST_NONCE_BYTES];
	unsigned char mac[MAC_BYTES];
} Handle;

StaticAssertDecl(sizeof(Link) == UUID_LEN + sizeof(uint32) + MAC_BYTES, "a link has no padding");
StaticAssertDecl(sizeof(Handle) == UUID_LEN + REQUEST_NONCE_BYTES + MAC_BYTES, "a handle has no padding");

/* A row that can still be used. */
#define IS_LIVE "consumed_at IS NULL AND expires_at OPERATOR(pg_catalog.>) pg_catalog.clock_timestamp()"

static int recovery_ttl; /* seconds */

void
auth_one_time_token_define_settings(void)
{
	DefineCustomIntVariable("auth.recovery_ttl",
							"How long the link and the code of a password reset work.",
							"They work for half as long at least after each request.  More weakens.",
							&recovery_ttl,
							30 * 60, 5 * 60, ONE_DAY_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
}

const char *
auth_one_time_token_purpose_name(OneTimePurpose purpose)
{
	switch (purpose)
	{
		case ONE_TIME_RECOVERY:
			return "recovery";
	}
	elog(ERROR, "unknown purpose of a one-time token: %d", purpose);
}

static int
ttl_seconds(OneTimePurpose purpose)
{
	switch (purpose)
	{
		case ONE_TIME_RECOVERY:
			return recovery_ttl;
	}
	elog(ERROR, "unknown purpose of a one-time token: %d", purpose);
}

static OneTimePurpose
purpose_by_name(const char *name)
{
	for (OneTimePurpose purpose = 0; purpose < ONE_TIME_PURPOSE_COUNT; purpose++)
		if (auth_word_is(name, auth_one_time_token_purpose_name(purpose)))
			return purpose;

	elog(ERROR, "one-time token of unknown purpose \"%s\"", name);
}

static void
begin_mac(crypto_generichash_state *state, const char *domain, const OneTimeToken *token)
{
	const Secret *key = auth_key_ring_mac_key(KEY_PURPOSE_ONE_TIME_TOKEN);
	const char *purpose = auth_one_time_token_purpose_name(token->purpose);

	crypto_generichash_init(state, key->bytes, key->length, MAC_BYTES);
	crypto_generichash_update(state, (const unsigned char *) domain, strlen(domain) + 1);
	crypto_generichash_update(state, (const unsigned char *) purpose, strlen(purpose) + 1);
	crypto_generichash_update(state, token->id.data, UUID_LEN);
	crypto_generichash_update(state, (const unsigned char *) token->email, strlen(token->email) + 1);
}

/* To the account as well: one whose address went to another account meanwhile must not open that. */
static void
add_generation(crypto_generichash_state *state, const OneTimeToken *token)
{
	uint32 generation = pg_hton32((uint32) token->generation);

	crypto_generichash_update(state, (const unsigned char *) &generation, sizeof(generation));
	if (token->has_user)
		crypto_generichash_update(state, token->user_id.data, UUID_LEN);
}

static void
compute_link_mac(const OneTimeToken *token, unsigned char mac[MAC_BYTES])
{
	crypto_generichash_state state;

	begin_mac(&state, LINK_DOMAIN, token);
	add_generation(&state, token);
	crypto_generichash_final(&state, mac, MAC_BYTES);
}

/* A handle outlives the generation: the browser that asks again goes on with it. */
static void
compute_handle_mac(const OneTimeToken *token, const unsigned char *nonce, unsigned char mac[MAC_BYTES])
{
	crypto_generichash_state state;

	begin_mac(&state, HANDLE_DOMAIN, token);
	crypto_generichash_update(&state, nonce, REQUEST_NONCE_BYTES);
	crypto_generichash_final(&state, mac, MAC_BYTES);
}

static bool
read_text(const text *value, const char *prefix, void *bytes, size_t byte_count)
{
	return auth_token_text_read(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), prefix, bytes, byte_count);
}

void
auth_one_time_token_ask(OneTimePurpose purpose, const char *email, const pg_uuid_t *user_id, OneTimeToken *token)
{
	/* As it is while more than half of its life is left, and still for the same account. */
#define IS_FRESH \
	"(t.expires_at OPERATOR(pg_catalog.>) $6 AND t.user_id IS NOT DISTINCT FROM excluded.user_id)"
	static Statement upsert = {
		.text = "INSERT INTO auth_private.one_time_tokens AS t (purpose, email, user_id, expires_at, user_agent) "
				"VALUES ($1, $2, $3, $4, $5) "
				"ON CONFLICT (purpose, email) WHERE consumed_at IS NULL DO UPDATE SET "
				"generation = t.generation OPERATOR(pg_catalog.+) CASE WHEN " IS_FRESH " THEN 0 ELSE 1 END, "
				"expires_at = CASE WHEN " IS_FRESH " THEN t.expires_at ELSE excluded.expires_at END, "
				"asked_at = excluded.asked_at, user_id = excluded.user_id, user_agent = excluded.user_agent "
				"RETURNING id, generation, expires_at",
		.argument_count = 6,
		.argument_types = {TEXTOID, TEXTOID, UUIDOID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID},
	};
	int ttl = ttl_seconds(purpose);
	NullableDatum values[] = {
		auth_value_text(auth_one_time_token_purpose_name(purpose)),
		auth_value_text(email),
		auth_value_uuid(user_id),
		auth_value_of(TimestampTzGetDatum(auth_clock_in(ttl))),
		auth_value_text(auth_client_user_agent()),
		auth_value_of(TimestampTzGetDatum(auth_clock_in(ttl / 2))),
	};
	NullableDatum columns[3];

	if (!auth_statement_fetch(&upsert, values, columns, lengthof(columns)))
		elog(ERROR, "could not make a one-time token");
	*token = (OneTimeToken){
		.id = *DatumGetUUIDP(columns[0].value),
		.purpose = purpose,
		.generation = DatumGetInt32(columns[1].value),
		.has_user = user_id != NULL,
		.email = pstrdup(email),
		.expires_at = DatumGetTimestampTz(columns[2].value),
	};
	if (user_id != NULL)
		token->user_id = *user_id;
}

static bool
is_handle_for(const Handle *handle, const OneTimeToken *token)
{
	unsigned char mac[MAC_BYTES];

	compute_handle_mac(token, handle->nonce, mac);
	return auth_secret_equal(mac, sizeof(mac), handle->mac, sizeof(handle->mac));
}

void
auth_one_time_token_request(const OneTimeToken *token, const text *earlier_handle, MailRequest *request)
{
	Handle handle;

	if (earlier_handle == NULL || !read_text(earlier_handle, HANDLE_PREFIX, &handle, sizeof(handle)) ||
		!is_handle_for(&handle, token))
		randombytes_buf(handle.nonce, REQUEST_NONCE_BYTES);

	memcpy(handle.id, token->id.data, UUID_LEN);
	compute_handle_mac(token, handle.nonce, handle.mac);
	memcpy(request->nonce, handle.nonce, REQUEST_NONCE_BYTES);
	request->handle = auth_token_text_write(HANDLE_PREFIX, &handle, sizeof(handle));
}

char *
auth_one_time_token_link(const OneTimeToken *token)
{
	Link link;

	memcpy(link.id, token->id.data, UUID_LEN);
	link.generation = pg_hton32((uint32) token->generation);
	compute_link_mac(token, link.mac);
	return auth_token_text_write(LINK_PREFIX, &link, sizeof(link));
}

/* So many of 2^64 that no digit is likelier than another in any way that counts. */
char *
auth_one_time_token_code(const OneTimeToken *token, const unsigned char nonce[REQUEST_NONCE_BYTES])
{
	crypto_generichash_state state;
	uint64 mac[MAC_BYTES / sizeof(uint64)];
	uint64 bound = 1;

	begin_mac(&state, CODE_DOMAIN, token);
	add_generation(&state, token);
	crypto_generichash_update(&state, nonce, REQUEST_NONCE_BYTES);
	crypto_generichash_final(&state, (unsigned char *) mac, sizeof(mac));

	for (int digit = 0; digit < ONE_TIME_CODE_DIGITS; digit++)
		bound *= 10;
	return psprintf("%0*llu", ONE_TIME_CODE_DIGITS, (unsigned long long) (mac[0] % bound));
}

bool
auth_one_time_token_find(const pg_uuid_t *id, OneTimeToken *token)
{
	static Statement select_token = {
		.text = "SELECT purpose, generation, user_id, email, expires_at FROM auth_private.one_time_tokens "
				"WHERE id OPERATOR(pg_catalog.=) $1 AND " IS_LIVE,
		.argument_count = 1,
		.argument_types = {UUIDOID},
		.snapshot = SNAPSHOT_LATEST,
	};
	NullableDatum columns[5];

	if (!auth_statement_fetch(&select_token, (NullableDatum[]){auth_value_uuid(id)}, columns, lengthof(columns)))
		return false;

	*token = (OneTimeToken){
		.id = *id,
		.purpose = purpose_by_name(TextDatumGetCString(columns[0].value)),
		.generation = DatumGetInt32(columns[1].value),
		.has_user = !columns[2].isnull,
		.email = TextDatumGetCString(columns[3].value),
		.expires_at = DatumGetTimestampTz(columns[4].value),
	};
	if (token->has_user)
		token->user_id = *DatumGetUUIDP(columns[2].value);
	return true;
}

static bool
find_by_bytes(const unsigned char id[UUID_LEN], OneTimeToken *token)
{
	pg_uuid_t uuid;

	memcpy(uuid.data, id, UUID_LEN);
	return auth_one_time_token_find(&uuid, token);
}

bool
auth_one_time_token_open_link(const text *value, OneTimeToken *token)
{
	Link link;
	unsigned char mac[MAC_BYTES];

	if (!read_text(value, LINK_PREFIX, &link, sizeof(link)) || !find_by_bytes(link.id, token) ||
		pg_ntoh32(link.generation) != (uint32) token->generation)
		return false;

	compute_link_mac(token, mac);
	return auth_secret_equal(mac, sizeof(mac), link.mac, sizeof(link.mac)) && token->has_user;
}

bool
auth_one_time_token_open_handle(const text *value, OneTimeToken *token, MailRequest *request)
{
	Handle handle;

	if (!read_text(value, HANDLE_PREFIX, &handle, sizeof(handle)) || !find_by_bytes(handle.id, token) ||
		!is_handle_for(&handle, token))
		return false;

	memcpy(request->nonce, handle.nonce, REQUEST_NONCE_BYTES);
	request->handle = text_to_cstring(value);
	return true;
}

bool
auth_one_time_token_code_is_right(const OneTimeToken *token, const MailRequest *request, const text *code)
{
	const char *right = auth_one_time_token_code(token, request->nonce);

	return auth_secret_equal(right, ONE_TIME_CODE_DIGITS, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)) && token->has_user;
}

bool
auth_one_time_token_consume(const OneTimeToken *token)
{
	static Statement consume = {
		.text = "UPDATE auth_private.one_time_tokens SET consumed_at = pg_catalog.clock_timestamp() "
				"WHERE id OPERATOR(pg_catalog.=) $1 AND generation OPERATOR(pg_catalog.=) $2 AND " IS_LIVE,
		.argument_count = 2,
		.argument_types = {UUIDOID, INT4OID},
	};

	return auth_statement_run(&consume, (NullableDatum[]){
											auth_value_uuid(&token->id),
											auth_value_of(Int32GetDatum(token->generation)),
										}) == 1;
}

void
auth_one_time_token_end_all(const pg_uuid_t *user_id)
{
	static Statement end = {
		.text = "UPDATE auth_private.one_time_tokens SET consumed_at = pg_catalog.clock_timestamp() "
				"WHERE user_id OPERATOR(pg_catalog.=) $1 AND consumed_at IS NULL",
		.argument_count = 1,
		.argument_types = {UUIDOID},
	};

	auth_statement_run(&end, (NullableDatum[]){auth_value_uuid(user_id)});
}

uint64
auth_one_time_token_purge(void)
{
	static PurgeWalk walk = {
		.statement = {
			.text = "DELETE FROM auth_private.one_time_tokens WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY("
					"SELECT ctid FROM auth_private.one_time_tokens WHERE ctid OPERATOR(pg_catalog.>=) $1 "
					"AND expires_at OPERATOR(pg_catalog.<) $3 "
					"LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING ctid",
			.argument_count = 3,
			.argument_types = {TIDOID, INT8OID, TIMESTAMPTZOID},
		},
	};

	return auth_purge_next(&walk, (NullableDatum[]){auth_value_of(TimestampTzGetDatum(auth_clock_in(-ONE_DAY_SECONDS)))});
}
