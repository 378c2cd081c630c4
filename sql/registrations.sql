-- One address cannot register accounts without end; others are not held up by it.
CREATE FUNCTION pg_temp.register(address text, email text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('request.headers', json_build_object('x-real-ip', address)::text, false);
	RETURN coalesce(auth.register_user(email, 'correct horse') ->> 'code', 'registered');
END $$;
SET auth.registrations_before_delay = 3;
SELECT pg_temp.register('192.0.2.1', 'user' || n || '@example.org') FROM generate_series(1, 3) AS n;
UPDATE auth_private.login_attempts SET last_at = clock_timestamp() + interval '30 min';
SELECT pg_temp.register('192.0.2.1', 'user4@example.org') AS same_address, pg_temp.register('192.0.2.2', 'user5@example.org') AS other_address,
       pg_temp.register('2001:db8::1', 'user6@example.org') AS another;
-- Addresses that are taken count as well, and requests that nobody hashes for do not.
SELECT pg_temp.register('192.0.2.3', 'user1@example.org') FROM generate_series(1, 2);
SELECT pg_temp.register('192.0.2.3', 'nobody') FROM generate_series(1, 2);
SELECT pg_temp.register('192.0.2.3', 'user1@example.org') AS third;
UPDATE auth_private.login_attempts SET last_at = clock_timestamp() + interval '30 min';
SELECT pg_temp.register('192.0.2.3', 'user7@example.org') AS fourth;
SELECT detail FROM auth_private.audit_log WHERE detail ->> 'refusal' = 'too_many_attempts' ORDER BY id LIMIT 1;

-- So many are forgotten in an hour: after twenty minutes there is room for one more, and then for none.
UPDATE auth_private.login_attempts SET last_at = clock_timestamp() - interval '20 min' WHERE failures = 3;
SELECT pg_temp.register('192.0.2.3', 'user8@example.org') AS fifth;
UPDATE auth_private.login_attempts SET last_at = clock_timestamp() + interval '30 min';
SELECT pg_temp.register('192.0.2.3', 'user9@example.org') AS sixth;

-- Where addresses are not known, nobody is held up.
SELECT DISTINCT pg_temp.register(NULL, 'site' || n || '@example.org') FROM generate_series(1, 5) AS n;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
