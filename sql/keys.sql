-- Keys sign, are published, retire, and never leave.
SELECT purpose, octet_length(secret_key) AS bytes, signs_from <= clock_timestamp() AS signs, verifies_until FROM auth_private.signing_keys ORDER BY purpose;
SELECT jsonb_array_length(auth.jwks() -> 'keys') AS keys;
SELECT key, jsonb_typeof(value), CASE WHEN key IN ('kid', 'x') THEN length(value #>> '{}')::text ELSE value #>> '{}' END AS text_or_length
  FROM jsonb_each(auth.jwks() -> 'keys' -> 0) ORDER BY key;

SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'access_token' AS old_token \gset
CREATE FUNCTION pg_temp.header(token text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT convert_from(decode(translate(split_part(token, '.', 1), '-_', '+/') || repeat('=', 3 - (length(split_part(token, '.', 1)) + 3) % 4), 'base64'), 'UTF8')::jsonb;
$$;
CREATE FUNCTION pg_temp.payload(token text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT convert_from(decode(translate(split_part(token, '.', 2), '-_', '+/') || repeat('=', 3 - (length(split_part(token, '.', 2)) + 3) % 4), 'base64'), 'UTF8')::jsonb;
$$;
SELECT jsonb_object_agg(key, CASE key WHEN 'kid' THEN to_jsonb(value = auth.jwks() #> '{keys,0,kid}') ELSE value END) AS header FROM jsonb_each(pg_temp.header(:'old_token'));
SELECT array_agg(key ORDER BY key) AS claims FROM jsonb_object_keys(pg_temp.payload(:'old_token')) AS key;
SELECT (pg_temp.payload(:'old_token') ->> 'exp')::int - (pg_temp.payload(:'old_token') ->> 'iat')::int AS lifetime;

-- A new key is published at once, and signs a little later; the old one is valid until its tokens have expired.
SELECT auth.rotate_signing_key() AS new_kid \gset
SELECT array_agg(key ->> 'kid' = :'new_kid') AS published_is_new FROM jsonb_array_elements(auth.jwks() -> 'keys') AS key;
SELECT pg_temp.header(auth.login('alice@example.org', 'correct horse') ->> 'access_token') ->> 'kid' = :'new_kid' AS signs_already;
UPDATE auth_private.signing_keys SET signs_from = clock_timestamp() WHERE kid = :'new_kid';
SELECT auth.login('alice@example.org', 'correct horse') ->> 'access_token' AS new_token \gset
SELECT pg_temp.header(:'new_token') ->> 'kid' = :'new_kid' AS signs_now;
SELECT auth.authenticate(:'old_token') = auth.authenticate(:'new_token') AS both_verify;

-- Withdrawn, it is refused at once, also where its token was verified before.
UPDATE auth_private.signing_keys SET verifies_until = clock_timestamp() WHERE purpose = 'access_token' AND kid <> :'new_kid';
SELECT auth.authenticate(:'old_token');
SELECT auth.authenticate(:'new_token') IS NOT NULL AS is_bound;
SELECT jsonb_array_length(auth.jwks() -> 'keys') AS keys;

-- A rotation that is rolled back leaves no key in any memory.
BEGIN;
SELECT auth.rotate_signing_key() IS NOT NULL AS is_rotated;
SELECT jsonb_array_length(auth.jwks() -> 'keys') AS keys;
ROLLBACK;
SELECT jsonb_array_length(auth.jwks() -> 'keys') AS keys;

-- In a repeatable read transaction, too, today's keys count.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM auth.users;
SELECT auth.authenticate(:'new_token') IS NOT NULL AS is_bound;
COMMIT;

-- Without a key nothing is signed, and PostgREST gets an empty set: never a secret of its own making.
BEGIN;
DELETE FROM auth_private.signing_keys WHERE purpose = 'access_token';
SELECT auth.jwks();
SELECT auth.postgrest_config();
SELECT current_setting('pgrst.jwt_secret') AS jwt_secret;
SAVEPOINT before;
SELECT auth.login('alice@example.org', 'correct horse');
ROLLBACK TO before;
SELECT auth.authenticate(:'new_token');
ROLLBACK;

-- What PostgREST is told otherwise
BEGIN;
SELECT auth.postgrest_config();
SELECT name, current_setting('pgrst.' || name, true) AS value FROM unnest(ARRAY['db_schemas', 'db_anon_role', 'db_pre_request', 'jwt_aud', 'db_tx_end', 'jwt_cache_max_lifetime']) AS name;
SELECT current_setting('pgrst.jwt_secret')::jsonb = auth.jwks() AS keys_are_public;
SET LOCAL auth.audience = 'a site';
SET LOCAL auth.exposed_schemas = 'auth';
SELECT auth.postgrest_config();
SELECT current_setting('pgrst.jwt_aud'), current_setting('pgrst.db_schemas');
ROLLBACK;

-- Not without end
DO $$ BEGIN FOR n IN 1..40 LOOP PERFORM auth.rotate_signing_key(); END LOOP; END $$;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
