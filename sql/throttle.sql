-- Wrong passwords cost growing delays, for accounts that exist and for others alike.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SET auth.failed_logins_before_delay = 3;

CREATE FUNCTION pg_temp.request(address text) RETURNS void LANGUAGE sql AS $$
	SELECT set_config('request.headers', json_build_object('x-real-ip', address)::text, false);
$$;
-- As PostgREST asks, when it is to say how long to wait.
\set told 'SELECT 1 AS page_total, coalesce(json_agg(_postgrest_t)) AS body FROM (SELECT "x".* FROM "pgrst_source" AS "x") _postgrest_t'

-- Lets no delay end before the test goes on, however slow the machine.
CREATE FUNCTION pg_temp.stop_the_clock() RETURNS void LANGUAGE sql AS $$
	UPDATE auth_private.login_attempts SET last_at = clock_timestamp() + interval '30 min';
$$;
CREATE FUNCTION pg_temp.attempt(email text, password text DEFAULT 'wrong') RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(answer ->> 'code', 'signed in') FROM auth.login(email, password) AS answer;
$$;

-- Known and unknown: three are free, then a second.
SELECT pg_temp.request('192.0.2.1');
SELECT pg_temp.attempt('alice@example.org') AS known, pg_temp.attempt('nobody@example.org') AS unknown FROM generate_series(1, 3);
SELECT pg_temp.stop_the_clock();
SELECT pg_temp.attempt('alice@example.org') AS known, pg_temp.attempt('nobody@example.org') AS unknown;

-- The delay doubles, and is told truly. The right password does not help meanwhile, and counts for nothing.
SELECT failures FROM auth_private.login_attempts ORDER BY failures;
UPDATE auth_private.login_attempts SET failures = failures + 4, last_at = clock_timestamp();
BEGIN;
SELECT set_config('request.method', 'POST', true);
WITH pgrst_source AS (SELECT pg_temp.attempt('alice@example.org', 'correct horse')) :told \g
SELECT current_setting('response.status') AS status, (current_setting('response.headers')::jsonb #>> '{1,Retry-After}')::int BETWEEN 11 AND 16 AS says_16_seconds;
COMMIT;
UPDATE auth_private.login_attempts SET last_at = clock_timestamp() - interval '16 s';
SELECT pg_temp.attempt('alice@example.org', 'correct horse');

-- Then the account and the address are as good as new, for this account.
SELECT pg_temp.attempt('alice@example.org') FROM generate_series(1, 3);
SELECT pg_temp.stop_the_clock();
SELECT pg_temp.attempt('alice@example.org');

-- From elsewhere, the owner gets in.
SELECT pg_temp.request('192.0.2.2');
SELECT pg_temp.attempt('alice@example.org', 'correct horse');

-- A network of IPv6 is one address; so is one address in several spellings.
SELECT pg_temp.request('2001:db8::1');
SELECT pg_temp.attempt('bob@example.org');
SELECT pg_temp.request('2001:db8:0:0:ffff::2');
SELECT pg_temp.attempt('bob@example.org');
SELECT pg_temp.request('2001:0DB8:0000::3');
SELECT pg_temp.attempt('bob@example.org');
SELECT pg_temp.stop_the_clock();
SELECT pg_temp.request('2001:db8::4');
SELECT pg_temp.attempt('bob@example.org') AS same_network;
SELECT pg_temp.request('2001:db8:0:1::1');
SELECT pg_temp.attempt('bob@example.org') AS other_network;
SELECT pg_temp.request('192.0.2.3');
SELECT pg_temp.attempt('carol@example.org') FROM generate_series(1, 3);
SELECT pg_temp.stop_the_clock();
SELECT pg_temp.request('::ffff:192.0.2.3');
SELECT pg_temp.attempt('carol@example.org') AS same_address;

-- One address that tries many accounts is slowed as well.
SET auth.failed_logins_before_delay_per_address = 5;
SELECT pg_temp.request('192.0.2.9');
SELECT pg_temp.attempt('user' || n || '@example.org') FROM generate_series(1, 5) AS n;
SELECT pg_temp.stop_the_clock();
SELECT pg_temp.attempt('user6@example.org');
SELECT pg_temp.attempt('alice@example.org', 'correct horse');
RESET auth.failed_logins_before_delay_per_address;

-- One account that many addresses try is slowed for a moment.
SET auth.failed_logins_before_delay_per_account = 5;
SELECT count(pg_temp.request('198.51.100.' || n)), count(pg_temp.attempt('dave@example.org')) FROM generate_series(1, 5) AS n;
UPDATE auth_private.login_attempts SET last_at = clock_timestamp();
BEGIN;
SELECT pg_temp.request('198.51.100.9');
SELECT count(*) FROM auth_private.login_attempts WHERE failures = 5;
UPDATE auth_private.login_attempts SET failures = 1000 WHERE failures > 1;
SELECT set_config('request.method', 'POST', true);
WITH pgrst_source AS (SELECT pg_temp.attempt('dave@example.org')) :told \g
SELECT (current_setting('response.headers')::jsonb #>> '{1,Retry-After}')::int BETWEEN 50 AND 60 AS says_a_minute_at_most;
ROLLBACK;
SELECT pg_temp.request('192.0.2.2');
BEGIN;
UPDATE auth_private.login_attempts SET failures = 1000, last_at = clock_timestamp() WHERE NOT has_succeeded;
SELECT pg_temp.attempt('alice@example.org', 'correct horse') AS the_owner_where_she_was_before;
SELECT pg_temp.request('192.0.2.77');
UPDATE auth_private.login_attempts SET failures = 1000, last_at = clock_timestamp() WHERE NOT has_succeeded;
SELECT pg_temp.attempt('alice@example.org', 'correct horse') AS somebody_elsewhere;
ROLLBACK;
RESET auth.failed_logins_before_delay_per_account;

-- Without addresses everybody is one: the delay stays short, so that nobody locks an owner out.
SELECT pg_temp.request(NULL);
SELECT count(pg_temp.attempt('erin@example.org')) FROM generate_series(1, 3);
UPDATE auth_private.login_attempts SET failures = 1000, last_at = clock_timestamp();
BEGIN;
SELECT set_config('request.method', 'POST', true);
WITH pgrst_source AS (SELECT pg_temp.attempt('erin@example.org')) :told \g
SELECT (current_setting('response.headers')::jsonb #>> '{1,Retry-After}')::int BETWEEN 50 AND 60 AS says_a_minute_at_most;
COMMIT;

-- An hour without an attempt, and all is forgotten.
UPDATE auth_private.login_attempts SET failures = 1000, last_at = clock_timestamp() - interval '1 h';
SELECT pg_temp.attempt('erin@example.org');

-- The table names nobody.
SELECT DISTINCT octet_length(key) AS key_bytes FROM auth_private.login_attempts;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
