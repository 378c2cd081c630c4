-- The longest text that there is, a gigabyte, in each argument of each public call: a plain answer,
-- and the same backend goes on.
SET auth.password_memory = '8MB';
SET auth.password_passes = 1;
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.login('alice@example.org', 'correct horse') AS answer \gset
SELECT pg_backend_pid() AS backend \gset
-- Made when it is run, not when it is planned, so that there is one copy of it; in large pieces, which is faster.
CREATE TEMP TABLE piece AS SELECT repeat('x', 361651) AS ascii, repeat(U&'\+01F600', 90412) AS emoji, repeat('a@b.', 90412) AS address, repeat('auth_rt_', 45206) AS token;
SELECT octet_length(repeat(ascii, 2969)) AS bytes FROM piece;

SELECT auth.register_user(repeat(ascii, 2969), 'correct horse') ->> 'details' AS details FROM piece;
SELECT auth.register_user(repeat(address, 2969), 'correct horse') ->> 'details' AS details FROM piece;
SELECT auth.register_user('bob@example.org', repeat(ascii, 2969)) ->> 'details' AS details FROM piece;
SELECT auth.register_user('bob@example.org', repeat(emoji, 2969)) ->> 'details' AS details FROM piece;
SELECT auth.register_user('bob@example.org', 'correct horse', repeat(ascii, 2969)) ->> 'details' AS details FROM piece;
SELECT auth.register_user('bob@example.org', 'correct horse', NULL, repeat(ascii, 2969)) ->> 'details' AS details FROM piece;
SELECT auth.login(repeat(ascii, 2969), 'correct horse') ->> 'code' AS code FROM piece;
SELECT auth.login('alice@example.org', repeat(ascii, 2969)) ->> 'code' AS code FROM piece;
SELECT auth.login('alice@example.org', 'correct horse', repeat(ascii, 2969)) FROM piece;
SELECT auth.refresh(repeat(ascii, 2969)) ->> 'code' AS code FROM piece;
SELECT auth.refresh(repeat(token, 2969)) ->> 'code' AS code FROM piece;
SELECT auth.refresh('x', repeat(ascii, 2969)) FROM piece;
SELECT auth.logout(repeat(ascii, 2969)) FROM piece;
SELECT auth.logout('x', repeat(ascii, 2969)) FROM piece;
SELECT auth.authenticate(repeat(ascii, 2969)) FROM piece;
SELECT auth.authenticate(repeat(address, 2969)) FROM piece;
BEGIN;
SELECT auth.authenticate(:'answer'::jsonb ->> 'access_token') IS NOT NULL AS is_bound;
SELECT auth.change_password(repeat(ascii, 2969), 'battery staple') ->> 'code' AS code FROM piece;
SELECT auth.change_password('correct horse', repeat(ascii, 2969)) ->> 'details' AS details FROM piece;
COMMIT;

-- Nothing came of it, and no backend died.
SELECT pg_backend_pid() = :backend AS same_backend;
SELECT email FROM auth.users;
SELECT max(octet_length(a::text)) < 1000 AS the_log_is_short FROM auth_private.audit_log AS a;
SELECT auth.refresh(:'answer'::jsonb ->> 'refresh_token') ? 'access_token' AS goes_on;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
