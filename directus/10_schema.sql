/* auth_directus */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION auth_directus CASCADE" to load this file. \quit

-- This file and those behind it are one script, in this order; make joins them.
--
-- Five functions answer all requests. They run as whoever asks: row-level
-- security and column grants decide, here as elsewhere. Passwords, tokens and
-- sessions are auth's; nothing of the kind is here.
--
-- The way of a request:
--
--   nginx       says in headers which method, path and query were asked for, and
--               with which token (gateway/nginx.conf)
--   PostgREST   calls directus.read, write, login, refresh or logout
--   90_serve    handle: all of them; the one place that catches what is raised
--   30_request  authenticate: the identity and the role that the token proves
--   90_serve    find_route: which route it is, before anything else is looked at
--   30_request  the query and the body, as JSON
--   90_serve    answer: calls what the route needs of
--   80_users      accounts and sessions, by auth's functions
--   60_read       rows, by a SELECT of fields (50_fields) with a condition (55_filter)
--   70_write      rows, by INSERT, UPDATE and DELETE
--   40_collection   which tables and columns there are for the caller
--   20_error    what was refused or raised, in Directus' words

-- Whose schema it is could put functions of his own in place of these.
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

COMMENT ON SCHEMA directus IS 'what PostgREST serves to the gateway: Directus'' requests';

CREATE SCHEMA directus_private;
COMMENT ON SCHEMA directus_private IS 'parts of the functions in directus; not served';
REVOKE ALL ON SCHEMA directus, directus_private FROM PUBLIC;
GRANT USAGE ON SCHEMA directus, directus_private TO anon, authenticated;
