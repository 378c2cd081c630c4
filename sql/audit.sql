-- Whatever happens to accounts, sessions and keys leaves a row with the client's address and user agent, and nothing secret.
CREATE FUNCTION pg_temp.request(address text, user_agent text) RETURNS void LANGUAGE sql AS $$
	SELECT set_config('request.headers', json_build_object('x-real-ip', address, 'user-agent', user_agent)::text, false);
$$;
CREATE FUNCTION pg_temp.told() RETURNS TABLE (event text, "user" bool, session bool, ip inet, user_agent text, detail jsonb) LANGUAGE sql AS $$
	SELECT event, user_id IS NOT NULL, session_id IS NOT NULL, ip, user_agent, detail FROM auth_private.audit_log ORDER BY id;
$$;
SELECT pg_temp.request('192.0.2.1', 'Browser/1.0');

SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'code' AS code;
SELECT auth.register_user('nobody', 'correct horse') ->> 'code' AS code;
SELECT auth.login('alice@example.org', 'wrong') ->> 'code' AS code;
SELECT auth.login('nobody@example.org', 'wrong') ->> 'code' AS code;
SELECT auth.login('alice@example.org', 'correct horse') AS answer \gset
SELECT :'answer'::jsonb ->> 'refresh_token' AS old_token \gset
SELECT auth.refresh(:'old_token') ? 'access_token' AS is_refreshed;
SELECT auth.refresh('nonsense') ->> 'code' AS code;
UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '1 min';
SELECT auth.refresh(:'old_token') ->> 'code' AS code;
SELECT auth.login('alice@example.org', 'correct horse') AS answer \gset
BEGIN;
SELECT auth.authenticate(:'answer'::jsonb ->> 'access_token') IS NOT NULL AS is_bound;
SELECT auth.change_password('wrong', 'battery staple') ->> 'code' AS code;
SELECT auth.change_password('correct horse', 'battery staple');
COMMIT;
SELECT auth.logout(:'answer'::jsonb ->> 'refresh_token');
SELECT auth.rotate_signing_key() IS NOT NULL AS is_rotated;
SELECT auth.import_user('bob@example.org', NULL) IS NOT NULL AS is_imported;
SELECT event, "user", session, ip, user_agent, regexp_replace(detail::text, 'is [-_0-9A-Za-z]{43}', 'is ...') AS detail FROM pg_temp.told();
SELECT count(*) AS rows_with_a_secret FROM auth_private.audit_log AS a WHERE a::text ~ 'correct horse|battery staple|auth_rt_|eyJ|argon2';

-- Deleting the row of a session is a sign-out: by its user, by an operator; but not with the account, or by a purge.
TRUNCATE auth_private.audit_log;
SELECT auth.login('alice@example.org', 'battery staple') AS answer \gset
SELECT auth.login('alice@example.org', 'battery staple') IS NOT NULL AS is_signed_in FROM generate_series(1, 3);
SELECT pg_temp.request('2001:db8::1', 'Phone');
BEGIN;
SELECT auth.authenticate(:'answer'::jsonb ->> 'access_token') IS NOT NULL AS is_bound;
SET LOCAL ROLE authenticated;
DELETE FROM auth.sessions WHERE id = auth.session_id();
COMMIT;
SELECT pg_temp.request(NULL, NULL);
DELETE FROM auth.sessions WHERE id = (SELECT id FROM auth.sessions LIMIT 1);
UPDATE auth.sessions SET expires_at = now() - interval '2 d' WHERE id = (SELECT id FROM auth.sessions LIMIT 1);
SELECT auth.purge_expired();
SELECT count(*) AS sessions_left FROM auth.sessions;
DELETE FROM auth.users;
SELECT * FROM pg_temp.told() WHERE event <> 'login';

-- An address or user agent that is invalid, long or hostile does no harm.
TRUNCATE auth_private.audit_log;
SELECT pg_temp.request('not an address', E'a\nb\x1b[2J\u2028' || repeat('x', 1000));
SELECT auth.login('nobody@example.org', 'wrong') ->> 'code' AS code;
SELECT ip, left(user_agent, 40) AS user_agent, octet_length(user_agent) AS bytes FROM auth_private.audit_log;

-- Refusals that cost a client nothing do not fill it: a hundred at once, then one a second, which tells of the others.
TRUNCATE auth_private.audit_log;
SELECT count(auth.refresh('x')) FROM generate_series(1, 1000);
SELECT count(*) BETWEEN 50 AND 500 AS is_limited FROM auth_private.audit_log;

-- Rows outlive the account, and nobody else may read or write them.
SET ROLE authenticated;
SELECT * FROM auth_private.audit_log;
INSERT INTO auth_private.audit_log (event) VALUES ('forged');
RESET ROLE;

TRUNCATE auth_private.audit_log, auth_private.login_attempts;

-- One key, as before
DELETE FROM auth_private.signing_keys WHERE purpose = 'access_token' AND verifies_until < 'infinity';
UPDATE auth_private.signing_keys SET signs_from = clock_timestamp();
