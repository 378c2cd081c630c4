-- What CREATE EXTENSION makes, and what stays when it goes.
SELECT extname, extversion, nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'auth';

-- Members: functions, and the tables whose rows must not be in a dump. None is marked for dumping.
-- (Later versions of PostgreSQL count the row types of these tables, too.)
SELECT pg_describe_object(classid, objid, objsubid) AS member
  FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'auth') AND deptype = 'e'
   AND classid <> 'pg_type'::regclass
 ORDER BY pg_describe_object(classid, objid, objsubid) COLLATE "C";
SELECT extconfig FROM pg_extension WHERE extname = 'auth';

-- Ordinary tables
SELECT c.oid::regclass AS "table", relrowsecurity AS row_security, relowner::regrole AS owner FROM pg_class c
 WHERE relnamespace IN ('auth'::regnamespace, 'auth_private'::regnamespace) AND relkind = 'r'
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
 ORDER BY c.oid::regclass::text COLLATE "C";

-- Every function and table says what it is for.
SELECT p.oid::regprocedure AS undocumented FROM pg_proc p
 WHERE pronamespace IN ('auth'::regnamespace, 'auth_private'::regnamespace) AND obj_description(p.oid, 'pg_proc') IS NULL;
SELECT c.oid::regclass AS undocumented FROM pg_class c
 WHERE relnamespace IN ('auth'::regnamespace, 'auth_private'::regnamespace) AND relkind = 'r' AND obj_description(c.oid, 'pg_class') IS NULL;

-- Nobody has an account.
SELECT count(*) FROM auth.users;

-- Twice
CREATE EXTENSION auth CASCADE;
SELECT auth.install();

-- What is missing comes back.
DROP TABLE auth.posts;
SELECT auth.install();
SELECT count(*) FROM auth.posts;

-- It does not go while a policy needs it; with CASCADE the accounts stay, and are taken up again.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.login('alice@example.org', 'correct horse') AS answer \gset
\set VERBOSITY terse
DROP EXTENSION auth;
SET client_min_messages = warning;
DROP EXTENSION auth CASCADE;
RESET client_min_messages;
\set VERBOSITY default
SELECT email FROM auth.users;
SELECT count(*) AS credentials FROM auth_private.credentials;
CREATE EXTENSION auth;
SELECT auth.authenticate(:'answer'::jsonb ->> 'access_token');
SELECT auth.refresh(:'answer'::jsonb ->> 'refresh_token') ->> 'code' AS code;
SELECT auth.login('alice@example.org', 'correct horse') ? 'access_token' AS is_signed_in;

-- CASCADE took policies, presets and triggers along; they are back.
SELECT polrelid::regclass AS "table", polname FROM pg_policy WHERE polrelid::regclass::text LIKE 'auth.%' ORDER BY polrelid::regclass::text, polname;
SELECT tgrelid::regclass AS "table", tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'auth%' ORDER BY tgrelid::regclass::text, tgname;
SELECT adrelid::regclass AS "table", pg_get_expr(adbin, adrelid) AS preset FROM pg_attrdef WHERE pg_get_expr(adbin, adrelid) = 'auth.uid()';

-- What looks like a restore leaves the tables to the dump, and says so; one setting alone is nobody's restore.
CREATE FUNCTION pg_temp.policies() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM pg_policy WHERE polrelid::regclass::text LIKE 'auth.%' $$;
SET client_min_messages = warning;
DROP EXTENSION auth CASCADE;
SET row_security = off;
CREATE EXTENSION auth;
SELECT pg_temp.policies() AS by_hand;
DROP EXTENSION auth CASCADE;
SET check_function_bodies = off;
RESET client_min_messages;
CREATE EXTENSION auth;
SELECT pg_temp.policies() AS left_to_the_dump;
RESET row_security;
RESET check_function_bodies;
SELECT auth.install();
SELECT pg_temp.policies() AS installed;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
