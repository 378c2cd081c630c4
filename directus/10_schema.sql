/* auth_directus */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION auth_directus CASCADE" to load this file. \quit

-- This file and the ones with higher numbers form one script, in this order;
-- make joins them.
--
-- Five functions answer all requests. They run as the caller: row-level security
-- and column grants decide, here as elsewhere. Passwords, tokens and sessions
-- belong to auth; there are no others here.
--
-- The path of a request:
--
--   nginx       puts the method, path, query and token of the request into
--               headers (gateway/nginx.conf)
--   PostgREST   calls directus.read, write, login, refresh or logout
--   90_serve    handle: takes all of them; the one place that catches errors
--   30_request  authenticate: takes the identity and the role that the token proves
--   90_serve    find_route: finds the route, before it looks at anything else
--   30_request  parses the query and the body as JSON
--   90_serve    answer: calls what the route needs:
--   80_users      accounts and sessions, through auth's functions
--   60_read       rows, by a SELECT of fields (50_fields) with a condition (55_filter)
--   70_write      rows, by INSERT, UPDATE and DELETE
--   40_collection   which tables and columns the caller has
--   20_error    turns refusals and errors into Directus' errors

-- The owner of the schema could replace these functions with others.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner WHERE n.nspname = 'directus' AND NOT r.rolsuper)
		OR EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = 'directus'::pg_catalog.regnamespace)
		OR EXISTS (SELECT FROM pg_catalog.pg_proc WHERE pronamespace = 'directus'::pg_catalog.regnamespace) THEN
		RAISE EXCEPTION 'schema "directus" already holds something else, or its owner is not a superuser'
			USING ERRCODE = 'duplicate_schema',
				HINT = 'Rename it, or install auth_directus into another database.';
	END IF;
END
$$;

COMMENT ON SCHEMA directus IS 'the functions that PostgREST serves to the gateway, to answer requests made to Directus';

CREATE SCHEMA directus_private;
COMMENT ON SCHEMA directus_private IS 'helpers of the functions in directus; not served';
REVOKE ALL ON SCHEMA directus, directus_private FROM PUBLIC;
GRANT USAGE ON SCHEMA directus, directus_private TO anon, authenticated;
