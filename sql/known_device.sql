-- A device where an account has signed in is known by a token, and not held up by what happens elsewhere.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.register_user('bob@example.org', 'correct horse') ->> 'email' AS email;
CREATE FUNCTION pg_temp.attempt(address text, email text, password text, device_token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('request.headers', json_build_object('x-real-ip', address)::text, false);
	RETURN coalesce(auth.login(email, password, 'json', device_token) ->> 'code', 'signed in');
END $$;
SELECT set_config('request.headers', '{"x-real-ip":"192.0.2.1"}', false) IS NOT NULL AS is_placed;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'device_token' AS device \gset
SELECT :'device' ~ '^auth_dt_[A-Za-z0-9_-]{75}$' AS is_recognisable;
-- It is the same again for the same device, and another one for another.
-- The first 16 bytes are the device, behind them is the time.
SELECT left(auth.login('alice@example.org', 'correct horse', 'json', :'device') ->> 'device_token', 29) = left(:'device', 29) AS is_kept,
       left(auth.login('alice@example.org', 'correct horse') ->> 'device_token', 29) = left(:'device', 29) AS is_shared;

-- Alice, at an address where she never was, while others guess at her account; and an address where others guess.
CREATE FUNCTION pg_temp.hold_up() RETURNS void LANGUAGE sql AS $$
	UPDATE auth_private.login_attempts SET failures = 1000, last_at = clock_timestamp() + interval '30 min' WHERE failures > 0;
$$;
SELECT pg_temp.attempt('198.51.100.1', 'alice@example.org', 'wrong', NULL);
SELECT pg_temp.hold_up();
SELECT pg_temp.attempt('198.51.100.2', 'alice@example.org', 'correct horse', NULL) AS without_it,
       pg_temp.attempt('198.51.100.1', 'alice@example.org', 'correct horse', :'device') AS with_it;
-- It counts from its first sign-in on.
SELECT set_config('request.headers', '{"x-real-ip":"192.0.2.1"}', false) IS NOT NULL AS is_placed;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'device_token' AS new_device \gset
SELECT pg_temp.hold_up();
SELECT pg_temp.attempt('198.51.100.4', 'alice@example.org', 'correct horse', :'new_device') AS with_a_new_one;
-- It is worth nothing to another account, nor altered, nor anything else instead.
SELECT pg_temp.attempt('198.51.100.3', 'bob@example.org', 'wrong', NULL);
SELECT pg_temp.hold_up();
SELECT pg_temp.attempt('198.51.100.3', 'bob@example.org', 'correct horse', :'device') AS of_alice;
SELECT pg_temp.attempt('198.51.100.2', 'alice@example.org', 'wrong', NULL);
SELECT pg_temp.hold_up();
SELECT DISTINCT pg_temp.attempt('198.51.100.2', 'alice@example.org', 'correct horse', token) AS altered
  FROM (SELECT overlay(:'device' PLACING CASE substr(:'device', n, 1) WHEN 'A' THEN 'B' ELSE 'A' END FROM n) AS token FROM generate_series(1, length(:'device')) AS n
	UNION ALL SELECT unnest(ARRAY['', 'auth_dt_', left(:'device', -1), :'device' || 'A', repeat('x', 100000)])) AS tokens;

-- It signs nobody in, and guesses with it are slowed like others: by themselves.
SELECT auth.refresh(:'device') ->> 'code' AS code;
SELECT auth.authenticate(:'device');
SELECT pg_temp.attempt('198.51.100.2', 'alice@example.org', 'wrong', :'device') FROM generate_series(1, 5);
UPDATE auth_private.login_attempts SET last_at = clock_timestamp() + interval '30 min';
SELECT pg_temp.attempt('198.51.100.2', 'alice@example.org', 'correct horse', :'device') AS a_thief, pg_temp.attempt('192.0.2.1', 'alice@example.org', 'correct horse', NULL) AS alice_at_home;

-- It was given to somebody who knew the password, and lasts as long: not when another one is set, and not for an account
-- that has the address later; another hash of the same password changes nothing.
TRUNCATE auth_private.login_attempts;
SELECT pg_temp.attempt('198.51.100.1', 'alice@example.org', 'wrong', NULL);
SELECT pg_temp.hold_up();
SET auth.password_passes = 3;
SELECT pg_temp.attempt('198.51.100.1', 'alice@example.org', 'correct horse', :'device') AS hashed_anew, pg_temp.attempt('198.51.100.1', 'alice@example.org', 'correct horse', :'device') AS still_known;
RESET auth.password_passes;
TRUNCATE auth_private.login_attempts;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'access_token' AS token \gset
BEGIN;
SELECT auth.authenticate(:'token') IS NOT NULL AS is_bound;
SELECT auth.change_password('correct horse', 'battery staple') ? 'sessions_ended' AS is_changed;
COMMIT;
SELECT pg_temp.attempt('198.51.100.1', 'alice@example.org', 'wrong', NULL);
SELECT pg_temp.hold_up();
SELECT pg_temp.attempt('198.51.100.1', 'alice@example.org', 'battery staple', :'device') AS of_the_old_password;
DELETE FROM auth.users WHERE email = 'alice@example.org';
TRUNCATE auth_private.login_attempts;
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS another_alice;
SELECT pg_temp.attempt('198.51.100.1', 'alice@example.org', 'wrong', NULL);
SELECT pg_temp.hold_up();
SELECT pg_temp.attempt('198.51.100.1', 'alice@example.org', 'correct horse', :'device') AS of_the_former_owner;

-- Without the key that made it, it means nothing.
TRUNCATE auth_private.login_attempts;
SELECT set_config('request.headers', '{"x-real-ip":"192.0.2.1"}', false) IS NOT NULL AS is_placed;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'device_token' AS device \gset
DELETE FROM auth_private.signing_keys WHERE purpose = 'login_attempt';
SELECT auth.rotate_signing_key() IS NOT NULL AS is_made_anew;
SELECT pg_temp.attempt('198.51.100.1', 'alice@example.org', 'wrong', NULL);
SELECT pg_temp.hold_up();
SELECT pg_temp.attempt('198.51.100.9', 'alice@example.org', 'correct horse', :'device') AS old_token;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
DELETE FROM auth_private.signing_keys WHERE purpose = 'access_token' AND verifies_until < 'infinity';
UPDATE auth_private.signing_keys SET signs_from = clock_timestamp();
