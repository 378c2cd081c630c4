-- Where wrong passwords from elsewhere hold everybody up, asking again and again wins no turn.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
CREATE FUNCTION pg_temp.attempt(address text, password text DEFAULT 'wrong') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('request.headers', json_build_object('x-real-ip', address)::text, false);
	RETURN coalesce(auth.login('alice@example.org', password) ->> 'code', 'signed in');
END $$;

-- Fifty addresses have guessed, the last 22 s ago, and much of a delay of a minute is left.
SELECT count(pg_temp.attempt('198.51.100.' || n)) FROM generate_series(1, 50) AS n;
UPDATE auth_private.login_attempts SET failures = 1000, last_at = clock_timestamp() - interval '22 s' WHERE failures = 50;
SELECT count(*) AS delayed, sum(drawn) AS drawn FROM auth_private.login_attempts WHERE failures = 1000;

-- A guesser and the owner ask; which of them is drawn does not depend on how often they do.
SELECT pg_temp.attempt('192.0.2.1') AS guesser, pg_temp.attempt('192.0.2.2', 'correct horse') AS owner;
SELECT drawn AS drawn_first FROM auth_private.login_attempts WHERE failures = 1000 \gset
SELECT count(pg_temp.attempt('192.0.2.1')) AS polls FROM generate_series(1, 40);
SELECT drawn = :drawn_first AND drawn <> 0 AS is_the_same FROM auth_private.login_attempts WHERE failures = 1000;
-- With more who ask, the smallest number wins: each as likely as any other.
SELECT count(pg_temp.attempt('203.0.113.' || n)) AS others FROM generate_series(1, 100) AS n;
SELECT drawn <= :drawn_first AS is_smaller FROM auth_private.login_attempts WHERE failures = 1000;
-- None of them has left a row.
SELECT count(*) FROM auth_private.login_attempts;

-- Were the delay 20 s it would be over, and for a quarter of a minute it would be the turn of one of the 102.
SET auth.failed_logins_max_delay = '20s';
BEGIN;
SELECT count(*) FILTER (WHERE answer <> 'too_many_attempts') AS admitted
  FROM (SELECT pg_temp.attempt('203.0.113.' || n) AS answer FROM generate_series(1, 100) AS n
	UNION ALL SELECT pg_temp.attempt('192.0.2.1') UNION ALL SELECT pg_temp.attempt('192.0.2.2')) AS attempts;
ROLLBACK;
-- What is counted begins another draw.
BEGIN;
UPDATE auth_private.login_attempts SET drawn = 0 WHERE failures = 1000;
SELECT pg_temp.attempt('192.0.2.1') AS anybody;
SELECT count(*) AS delayed, sum(drawn) AS drawn FROM auth_private.login_attempts WHERE failures > 900;
ROLLBACK;
-- If the one that was drawn does not come, others may.
SET auth.failed_logins_max_delay = '5s';
BEGIN;
SELECT pg_temp.attempt('192.0.2.99') AS anybody;
ROLLBACK;
RESET auth.failed_logins_max_delay;

-- Each address has the same chance, also one that is asked from once.
CREATE FUNCTION pg_temp.owner_wins() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	owner text;
BEGIN
	UPDATE auth_private.login_attempts SET drawn = 0, last_at = clock_timestamp() - interval '22 s' WHERE failures = 1000;
	PERFORM pg_temp.attempt('192.0.2.1') FROM generate_series(1, 5);
	PERFORM pg_temp.attempt('192.0.2.2');
	PERFORM pg_temp.attempt('192.0.2.1') FROM generate_series(1, 5);
	PERFORM set_config('auth.failed_logins_max_delay', '20s', false);
	BEGIN
		owner := pg_temp.attempt('192.0.2.2');
		RAISE EXCEPTION 'take it back';
	EXCEPTION WHEN raise_exception THEN
		PERFORM set_config('auth.failed_logins_max_delay', '60s', false);
	END;
	RETURN owner = 'invalid_credentials';
END $$;
SELECT count(*) FILTER (WHERE wins) BETWEEN 20 AND 80 AS about_half FROM (SELECT pg_temp.owner_wins() AS wins FROM generate_series(1, 100)) AS draws;
RESET auth.failed_logins_max_delay;

-- The owner's own addresses take no part in it, and wait for nobody.
UPDATE auth_private.login_attempts SET failures = 0 WHERE failures = 1000;
SELECT pg_temp.attempt('192.0.2.3', 'correct horse');
UPDATE auth_private.login_attempts SET failures = 1000, last_at = clock_timestamp() WHERE NOT has_succeeded;
SELECT pg_temp.attempt('192.0.2.3', 'correct horse');

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
