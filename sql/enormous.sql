-- The longest text that there is, a gigabyte, in each argument of each public call: a plain answer,
-- and the same backend goes on.
SET auth.password_memory = '8MB';
SET auth.password_passes = 1;
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.login('alice@example.org', 'correct horse') AS answer \gset
SELECT pg_backend_pid() AS backend \gset
-- Made when it is run, not when it is planned, so that there is one copy of it, and once for as many calls as can share
-- it; in large pieces, which is faster.
CREATE TEMP TABLE piece AS SELECT repeat('x', 361651) AS ascii, repeat(U&'\+01F600', 90412) AS emoji, repeat('a@b.', 90412) AS address, repeat('auth_rt_', 45206) AS token;

\x on
SELECT octet_length(long) AS bytes,
       auth.register_user(long, 'correct horse') ->> 'details' AS email,
       auth.register_user('bob@example.org', long) ->> 'details' AS password,
       auth.register_user('bob@example.org', 'correct horse', long) ->> 'details' AS first_name,
       auth.register_user('bob@example.org', 'correct horse', NULL, long) ->> 'details' AS last_name,
       auth.login(long, 'correct horse') ->> 'code' AS login_email,
       auth.login('alice@example.org', long) ->> 'code' AS login_password,
       auth.refresh(long) ->> 'code' AS refresh,
       auth.logout(long) AS logout
  FROM (SELECT repeat(ascii, 2969) AS long FROM piece OFFSET 0) AS l;
-- what is read as an address, in many bytes a character, or as a token
SELECT auth.register_user(repeat(address, 2969), 'correct horse') ->> 'details' AS email FROM piece;
SELECT auth.register_user('bob@example.org', repeat(emoji, 2969)) ->> 'details' AS password FROM piece;
SELECT auth.refresh(repeat(token, 2969)) ->> 'code' AS refresh FROM piece;
SELECT auth.authenticate(repeat(address, 2969)) FROM piece;
-- what is no mode and no scope
SELECT auth.login('alice@example.org', 'correct horse', repeat(ascii, 2969)) FROM piece;
SELECT auth.refresh('x', repeat(ascii, 2969)) FROM piece;
SELECT auth.logout('x', repeat(ascii, 2969)) FROM piece;
BEGIN;
SELECT auth.authenticate(:'answer'::jsonb ->> 'access_token') IS NOT NULL AS is_bound;
SELECT auth.change_password(long, 'battery staple') ->> 'code' AS current_password,
       auth.change_password('correct horse', long) ->> 'details' AS new_password
  FROM (SELECT repeat(ascii, 2969) AS long FROM piece OFFSET 0) AS l;
COMMIT;
\x off

-- Nothing came of it, and no backend died.
SELECT pg_backend_pid() = :backend AS same_backend;
SELECT email FROM auth.users;
SELECT max(octet_length(a::text)) < 1000 AS the_log_is_short FROM auth_private.audit_log AS a;
SELECT auth.refresh(:'answer'::jsonb ->> 'refresh_token') ? 'access_token' AS goes_on;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
