-- The right password opens a session; nothing else does, and all else looks alike.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;

SELECT auth.login('alice@example.org', 'correct horse') AS answer \gset
SELECT key, jsonb_typeof(value) FROM jsonb_each(:'answer') ORDER BY key;
SELECT :'answer'::jsonb ->> 'token_type' AS token_type, (:'answer'::jsonb ->> 'expires')::int AS expires,
       (:'answer'::jsonb ->> 'expires_at')::bigint - extract(epoch FROM now())::bigint BETWEEN 898 AND 901 AS expires_in_15_minutes,
       :'answer'::jsonb ->> 'refresh_token' ~ '^auth_rt_[A-Za-z0-9_-]{70}$' AS refresh_token_is_recognisable;

-- The session is on record.
SELECT generation, user_agent, ip, round(extract(epoch FROM expires_at - refreshed_at) / 86400, 3) AS days_idle,
       round(extract(epoch FROM not_after - refreshed_at) / 86400, 3) AS days_at_most FROM auth.sessions;
SELECT last_sign_in_at IS NOT NULL AS has_signed_in, updated_at IS NULL AS that_is_no_update FROM auth.users;

-- An address is found in any letter case.
SELECT auth.login('ALICE@EXAMPLE.ORG', 'correct horse') ? 'access_token' AS is_signed_in;

-- A wrong password and an address that is not registered: the same answer.
SELECT auth.login('alice@example.org', 'Correct horse');
SELECT auth.login('nobody@example.org', 'correct horse');
SELECT auth.login('not an address', 'correct horse');
SELECT auth.login('alice@example.org', '');
SELECT auth.login('alice@example.org', repeat('x', 1000000));

-- An account without a password, too.
INSERT INTO auth.users (email) VALUES ('keyless@example.org');
SELECT auth.login('keyless@example.org', '');

-- Somebody who knows the password of an account that is not active is told so; others are not.
UPDATE auth.users SET status = 'suspended' WHERE email = 'alice@example.org';
SELECT auth.login('alice@example.org', 'correct horse');
SELECT auth.login('alice@example.org', 'wrong');
UPDATE auth.users SET status = 'active' WHERE email = 'alice@example.org';

-- The caller's mistakes.
SELECT auth.login(NULL, 'correct horse');
SELECT auth.login('alice@example.org', NULL);
SELECT auth.login('alice@example.org', 'correct horse', NULL);
SELECT auth.login('alice@example.org', 'correct horse', 'JSON');
SELECT auth.login('alice@example.org', 'correct horse', 'cookie');
SELECT auth.login('alice@example.org', 'correct horse', 'session');

-- The oldest sessions end when there are too many.
SET auth.max_sessions = 2;
SELECT count(auth.login('alice@example.org', 'correct horse')) FROM generate_series(1, 4);
SELECT count(*) AS sessions FROM auth.sessions;
RESET auth.max_sessions;

SELECT event, user_id IS NOT NULL AS names_account, session_id IS NOT NULL AS names_session, detail
  FROM auth_private.audit_log WHERE event = 'login' ORDER BY id;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
