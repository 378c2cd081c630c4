-- A refresh token works once. Again at once, it gives the same successor; later, it is stolen.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'refresh_token' AS first \gset

SELECT auth.refresh(:'first') AS answer \gset
SELECT :'answer'::jsonb ->> 'refresh_token' AS second \gset
SELECT :'first' <> :'second' AS is_another_token, (SELECT array_agg(key ORDER BY key) FROM jsonb_object_keys(:'answer') AS key) AS keys;
SELECT generation FROM auth.sessions;

-- Repeated within the grace: the same successor, and nothing moves.
SELECT auth.refresh(:'first') ->> 'refresh_token' = :'second' AS is_the_same_successor;
SELECT generation FROM auth.sessions;

-- Repeated after the grace: the session ends, also for who holds the newest token.
UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '10 s';
SELECT auth.refresh(:'first');
SELECT count(*) AS sessions FROM auth.sessions;
SELECT auth.refresh(:'second');

-- An older one than the last ends it even within the grace.
SELECT auth.login('alice@example.org', 'correct horse') ->> 'refresh_token' AS first \gset
SELECT auth.refresh(:'first') ->> 'refresh_token' AS second \gset
SELECT auth.refresh(:'second') ->> 'refresh_token' AS third \gset
SELECT auth.refresh(:'first') ->> 'code' AS code;
SELECT auth.refresh(:'third') ->> 'code' AS code;

-- Without a grace, no repetition is innocent.
SET auth.refresh_grace = 0;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'refresh_token' AS first \gset
SELECT auth.refresh(:'first') ? 'access_token' AS is_refreshed;
SELECT auth.refresh(:'first') ->> 'code' AS code;
RESET auth.refresh_grace;

-- A server that failed over lost the last write: its row is older than the token.
SELECT auth.login('alice@example.org', 'correct horse') ->> 'refresh_token' AS first \gset
SELECT auth.refresh(:'first') ->> 'refresh_token' AS second \gset
SELECT auth.refresh(:'second') ->> 'refresh_token' AS third \gset
UPDATE auth.sessions SET generation = 1;
SELECT auth.refresh(:'third') ? 'access_token' AS is_adopted;
SELECT generation FROM auth.sessions;
DELETE FROM auth.sessions;

-- Each way in which a session is over.
SELECT auth.login('alice@example.org', 'correct horse') ->> 'refresh_token' AS token \gset
UPDATE auth.sessions SET expires_at = clock_timestamp();
SELECT auth.refresh(:'token') ->> 'code' AS idle_for_too_long;
UPDATE auth.sessions SET expires_at = clock_timestamp() + interval '1 s', not_after = clock_timestamp();
SELECT auth.refresh(:'token') ->> 'code' AS reached_its_greatest_age;
UPDATE auth.sessions SET not_after = clock_timestamp() + interval '1 min';
UPDATE auth.users SET status = 'suspended';
SELECT auth.refresh(:'token') ->> 'code' AS account_is_suspended;
UPDATE auth.users SET status = 'active';

-- A refresh extends the idle end, never beyond the absolute one.
SELECT auth.refresh(:'token') ? 'access_token' AS is_refreshed;
SELECT expires_at = not_after AS ends_with_its_greatest_age FROM auth.sessions;
SELECT ((auth.refresh(:'token') ->> 'expires')::int) <= 60000 AS so_does_its_access_token;

-- Tokens that are none. Nothing is written for them.
SELECT generation AS generation_before FROM auth.sessions \gset
SELECT token, auth.refresh(token) ->> 'code' AS code FROM (VALUES
	(''), ('auth_rt_'), ('auth_rt_' || repeat('A', 70)), (repeat('x', 100000))) AS bad (token)
	WHERE length(token) < 100;
SELECT auth.refresh(overlay(:'token' PLACING 'AAAA' FROM 60)) ->> 'code' AS changed_in_the_mac;
SELECT auth.refresh(overlay(:'token' PLACING 'AAAA' FROM 20)) ->> 'code' AS changed_in_the_session;
SELECT auth.refresh(:'token' || 'A') ->> 'code' AS longer;
SELECT auth.refresh(repeat('x', 1000000)) ->> 'code' AS enormous;
SELECT auth.refresh() ->> 'code' AS missing;
SELECT generation = :generation_before AS is_untouched FROM auth.sessions;

-- The caller's mistakes.
SELECT auth.refresh(:'token', 'session');
SELECT auth.refresh(:'token', 'cookie');
SELECT auth.refresh(:'token', 'other');

SELECT event, detail ->> 'refusal' AS refusal, detail ->> 'reason' AS reason, count(*)
  FROM auth_private.audit_log WHERE event = 'refresh' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
