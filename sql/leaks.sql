-- What a policy hides cannot be found out by a side door: cheap functions, errors, plans kept from
-- somebody else, MERGE, conflicts, statistics.
INSERT INTO auth.users (id, email, first_name) VALUES
	('00000000-0000-4000-8000-00000000000a', 'alice@example.org', 'Alice'),
	('00000000-0000-4000-8000-00000000000b', 'bob@example.org', 'Bob');
INSERT INTO auth.sessions (user_id, refreshed_at, expires_at, not_after)
	SELECT id, now(), now() + interval '1 h', now() + interval '1 h' FROM auth.users;
CREATE TABLE public.regress_auth_notes (id int PRIMARY KEY, owner uuid REFERENCES auth.users, text text UNIQUE);
CREATE INDEX ON public.regress_auth_notes (owner);
SELECT auth.protect('public.regress_auth_notes', 'owner', '{}', '{id,text}');
INSERT INTO public.regress_auth_notes SELECT n, CASE n % 2 WHEN 0 THEN '00000000-0000-4000-8000-00000000000a'::uuid ELSE '00000000-0000-4000-8000-00000000000b' END, 'note ' || n FROM generate_series(1, 1000) AS n;
INSERT INTO auth.posts (title, author) VALUES ('Alice''s', '00000000-0000-4000-8000-00000000000a'), ('Bob''s', '00000000-0000-4000-8000-00000000000b');
ANALYZE auth.users, auth.sessions, auth.posts, public.regress_auth_notes;
\set as_alice 'BEGIN; SET LOCAL auth.user_id = ''00000000-0000-4000-8000-00000000000a''; SET LOCAL ROLE authenticated;'
\set as_bob 'BEGIN; SET LOCAL auth.user_id = ''00000000-0000-4000-8000-00000000000b''; SET LOCAL ROLE authenticated;'
\set as_nobody 'BEGIN; SET LOCAL ROLE authenticated;'

-- A function of the user's own that costs nothing, and one that fails, meet visible rows only.
SET ROLE authenticated;
CREATE FUNCTION pg_temp.tell(text) RETURNS bool COST 0.0000001 LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
CREATE OPERATOR pg_temp.<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_catalog.texteq);
RESET ROLE;
:as_alice
SELECT count(*) FROM auth.users WHERE pg_temp.tell(email);
SELECT count(*) FROM auth.sessions WHERE pg_temp.tell(user_id::text);
SELECT count(*) FROM public.regress_auth_notes WHERE id < 6 AND pg_temp.tell(text);
SELECT count(*) FROM auth.users u JOIN auth.sessions s ON pg_temp.tell(email || user_id::text);
SELECT count(*) FROM auth.users WHERE 1 / (CASE email WHEN 'bob@example.org' THEN 0 ELSE 1 END) = 1;
SELECT count(*) FROM auth.sessions WHERE (CASE user_id WHEN '00000000-0000-4000-8000-00000000000b' THEN 'x' ELSE '1' END)::int = 1;
SELECT email FROM auth.users WHERE email OPERATOR(pg_temp.<<<) 'bob@example.org';
UPDATE auth.users SET first_name = 'Alicia' WHERE pg_temp.tell(email) RETURNING email;
DELETE FROM public.regress_auth_notes WHERE id IN (1, 2) AND pg_temp.tell(text) RETURNING text;
ROLLBACK;

-- A plan that is kept is no identity that is kept: prepared for one, it serves another, and nobody.
SET plan_cache_mode = force_generic_plan;
PREPARE own_users AS SELECT email FROM auth.users ORDER BY email;
PREPARE own_notes (int) AS SELECT count(*), count(DISTINCT owner), min(owner::text) = auth.uid()::text AS own FROM public.regress_auth_notes WHERE id > $1;
PREPARE in_cte AS WITH seen AS MATERIALIZED (SELECT * FROM auth.sessions) SELECT count(*), bool_and(user_id = auth.uid()) AS own FROM seen WHERE EXISTS (SELECT FROM auth.users WHERE id = user_id);
CREATE FUNCTION public.regress_auth_set() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT email FROM auth.users';
CREATE FUNCTION public.regress_auth_loop() RETURNS SETOF text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN QUERY SELECT email FROM auth.users; END $$;
CREATE VIEW public.regress_auth_view WITH (security_invoker) AS SELECT email FROM auth.users;
GRANT SELECT ON public.regress_auth_view TO authenticated;
PREPARE by_function AS SELECT s, l, v.email FROM public.regress_auth_set() AS s, public.regress_auth_loop() AS l, public.regress_auth_view AS v;
-- by a superuser first, who sees all
EXECUTE own_users; EXECUTE own_notes (0); EXECUTE in_cte;
SELECT count(*) FROM public.regress_auth_loop();
:as_alice
EXECUTE own_users; EXECUTE own_notes (0); EXECUTE in_cte; EXECUTE by_function;
COMMIT;
:as_bob
EXECUTE own_users; EXECUTE own_notes (0); EXECUTE in_cte; EXECUTE by_function;
COMMIT;
:as_nobody
EXECUTE own_users; EXECUTE own_notes (0); EXECUTE in_cte; EXECUTE by_function;
COMMIT;
:as_alice
EXECUTE own_users;
SET LOCAL ROLE anon;
EXECUTE own_users;
ROLLBACK;
RESET plan_cache_mode;

-- MERGE is bound by the same policies, in each of its branches.
:as_alice
MERGE INTO public.regress_auth_notes n USING (VALUES (1), (2)) AS v (id) ON n.id = v.id WHEN MATCHED THEN UPDATE SET text = 'merged ' || v.id;
SELECT count(*) AS hers FROM public.regress_auth_notes WHERE text LIKE 'merged%';
MERGE INTO public.regress_auth_notes n USING (VALUES (3), (4)) AS v (id) ON n.id = v.id WHEN MATCHED THEN DELETE;
RESET ROLE;
SELECT id, text FROM public.regress_auth_notes WHERE id < 5 ORDER BY id;
ROLLBACK;
:as_alice
MERGE INTO auth.posts p USING (VALUES ('Bob''s')) AS v (title) ON p.title = v.title WHEN MATCHED THEN DELETE;
ROLLBACK;
:as_alice
MERGE INTO auth.posts p USING (VALUES ('New')) AS v (title) ON p.title = v.title WHEN NOT MATCHED THEN INSERT (title, author) VALUES (v.title, '00000000-0000-4000-8000-00000000000b');
ROLLBACK;

-- No conflict tells which rows there are: what is unique in our tables, no user writes.
SELECT DISTINCT i.indrelid::regclass::text AS "table", a.attname AS is_unique, has_column_privilege('authenticated', i.indrelid, a.attname, 'INSERT') AS may_insert, has_column_privilege('authenticated', i.indrelid, a.attname, 'UPDATE') AS may_update
  FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
 WHERE indisunique AND i.indrelid IN ('auth.users'::regclass, 'auth.sessions'::regclass, 'auth.posts'::regclass) ORDER BY 1, 2;
:as_alice
INSERT INTO auth.users (email) VALUES ('bob@example.org') ON CONFLICT DO NOTHING;
ROLLBACK;
:as_alice
UPDATE auth.users SET email = 'bob@example.org';
ROLLBACK;
:as_alice
INSERT INTO auth.posts (id, title) OVERRIDING SYSTEM VALUE VALUES (1, 'x') ON CONFLICT DO NOTHING;
ROLLBACK;
:as_alice
INSERT INTO auth.sessions (id, user_id) SELECT id, user_id FROM auth.sessions ON CONFLICT DO NOTHING;
ROLLBACK;
-- Where a site lets them write what is unique, the conflict shows, but nothing of the row.
:as_alice
INSERT INTO public.regress_auth_notes (id, text) VALUES (1, 'hers');
ROLLBACK;
:as_alice
INSERT INTO public.regress_auth_notes (id, text) VALUES (1, 'hers') ON CONFLICT (id) DO UPDATE SET text = 'taken' RETURNING text;
ROLLBACK;
:as_alice
UPDATE public.regress_auth_notes SET text = 'note 1' WHERE id = 2;
ROLLBACK;

-- Statistics, and what the system knows of a row
:as_alice
SELECT tablename FROM pg_stats WHERE schemaname = 'auth' OR tablename = 'regress_auth_notes';
SELECT pg_get_serial_sequence('auth.posts', 'id') IS NOT NULL AS is_known;
SELECT last_value FROM auth.posts_id_seq;
ROLLBACK;
:as_alice
SELECT email FROM auth.users WHERE ctid >= '(0,0)';
SELECT email FROM auth.users TABLESAMPLE SYSTEM (100) FOR UPDATE;
SELECT count(*) FROM ONLY auth.sessions;
COPY auth.users (email) TO STDOUT;
ROLLBACK;
:as_alice
COPY auth_private.credentials TO STDOUT;
ROLLBACK;
:as_alice
LOCK TABLE auth.users;
ROLLBACK;
:as_alice
SET LOCAL row_security = off;
SELECT email FROM auth.users;
ROLLBACK;

-- The owner's checks of foreign keys are no way in: a hidden user cannot be referred to.
:as_alice
INSERT INTO public.regress_auth_notes (id, text, owner) VALUES (2000, 'x', '00000000-0000-4000-8000-00000000000b');
ROLLBACK;

DEALLOCATE ALL;
DROP VIEW public.regress_auth_view;
DROP FUNCTION public.regress_auth_set, public.regress_auth_loop;
DROP TABLE public.regress_auth_notes;
DELETE FROM auth.posts;
DELETE FROM auth.users;
