-- An account is one row in auth.users and one hash in a table nobody reads.
SELECT auth.register_user('Alice@Example.org', 'correct horse', 'Alice', 'Liddell');
SELECT email, first_name, last_name, role, status, last_sign_in_at IS NULL AS has_never_signed_in
  FROM auth.users;
SELECT password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%' AS is_argon2id_at_default_cost
  FROM auth_private.credentials JOIN auth.users ON id = user_id;

-- Letter case makes no second account; in SQL the caller is told.
SELECT auth.register_user('ALICE@example.ORG', 'another password');
SELECT count(*) FROM auth.users;

-- Names are optional.
SELECT auth.register_user('bob@example.org', 'correct horse');

-- What is not acceptable is refused by name, and leaves nothing.
SELECT auth.register_user('not an address', 'correct horse');
SELECT auth.register_user('alice@example.org ', 'correct horse');
SELECT auth.register_user('carol@example.org', '1234567');
SELECT auth.register_user('carol@example.org', repeat('x', 1025));
SELECT auth.register_user('carol@example.org', 'correct horse', repeat('x', 256));
SELECT auth.register_user('carol@example.org', 'correct horse', NULL, repeat('x', 256));
SELECT count(*) FROM auth.users WHERE email LIKE 'carol%';

-- A null argument is the caller's mistake.
SELECT auth.register_user(NULL, 'correct horse');
SELECT auth.register_user('carol@example.org', NULL);

-- Registration can be closed, and only by a superuser.
SET auth.registration_enabled = off;
SELECT auth.register_user('carol@example.org', 'correct horse');
RESET auth.registration_enabled;
SET ROLE anon;
SET auth.registration_enabled = off;
RESET ROLE;

-- A new account gets the default role of the day.
CREATE ROLE regress_auth_editor;
SET auth.default_role = 'regress_auth_editor';
SELECT auth.register_user('editor@example.org', 'correct horse') ->> 'email' AS email;
RESET auth.default_role;
SELECT role FROM auth.users WHERE email = 'editor@example.org';

SET auth.default_role = 'regress_auth_no_such_role';
SELECT auth.register_user('lost@example.org', 'correct horse');
RESET auth.default_role;

-- The log knows what happened.
SELECT event, user_id IS NOT NULL AS names_account, detail FROM auth_private.audit_log ORDER BY id;

DELETE FROM auth.users;
SELECT count(*) AS credentials FROM auth_private.credentials;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
DROP ROLE regress_auth_editor;
