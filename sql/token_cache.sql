-- A token that a backend has verified before is as good as one that it has not, however many there were, and no longer.
-- Sixty users, each signed in six times: more tokens than a backend keeps.
SET auth.password_memory = '8MB';
SET auth.password_passes = 1;
SELECT count(auth.register_user('user' || n || '@example.org', 'correct horse')) AS users FROM generate_series(1, 60) AS n;
CREATE FUNCTION pg_temp.payload(token text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT convert_from(decode(translate(split_part(token, '.', 2), '-_', '+/') || repeat('=', 3 - (length(split_part(token, '.', 2)) + 3) % 4), 'base64'), 'UTF8')::jsonb;
$$;
CREATE TEMPORARY TABLE tokens AS
	SELECT row_number() OVER () AS n, t.user_id, (pg_temp.payload(t.token) ->> 'sid')::uuid AS session_id, t.token
		FROM (SELECT u.id AS user_id, auth.login(u.email, 'correct horse') ->> 'access_token' AS token
			FROM auth.users u, generate_series(1, 6)) t;
SELECT count(*) AS tokens, count(DISTINCT token) AS distinct_tokens, count(DISTINCT session_id) AS sessions, count(DISTINCT user_id) AS users FROM tokens;

-- What becomes of each token
CREATE FUNCTION pg_temp.outcome(token tokens) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF auth.authenticate(token.token) = token.user_id AND auth.uid() = token.user_id AND auth.session_id() = token.session_id THEN
		RETURN 'its own user';
	END IF;
	RETURN 'somebody else';
EXCEPTION WHEN SQLSTATE 'PT401' THEN
	RETURN sqlerrm;
END
$$;
CREATE FUNCTION pg_temp.outcomes() RETURNS TABLE (outcome text, tokens bigint) LANGUAGE sql AS $$
	SELECT pg_temp.outcome(t), count(*) FROM (SELECT * FROM tokens t ORDER BY random()) t GROUP BY 1 ORDER BY 1;
$$;

-- For the first time, again, and again in other orders.
SELECT * FROM pg_temp.outcomes();
SELECT * FROM pg_temp.outcomes();
SELECT * FROM pg_temp.outcomes();

-- Not for another issuer or audience; then again.
SET auth.issuer = 'somebody else';
SELECT * FROM pg_temp.outcomes();
RESET auth.issuer;
SET auth.audience = 'a site';
SELECT * FROM pg_temp.outcomes();
RESET auth.audience;
SELECT * FROM pg_temp.outcomes();

-- Not once its session has ended, nor while its account is not active.
DELETE FROM auth.sessions s USING tokens t WHERE s.id = t.session_id AND t.n % 6 = 0;
SELECT * FROM pg_temp.outcomes();
UPDATE auth.users SET status = 'suspended' WHERE email = 'user1@example.org';
SELECT outcome, count(*) FROM (SELECT pg_temp.outcome(t) FROM tokens t JOIN auth.users u ON u.id = t.user_id WHERE u.status <> 'active') o GROUP BY 1;
UPDATE auth.users SET status = 'active';

-- Refused to the moment when it expires, also by a key that no longer signs.
SET auth.access_token_ttl = 2;
SELECT auth.login('user1@example.org', 'correct horse') ->> 'access_token' AS short \gset
RESET auth.access_token_ttl;
SELECT auth.rotate_signing_key() IS NOT NULL AS is_rotated;
UPDATE auth_private.signing_keys SET signs_from = clock_timestamp() WHERE purpose = 'access_token' AND verifies_until = 'infinity';
SELECT set_config('regress.token', :'short', false) IS NOT NULL AS is_placed;
DO $$
DECLARE
	token text := current_setting('regress.token');
	expires_at timestamptz := to_timestamp((pg_temp.payload(token) ->> 'exp')::int);
	asked_at timestamptz;
	accepted int := 0;
BEGIN
	LOOP
		asked_at := clock_timestamp();
		BEGIN
			PERFORM auth.authenticate(token);
		EXCEPTION WHEN SQLSTATE 'PT401' THEN
			RAISE NOTICE 'accepted before it was refused: %; refused too early: %; refused because: %',
				accepted > 0, clock_timestamp() < expires_at, sqlerrm;
			EXIT;
		END;
		IF asked_at >= expires_at THEN
			RAISE EXCEPTION 'accepted % after it had expired', asked_at - expires_at;
		END IF;
		accepted := accepted + 1;
	END LOOP;
END
$$;

-- Not once its key is withdrawn.
UPDATE auth_private.signing_keys SET verifies_until = clock_timestamp() WHERE purpose = 'access_token' AND verifies_until < 'infinity';
SELECT * FROM pg_temp.outcomes();
DELETE FROM auth_private.signing_keys WHERE verifies_until < clock_timestamp();

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
