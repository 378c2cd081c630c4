-- The account of the current user, with every column that a site added.
SELECT auth.register_user('alice@example.org', 'correct horse', 'Alice') ->> 'email' AS email;
SELECT auth.login('alice@example.org', 'correct horse') ->> 'access_token' AS token \gset

SELECT auth.current_user();

BEGIN;
SELECT auth.authenticate(:'token') IS NOT NULL AS is_bound;
SET LOCAL ROLE authenticated;
SELECT key, jsonb_typeof(value) FROM jsonb_each(auth.current_user()) ORDER BY key;
SELECT auth.current_user() ->> 'first_name' AS first_name, auth.current_user() ->> 'email' AS email;
COMMIT;

ALTER TABLE auth.users ADD COLUMN avatar text DEFAULT 'owl';
BEGIN;
SELECT auth.authenticate(:'token') IS NOT NULL AS is_bound;
SELECT auth.current_user() ->> 'avatar' AS avatar;
COMMIT;
ALTER TABLE auth.users DROP COLUMN avatar;

-- The bare word is another thing.
SELECT current_user = session_user AS is_the_sql_role;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
