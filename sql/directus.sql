-- What CREATE EXTENSION auth_directus makes: nothing that has rights of its own, and nothing that stays.
CREATE ROLE regress_auth_mallory;
CREATE SCHEMA directus AUTHORIZATION regress_auth_mallory;
-- where in the script an error was raised is the server's to say
\set SHOW_CONTEXT never
CREATE EXTENSION auth_directus;
ALTER SCHEMA directus OWNER TO CURRENT_USER;
CREATE FUNCTION directus.login() RETURNS void LANGUAGE sql AS '';
CREATE EXTENSION auth_directus;
DROP FUNCTION directus.login;
\set SHOW_CONTEXT errors
CREATE EXTENSION auth_directus;

-- What PostgREST serves
SELECT p.oid::regprocedure AS function, provolatile FROM pg_proc p WHERE pronamespace = 'directus'::regnamespace ORDER BY proname;

-- All run as whoever asks, with a pinned search_path, and are for those whom PostgREST may become.
SELECT p.oid::regprocedure AS unsafe FROM pg_proc p
 WHERE pronamespace IN ('directus'::regnamespace, 'directus_private'::regnamespace)
   AND (prosecdef OR proconfig IS DISTINCT FROM '{"search_path=pg_catalog, pg_temp"}'
     OR has_function_privilege('regress_auth_mallory', p.oid, 'EXECUTE')
     OR NOT has_function_privilege('anon', p.oid, 'EXECUTE') OR NOT has_function_privilege('authenticated', p.oid, 'EXECUTE'));
SELECT has_schema_privilege('regress_auth_mallory', 'directus', 'USAGE') OR has_schema_privilege('regress_auth_mallory', 'directus_private', 'USAGE') AS is_open,
	has_schema_privilege('anon', 'directus', 'CREATE') AS may_be_added_to;

-- A query as it is written: names and values quoted, each column one that may be read.
INSERT INTO auth.users (id, email) VALUES ('00000000-0000-4000-8000-00000000000a', 'alice@example.org');
BEGIN;
SET LOCAL auth.user_id = '00000000-0000-4000-8000-00000000000a';
SET LOCAL ROLE authenticated;
SELECT directus_private.parse_query('filter[title][_eq]=a%20b&fields[]=id&fields[]=title&sort=-id&filter[author][email][_eq]=x') AS query;
SELECT directus_private.select_list('auth.posts', 't', '{"id": {}, "author": {"email": {}}}');
SELECT directus_private.condition('auth.posts', 't', '{"_or": [{"title": {"_contains": "50%''"}}, {"id": {"_in": [1, "2"]}}], "author": {"email": {"_neq": "x"}}}');
SELECT directus_private.order_list('auth.posts', 't', '{-date_created,author.email}');
SELECT directus_private.where_of('auth.posts', '{"search": "5"}');
ROLLBACK;
DELETE FROM auth.users;

DROP EXTENSION auth_directus;
SELECT n.nspname FROM pg_namespace n WHERE nspname LIKE 'directus%';
SELECT count(*) FROM pg_proc WHERE pronamespace = 'directus'::regnamespace;
CREATE EXTENSION auth_directus;
DROP EXTENSION auth_directus;
DROP SCHEMA directus;
DROP ROLE regress_auth_mallory;
