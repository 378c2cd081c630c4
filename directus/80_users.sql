

--
-- Accounts and sessions, from auth
--

CREATE FUNCTION directus_private.require_user() RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF auth.uid() IS NULL THEN
		PERFORM directus_private.raise(401, 'INVALID_CREDENTIALS', 'Invalid user credentials.');
	END IF;
	RETURN auth.uid()::text;
END
$$;

-- Never FORBIDDEN: fields that the caller may not read are left out.
CREATE FUNCTION directus_private.read_me(query jsonb) RETURNS json
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.read_one('auth.users', directus_private.require_user(), query, is_lenient => true) $$;

-- POST /users (no names) gets the errors of POST /items for a bad address or a forbidden field.
CREATE FUNCTION directus_private.register(body jsonb, names text[]) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	unknown text;
	answer jsonb;
BEGIN
	IF names = '{}' AND body ->> 'email' <> '' AND jsonb_typeof(body -> 'email') = 'string' AND NOT directus_private.is_email(body ->> 'email') THEN
		PERFORM directus_private.raise(400, 'FAILED_VALIDATION', 'Validation failed for field "email". Value has to be a valid email address.',
			'{"field": "email", "path": ["email"], "type": "email"}');
	END IF;
	PERFORM directus_private.require_strings(body, '{email,password}', names);
	SELECT key INTO unknown FROM jsonb_object_keys(body) AS key WHERE NOT key = ANY ('{email,password}'::text[] || names) LIMIT 1;
	IF unknown IS NOT NULL AND names = '{}' THEN
		PERFORM directus_private.raise_forbidden_field(unknown, 'directus_users');
	ELSIF unknown IS NOT NULL THEN
		PERFORM directus_private.raise_invalid_payload(format('"%s" is not allowed', left(unknown, 100)));
	END IF;

	answer := auth.register_user(body ->> 'email', body ->> 'password', body ->> 'first_name', body ->> 'last_name');
	RETURN CASE WHEN answer ? 'code' THEN directus_private.tell_answer(answer) ELSE directus_private.no_content() END;
END
$$;

-- The caller's sessions, which Directus does not show
CREATE FUNCTION directus_private.answer_sessions(method text, id text) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	changed bigint;
	rows json;
BEGIN
	PERFORM directus_private.require_user();
	IF method = 'DELETE' AND id IS NOT NULL THEN
		EXECUTE format('DELETE FROM auth.sessions AS t WHERE %s', directus_private.key_condition('auth.sessions', id));
		GET DIAGNOSTICS changed = ROW_COUNT;
		IF changed = 0 THEN
			PERFORM directus_private.raise_forbidden();
		END IF;
		RETURN directus_private.no_content();
	END IF;

	SELECT coalesce(json_agg(json_build_object('id', t.id, 'created_at', t.created_at, 'refreshed_at', t.refreshed_at,
			'expires_at', least(t.expires_at, t.not_after), 'user_agent', t.user_agent, 'ip', host(t.ip),
			'is_current', t.id = auth.session_id()) ORDER BY t.refreshed_at DESC), '[]') INTO rows
		FROM auth.sessions AS t WHERE least(t.expires_at, t.not_after) > now();
	RETURN json_build_object('data', rows);
END
$$;

CREATE FUNCTION directus_private.change_password(body jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	answer jsonb;
BEGIN
	PERFORM directus_private.require_user();
	PERFORM directus_private.require_strings(body, '{current_password,new_password}', '{}');
	answer := auth.change_password(body ->> 'current_password', body ->> 'new_password');
	RETURN CASE WHEN answer ? 'code' THEN directus_private.tell_answer(answer) ELSE directus_private.no_content() END;
END
$$;

-- The token in the body in mode json; null if it is in the cookie of another mode
CREATE FUNCTION directus_private.presented_token(body jsonb) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	mode text := coalesce(body ->> 'mode', CASE WHEN body ? 'refresh_token' THEN 'json' ELSE 'cookie' END);
	cookies json := nullif(current_setting('request.cookies', true), '')::json;
	token text := CASE mode WHEN 'json' THEN body ->> 'refresh_token'
		WHEN 'cookie' THEN cookies ->> current_setting('auth.refresh_cookie_name')
		WHEN 'session' THEN cookies ->> current_setting('auth.session_cookie_name') END;
BEGIN
	IF coalesce(token, '') = '' THEN
		PERFORM directus_private.raise_invalid_payload('The refresh token is required in either the payload or cookie');
	END IF;
	RETURN CASE mode WHEN 'json' THEN token END;
END
$$;

CREATE FUNCTION directus_private.login(body jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	PERFORM directus_private.require_strings(body, '{email,password}', '{mode,otp}');
	IF coalesce(body ->> 'mode', 'json') NOT IN ('cookie', 'json', 'session') THEN
		PERFORM directus_private.raise_invalid_payload('"mode" must be one of [cookie, json, session]');
	END IF;
	RETURN directus_private.tell_answer(auth.login(body ->> 'email', body ->> 'password', coalesce(body ->> 'mode', 'json')));
END
$$;

CREATE FUNCTION directus_private.refresh(body jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	token text := directus_private.presented_token(body);
BEGIN
	RETURN directus_private.tell_answer(auth.refresh(token,
		coalesce(body ->> 'mode', CASE WHEN token IS NULL THEN 'cookie' ELSE 'json' END)));
END
$$;

CREATE FUNCTION directus_private.logout(body jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	PERFORM auth.logout(directus_private.presented_token(body));
	RETURN directus_private.no_content();
END
$$;

CREATE FUNCTION directus_private.answer_user(method text, key text, query jsonb, body jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	id text := CASE key WHEN 'me' THEN directus_private.require_user() ELSE key END;
BEGIN
	CASE method
		WHEN 'PATCH' THEN
			PERFORM directus_private.update_items('auth.users', ARRAY[id], body);
			RETURN directus_private.read_one('auth.users', id, query);
		WHEN 'DELETE' THEN
			PERFORM directus_private.raise_forbidden();
		ELSE
			RETURN directus_private.read_one('auth.users', id, query);
	END CASE;
END
$$;
