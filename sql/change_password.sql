-- A signed-in user who knows the current password sets a new one; the other sessions end.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'access_token' AS token \gset
SELECT auth.login('alice@example.org', 'correct horse') ->> 'refresh_token' AS other_device \gset

-- Nobody has no password.
SELECT auth.change_password('correct horse', 'battery staple');

BEGIN;
SELECT auth.authenticate(:'token') IS NOT NULL AS is_bound;
SELECT auth.change_password('wrong horse', 'battery staple');
SELECT auth.change_password('correct horse', 'short');
SELECT auth.change_password('correct horse', repeat('x', 1025));
SELECT auth.change_password('correct horse', 'battery staple');
COMMIT;

SELECT auth.authenticate(:'token') IS NOT NULL AS this_session_goes_on;
SELECT auth.refresh(:'other_device') ->> 'code' AS the_other;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'code' AS the_old_password;
SELECT auth.login('alice@example.org', 'battery staple') ? 'access_token' AS the_new_password;

-- Guesses at the current password count as at sign-in.
SET auth.failed_logins_before_delay = 2;
BEGIN;
SELECT auth.authenticate(:'token') IS NOT NULL AS is_bound;
SELECT auth.change_password('wrong', 'battery staple') ->> 'code' AS code FROM generate_series(1, 2);
UPDATE auth_private.login_attempts SET last_at = clock_timestamp() + interval '1 min';
SELECT auth.change_password('battery staple', 'another one') ->> 'code' AS code;
SELECT auth.login('alice@example.org', 'battery staple') ->> 'code' AS sign_in_elsewhere;
COMMIT;

BEGIN;
SELECT auth.authenticate(:'token') IS NOT NULL AS is_bound;
SAVEPOINT a;
SELECT auth.change_password(NULL, 'x');
ROLLBACK TO a;
SELECT auth.change_password('x', NULL);
ROLLBACK;

SELECT event, user_id IS NOT NULL AS names_account, session_id IS NOT NULL AS names_session, detail
  FROM auth_private.audit_log WHERE event = 'change_password' ORDER BY id;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
