-- No SQL that anon, authenticated or authenticator can write makes them somebody.
CREATE ROLE regress_auth_mallory LOGIN;
GRANT authenticated, anon TO regress_auth_mallory;
INSERT INTO auth.users (id, email) VALUES ('00000000-0000-4000-8000-000000000001', 'victim@example.org');
INSERT INTO auth.posts (title, author) VALUES ('secret', '00000000-0000-4000-8000-000000000001');

-- Each in a session of its own, in which the library is not loaded yet.
\c -
SET SESSION AUTHORIZATION authenticator;
SET ROLE authenticated;
SET auth.user_id = '00000000-0000-4000-8000-000000000001';
SET auth.session_id = '00000000-0000-4000-8000-000000000001';
SELECT set_config('request.jwt.claims', '{"sub":"00000000-0000-4000-8000-000000000001","role":"authenticated"}', false) IS NOT NULL AS placed;
SELECT set_config('request.jwt.claim.sub', '00000000-0000-4000-8000-000000000001', false) IS NOT NULL AS placed;
SELECT auth.uid(), auth.session_id(), auth.role();
SELECT email FROM auth.users;
SELECT title FROM auth.posts;
SELECT auth.current_user();

\c -
SET SESSION AUTHORIZATION authenticator;
BEGIN;
SET LOCAL ROLE authenticated;
SELECT set_config('auth.user_id', '00000000-0000-4000-8000-000000000001', true) IS NOT NULL AS placed;
SAVEPOINT a;
SELECT set_config('auth.user_role', 'postgres', true) IS NOT NULL AS placed;
SELECT auth.uid(), auth.role();
ROLLBACK TO a;
SELECT auth.uid(), auth.role();
COMMIT;

-- The library is loaded: the settings cannot even be set.
SET ROLE authenticated;
SET auth.user_id = '00000000-0000-4000-8000-000000000001';
SET LOCAL auth.user_id = '00000000-0000-4000-8000-000000000001';
SELECT set_config('auth.user_id', '00000000-0000-4000-8000-000000000001', false);
RESET auth.user_id;
SET auth.anything_else = 'x';
SELECT auth.uid();

-- Nor by a function, a role or a database that brings the setting along.
CREATE FUNCTION pg_temp.become() RETURNS uuid LANGUAGE sql
	SET auth.user_id = '00000000-0000-4000-8000-000000000001' AS 'SELECT auth.uid()';
ALTER ROLE authenticated SET auth.user_id = '00000000-0000-4000-8000-000000000001';
\c -
SET SESSION AUTHORIZATION regress_auth_mallory;
ALTER ROLE regress_auth_mallory SET auth.user_id = '00000000-0000-4000-8000-000000000001';
CREATE FUNCTION pg_temp.become() RETURNS uuid LANGUAGE sql
	SET auth.user_id = '00000000-0000-4000-8000-000000000001' AS 'SELECT auth.uid()';

-- The settings of a request are claims, which any session may write: without a genuine token, nothing follows.
BEGIN;
SELECT set_config('request.method', 'GET', true), set_config('request.path', '/posts', true);
SELECT set_config('request.headers', '{"authorization":"Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIwMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDEifQ."}', true) IS NOT NULL AS placed;
SELECT auth.pre_request();
ROLLBACK;
BEGIN;
SELECT set_config('request.method', 'GET', true), set_config('request.cookies', '{"__Host-auth_session":"x.y.z"}', true);
SELECT auth.pre_request();
ROLLBACK;
BEGIN;
SELECT set_config('request.method', 'GET', true), set_config('request.headers', 'not json', true);
SELECT auth.pre_request();
ROLLBACK;

-- Without a token that it sees, the role is taken back, wherever it came from.
BEGIN;
SELECT set_config('request.method', 'GET', true), set_config('request.path', '/posts', true);
SELECT auth.pre_request();
SELECT current_user;
ROLLBACK;

-- A namesake in another schema changes nothing for a policy that names auth.uid().
\c -
SET SESSION AUTHORIZATION regress_auth_mallory;
CREATE FUNCTION pg_temp.uid() RETURNS uuid LANGUAGE sql AS $$ SELECT '00000000-0000-4000-8000-000000000001'::uuid $$;
CREATE OPERATOR pg_temp.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = pg_catalog.uuid_ge);
SET search_path = pg_temp, auth, pg_catalog;
SELECT email FROM auth.users;
SELECT title FROM auth.posts;

-- A cheap function of one's own does not run before the policy.
RESET search_path;
CREATE FUNCTION pg_temp.tell(text) RETURNS bool COST 0.0000001 LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'leaked %', $1; RETURN true; END $$;
SELECT count(*) FROM auth.users WHERE pg_temp.tell(email);
SELECT count(*) FROM auth.posts WHERE pg_temp.tell(title);

-- What is private is out of reach, and so is what belongs to an operator.
SELECT * FROM auth_private.credentials;
SELECT * FROM auth_private.signing_keys;
SELECT auth.rotate_signing_key();
SELECT auth.install();
SELECT auth.postgrest_config();
SELECT auth.protect('auth.posts', 'author');
\c -
SET SESSION AUTHORIZATION authenticator;
SELECT email FROM auth.users;
SELECT title FROM auth.posts;
SET ROLE auth_owner;

-- The slots of the hash gate cannot be taken by SQL's advisory locks.
\c -
SET SESSION AUTHORIZATION regress_auth_mallory;
BEGIN;
SELECT count(pg_advisory_xact_lock(1635087464, slot)) FROM generate_series(0, 3) AS slot;
SELECT count(pg_advisory_xact_lock((1635087464::bigint << 32) + slot)) FROM generate_series(0, 3) AS slot;
SELECT auth.login('nobody@example.org', 'wrong') ->> 'code' AS code;
COMMIT;

\c -
DELETE FROM auth.posts;
DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
DROP ROLE regress_auth_mallory;
