-- What has expired goes, in batches; what has not stays.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT id AS alice FROM auth.users \gset
TRUNCATE auth_private.audit_log;

-- Sessions: a day after they ended by themselves, of age or idleness
INSERT INTO auth.sessions (user_id, refreshed_at, expires_at, not_after, user_agent)
	SELECT :'alice', now(), now() + idle, now() + age, name FROM (VALUES
		('live', interval '1 d', interval '1 d'), ('idle lately', '-23 h 59 min', '1 d'), ('idle', '-24 h -1 min', '1 d'),
		('old lately', '1 d', '-23 h 59 min'), ('old', '1 d', '-24 h -1 min'), ('both', '-1 year', '-1 year')) AS s (name, idle, age);
SELECT auth.purge_expired();
SELECT user_agent FROM auth.sessions ORDER BY user_agent;
DELETE FROM auth.sessions;
TRUNCATE auth_private.audit_log;

-- Counters: those that count for nothing. Addresses of an owner are remembered for more than a year.
INSERT INTO auth_private.login_attempts (key, failures, last_at, has_succeeded)
	SELECT convert_to(name, 'UTF8'), 9, now() - age, has_succeeded FROM (VALUES
		('lately', interval '59 min', false), ('forgotten', '61 min', false),
		('owner', '399 d', true), ('owner of old', '401 d', true)) AS a (name, age, has_succeeded);
SELECT auth.purge_expired();
SELECT convert_from(key, 'UTF8') FROM auth_private.login_attempts ORDER BY key;
SET auth.failed_logins_max_delay = '1d';
UPDATE auth_private.login_attempts SET last_at = now() - interval '23 h';
SELECT auth.purge_expired();
RESET auth.failed_logins_max_delay;
SELECT auth.purge_expired();
SELECT convert_from(key, 'UTF8') FROM auth_private.login_attempts ORDER BY key;
TRUNCATE auth_private.login_attempts;

-- The audit log: as long as is asked for
TRUNCATE auth_private.audit_log;
INSERT INTO auth_private.audit_log (event, occurred_at) VALUES ('ancient', now() - interval '10 y'), ('old', now() - interval '91 d'), ('lately', now() - interval '89 d');
SET auth.audit_retention = 0;
SELECT auth.purge_expired();
SET auth.audit_retention = '10 d';
BEGIN;
SELECT auth.purge_expired();
ROLLBACK;
RESET auth.audit_retention;
SELECT auth.purge_expired();
SELECT event FROM auth_private.audit_log;
TRUNCATE auth_private.audit_log;

-- A thousand rows of each at a time, from where the last batch ended, until nothing is left
INSERT INTO auth.sessions (user_id, refreshed_at, expires_at, not_after)
	SELECT :'alice', now(), now() - CASE n % 2 WHEN 0 THEN interval '2 d' ELSE '0' END, now() FROM generate_series(1, 4500) AS n;
INSERT INTO auth_private.audit_log (event, occurred_at) SELECT 'login', now() - interval '91 d' FROM generate_series(1, 1500);
SELECT auth.purge_expired();
SELECT auth.purge_expired();
INSERT INTO auth.sessions (user_id, refreshed_at, expires_at, not_after) VALUES (:'alice', now(), now() - interval '2 d', now());
SELECT auth.purge_expired();
SELECT auth.purge_expired();
SELECT count(*), bool_and(expires_at > now() - interval '1 d') AS only_the_living FROM auth.sessions;

-- As the README says to run it, in a transaction for each batch
INSERT INTO auth.sessions (user_id, refreshed_at, expires_at, not_after) SELECT :'alice', now(), now() - interval '2 d', now() FROM generate_series(1, 3000) AS n;
DO $$ BEGIN WHILE auth.purge_expired() > 0 LOOP COMMIT; END LOOP; END $$;
SELECT count(*) FROM auth.sessions WHERE expires_at < now() - interval '1 d';

-- It is no sign-out, and for an operator.
SELECT count(*) FROM auth_private.audit_log;
SET ROLE authenticated;
SELECT auth.purge_expired();
RESET ROLE;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
