

--
-- Errors: raised where they are noticed, and answered with Directus' codes
--

CREATE FUNCTION directus_private.raise(status integer, code text, message text, extensions jsonb DEFAULT '{}') RETURNS void
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'DR000', MESSAGE = message,
		DETAIL = jsonb_build_object('status', status, 'extensions', extensions || jsonb_build_object('code', code));
END
$$;
COMMENT ON FUNCTION directus_private.raise(integer, text, text, jsonb) IS 'end the request with one of Directus'' errors';

CREATE FUNCTION directus_private.raise_invalid_payload(reason text) RETURNS void
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.raise(400, 'INVALID_PAYLOAD', 'Invalid payload. ' || reason || '.', jsonb_build_object('reason', reason)) $$;

CREATE FUNCTION directus_private.raise_invalid_query(reason text) RETURNS void
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.raise(400, 'INVALID_QUERY', 'Invalid query. ' || reason || '.', jsonb_build_object('reason', reason)) $$;

CREATE FUNCTION directus_private.raise_forbidden(reason text DEFAULT NULL) RETURNS void
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.raise(403, 'FORBIDDEN', coalesce(reason, 'You don''t have permission to access this.'),
		CASE WHEN reason IS NULL THEN '{}' ELSE jsonb_build_object('reason', reason) END) $$;

CREATE FUNCTION directus_private.raise_forbidden_collection(name text) RETURNS void
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.raise_forbidden(
		format('You don''t have permission to access collection "%s" or it does not exist. Queried in root.', left(name, 100))) $$;

CREATE FUNCTION directus_private.raise_forbidden_field(field text, collection text, place text DEFAULT 'root') RETURNS void
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.raise_forbidden(
		format('You don''t have permission to access field "%s" in collection "%s" or it does not exist. Queried in %s.', left(field, 100), left(collection, 100), place)) $$;

CREATE FUNCTION directus_private.raise_too_long(field text, collection text) RETURNS void
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.raise(400, 'VALUE_TOO_LONG', format('Value for field "%s" in collection "%s" is too long.', field, collection),
		jsonb_build_object('collection', collection, 'field', field)) $$;

CREATE FUNCTION directus_private.raise_not_found(path text) RETURNS void
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.raise(404, 'ROUTE_NOT_FOUND', format('Route %s doesn''t exist.', left(path, 200)), jsonb_build_object('path', left(path, 200))) $$;

CREATE FUNCTION directus_private.add_header(name text, value text) RETURNS void
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	PERFORM set_config('response.headers',
		(coalesce(nullif(current_setting('response.headers', true), ''), '[]')::jsonb || jsonb_build_object(name, value))::text, true);
END
$$;

CREATE FUNCTION directus_private.tell_error(status integer, message text, extensions jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	PERFORM set_config('response.status', status::text, true);
	RETURN json_build_object('errors', json_build_array(json_build_object('message', message, 'extensions', extensions)));
END
$$;
COMMENT ON FUNCTION directus_private.tell_error(integer, text, jsonb) IS 'the answer that Directus gives for an error';

CREATE FUNCTION directus_private.tell_invalid(part text, reason text) RETURNS json
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.tell_error(400, format('Invalid %s. %s.', part, reason),
		jsonb_build_object('code', 'INVALID_' || upper(part), 'reason', reason)) $$;

-- Directus looks up a token that is not a JWT among its users' static tokens: here it is nobody's.
CREATE FUNCTION directus_private.tell_bad_token(problem text) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF problem = 'access_token_expired' THEN
		RETURN directus_private.tell_error(401, 'Token expired.', '{"code": "TOKEN_EXPIRED"}');
	ELSIF problem = 'access_token_invalid' AND directus_private.request_token() LIKE '%.%.%' THEN
		RETURN directus_private.tell_error(403, 'Invalid token.', '{"code": "INVALID_TOKEN"}');
	END IF;
	RETURN directus_private.tell_error(401, 'Invalid user credentials.', '{"code": "INVALID_CREDENTIALS"}');
END
$$;

-- The error that was raised, in Directus' words, never in PostgreSQL's
CREATE FUNCTION directus_private.tell_exception(part text, state text, message text, detail text, failed_schema text,
		failed_table text, failed_constraint text, failed_column text) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	collection text := CASE WHEN failed_schema = 'auth' AND failed_table = 'users' THEN 'directus_users' ELSE failed_table END;
	field text := failed_column;
	told record;
BEGIN
	-- auth limits the length of its own columns by CHECK
	IF state = '23514' AND failed_constraint LIKE '%\_is\_at\_most\_%\_characters' THEN
		state := '22001';
	END IF;

	IF state = 'DR000' THEN
		RETURN directus_private.tell_error((detail::jsonb ->> 'status')::integer, message, detail::jsonb -> 'extensions');
	ELSIF state = 'PT401' THEN
		RETURN directus_private.tell_bad_token(detail);
	END IF;

	IF failed_constraint <> '' THEN
		SELECT a.attname INTO field FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
				JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
			WHERE c.conname = failed_constraint AND t.relname = failed_table AND t.relnamespace::regnamespace::text = quote_ident(failed_schema);
	END IF;

	SELECT * INTO told FROM (VALUES
		('23505', 400, 'RECORD_NOT_UNIQUE', format('Value for field "%s" in collection "%s" has to be unique.', field, collection)),
		('23P01', 400, 'RECORD_NOT_UNIQUE', format('Value for field "%s" in collection "%s" has to be unique.', field, collection)),
		('23503', 400, 'INVALID_FOREIGN_KEY', format('Invalid foreign key for field "%s" in collection "%s".', field, collection)),
		('23502', 400, 'FAILED_VALIDATION', format('Validation failed for field "%s". Value is required.', field)),
		('23514', 400, 'FAILED_VALIDATION', format('Validation failed for field "%s". Value doesn''t have the correct format.', field)),
		('22001', 400, 'VALUE_TOO_LONG', CASE field WHEN '' THEN 'A value is too long.' ELSE format('Value for field "%s" in collection "%s" is too long.', field, collection) END),
		('42501', 403, 'FORBIDDEN', 'You don''t have permission to access this.'),
		('428C9', 403, 'FORBIDDEN', 'You don''t have permission to access this.'), -- a generated column
		('PT403', 403, 'FORBIDDEN', 'A change that relies on a cookie must come from this site, as Sec-Fetch-Site or Origin says. Programs send the token as Authorization: Bearer.')) AS known (state, status, code, sentence) WHERE known.state = tell_exception.state;
	IF FOUND THEN
		RETURN directus_private.tell_error(told.status, told.sentence, jsonb_build_object('code', told.code) ||
			CASE WHEN state LIKE '23%' OR (state = '22001' AND field <> '') THEN jsonb_build_object('collection', collection, 'field', field)
				WHEN state = 'PT403' THEN jsonb_build_object('reason', told.sentence) ELSE '{}' END);
	END IF;

	-- a value that does not fit its type, a type that cannot be sorted or compared, or something nested too deep
	IF state LIKE '22%' OR state LIKE '54%' OR state = '42883' THEN
		CASE
			WHEN part = 'role' THEN
				RETURN directus_private.tell_error(403, 'You don''t have permission to access this.', '{"code": "FORBIDDEN"}');
			WHEN part = 'body' THEN
				RETURN directus_private.tell_invalid('payload', 'The body is not JSON');
			WHEN part NOT IN ('query', 'payload') THEN
				RETURN directus_private.tell_invalid('query', format('Invalid JSON for %s object', part));
			WHEN state LIKE '54%' THEN
				RETURN directus_private.tell_invalid(part, 'It is too complex');
			ELSE
				RETURN directus_private.tell_invalid(part, 'A value is not acceptable');
		END CASE;
	END IF;

	RAISE LOG 'directus: %: %', state, message;
	RETURN directus_private.tell_error(500, 'An unexpected error occurred.', '{"code": "INTERNAL_SERVER_ERROR"}');
END
$$;
COMMENT ON FUNCTION directus_private.tell_exception(text, text, text, text, text, text, text, text) IS
	'the answer to an error that was raised while handling a part of the request: role, body, query, payload, or the name of a JSON object in the query';

-- The answer or the refusal of a call of auth, in Directus' words
CREATE FUNCTION directus_private.tell_answer(answer jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	seconds integer;
BEGIN
	SELECT coalesce(max((header ->> 'Retry-After')::integer), 1) INTO seconds
		FROM jsonb_array_elements(nullif(current_setting('response.headers', true), '')::jsonb) AS header;
	CASE answer ->> 'code'
		WHEN 'invalid_credentials', 'account_not_active', 'invalid_refresh_token', 'refresh_token_reused' THEN
			RETURN directus_private.tell_error(401, 'Invalid user credentials.', '{"code": "INVALID_CREDENTIALS"}');
		WHEN 'too_many_attempts', 'server_busy' THEN
			RETURN directus_private.tell_error(429, format('Too many requests, retry after %ss.', seconds),
				jsonb_build_object('code', 'REQUESTS_EXCEEDED', 'reset',
					to_char((clock_timestamp() + make_interval(secs => seconds)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')));
		WHEN 'registration_disabled' THEN
			RETURN directus_private.tell_error(403, 'You don''t have permission to access this.', '{"code": "FORBIDDEN"}');
		WHEN 'validation_failed' THEN
			RETURN directus_private.tell_error(400, CASE answer ->> 'details'
					WHEN 'email' THEN 'Invalid payload. "email" must be a valid email.'
					ELSE format('Invalid payload. "%s" is too long.', answer ->> 'details') END,
				jsonb_build_object('code', 'INVALID_PAYLOAD', 'reason', CASE answer ->> 'details'
					WHEN 'email' THEN '"email" must be a valid email' ELSE format('"%s" is too long', answer ->> 'details') END));
		WHEN 'weak_password' THEN
			RETURN directus_private.tell_error(400, format('Validation failed for field "password". %s', answer ->> 'details'),
				'{"code": "FAILED_VALIDATION", "field": "password", "path": ["password"], "type": "regex"}');
		WHEN 'user_already_exists' THEN
			RETURN directus_private.tell_error(400, 'Value for field "email" in collection "directus_users" has to be unique.',
				'{"code": "RECORD_NOT_UNIQUE", "collection": "directus_users", "field": "email"}');
		ELSE
			IF answer ? 'code' THEN
				RAISE LOG 'directus: no words for the refusal %', answer ->> 'code';
				RETURN directus_private.tell_error(500, 'An unexpected error occurred.', '{"code": "INTERNAL_SERVER_ERROR"}');
			END IF;
			RETURN json_build_object('data', answer - '{token_type,expires_at,device_token}'::text[]);
	END CASE;
END
$$;
COMMENT ON FUNCTION directus_private.tell_answer(jsonb) IS 'the answer or the refusal of a call of auth, as Directus would give it';

CREATE FUNCTION directus_private.no_content() RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	PERFORM set_config('response.status', '204', true);
	-- a client that is promised JSON would try to parse the empty body
	PERFORM directus_private.add_header('Content-Type', '');
	RETURN NULL;
END
$$;
