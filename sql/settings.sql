-- Settings have bounds, refuse what makes no sense, and are changed by a superuser only.
SELECT current_user AS superuser, current_database() AS database \gset
-- Settings are known once the library is loaded.
SELECT auth.uid();
SELECT name, vartype, unit, boot_val, min_val, max_val, context FROM pg_settings WHERE name LIKE 'auth.%' ORDER BY name COLLATE "C";

-- Whether a value is taken, and what then holds.
CREATE FUNCTION pg_temp.taken(name text, value text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config(name, value, false);
	RETURN true;
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN false;
END $$;

-- Every number: its bounds are taken, and what is beyond them is not.
SELECT count(*) AS numbers,
       count(*) FILTER (WHERE pg_temp.taken(name, min_val)) AS lowest,
       count(*) FILTER (WHERE pg_temp.taken(name, max_val)) AS highest,
       count(*) FILTER (WHERE pg_temp.taken(name, (min_val::int - 1)::text)) AS too_low,
       count(*) FILTER (WHERE pg_temp.taken(name, (max_val::int + 1)::text)) AS too_high,
       count(*) FILTER (WHERE pg_temp.taken(name, '')) AS empty,
       count(*) FILTER (WHERE pg_temp.taken(name, 'many')) AS no_number,
       count(*) FILTER (WHERE pg_temp.taken(name, '99999999999999999999')) AS enormous
  FROM pg_settings WHERE name LIKE 'auth.%' AND vartype = 'integer';
-- What was refused last has changed nothing.
SELECT count(*) AS numbers FROM pg_settings WHERE name LIKE 'auth.%' AND vartype = 'integer' AND setting = max_val;
RESET ALL;

-- Every text: what is refused
SELECT name, value AS taken FROM (VALUES
	('auth.default_role', ''), ('auth.default_role', repeat('x', 64)),
	('auth.issuer', ''),
	('auth.exposed_schemas', ''),
	('auth.client_address_header', 'X-Real-IP'), ('auth.client_address_header', 'x real ip'), ('auth.client_address_header', 'x-real-ip:'),
	('auth.client_address_header', U&'x-r\00E9al-ip'), ('auth.client_address_header', E'x-real-ip\n'),
	('auth.session_cookie_name', ''), ('auth.session_cookie_name', 'a b'), ('auth.session_cookie_name', 'a=b'), ('auth.session_cookie_name', 'a;b'),
	('auth.session_cookie_name', 'a,b'), ('auth.session_cookie_name', 'a"b'), ('auth.session_cookie_name', U&'s\00E9ance'), ('auth.session_cookie_name', E'a\r\nb'),
	('auth.refresh_cookie_name', ''), ('auth.refresh_cookie_name', 'a b'), ('auth.refresh_cookie_name', 'a=b'), ('auth.refresh_cookie_name', 'a;b'),
	('auth.refresh_cookie_name', 'a,b'), ('auth.refresh_cookie_name', 'a"b'), ('auth.refresh_cookie_name', U&'s\00E9ance'), ('auth.refresh_cookie_name', E'a\r\nb'),
	('auth.cookie_domain', 'example org'), ('auth.cookie_domain', 'example.org; Secure'), ('auth.cookie_domain', 'example.org:80'), ('auth.cookie_domain', 'https://example.org'),
	('auth.cookie_domain', '*.example.org'), ('auth.cookie_domain', 'exam_ple.org'), ('auth.cookie_domain', 'exam!ple.org'), ('auth.cookie_domain', U&'b\00FCcher.example'),
	('auth.cookie_same_site', ''), ('auth.cookie_same_site', 'loose'),
	('auth.registration_enabled', 'perhaps'), ('auth.disclose_existing_accounts', ''), ('auth.cookie_secure', '2')) AS bad (name, value)
 WHERE pg_temp.taken(name, value);
-- and what is not
SELECT name, value AS refused FROM (VALUES
	('auth.default_role', repeat('x', 63)), ('auth.default_role', 'Back Office'),
	('auth.issuer', 'https://example.org/a?b#c'), ('auth.issuer', U&'caf\00E9 "quoted" \\'),
	('auth.audience', ''), ('auth.audience', U&'caf\00E9 "quoted" \\'),
	('auth.exposed_schemas', 'api'),
	('auth.client_address_header', ''), ('auth.client_address_header', 'cf-connecting-ip'), ('auth.client_address_header', 'x_client_1'),
	('auth.session_cookie_name', '__Secure-sid'), ('auth.refresh_cookie_name', '!#$%&''*+-.^_`|~'),
	('auth.cookie_domain', ''), ('auth.cookie_domain', 'example.org'), ('auth.cookie_domain', 'A-b.xn--bcher-kva.example'),
	('auth.cookie_same_site', 'Strict'), ('auth.cookie_same_site', 'none')) AS good (name, value)
 WHERE NOT pg_temp.taken(name, value);
RESET ALL;
-- The reason is told.
SET auth.default_role = '';
SET auth.session_cookie_name = 'a b';
SET auth.cookie_domain = 'a b';
SET auth.client_address_header = 'X-Real-IP';
SET auth.password_min_length = 7;
SET auth.cookie_same_site = 'loose';

-- No role but a superuser changes any of them, in any way: not one that may create
-- roles, not the owner of the database, not the roles that requests run in.
CREATE ROLE regress_auth_mallory LOGIN CREATEROLE CREATEDB;
GRANT anon, authenticated TO regress_auth_mallory;
CREATE TABLE regress_auth_values AS
	SELECT name, CASE vartype WHEN 'integer' THEN max_val WHEN 'bool' THEN CASE setting WHEN 'on' THEN 'off' ELSE 'on' END
		WHEN 'enum' THEN 'none' ELSE 'mallory' END AS value
	  FROM pg_settings WHERE name LIKE 'auth.%';
GRANT SELECT ON regress_auth_values TO PUBLIC;
CREATE TABLE regress_auth_attempts (role name DEFAULT current_user, name text, way text, outcome text);
GRANT INSERT ON regress_auth_attempts TO PUBLIC;
ALTER DATABASE :"database" OWNER TO regress_auth_mallory;
SET client_min_messages = error;

CREATE PROCEDURE regress_auth_try_all() LANGUAGE plpgsql AS $$
DECLARE
	target record;
	attempt record;
	outcome text;
BEGIN
	FOR target IN SELECT * FROM public.regress_auth_values ORDER BY name LOOP
		FOR attempt IN SELECT * FROM (VALUES
			('SET', 'SET %1$s = %2$L'),
			('SET LOCAL', 'SET LOCAL %1$s = %2$L'),
			('set_config', 'SELECT set_config(%1$L, %2$L, false)'),
			('set_config, local', 'SELECT set_config(%1$L, %2$L, true)'),
			('RESET', 'RESET %1$s'),
			('pg_settings', 'UPDATE pg_settings SET setting = %2$L WHERE name = %1$L'),
			('function', 'CREATE OR REPLACE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql SET %1$s = %2$L AS ''SELECT 1''; SELECT pg_temp.f()'),
			('role', 'ALTER ROLE CURRENT_USER SET %1$s = %2$L'),
			('role in database', 'ALTER ROLE CURRENT_USER IN DATABASE %3$I SET %1$s = %2$L'),
			('all roles', 'ALTER ROLE ALL SET %1$s = %2$L'),
			('database', 'ALTER DATABASE %3$I SET %1$s = %2$L'),
			('system', 'ALTER SYSTEM SET %1$s = %2$L'),
			('grant', 'GRANT SET ON PARAMETER %1$s TO CURRENT_USER')) AS ways (name, command)
		LOOP
			BEGIN
				EXECUTE format(attempt.command, target.name, target.value, current_database());
				outcome := 'done';
			EXCEPTION
				-- the key files are nobody's to change in a session
				WHEN insufficient_privilege OR cant_change_runtime_param THEN outcome := 'refused';
				WHEN OTHERS THEN outcome := SQLSTATE;
			END;
			INSERT INTO public.regress_auth_attempts (name, way, outcome) VALUES (target.name, attempt.name, outcome);
		END LOOP;
	END LOOP;
END $$;

-- The library is loaded: every way is refused. (Nobody can run ALTER SYSTEM in a function.)
SET SESSION AUTHORIZATION regress_auth_mallory;
CALL regress_auth_try_all();
SET ROLE anon;
CALL regress_auth_try_all();
SET ROLE authenticated;
CALL regress_auth_try_all();
SET SESSION AUTHORIZATION authenticator;
CALL regress_auth_try_all();
RESET SESSION AUTHORIZATION;
SELECT way, outcome, count(*) = 4 * (SELECT count(*) FROM regress_auth_values) AS for_every_role_and_setting
  FROM regress_auth_attempts GROUP BY way, outcome ORDER BY way COLLATE "C";
SET SESSION AUTHORIZATION regress_auth_mallory;
ALTER SYSTEM SET auth.registration_enabled = off;
RESET SESSION AUTHORIZATION;

-- It is not loaded yet: what a session makes up under these names does not outlive the load,
-- and nothing can be put where the next session would find it.
TRUNCATE regress_auth_attempts;
\c -
SET client_min_messages = error;
SET SESSION AUTHORIZATION regress_auth_mallory;
CALL regress_auth_try_all();
SELECT count(set_config(name, value, false)) AS made_up FROM regress_auth_values;
SELECT auth.uid();
SELECT count(*) AS settings FROM pg_settings WHERE name LIKE 'auth.%';
SELECT name, setting FROM pg_settings WHERE name LIKE 'auth.%' AND setting IS DISTINCT FROM boot_val;
RESET SESSION AUTHORIZATION;
SELECT way, outcome FROM regress_auth_attempts GROUP BY way, outcome ORDER BY way COLLATE "C";
SELECT unnest(setconfig) AS stored FROM pg_db_role_setting WHERE setconfig::text LIKE '%auth.%';

-- A superuser may do all that, and for everybody.
SELECT auth.uid();
ALTER ROLE authenticated SET auth.refresh_grace = '20s';
ALTER ROLE authenticated RESET auth.refresh_grace;
ALTER DATABASE :"database" OWNER TO :"superuser";
ALTER DATABASE :"database" SET auth.refresh_grace = '20s';
\c -
SELECT auth.uid();
SHOW auth.refresh_grace;

-- What was set before the library could object is a warning, and the default holds.
\c -
ALTER DATABASE :"database" SET auth.refresh_grace = '1h';
\c -
\set VERBOSITY sqlstate
SELECT auth.uid();
\set VERBOSITY default
SHOW auth.refresh_grace;
ALTER DATABASE :"database" RESET auth.refresh_grace;

DROP PROCEDURE regress_auth_try_all;
DROP TABLE regress_auth_values, regress_auth_attempts;
DROP OWNED BY regress_auth_mallory;
DROP ROLE regress_auth_mallory;

-- What a setting does is shown where it matters: these have no other place.
-- The least length of a new password counts characters, and says which number it is.
\c -
SET auth.password_min_length = 12;
SELECT auth.register_user('eleven@example.org', repeat(U&'\00E9', 11)) ->> 'details' AS details,
       auth.register_user('twelve@example.org', repeat(U&'\00E9', 12)) ->> 'email' AS email;
-- An older, shorter password still signs in.
SET auth.password_min_length = 128;
SELECT auth.login('twelve@example.org', repeat(U&'\00E9', 12)) ? 'access_token' AS is_signed_in;
RESET auth.password_min_length;

-- A session never lives longer than its greatest age, whatever else is set.
SET auth.session_max_age = '1h';
SET auth.access_token_ttl = '2h';
SELECT auth.login('twelve@example.org', repeat(U&'\00E9', 12)) AS answer \gset
SELECT (:'answer'::jsonb ->> 'expires')::int BETWEEN 3590000 AND 3600000 AS token_ends_with_the_session;
SELECT expires_at = not_after AS idle_end_is_the_end, date_trunc('minute', not_after - refreshed_at + interval '1 s') = interval '1 h' AS is_one_hour FROM auth.sessions ORDER BY created_at DESC LIMIT 1;
RESET auth.session_max_age;
RESET auth.access_token_ttl;

-- A delay is never longer than the longest.
SET auth.failed_logins_max_delay = '20s';
\set told 'SELECT 1 AS page_total, coalesce(json_agg(_postgrest_t)) AS body FROM (SELECT "x".* FROM "pgrst_source" AS "x") _postgrest_t'
SELECT set_config('request.headers', '{"x-real-ip":"192.0.2.1"}', false) IS NOT NULL AS is_placed;
SELECT auth.login('nobody@example.org', 'wrong') ->> 'code' AS code;
UPDATE auth_private.login_attempts SET failures = 1000, last_at = clock_timestamp();
BEGIN;
SELECT set_config('request.method', 'POST', true);
WITH pgrst_source AS (SELECT auth.login('nobody@example.org', 'wrong') ->> 'code') :told \g
SELECT (current_setting('response.headers')::jsonb #>> '{1,Retry-After}')::int BETWEEN 10 AND 20 AS says_20_seconds;
COMMIT;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
