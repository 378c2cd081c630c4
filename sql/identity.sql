-- The identity is what a signed token of a live session proves, for one transaction.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.login('alice@example.org', 'correct horse') AS answer \gset
SELECT id AS alice FROM auth.users \gset
SELECT id AS session FROM auth.sessions \gset
SELECT :'answer'::jsonb ->> 'access_token' AS token \gset

SELECT auth.uid(), auth.session_id(), auth.role();

BEGIN;
SELECT auth.authenticate(:'token') = :'alice' AS returns_the_user;
SELECT auth.uid() = :'alice' AS uid, auth.session_id() = :'session' AS session_id, auth.role();
COMMIT;
SELECT auth.uid() IS NULL AS gone_with_the_transaction;

-- Each call answers for its own token.
SELECT auth.register_user('bob@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.login('bob@example.org', 'correct horse') ->> 'access_token' AS bobs_token \gset
SELECT auth.authenticate(:'token') = :'alice' AS alice, auth.authenticate(:'bobs_token') <> :'alice' AS bob;
DELETE FROM auth.users WHERE email = 'bob@example.org';

-- It follows savepoints.
BEGIN;
SAVEPOINT before;
SELECT auth.authenticate(:'token') IS NOT NULL AS is_bound;
ROLLBACK TO before;
SELECT auth.uid() IS NULL AS gone_with_the_savepoint;
SELECT auth.authenticate(:'token') IS NOT NULL AS is_bound;
SAVEPOINT after;
ROLLBACK TO after;
SELECT auth.uid() = :'alice' AS outlives_a_later_savepoint;
ROLLBACK;
SELECT auth.uid() IS NULL AS gone_with_the_transaction;

-- It survives the end of a function with settings of its own, and a change of role.
BEGIN;
SELECT set_config('regress.token', :'token', true) IS NOT NULL AS is_placed;
DO $$ BEGIN PERFORM auth.authenticate(current_setting('regress.token')); END $$;
SET LOCAL ROLE anon;
SELECT auth.uid() = :'alice' AS is_bound;
COMMIT;

-- A token whose session has ended, one that has expired, one that never was.
SELECT auth.authenticate('nonsense');
SELECT auth.authenticate(NULL);
SELECT auth.authenticate(:'answer'::jsonb ->> 'refresh_token');
SELECT auth.authenticate(regexp_replace(:'token', '.$', ''));
SET auth.access_token_ttl = 2;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'access_token' AS short \gset
RESET auth.access_token_ttl;
SELECT auth.authenticate(:'short') IS NOT NULL AS is_bound_before_it_expires;
SELECT pg_sleep(2.1);
SELECT auth.authenticate(:'short');
UPDATE auth.users SET status = 'archived';
SELECT auth.authenticate(:'token');
UPDATE auth.users SET status = 'active';
UPDATE auth.sessions SET expires_at = clock_timestamp();
SELECT auth.authenticate(:'token');
UPDATE auth.sessions SET expires_at = clock_timestamp() + interval '1 h', not_after = clock_timestamp();
SELECT auth.authenticate(:'token');
UPDATE auth.sessions SET not_after = clock_timestamp() + interval '1 h';
SET auth.issuer = 'somebody else';
SELECT auth.authenticate(:'token');
RESET auth.issuer;
SET auth.audience = 'a site';
SELECT auth.authenticate(:'token');
SELECT auth.login('alice@example.org', 'correct horse') ->> 'access_token' AS for_a_site \gset
SELECT auth.authenticate(:'for_a_site') IS NOT NULL AS is_bound;
RESET auth.audience;
SELECT auth.authenticate(:'for_a_site');
DELETE FROM auth.sessions;
SELECT auth.authenticate(:'token');

-- Parallel workers know it.
SELECT auth.login('alice@example.org', 'correct horse') ->> 'access_token' AS token \gset
CREATE TABLE regress_auth_rows AS SELECT :'alice'::uuid AS owner FROM generate_series(1, 20000);
ANALYZE regress_auth_rows;
GRANT SELECT ON regress_auth_rows TO authenticated;
BEGIN;
SELECT auth.authenticate(:'token') IS NOT NULL AS is_bound;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_leader_participation = off;
SET LOCAL ROLE authenticated;
EXPLAIN (COSTS off) SELECT count(*) FROM regress_auth_rows WHERE owner = auth.uid();
SELECT count(*) FROM regress_auth_rows WHERE owner = auth.uid();
COMMIT;
DROP TABLE regress_auth_rows;

-- A superuser may test a policy as somebody.
BEGIN;
SELECT set_config('auth.user_id', :'alice', true) = :'alice' AS is_set;
SELECT auth.uid() = :'alice' AS uid;
ROLLBACK;
SET auth.user_id = 'not a uuid';

-- But not for a role or a database, where it would be forgotten.
ALTER ROLE anon SET auth.user_id = '00000000-0000-4000-8000-000000000001';
ALTER ROLE anon SET auth.user_role = 'anon';

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
