-- Each rule on the tables of auth, from both sides.
INSERT INTO auth.users (id, email, first_name) VALUES
	('00000000-0000-4000-8000-00000000000a', 'alice@example.org', 'Alice'),
	('00000000-0000-4000-8000-00000000000b', 'bob@example.org', 'Bob');
INSERT INTO auth.sessions (user_id, refreshed_at, expires_at, not_after)
	SELECT id, now(), now() + interval '1 h', now() + interval '1 h' FROM auth.users;
\set as_alice 'BEGIN; SET LOCAL auth.user_id = ''00000000-0000-4000-8000-00000000000a''; SET LOCAL ROLE authenticated;'
\set as_bob 'BEGIN; SET LOCAL auth.user_id = ''00000000-0000-4000-8000-00000000000b''; SET LOCAL ROLE authenticated;'

-- users: one's own row, and in it the names only
:as_alice
SELECT email FROM auth.users;
UPDATE auth.users SET first_name = 'Alicia' RETURNING email, first_name, updated_at IS NOT NULL AS is_noted;
COMMIT;
:as_alice
UPDATE auth.users SET role = 'postgres';
ROLLBACK;
:as_alice
UPDATE auth.users SET status = 'active';
ROLLBACK;
:as_alice
UPDATE auth.users SET email = 'mallory@example.org';
ROLLBACK;
:as_alice
UPDATE auth.users SET id = '00000000-0000-4000-8000-00000000000b';
ROLLBACK;
:as_alice
INSERT INTO auth.users (email) VALUES ('mallory@example.org');
ROLLBACK;
:as_alice
DELETE FROM auth.users;
ROLLBACK;
:as_alice
MERGE INTO auth.users u USING (VALUES ('bob@example.org')) AS v (email) ON u.email = v.email
	WHEN MATCHED THEN UPDATE SET first_name = 'Mallory' WHEN NOT MATCHED THEN DO NOTHING;
ROLLBACK;

-- sessions: one's own, to look at and to end
:as_alice
SELECT count(*) FROM auth.sessions;
DELETE FROM auth.sessions;
COMMIT;
SELECT email FROM auth.sessions JOIN auth.users ON users.id = user_id;
:as_alice
UPDATE auth.sessions SET expires_at = 'infinity';
ROLLBACK;
:as_alice
INSERT INTO auth.sessions (user_id, refreshed_at, expires_at, not_after)
	VALUES ('00000000-0000-4000-8000-00000000000a', now(), now(), now());
ROLLBACK;

-- posts: the author is the current user
:as_alice
INSERT INTO auth.posts (title, content) VALUES ('Hello', 'World')
	RETURNING title, author = auth.uid() AS author_is_alice, user_created = auth.uid() AS user_created_is_alice, date_updated;
COMMIT;
:as_alice
INSERT INTO auth.posts (title, author) VALUES ('Hello', auth.uid());
ROLLBACK;
:as_alice
INSERT INTO auth.posts (title, date_created) VALUES ('Hello', 'infinity');
ROLLBACK;
:as_alice
UPDATE auth.posts SET title = 'Hello again' RETURNING title, date_updated IS NOT NULL AS is_noted;
COMMIT;
:as_alice
UPDATE auth.posts SET author = '00000000-0000-4000-8000-00000000000b';
ROLLBACK;

-- everybody who is signed in reads them; nobody else changes them
:as_bob
SELECT title FROM auth.posts;
UPDATE auth.posts SET title = 'Taken' RETURNING title;
DELETE FROM auth.posts RETURNING title;
SELECT count(*) FROM auth.posts;
COMMIT;
:as_bob
MERGE INTO auth.posts p USING (VALUES ('Hello again')) AS v (title) ON p.title = v.title
	WHEN MATCHED THEN UPDATE SET content = 'Taken';
ROLLBACK;
:as_bob
TRUNCATE auth.posts;
ROLLBACK;

-- with the role, but nobody
BEGIN;
SET LOCAL ROLE authenticated;
SELECT count(*) FROM auth.posts;
SELECT count(*) FROM auth.users;
INSERT INTO auth.posts (title) VALUES ('Nobody''s');
ROLLBACK;

-- anon: nothing
SET ROLE anon;
SELECT * FROM auth.posts;
SELECT * FROM auth.users;
SELECT * FROM auth.sessions;
INSERT INTO auth.posts (title) VALUES ('Nobody''s');
RESET ROLE;

-- The post of an account that is deleted stays, as nobody's.
DELETE FROM auth.users;
SELECT title, author FROM auth.posts;
SELECT count(*) AS sessions FROM auth.sessions;
DELETE FROM auth.posts;
