-- Signing out ends sessions at once, and is never an error.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.register_user('bob@example.org', 'correct horse') ->> 'email' AS email;
SELECT auth.login('bob@example.org', 'correct horse') ? 'access_token' AS is_signed_in;

-- local: by refresh token
SELECT auth.login('alice@example.org', 'correct horse') AS answer \gset
SELECT auth.logout(:'answer'::jsonb ->> 'refresh_token');
SELECT auth.logout(:'answer'::jsonb ->> 'refresh_token');
SELECT auth.refresh(:'answer'::jsonb ->> 'refresh_token') ->> 'code' AS refresh;
SELECT auth.authenticate(:'answer'::jsonb ->> 'access_token');

-- local: by the session in which the call is made
SELECT auth.login('alice@example.org', 'correct horse') AS answer \gset
BEGIN;
SELECT auth.authenticate(:'answer'::jsonb ->> 'access_token') IS NOT NULL AS is_bound;
SELECT auth.logout();
COMMIT;
SELECT auth.authenticate(:'answer'::jsonb ->> 'access_token');

-- others, then all of the account, and nobody else's
SELECT auth.login('alice@example.org', 'correct horse') ->> 'refresh_token' AS kept \gset
SELECT count(auth.login('alice@example.org', 'correct horse')) FROM generate_series(1, 2);
SELECT auth.logout(:'kept', 'others');
SELECT auth.refresh(:'kept') ->> 'refresh_token' AS kept \gset
SELECT auth.login('alice@example.org', 'correct horse') ? 'access_token' AS is_signed_in;
SELECT auth.logout(:'kept', 'global');
SELECT email, count(*) FROM auth.sessions JOIN auth.users ON users.id = user_id GROUP BY 1;

-- A token that was used before speaks for its own session only.
SELECT auth.login('alice@example.org', 'correct horse') ->> 'refresh_token' AS used \gset
SELECT auth.refresh(:'used') ? 'access_token' AS is_refreshed;
UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '1 min';
SELECT auth.login('alice@example.org', 'correct horse') ? 'access_token' AS is_signed_in;
SELECT auth.logout(:'used', 'global');
SELECT email, count(*) FROM auth.sessions JOIN auth.users ON users.id = user_id GROUP BY 1 ORDER BY 1;

-- An access token that has expired ends its own session.
SELECT set_config('request.headers', json_build_object('authorization', 'Bearer ' || (auth.login('alice@example.org', 'correct horse') ->> 'access_token'))::text, false) IS NOT NULL AS is_placed
  FROM (SELECT set_config('auth.access_token_ttl', '1', true)) AS short;
SELECT count(*) AS sessions FROM auth.sessions;
SELECT pg_sleep(1.1);
SELECT auth.logout(NULL, 'global');
SELECT count(*) AS sessions FROM auth.sessions;
SELECT set_config('request.headers', '', false);

-- Nobody, nothing, nonsense
SELECT auth.logout();
SELECT auth.logout('nonsense', 'global');
SELECT auth.logout(NULL, NULL);
SELECT auth.logout(NULL, 'everywhere');

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
