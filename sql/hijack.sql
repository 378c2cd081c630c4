-- What a user puts in the way of names - tables, functions, operators, a search path - is never run
-- with other rights, and never found instead of what was meant.
CREATE ROLE regress_auth_mallory LOGIN;
GRANT anon, authenticated TO regress_auth_mallory;
CREATE SCHEMA regress_auth_evil AUTHORIZATION regress_auth_mallory;
-- What is not pinned, found first: this is what the traps below are like.
CREATE FUNCTION public.regress_auth_careless() RETURNS bool LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN 'a'::text = 'a'::text; END $$;

\c -
SET SESSION AUTHORIZATION regress_auth_mallory;
GRANT USAGE ON SCHEMA regress_auth_evil TO PUBLIC;
-- Functions and operators, in a schema of hers; whatever calls them says so, and as whom.
CREATE FUNCTION regress_auth_evil.trap() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked' USING DETAIL = current_user; END $$;
DO $$
DECLARE
	type text;
	name text;
BEGIN
	FOREACH type IN ARRAY '{uuid,text,name,bytea,timestamptz,int4,int8,bool,inet,jsonb,interval}'::text[] LOOP
		EXECUTE format('CREATE FUNCTION regress_auth_evil.compare(%1$I, %1$I) RETURNS bool LANGUAGE plpgsql AS ''BEGIN PERFORM regress_auth_evil.trap(); RETURN true; END''', type);
		FOREACH name IN ARRAY '{=,<>,<,>,<=,>=,~}'::text[] LOOP
			EXECUTE format('CREATE OPERATOR regress_auth_evil.%s (LEFTARG = %I, RIGHTARG = %2$I, FUNCTION = regress_auth_evil.compare)', name, type);
		END LOOP;
		EXECUTE format('CREATE FUNCTION regress_auth_evil.add(%1$I, interval) RETURNS %1$I LANGUAGE plpgsql AS ''BEGIN PERFORM regress_auth_evil.trap(); RETURN $1; END''', type);
		FOREACH name IN ARRAY '{+,-}'::text[] LOOP
			EXECUTE format('CREATE OPERATOR regress_auth_evil.%s (LEFTARG = %I, RIGHTARG = interval, FUNCTION = regress_auth_evil.add)', name, type);
		END LOOP;
	END LOOP;
	FOREACH name IN ARRAY '{now,clock_timestamp,gen_random_uuid,uid,session_id,role,jwks}'::text[] LOOP
		EXECUTE format('CREATE FUNCTION regress_auth_evil.%I() RETURNS uuid LANGUAGE plpgsql AS ''BEGIN PERFORM regress_auth_evil.trap(); END''', name);
	END LOOP;
	FOREACH name IN ARRAY '{lower,to_jsonb,row_to_json,authenticate,octet_length,length,quote_ident,to_regclass}'::text[] LOOP
		EXECUTE format('CREATE FUNCTION regress_auth_evil.%I(text) RETURNS text LANGUAGE plpgsql AS ''BEGIN PERFORM regress_auth_evil.trap(); END''', name);
	END LOOP;
END $$;
-- Tables that look like ours, in the schema that is searched first
CREATE TEMP TABLE users (id uuid DEFAULT '00000000-0000-4000-8000-000000000001', email text, first_name text, last_name text, role name, status text, created_at timestamptz, updated_at timestamptz, last_sign_in_at timestamptz);
CREATE TEMP TABLE sessions (id uuid DEFAULT '00000000-0000-4000-8000-000000000002', user_id uuid, created_at timestamptz, refreshed_at timestamptz, expires_at timestamptz, not_after timestamptz, generation int, user_agent text, ip inet);
CREATE TEMP TABLE credentials (user_id uuid, password_hash text);
CREATE TEMP TABLE signing_keys (kid text, purpose text, secret_key bytea, created_at timestamptz, signs_from timestamptz, verifies_until timestamptz);
CREATE TEMP TABLE login_attempts (key bytea, failures int, last_at timestamptz, has_succeeded bool);
CREATE TEMP TABLE audit_log (event text, user_id uuid, session_id uuid, ip inet, user_agent text, detail jsonb);
CREATE TEMP TABLE posts (id bigint, title text, content text, author uuid, user_created uuid);
CREATE TEMP TABLE pg_class (oid oid, relname name);
CREATE FUNCTION pg_temp.leak() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked' USING DETAIL = current_user; END $$;
DO $$
DECLARE name text;
BEGIN
	FOREACH name IN ARRAY '{users,sessions,credentials,signing_keys,login_attempts,audit_log,posts}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER leak BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON pg_temp.%I FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.leak()', name);
	END LOOP;
END $$;
SET search_path = pg_temp, regress_auth_evil, pg_catalog;
-- The traps work.
\set VERBOSITY terse
SELECT public.regress_auth_careless();

-- Every call does what it does otherwise, from its very first time in this session on.
SELECT auth.register_user('mallory@example.org', 'correct horse') OPERATOR(pg_catalog.->>) 'email' AS registered;
SELECT auth.register_user('mallory@example.org', 'correct horse') OPERATOR(pg_catalog.->>) 'code' AS registered_again;
SELECT auth.login('mallory@example.org', 'wrong') OPERATOR(pg_catalog.->>) 'code' AS wrong_password;
SELECT auth.login('mallory@example.org', 'correct horse') AS answer \gset
SELECT auth.refresh(:'answer'::pg_catalog.jsonb OPERATOR(pg_catalog.->>) 'refresh_token') AS answer \gset
SELECT :'answer'::pg_catalog.jsonb OPERATOR(pg_catalog.->>) 'access_token' AS token, :'answer'::pg_catalog.jsonb OPERATOR(pg_catalog.->>) 'refresh_token' AS refresh_token \gset
SELECT pg_catalog.json_array_length(auth.jwks()::pg_catalog.json OPERATOR(pg_catalog.->) 'keys') AS keys;
BEGIN;
SELECT auth.authenticate(:'token') IS NOT NULL AS is_bound;
SET LOCAL ROLE authenticated;
SELECT auth.current_user() OPERATOR(pg_catalog.->>) 'email' AS who;
SELECT auth.uid() IS NOT NULL AS uid, auth.session_id() IS NOT NULL AS session_id, auth.role();
SELECT email FROM auth.users;
SELECT pg_catalog.count(*) AS sessions FROM auth.sessions;
INSERT INTO auth.posts (title) VALUES ('Hers') RETURNING author OPERATOR(pg_catalog.=) auth.uid() AS is_hers;
UPDATE auth.posts SET title = 'Still hers' RETURNING title, date_updated IS NOT NULL AS is_noted;
UPDATE auth.users SET first_name = 'Mallory' RETURNING first_name, updated_at IS NOT NULL AS is_noted;
SELECT auth.change_password('correct horse', 'battery staple');
COMMIT;
BEGIN;
SELECT pg_catalog.set_config('request.method', 'GET', true), pg_catalog.set_config('request.path', '/posts', true),
       pg_catalog.set_config('request.headers', pg_catalog.json_build_object('authorization', 'Bearer ' OPERATOR(pg_catalog.||) :'token')::pg_catalog.text, true) IS NOT NULL AS placed;
SELECT auth.pre_request();
SELECT current_role, auth.uid() IS NOT NULL AS is_signed_in;
COMMIT;
SELECT auth.logout(:'refresh_token', 'global');
RESET search_path;
RESET SESSION AUTHORIZATION;

-- It happened in our tables, and in none of hers.
SELECT email, first_name, (SELECT count(*) FROM auth.sessions) AS sessions, (SELECT count(*) FROM auth.posts) AS posts FROM auth.users;
SELECT event, count(*) FROM auth_private.audit_log GROUP BY 1 ORDER BY 1;
SELECT (SELECT count(*) FROM pg_temp.users) + (SELECT count(*) FROM pg_temp.sessions) + (SELECT count(*) FROM pg_temp.credentials) + (SELECT count(*) FROM pg_temp.audit_log) AS rows_of_hers;

-- An operator whose search path is not his own protects the table that he names.
CREATE TABLE public.regress_auth_notes (id int, owner uuid, text text);
SET search_path = pg_temp, regress_auth_evil, pg_catalog;
SELECT auth.protect('public.regress_auth_notes', 'owner', '{}', '{text}');
BEGIN;
SELECT auth.rotate_signing_key() IS NOT NULL AS is_rotated;
SELECT auth.install();
ROLLBACK;
RESET search_path;
SELECT polname, pg_get_expr(polqual, polrelid) AS using FROM pg_policy WHERE polrelid = 'public.regress_auth_notes'::regclass ORDER BY polname;

-- What PostgREST is told cannot be put where PostgREST reads it, either.
SET SESSION AUTHORIZATION authenticator;
ALTER ROLE authenticator SET pgrst.jwt_secret = 'reallyreallyreallyreallyverysafe';
ALTER ROLE authenticator SET pgrst.db_pre_request = '';
SELECT current_database() AS database \gset
ALTER ROLE authenticator IN DATABASE :"database" SET pgrst.db_anon_role = 'auth_owner';
RESET SESSION AUTHORIZATION;
-- Nothing that is loaded here can be given a key of one's own.
SET SESSION AUTHORIZATION regress_auth_mallory;
SET auth.jwk = '{"kty":"OKP"}';
SET auth.signing_key = 'mine';
SET auth.jwt_secret = 'mine';
SELECT auth.authenticate(:'token');
RESET SESSION AUTHORIZATION;

\c -
DROP FUNCTION public.regress_auth_careless;
DROP TABLE public.regress_auth_notes;
DELETE FROM auth.posts;
DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
SET client_min_messages = warning;
DROP OWNED BY regress_auth_mallory CASCADE;
DROP ROLE regress_auth_mallory;
