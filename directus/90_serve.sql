

--
-- Serving: finding the route of a request, answering it, and handling errors
--

CREATE FUNCTION directus_private.find_route(method text, path text[]) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	length integer := cardinality(path);
	route text;
BEGIN
	route := CASE
		WHEN path[1] = 'items' THEN
			CASE WHEN (length IN (2, 3) AND method IN ('GET', 'PATCH', 'DELETE')) OR (length = 2 AND method IN ('POST', 'SEARCH')) THEN 'items' END
		WHEN path[1] = 'users' AND path[2] = 'me' AND path[3] = 'password' THEN
			CASE WHEN length = 3 AND method = 'POST' THEN 'password' END
		WHEN path[1] = 'users' AND path[2] = 'me' AND path[3] = 'sessions' THEN
			CASE WHEN (length = 3 AND method = 'GET') OR (length = 4 AND method = 'DELETE') THEN 'sessions' END
		WHEN path[1] = 'users' AND path[2] = 'register' AND method = 'POST' THEN
			CASE length WHEN 2 THEN 'register' END
		WHEN path[1] = 'users' AND length = 1 THEN
			CASE method WHEN 'POST' THEN 'create_user' WHEN 'GET' THEN 'users' WHEN 'SEARCH' THEN 'users' WHEN 'DELETE' THEN 'user' END
		WHEN path[1] = 'users' AND length = 2 THEN
			CASE WHEN method = 'GET' AND path[2] = 'me' THEN 'me' WHEN method IN ('GET', 'PATCH', 'DELETE') THEN 'user' END
		WHEN method <> 'GET' THEN NULL
		WHEN path = '{auth}' THEN 'providers'
		WHEN path = '{server,health}' THEN 'health'
		WHEN path = '{server,info}' THEN 'info' END;
	IF route IS NULL THEN
		PERFORM directus_private.raise_not_found('/' || array_to_string(path, '/'));
	END IF;
	RETURN route;
END
$$;
COMMENT ON FUNCTION directus_private.find_route(text, text[]) IS 'the route of directus_private.answer for a method and a path; ROUTE_NOT_FOUND if there is none';

-- What Directus says about a project with its default look
CREATE FUNCTION directus_private.server_info() RETURNS json
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	project jsonb := jsonb_build_object('project_name', current_database(), 'public_registration', current_setting('auth.registration_enabled')::boolean,
		'public_registration_verify_email', false, 'project_color', '#6644FF', 'default_language', 'en-US', 'default_appearance', 'auto',
		'project_descriptor', NULL, 'project_logo', NULL, 'default_theme_light', NULL, 'default_theme_dark', NULL, 'theme_light_overrides', NULL,
		'theme_dark_overrides', NULL, 'public_foreground', NULL, 'public_background', NULL, 'public_favicon', NULL, 'public_note', NULL, 'custom_css', NULL);
BEGIN
	RETURN json_build_object('data', jsonb_build_object('project', project, 'setupCompleted', true)
		|| CASE WHEN auth.uid() IS NULL THEN '{}' ELSE '{"rateLimit": false, "rateLimitGlobal": false, "queryLimit": {"default": 100, "max": -1}}'::jsonb END);
END
$$;

CREATE FUNCTION directus_private.answer(route text, method text, path text[], query jsonb, body jsonb, is_blind boolean) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	CASE route
		WHEN 'items' THEN
			RETURN directus_private.answer_items(method, path, query, body, is_blind);
		WHEN 'me' THEN
			RETURN directus_private.read_me(query);
		WHEN 'user' THEN
			RETURN directus_private.answer_user(method, path[2], query, body);
		WHEN 'users' THEN
			RETURN directus_private.read_list('auth.users', CASE method WHEN 'SEARCH' THEN directus_private.query_in(body) ELSE query END);
		WHEN 'create_user' THEN
			IF auth.uid() IS NOT NULL THEN
				PERFORM directus_private.raise_forbidden();
			END IF;
			RETURN directus_private.register(body, '{}');
		WHEN 'register' THEN
			RETURN directus_private.register(body, '{first_name,last_name}');
		WHEN 'login' THEN
			RETURN directus_private.login(body);
		WHEN 'refresh' THEN
			RETURN directus_private.refresh(body);
		WHEN 'logout' THEN
			RETURN directus_private.logout(body);
		WHEN 'password' THEN
			RETURN directus_private.change_password(body);
		WHEN 'sessions' THEN
			RETURN directus_private.answer_sessions(method, path[4]);
		WHEN 'providers' THEN
			RETURN '{"data":[],"disableDefault":false}';
		WHEN 'health' THEN
			PERFORM directus_private.add_header('Content-Type', 'application/health+json');
			RETURN '{"status":"ok"}';
		WHEN 'info' THEN
			RETURN directus_private.server_info();
	END CASE;
END
$$;

-- If something fails, the block with EXCEPTION rolls back what was written, and the
-- answer is the error. A refusal by auth is not an error: what it wrote stays. No
-- other function has such a block: one subtransaction per request is enough.
CREATE FUNCTION directus_private.handle(call text, method text, body bytea) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	route text;
	path text[];
	query jsonb;
	parsed jsonb;
	kind text := CASE WHEN method IN ('GET', 'SEARCH') THEN 'query' ELSE 'payload' END;
	part text; -- the part of the request that is being handled
	message text;
	detail text;
	failed_schema text;
	failed_table text;
	failed_constraint text;
	failed_column text;
	answer json;
BEGIN
	-- PostgreSQL refuses to return the key of a new row that its creator may not
	-- read. The row is then inserted once more, without asking for the key.
	FOR is_blind IN 0 .. 1 LOOP
		BEGIN
			route := call;
			part := 'role';
			IF route IS NULL THEN
				PERFORM directus_private.authenticate();
				part := kind;
				path := directus_private.parse_path(directus_private.header('x-directus-path'));
				route := directus_private.find_route(method, path);
				query := directus_private.parse_query(directus_private.header('x-directus-query'));
				IF query ?| '{filter,aggregate,deep,alias}' THEN
					FOREACH part IN ARRAY '{filter,aggregate,deep,alias}'::text[] LOOP
						query := directus_private.parse_parameter(query, part);
					END LOOP;
				END IF;
			END IF;
			part := 'body';
			parsed := directus_private.parse_body(body);
			part := kind;
			IF query ? 'access_token' THEN
				PERFORM directus_private.raise_invalid_payload('An access token does not belong in an address. Send it in the header Authorization');
			END IF;
			answer := directus_private.answer(route, method, path, query, parsed, is_blind::boolean);
			-- otherwise errors of deferred constraints would come after this, from PostgREST
			SET CONSTRAINTS ALL IMMEDIATE;
			RETURN answer;
		EXCEPTION WHEN OTHERS THEN
			CONTINUE WHEN SQLSTATE = '42501' AND route = 'items' AND method = 'POST' AND is_blind = 0;
			GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, failed_schema = SCHEMA_NAME,
				failed_table = TABLE_NAME, failed_constraint = CONSTRAINT_NAME, failed_column = COLUMN_NAME;
			RETURN directus_private.tell_exception(part, SQLSTATE, message, detail, failed_schema, failed_table, failed_constraint, failed_column);
		END;
	END LOOP;
END
$$;
COMMENT ON FUNCTION directus_private.handle(text, text, bytea) IS
	'answer a request: the named call (login, refresh or logout), or the path and query in the headers, with the token there';

CREATE FUNCTION directus.read() RETURNS json
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.handle(NULL, 'GET', NULL) $$;
COMMENT ON FUNCTION directus.read() IS 'answer a GET request made to Directus, with its path and query in the headers x-directus-path and x-directus-query';

CREATE FUNCTION directus.write(bytea) RETURNS json
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.handle(NULL, directus_private.header('x-directus-method'), $1) $$;
COMMENT ON FUNCTION directus.write(bytea) IS 'answer any other request made to Directus, with its method, path and query in the headers x-directus-*';

CREATE FUNCTION directus.login(bytea) RETURNS json
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.handle('login', 'POST', $1) $$;
COMMENT ON FUNCTION directus.login(bytea) IS 'POST /auth/login';

CREATE FUNCTION directus.refresh(bytea) RETURNS json
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.handle('refresh', 'POST', $1) $$;
COMMENT ON FUNCTION directus.refresh(bytea) IS 'POST /auth/refresh';

CREATE FUNCTION directus.logout(bytea) RETURNS json
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.handle('logout', 'POST', $1) $$;
COMMENT ON FUNCTION directus.logout(bytea) IS 'POST /auth/logout';


--
-- These functions run as the caller, so every caller may execute them.
--

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA directus, directus_private FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA directus, directus_private TO anon, authenticated;

-- For a PostgREST that was there first.
NOTIFY pgrst, 'reload schema';
