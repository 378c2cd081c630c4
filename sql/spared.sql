-- An account's own devices and addresses are spared what others cause, and others notice nothing of it.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
CREATE FUNCTION pg_temp.attempt(address text, email text, password text DEFAULT 'wrong', device_token text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('request.headers', json_build_object('x-real-ip', address)::text, false);
	RETURN coalesce(auth.login(email, password, 'json', device_token) ->> 'code', 'signed in');
END $$;
SELECT set_config('request.headers', '{"x-real-ip":"192.0.2.1"}', false) IS NOT NULL AS is_placed;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'device_token' AS device \gset

-- Fifty guesses at alice and at nobody. Alice signs in meanwhile, and elsewhere both look as before.
SELECT count(pg_temp.attempt('198.51.100.' || n, email)) FROM generate_series(1, 50) AS n, (VALUES ('alice@example.org'), ('nobody@example.org')) v (email);
SELECT pg_temp.attempt('203.0.113.1', 'alice@example.org') AS alice, pg_temp.attempt('203.0.113.1', 'nobody@example.org') AS nobody;
SELECT pg_temp.attempt('192.0.2.1', 'alice@example.org', 'correct horse') AS at_home, pg_temp.attempt('203.0.113.9', 'alice@example.org', 'correct horse', :'device') AS on_the_road;
SELECT pg_temp.attempt('203.0.113.2', 'alice@example.org') AS alice, pg_temp.attempt('203.0.113.2', 'nobody@example.org') AS nobody;

-- Guesses by somebody who has a device of hers do not hold her up at a new address.
TRUNCATE auth_private.login_attempts;
SELECT pg_temp.attempt('203.0.113.9', 'alice@example.org', 'correct horse', :'device') AS signs_in;
SET auth.failed_logins_before_delay_per_account = 1;
SELECT pg_temp.attempt('203.0.113.9', 'alice@example.org', 'wrong', :'device') AS attempt FROM generate_series(1, 4);
SELECT pg_temp.attempt('203.0.113.3', 'alice@example.org', 'correct horse') AS elsewhere;
RESET auth.failed_logins_before_delay_per_account;

-- At an address from which many guess, whoever has signed in there waits like everybody else; a device does not.
TRUNCATE auth_private.login_attempts;
SELECT pg_temp.attempt('192.0.2.1', 'alice@example.org', 'correct horse') AS once;
SET auth.failed_logins_before_delay_per_address = 3;
SELECT count(pg_temp.attempt('192.0.2.1', 'somebody' || n || '@example.org')) FROM generate_series(1, 12) AS n;
SELECT pg_temp.attempt('192.0.2.1', 'alice@example.org', 'correct horse') AS alice, pg_temp.attempt('192.0.2.1', 'nobody@example.org') AS nobody,
	pg_temp.attempt('192.0.2.1', 'alice@example.org', 'correct horse', :'device') AS her_device;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
