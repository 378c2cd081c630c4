/* auth_directus--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION auth_directus CASCADE" to load this file. \quit

-- Five functions answer all requests; PostgREST serves them, and the gateway
-- says in headers which method, path and query were asked for, and with which
-- token.  They run as whoever asks: row-level security and column grants decide,
-- here as elsewhere.
-- Passwords, tokens and sessions are auth's; nothing of the kind is here.

-- Whose schema it is could put functions of his own in place of these.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner WHERE n.nspname = 'directus' AND NOT r.rolsuper)
		OR EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = 'directus'::pg_catalog.regnamespace)
		OR EXISTS (SELECT FROM pg_catalog.pg_proc WHERE pronamespace = 'directus'::pg_catalog.regnamespace) THEN
		RAISE EXCEPTION 'schema "directus" already holds something else, or its owner is not a superuser'
			USING ERRCODE = 'duplicate_schema',
				HINT = 'Rename it, or install auth_directus into another database.';
	END IF;
END
$$;

COMMENT ON SCHEMA directus IS 'what PostgREST serves to the gateway: Directus'' requests';

CREATE SCHEMA directus_private;
COMMENT ON SCHEMA directus_private IS 'parts of the functions in directus; not served';
REVOKE ALL ON SCHEMA directus, directus_private FROM PUBLIC;
GRANT USAGE ON SCHEMA directus, directus_private TO anon, authenticated;


--
-- Errors: raised where they are noticed, and told by Directus' codes
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
COMMENT ON FUNCTION directus_private.raise(integer, text, text, jsonb) IS 'end the request with an error of Directus';

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

-- What was raised, in Directus' words; never in PostgreSQL's.
CREATE FUNCTION directus_private.tell_exception(state text, message text, detail text DEFAULT '', failed_schema text DEFAULT '',
		failed_table text DEFAULT '', failed_constraint text DEFAULT '', failed_column text DEFAULT '', part text DEFAULT 'payload') RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	collection text := CASE WHEN failed_schema = 'auth' AND failed_table = 'users' THEN 'directus_users' ELSE failed_table END;
	field text := failed_column;
	told record;
BEGIN
	IF state = 'DR000' THEN
		RETURN directus_private.tell_error((detail::jsonb ->> 'status')::integer, message, detail::jsonb -> 'extensions');
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
		('22001', 400, 'VALUE_TOO_LONG', 'A value is too long.'),
		('42501', 403, 'FORBIDDEN', 'You don''t have permission to access this.'),
		('428C9', 403, 'FORBIDDEN', 'You don''t have permission to access this.'), -- a generated column
		('PT401', 401, 'INVALID_CREDENTIALS', 'Invalid user credentials.'),
		('PT403', 403, 'FORBIDDEN', 'A change that relies on a cookie must come from this site, as Sec-Fetch-Site or Origin says. Programs send the token as Authorization: Bearer.')) AS known (state, status, code, sentence) WHERE known.state = tell_exception.state;
	IF FOUND THEN
		RETURN directus_private.tell_error(told.status, told.sentence, jsonb_build_object('code', told.code) ||
			CASE WHEN state LIKE '23%' THEN jsonb_build_object('collection', collection, 'field', field)
				WHEN state = 'PT403' THEN jsonb_build_object('reason', told.sentence) ELSE '{}' END);
	END IF;

	-- a value that is none of its type, and a type that cannot be sorted or compared
	IF state LIKE '22%' OR state = '42883' THEN
		RETURN directus_private.tell_error(400, format('Invalid %s. A value is not acceptable.', part),
			jsonb_build_object('code', 'INVALID_' || upper(part), 'reason', 'A value is not acceptable'));
	ELSIF state LIKE '54%' THEN
		RETURN directus_private.tell_error(400, format('Invalid %s. It is too complex.', part),
			jsonb_build_object('code', 'INVALID_' || upper(part), 'reason', 'It is too complex'));
	END IF;

	RAISE LOG 'directus: %: %', state, message;
	RETURN directus_private.tell_error(500, 'An unexpected error occurred.', '{"code": "INTERNAL_SERVER_ERROR"}');
END
$$;
COMMENT ON FUNCTION directus_private.tell_exception(text, text, text, text, text, text, text, text) IS 'the answer for what was raised';

-- What a call of auth refused or answered, in Directus' words
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
			RETURN json_build_object('data', answer - '{token_type,expires_at,device_token}'::text[]);
	END CASE;
END
$$;
COMMENT ON FUNCTION directus_private.tell_answer(jsonb) IS 'what a call of auth answered or refused, in the shape of Directus';

CREATE FUNCTION directus_private.no_content() RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	PERFORM set_config('response.status', '204', true);
	-- a client that is promised JSON would parse it
	PERFORM directus_private.add_header('Content-Type', '');
	RETURN NULL;
END
$$;


--
-- The request
--

CREATE FUNCTION directus_private.header(name text) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN nullif(current_setting('request.headers', true), '')::json ->> name;
END
$$;

CREATE FUNCTION directus_private.parse_body(body bytea) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF body IS NULL THEN
		RETURN '{}';
	END IF;
	BEGIN
		RETURN coalesce(nullif(btrim(convert_from(body, 'UTF8'), E' \t\r\n'), ''), '{}')::jsonb;
	EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
		PERFORM directus_private.raise_invalid_payload('The body is not JSON');
	END;
END
$$;
COMMENT ON FUNCTION directus_private.parse_body(bytea) IS 'the body of a request; an empty one is an empty object';

CREATE FUNCTION directus_private.require_object(body jsonb) RETURNS void
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF jsonb_typeof(body) <> 'object' THEN
		PERFORM directus_private.raise_invalid_payload('"value" must be of type object');
	END IF;
END
$$;

-- Directus' order of complaints: the first offence, field by field
CREATE FUNCTION directus_private.require_strings(body jsonb, required text[], optional text[]) RETURNS void
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	name text;
BEGIN
	PERFORM directus_private.require_object(body);
	FOREACH name IN ARRAY required || optional LOOP
		IF NOT body ? name OR (name = ANY (optional) AND body -> name = 'null') THEN
			CONTINUE WHEN name = ANY (optional);
			PERFORM directus_private.raise_invalid_payload(format('"%s" is required', name));
		ELSIF jsonb_typeof(body -> name) <> 'string' THEN
			PERFORM directus_private.raise_invalid_payload(format('"%s" must be a string', name));
		ELSIF body ->> name = '' THEN
			PERFORM directus_private.raise_invalid_payload(format('"%s" is not allowed to be empty', name));
		ELSIF name = 'email' AND body ->> name !~ '^[^@[:space:]]+@[^@[:space:]]+$' THEN
			PERFORM directus_private.raise_invalid_payload('"email" must be a valid email');
		END IF;
	END LOOP;
END
$$;

CREATE FUNCTION directus_private.url_decode(encoded text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF encoded !~ '[%+]' THEN
		RETURN encoded;
	END IF;
	RETURN (SELECT coalesce(convert_from(string_agg(CASE WHEN part[1] ~ '^%..$' THEN decode(substr(part[1], 2), 'hex') ELSE convert_to(part[1], 'UTF8') END,
			'' ORDER BY n), 'UTF8'), '')
		FROM regexp_matches(replace(encoded, '+', ' '), '%[0-9a-fA-F]{2}|[^%]+|%', 'g') WITH ORDINALITY AS parts (part, n));
END
$$;

-- "a[b][c]=x&d[]=y" as {"a": {"b": {"c": "x"}}, "d": ["y"]}
CREATE FUNCTION directus_private.parse_query(query text) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	result jsonb := '{}';
	pair text;
	key text;
	value jsonb;
	path text[];
BEGIN
	FOREACH pair IN ARRAY string_to_array(coalesce(query, ''), '&') LOOP
		CONTINUE WHEN pair = '';
		key := directus_private.url_decode(split_part(pair, '=', 1));
		value := to_jsonb(directus_private.url_decode(substr(pair, length(split_part(pair, '=', 1)) + 2)));
		path := array_prepend(split_part(key, '[', 1), ARRAY(SELECT m[1] FROM regexp_matches(key, '\[([^]]*)\]', 'g') AS m));
		IF cardinality(path) > 12 THEN
			PERFORM directus_private.raise_invalid_query('Too deep');
		END IF;

		IF path[1] IN ('filter', 'aggregate', 'deep', 'alias') AND cardinality(path) = 1 THEN
			BEGIN
				value := (value #>> '{}')::jsonb;
			EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
				PERFORM directus_private.raise_invalid_query(format('Invalid JSON for %s object', path[1]));
			END;
		END IF;
		IF path[cardinality(path)] = '' THEN
			path := trim_array(path, 1);
			value := CASE WHEN jsonb_typeof(result #> path) = 'array' THEN result #> path ELSE '[]' END || value;
		END IF;
		FOR i IN 1 .. cardinality(path) - 1 LOOP
			IF coalesce(jsonb_typeof(result #> path[1:i]), '') <> 'object' THEN
				result := jsonb_set(result, path[1:i], '{}');
			END IF;
		END LOOP;
		result := jsonb_set(result, path, value);
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION directus_private.parse_query(text) IS 'the query string of a request as an object';

-- "a,b", ["a", "b"] and {"0": "a", "1": "b"} are the same list
CREATE FUNCTION directus_private.to_list(value jsonb) RETURNS text[]
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	CASE jsonb_typeof(value)
		WHEN 'array' THEN
			RETURN ARRAY(SELECT * FROM jsonb_array_elements_text(value));
		WHEN 'object' THEN
			RETURN ARRAY(SELECT e.value FROM jsonb_each_text(value) AS e ORDER BY length(e.key), e.key);
		WHEN 'string' THEN
			RETURN ARRAY(SELECT btrim(part) FROM string_to_table(value #>> '{}', ',') AS part WHERE part <> '');
		WHEN 'number' THEN
			RETURN ARRAY[value #>> '{}'];
		ELSE
			RETURN '{}';
	END CASE;
END
$$;


--
-- Collections: tables under row-level security that the caller may read, and the users
--

CREATE FUNCTION directus_private.primary_key(source regclass) RETURNS name
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = source
		AND a.attnum = (SELECT i.indkey[0] FROM pg_index i WHERE i.indrelid = source AND i.indisprimary AND i.indnkeyatts = 1));
END
$$;

-- The table of a collection; null if there is none. A site's own posts go before auth's.
CREATE FUNCTION directus_private.find_collection(name text) RETURNS regclass
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			JOIN string_to_table(current_setting('auth.exposed_schemas'), ',') WITH ORDINALITY AS exposed (schema, n) ON btrim(exposed.schema) = n.nspname
		WHERE c.relname = name AND c.relkind IN ('r', 'p') AND c.relrowsecurity
			AND c.oid NOT IN ('auth.users'::regclass, 'auth.sessions'::regclass)
			AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1)
			AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
		ORDER BY n.nspname = 'auth', exposed.n LIMIT 1);
END
$$;

CREATE FUNCTION directus_private.collection(name text) RETURNS regclass
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	found regclass := directus_private.find_collection(name);
BEGIN
	IF name LIKE 'directus\_%' THEN
		PERFORM directus_private.raise_forbidden();
	ELSIF found IS NULL THEN
		PERFORM directus_private.raise_forbidden_collection(name);
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION directus_private.collection(text) IS 'the table of a collection that the caller may read; FORBIDDEN otherwise';

CREATE FUNCTION directus_private.name_of(source regclass) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT CASE WHEN source = 'auth.users'::regclass THEN 'directus_users' ELSE relname::text END FROM pg_class WHERE oid = source);
END
$$;

CREATE FUNCTION directus_private.type_of(source regclass, field text) RETURNS regtype
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT atttypid FROM pg_attribute WHERE attrelid = source AND attname = field AND attnum > 0 AND NOT attisdropped);
END
$$;

-- Which collection a field refers to; null if none that may be read
CREATE FUNCTION directus_private.relation_of(source regclass, field text) RETURNS regclass
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT c.confrelid FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
		WHERE c.contype = 'f' AND c.conrelid = source AND a.attname = field
			AND (c.confrelid = 'auth.users'::regclass OR directus_private.find_collection(directus_private.name_of(c.confrelid)) = c.confrelid)
		LIMIT 1);
END
$$;

-- The type of a field that may be read; FORBIDDEN for every other
CREATE FUNCTION directus_private.require_field(source regclass, field text, place text) RETURNS regtype
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	type regtype := directus_private.type_of(source, field);
BEGIN
	IF type IS NULL OR NOT has_column_privilege(source, field, 'SELECT') THEN
		PERFORM directus_private.raise_forbidden_field(field, directus_private.name_of(source), place);
	END IF;
	RETURN type;
END
$$;


--
-- Reading: a query of Directus as a query of PostgreSQL
--

-- ["a", "b.c"] as {"a": {}, "b": {"c": {}}}
CREATE FUNCTION directus_private.field_tree(fields text[]) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	tree jsonb := '{}';
	field text;
	path text[];
BEGIN
	IF cardinality(fields) > 500 THEN
		PERFORM directus_private.raise_invalid_query('Too many fields');
	END IF;

	FOREACH field IN ARRAY fields LOOP
		path := string_to_array(field, '.');
		IF cardinality(path) > 4 OR '' = ANY (path) THEN
			PERFORM directus_private.raise_invalid_query(format('"%s" is no field', left(field, 100)));
		END IF;
		FOR i IN 1 .. cardinality(path) LOOP
			IF tree #> path[1:i] IS NULL THEN
				tree := jsonb_set(tree, path[1:i], '{}');
			END IF;
		END LOOP;
	END LOOP;
	RETURN tree;
END
$$;

CREATE FUNCTION directus_private.select_list(source regclass, alias text, tree jsonb, place text DEFAULT 'root') RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	readable text[];
	expressions text[]; -- the same columns, as JSON shows them
	field text;
	related regclass;
	children jsonb;
	items text[] := '{}';
BEGIN
	SELECT coalesce(array_agg(attname ORDER BY attnum), '{}'), array_agg(format(CASE atttypid
			WHEN 'timestamptz'::regtype THEN 'pg_catalog.to_char(%I.%I AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'')'
			WHEN 'timestamp'::regtype THEN 'pg_catalog.to_char(%I.%I, ''YYYY-MM-DD"T"HH24:MI:SS'')'
			ELSE '%I.%I' END, alias, attname) ORDER BY attnum)
		INTO readable, expressions
		FROM pg_attribute WHERE attrelid = source AND attnum > 0 AND NOT attisdropped AND has_column_privilege(source, attnum, 'SELECT');

	SELECT key INTO field FROM jsonb_object_keys(tree) AS key WHERE key <> '*' AND NOT key = ANY (readable) LIMIT 1;
	IF FOUND THEN
		PERFORM directus_private.raise_forbidden_field(field, directus_private.name_of(source), place);
	END IF;

	FOR i IN 1 .. cardinality(readable) LOOP
		field := readable[i];
		CONTINUE WHEN NOT tree ?| ARRAY['*', field];
		children := coalesce(tree -> field, '{}') || coalesce(tree -> '*', '{}');
		related := CASE WHEN children <> '{}' THEN directus_private.relation_of(source, field) END;
		IF related IS NOT NULL THEN
			items := items || format('(SELECT pg_catalog.to_json(r.*) FROM (SELECT %s FROM %s AS %I WHERE %I.%I = %I.%I) AS r) AS %I',
				directus_private.select_list(related, alias || 't', children, format('"%s"', field)), related, alias || 't',
				alias || 't', directus_private.primary_key(related), alias, field, field);
		ELSIF tree -> field <> '{}' THEN
			PERFORM directus_private.raise_forbidden_field((SELECT key FROM jsonb_object_keys(tree -> field) AS key LIMIT 1), field, format('"%s"', field));
		ELSE
			items := items || format('%s AS %I', expressions[i], field);
		END IF;
	END LOOP;
	RETURN array_to_string(items, ', ');
END
$$;
COMMENT ON FUNCTION directus_private.select_list(regclass, text, jsonb, text) IS 'the list of a SELECT for a tree of fields';

-- What an operand stands for
CREATE FUNCTION directus_private.resolve(operand text) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN CASE operand WHEN '$CURRENT_USER' THEN auth.uid()::text WHEN '$CURRENT_ROLE' THEN auth.role()::text
		WHEN '$NOW' THEN pg_catalog.now()::text ELSE operand END;
END
$$;

CREATE FUNCTION directus_private.kind_of(type regtype) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN CASE WHEN type = 'uuid'::regtype THEN 'uuid' WHEN type IN ('json'::regtype, 'jsonb'::regtype) THEN 'json'
		ELSE (SELECT CASE t.typcategory WHEN 'S' THEN 'string' WHEN 'N' THEN 'integer' WHEN 'D' THEN 'dateTime' WHEN 'B' THEN 'boolean' WHEN 'E' THEN 'enum' ELSE 'unknown' END
			FROM pg_type t WHERE t.oid = type) END;
END
$$;

CREATE FUNCTION directus_private.operators_of(kind text) RETURNS text[]
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN '{_null,_nnull}'::text[] || CASE kind
		WHEN 'string' THEN '{_eq,_neq,_in,_nin,_contains,_ncontains,_icontains,_nicontains,_starts_with,_nstarts_with,_istarts_with,_nistarts_with,_ends_with,_nends_with,_iends_with,_niends_with,_empty,_nempty}'::text[]
		WHEN 'integer' THEN '{_eq,_neq,_lt,_lte,_gt,_gte,_between,_nbetween,_in,_nin}'
		WHEN 'dateTime' THEN '{_eq,_neq,_lt,_lte,_gt,_gte,_between,_nbetween,_in,_nin}'
		WHEN 'uuid' THEN '{_eq,_neq,_in,_nin}'
		WHEN 'boolean' THEN '{_eq,_neq}'
		WHEN 'enum' THEN '{_eq,_neq,_in,_nin}'
		ELSE '{}' END;
END
$$;

-- Characters that stand for themselves in LIKE. Looking for a long text in a
-- longer one can take minutes.
CREATE FUNCTION directus_private.like_pattern(searched text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF length(searched) > 255 THEN
		PERFORM directus_private.raise_invalid_query('A text to look for has at most 255 characters');
	END IF;
	RETURN regexp_replace(searched, '([\\%_])', '\\\1', 'g');
END
$$;

CREATE FUNCTION directus_private.comparison(expression text, type regtype, operator text, operand jsonb) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	kind text := directus_private.kind_of(type);
	type_name text := format_type(type, -1); -- character without a length would be one character
	text_value text := directus_private.resolve(operand #>> '{}');
	is_true boolean := operand NOT IN ('false', '"false"', '0', '"0"');
	values_list text[];
BEGIN
	IF NOT operator = ANY (directus_private.operators_of(kind)) THEN
		PERFORM directus_private.raise_invalid_query(format('"%s" field type does not contain the "%s" filter operator', kind, left(operator, 100)));
	END IF;

	IF operator IN ('_in', '_nin', '_between', '_nbetween') THEN
		SELECT coalesce(array_agg(format('%L::%s', directus_private.resolve(element), type_name)), '{}') INTO values_list
			FROM unnest(directus_private.to_list(operand)) AS element;
		IF operator IN ('_between', '_nbetween') AND cardinality(values_list) <> 2 THEN
			PERFORM directus_private.raise_invalid_query(format('"%s" takes two values', operator));
		END IF;
	ELSIF operator NOT IN ('_null', '_nnull', '_empty', '_nempty') AND jsonb_typeof(operand) IN ('object', 'array') THEN
		PERFORM directus_private.raise_invalid_query(format('"%s" takes one value', operator));
	ELSIF kind = 'string' AND operator IN ('_eq', '_neq') AND operand = '""' THEN
		PERFORM directus_private.raise_invalid_query(format('"%s" must not be empty. Use "_empty" or "_nempty" instead', operator));
	END IF;

	RETURN CASE operator
		WHEN '_eq' THEN format('%s = %L::%s', expression, text_value, type_name)
		WHEN '_neq' THEN format('%s <> %L::%s', expression, text_value, type_name)
		WHEN '_lt' THEN format('%s < %L::%s', expression, text_value, type_name)
		WHEN '_lte' THEN format('%s <= %L::%s', expression, text_value, type_name)
		WHEN '_gt' THEN format('%s > %L::%s', expression, text_value, type_name)
		WHEN '_gte' THEN format('%s >= %L::%s', expression, text_value, type_name)
		WHEN '_between' THEN format('%s BETWEEN %s AND %s', expression, values_list[1], values_list[2])
		WHEN '_nbetween' THEN format('%s NOT BETWEEN %s AND %s', expression, values_list[1], values_list[2])
		WHEN '_in' THEN CASE values_list WHEN '{}' THEN 'false' ELSE format('%s IN (%s)', expression, array_to_string(values_list, ', ')) END
		WHEN '_nin' THEN CASE values_list WHEN '{}' THEN 'true' ELSE format('%s NOT IN (%s)', expression, array_to_string(values_list, ', ')) END
		WHEN '_null' THEN format('%s IS %s NULL', expression, CASE WHEN is_true THEN '' ELSE 'NOT' END)
		WHEN '_nnull' THEN format('%s IS %s NULL', expression, CASE WHEN is_true THEN 'NOT' ELSE '' END)
		WHEN '_empty' THEN format('coalesce(%s, '''') %s ''''', expression, CASE WHEN is_true THEN '=' ELSE '<>' END)
		WHEN '_nempty' THEN format('coalesce(%s, '''') %s ''''', expression, CASE WHEN is_true THEN '<>' ELSE '=' END)
		ELSE format('%s %s %s %L', expression,
			CASE WHEN operator ~ '^_n' THEN 'NOT' ELSE '' END,
			CASE WHEN operator ~ '^_n?i' THEN 'ILIKE' ELSE 'LIKE' END,
			CASE WHEN operator ~ 'starts_with$' THEN '' ELSE '%' END || directus_private.like_pattern(text_value) || CASE WHEN operator ~ 'ends_with$' THEN '' ELSE '%' END)
	END;
END
$$;
COMMENT ON FUNCTION directus_private.comparison(text, regtype, text, jsonb) IS 'one operator of a filter as a condition';

-- A filter as a condition. A related row counts only where the caller may read it.
CREATE FUNCTION directus_private.condition(source regclass, alias text, filter jsonb, place text DEFAULT 'root') RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	key text;
	value jsonb;
	element jsonb;
	type regtype;
	operator text;
	operand jsonb;
	of_related jsonb;
	related regclass;
	inner_alias text := alias || 't';
	parts text[];
	conditions text[] := '{}';
BEGIN
	IF jsonb_typeof(filter) <> 'object' THEN
		PERFORM directus_private.raise_invalid_query('A filter is an object');
	END IF;
	FOR key, value IN SELECT * FROM jsonb_each(filter) LOOP
		IF key IN ('_and', '_or') THEN
			parts := '{}';
			FOR element IN SELECT e FROM jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value
					WHEN 'object' THEN (SELECT coalesce(jsonb_agg(o.value ORDER BY length(o.key), o.key), '[]') FROM jsonb_each(value) AS o) ELSE '[]' END) AS e
			LOOP
				parts := parts || directus_private.condition(source, alias, element, place);
			END LOOP;
			conditions := conditions || CASE parts WHEN '{}' THEN 'true'
				ELSE '(' || array_to_string(parts, CASE key WHEN '_and' THEN ' AND ' ELSE ' OR ' END) || ')' END;
			CONTINUE;
		END IF;

		type := directus_private.require_field(source, key, place);
		IF jsonb_typeof(value) <> 'object' THEN
			value := jsonb_build_object('_eq', value);
		END IF;
		of_related := '{}';
		FOR operator, operand IN SELECT * FROM jsonb_each(value) LOOP
			IF operator ~ '^_' AND operator NOT IN ('_and', '_or') THEN
				conditions := conditions || directus_private.comparison(format('%I.%I', alias, key), type, operator, operand);
			ELSE
				of_related := of_related || jsonb_build_object(operator, operand);
			END IF;
		END LOOP;
		CONTINUE WHEN of_related = '{}';

		related := directus_private.relation_of(source, key);
		IF related IS NULL THEN
			PERFORM directus_private.raise_forbidden_field((SELECT k FROM jsonb_object_keys(of_related) AS k LIMIT 1), key, format('"%s"', key));
		END IF;
		conditions := conditions || format('EXISTS (SELECT FROM %s AS %I WHERE %I.%I = %I.%I AND %s)', related, inner_alias,
			inner_alias, directus_private.primary_key(related), alias, key,
			directus_private.condition(related, inner_alias, of_related, format('"%s"', key)));
	END LOOP;
	RETURN CASE conditions WHEN '{}' THEN 'true' ELSE '(' || array_to_string(conditions, ' AND ') || ')' END;
END
$$;
COMMENT ON FUNCTION directus_private.condition(regclass, text, jsonb, text) IS 'a filter of Directus as a condition of a WHERE clause';

-- Substrings of the texts that may be read, and numbers
CREATE FUNCTION directus_private.search_condition(source regclass, alias text, searched text) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT coalesce('(' || string_agg(
			CASE directus_private.kind_of(atttypid) WHEN 'string' THEN format('%I.%I ILIKE %L', alias, attname, '%' || directus_private.like_pattern(searched) || '%')
				ELSE format('%I.%I = %L::numeric', alias, attname, searched) END, ' OR ') || ')', 'false')
		FROM pg_attribute
		WHERE attrelid = source AND attnum > 0 AND NOT attisdropped AND has_column_privilege(source, attnum, 'SELECT')
			AND (directus_private.kind_of(atttypid) = 'string' OR (directus_private.kind_of(atttypid) = 'integer' AND searched ~ '^-?[0-9]{1,18}$')));
END
$$;

CREATE FUNCTION directus_private.order_list(source regclass, alias text, sort text[]) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	item text;
	path text[];
	related regclass;
	items text[] := '{}';
	expression text;
BEGIN
	IF cardinality(sort) > 20 THEN
		PERFORM directus_private.raise_invalid_query('Too many fields to sort by');
	END IF;

	FOREACH item IN ARRAY sort LOOP
		path := string_to_array(ltrim(item, '-'), '.');
		PERFORM directus_private.require_field(source, path[1], 'root');
		expression := format('%I.%I', alias, path[1]);
		IF cardinality(path) > 1 THEN
			related := directus_private.relation_of(source, path[1]);
			IF related IS NULL OR cardinality(path) > 2 THEN
				PERFORM directus_private.raise_forbidden_field(path[2], path[1], format('"%s"', path[1]));
			END IF;
			PERFORM directus_private.require_field(related, path[2], format('"%s"', path[1]));
			expression := format('(SELECT s.%I FROM %s AS s WHERE s.%I = %s)', path[2], related, directus_private.primary_key(related), expression);
		END IF;
		items := items || (expression || CASE WHEN item ~ '^-' THEN ' DESC' ELSE '' END);
	END LOOP;
	RETURN array_to_string(items || format('%I.%I', alias, directus_private.primary_key(source)), ', ');
END
$$;

CREATE FUNCTION directus_private.integer_parameter(query jsonb, name text, minimum integer, fallback integer) RETURNS integer
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	value text := query ->> name;
BEGIN
	IF value IS NULL THEN
		RETURN fallback;
	ELSIF value !~ '^-?[0-9]{1,9}$' THEN
		PERFORM directus_private.raise_invalid_query(format('"%s" must be a number', name));
	ELSIF value::integer < minimum THEN
		PERFORM directus_private.raise_invalid_query(format('"%s" must be greater than or equal to %s', name, minimum));
	END IF;
	RETURN value::integer;
END
$$;

-- The rows that a query asks for, before they are sorted and cut
CREATE FUNCTION directus_private.where_of(source regclass, query jsonb) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	-- hundreds of references take PostgreSQL minutes to plan
	IF length(query ->> 'filter') > 100000 OR jsonb_path_exists(query -> 'filter', '$.**{20}')
			OR (SELECT count(*) FROM jsonb_path_query(query -> 'filter', 'strict $.** ? (@.type() == "object").keyvalue()')) > 300 THEN
		PERFORM directus_private.raise_invalid_query('The filter is too long or too deep');
	END IF;

	RETURN CASE WHEN query ? 'filter' THEN directus_private.condition(source, 't', query -> 'filter') ELSE 'true' END ||
		CASE WHEN query ->> 'search' <> '' THEN ' AND ' || directus_private.search_condition(source, 't', query ->> 'search') ELSE '' END;
END
$$;

CREATE FUNCTION directus_private.aggregate_call(source regclass, function_name text, field text) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	kind text;
	call text := CASE function_name WHEN 'count' THEN 'count(t.%I)' WHEN 'countDistinct' THEN 'count(DISTINCT t.%I)'
		WHEN 'sum' THEN 'sum(t.%I)' WHEN 'sumDistinct' THEN 'sum(DISTINCT t.%I)'
		WHEN 'avg' THEN 'avg(t.%I)' WHEN 'avgDistinct' THEN 'avg(DISTINCT t.%I)'
		WHEN 'min' THEN 'min(t.%I)' WHEN 'max' THEN 'max(t.%I)' END;
BEGIN
	IF call IS NULL THEN
		PERFORM directus_private.raise_invalid_query(format('"%s" is no aggregate function', left(function_name, 100)));
	END IF;
	kind := directus_private.kind_of(directus_private.require_field(source, field, 'root'));
	IF kind <> 'integer' AND function_name NOT LIKE 'count%' AND NOT (kind = 'dateTime' AND function_name IN ('min', 'max')) THEN
		PERFORM directus_private.raise_invalid_query(format('"%s" takes numbers', function_name));
	END IF;
	RETURN format('%L, (%s)::text', field, format(call, field));
END
$$;

CREATE FUNCTION directus_private.read_aggregate(source regclass, query jsonb, maximum integer, skipped bigint) RETURNS json
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	groups text[] := directus_private.to_list(query -> 'groupBy');
	sort text[] := directus_private.to_list(query -> 'sort');
	field text;
	function_name text;
	fields jsonb;
	items text[] := '{}';
	columns text[] := '{}';
	result json;
BEGIN
	IF jsonb_typeof(query -> 'aggregate') <> 'object' OR cardinality(groups) + cardinality(sort) > 20
			OR (SELECT count(*) FROM jsonb_path_query(query -> 'aggregate', '$.*[*]')) > 100 THEN
		PERFORM directus_private.raise_invalid_query('"aggregate" must be an object, and not too large');
	END IF;

	FOREACH field IN ARRAY groups LOOP
		PERFORM directus_private.require_field(source, field, 'root');
		columns := columns || format('t.%I', field);
	END LOOP;
	IF groups <> '{}' THEN
		items := items || directus_private.select_list(source, 't', (SELECT jsonb_object_agg(g, '{}'::jsonb) FROM unnest(groups) AS g));
	END IF;

	FOR function_name, fields IN SELECT * FROM jsonb_each(coalesce(query -> 'aggregate', '{"count": "*"}')) LOOP
		IF function_name = 'countAll' OR (function_name = 'count' AND fields IN ('"*"', '["*"]')) THEN
			items := items || format('count(*)::text AS %I', function_name);
			CONTINUE;
		END IF;
		items := items || format('json_build_object(%s) AS %I',
			(SELECT string_agg(directus_private.aggregate_call(source, function_name, f), ', ') FROM unnest(directus_private.to_list(fields)) AS f), function_name);
	END LOOP;

	-- sorted by what they are grouped by, in the order that is asked for
	FOREACH field IN ARRAY sort LOOP
		IF NOT ltrim(field, '-') = ANY (groups) THEN
			PERFORM directus_private.raise_invalid_query('"sort" must name fields of "groupBy"');
		END IF;
	END LOOP;
	EXECUTE format('SELECT coalesce(json_agg(to_json(r.*)), ''[]'') FROM (SELECT %s FROM %s AS t WHERE %s %s LIMIT %s OFFSET %s) AS r',
			array_to_string(items, ', '), source, directus_private.where_of(source, query),
			CASE groups WHEN '{}' THEN '' ELSE format('GROUP BY %s ORDER BY %s', array_to_string(columns, ', '),
				(SELECT string_agg(item, ', ') FROM (
					SELECT format('t.%I%s', ltrim(s, '-'), CASE WHEN s LIKE '-%' THEN ' DESC' ELSE '' END) FROM unnest(sort) AS s
					UNION ALL SELECT unnest(columns)) AS ordered (item))) END,
			CASE maximum WHEN -1 THEN 'ALL' ELSE maximum::text END, skipped)
		INTO result;
	RETURN result;
END
$$;

CREATE FUNCTION directus_private.fields_of(query jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	fields text[] := directus_private.to_list(query -> 'fields');
BEGIN
	RETURN CASE fields WHEN '{}' THEN '{"*": {}}' ELSE directus_private.field_tree(fields) END;
END
$$;

CREATE FUNCTION directus_private.read_list(source regclass, query jsonb) RETURNS json
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	maximum integer := directus_private.integer_parameter(query, 'limit', -1, 100);
	page integer := directus_private.integer_parameter(query, 'page', 1, 1);
	skipped bigint := directus_private.integer_parameter(query, 'offset', 0, CASE WHEN maximum > 0 THEN least((page - 1)::bigint * maximum, 2000000000)::integer ELSE 0 END);
	wanted text[] := directus_private.to_list(query -> 'meta');
	meta jsonb := '{}';
	number bigint;
	rows json;
BEGIN
	IF query ?| '{aggregate,groupBy}' THEN
		rows := directus_private.read_aggregate(source, query, maximum, skipped);
	ELSE
		EXECUTE format('SELECT coalesce(json_agg(to_json(r.*)), ''[]'') FROM (SELECT %s FROM %s AS t WHERE %s ORDER BY %s LIMIT %s OFFSET %s) AS r',
				directus_private.select_list(source, 't', directus_private.fields_of(query)), source, directus_private.where_of(source, query),
				directus_private.order_list(source, 't', directus_private.to_list(query -> 'sort')),
				CASE maximum WHEN -1 THEN 'ALL' ELSE maximum::text END, skipped)
			INTO rows;
	END IF;

	IF wanted && '{total_count,*}' THEN
		EXECUTE format('SELECT count(*) FROM %s', source) INTO number;
		meta := meta || jsonb_build_object('total_count', number);
	END IF;
	IF wanted && '{filter_count,*}' THEN
		EXECUTE format('SELECT count(*) FROM %s AS t WHERE %s', source, directus_private.where_of(source, query)) INTO number;
		meta := meta || jsonb_build_object('filter_count', number);
	END IF;
	RETURN CASE meta WHEN '{}' THEN json_build_object('data', rows) ELSE json_build_object('meta', meta, 'data', rows) END;
END
$$;

-- A key that is none of its type is nobody's.
CREATE FUNCTION directus_private.key_condition(source regclass, key text) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	primary_key name := directus_private.primary_key(source);
	type text := format_type(directus_private.type_of(source, primary_key), -1);
	ignored text;
BEGIN
	EXECUTE format('SELECT %L::%s', key, type) INTO ignored;
	RETURN format('t.%I = %L::%s', primary_key, key, type);
EXCEPTION WHEN data_exception THEN
	RETURN 'false';
END
$$;

-- One row; FORBIDDEN if there is none, or none that may be read
CREATE FUNCTION directus_private.read_one(source regclass, key text, query jsonb) RETURNS json
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	result json;
BEGIN
	EXECUTE format('SELECT to_json(r.*) FROM (SELECT %s FROM %s AS t WHERE %s) AS r',
		directus_private.select_list(source, 't', directus_private.fields_of(query)), source, directus_private.key_condition(source, key)) INTO result;
	IF result IS NULL THEN
		PERFORM directus_private.raise_forbidden();
	END IF;
	RETURN json_build_object('data', result);
END
$$;


--
-- Writing: columns that may be written, and rows that may be changed
--

-- Preset fields are overwritten by their preset, whatever is sent for them; but
-- not the one that says whose row it is, which auth.protect's policy compares.
CREATE FUNCTION directus_private.presets_of(source regclass) RETURNS text[]
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT preset_columns::text[] FROM auth.protection(source));
END
$$;

-- The fields to write of what was sent; FORBIDDEN if one of them may not be written
CREATE FUNCTION directus_private.written_fields(source regclass, item jsonb, privilege text, dropped text[]) RETURNS name[]
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	field text;
	fields name[] := '{}';
BEGIN
	PERFORM directus_private.require_object(item);
	FOR field IN SELECT * FROM jsonb_object_keys(item) LOOP
		CONTINUE WHEN field = ANY (dropped);
		IF directus_private.type_of(source, field) IS NULL OR NOT has_column_privilege(source, field, privilege) THEN
			PERFORM directus_private.raise_forbidden_field(field, directus_private.name_of(source));
		END IF;
		fields := fields || field::name;
	END LOOP;
	RETURN fields;
END
$$;

-- The values of these fields, in this order, as a query. Of these only: a domain
-- that is NOT NULL would refuse to be left out of a whole row.
CREATE FUNCTION directus_private.written_values(source regclass, item jsonb, fields name[]) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT format('SELECT * FROM jsonb_to_record(%L) AS sent (%s)', item,
			string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY array_position(fields, attname)))
		FROM pg_attribute WHERE attrelid = source AND attname = ANY (fields));
END
$$;

CREATE FUNCTION directus_private.create_item(source regclass, item jsonb, presets text[]) RETURNS text
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	fields name[] := directus_private.written_fields(source, item, 'INSERT', presets);
	list text := (SELECT string_agg(quote_ident(field), ', ') FROM unnest(fields) AS field);
	key text;
BEGIN
	EXECUTE format('INSERT INTO %s %s RETURNING %I::text', source,
		CASE fields WHEN '{}' THEN 'DEFAULT VALUES'
			ELSE format('(%s) %s', list, directus_private.written_values(source, item, fields)) END,
		directus_private.primary_key(source)) INTO key;
	RETURN key;
END
$$;
COMMENT ON FUNCTION directus_private.create_item(regclass, jsonb, text[]) IS 'insert a row as the caller, and return its key';

CREATE FUNCTION directus_private.update_items(source regclass, keys text[], item jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	primary_key name := directus_private.primary_key(source);
	fields name[] := directus_private.written_fields(source, item, 'UPDATE', ARRAY[primary_key::text]);
	list text := (SELECT string_agg(quote_ident(field), ', ') FROM unnest(fields) AS field);
	values_of_list text := directus_private.written_values(source, item, fields);
	key text;
	changed bigint;
BEGIN
	FOREACH key IN ARRAY keys LOOP
		CONTINUE WHEN fields = '{}';
		EXECUTE format('UPDATE %s AS t SET (%s) = (%s) WHERE %s', source, list, values_of_list, directus_private.key_condition(source, key));
		GET DIAGNOSTICS changed = ROW_COUNT;
		IF changed = 0 THEN
			PERFORM directus_private.raise_forbidden(
				format('You don''t have permissions to perform "update" for the field(s) %s in collection "%s" or it does not exist.',
					(SELECT string_agg(format('"%s"', field), ', ') FROM unnest(fields) AS field), directus_private.name_of(source)));
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION directus_private.update_items(regclass, text[], jsonb) IS 'update rows as the caller, all or none';

CREATE FUNCTION directus_private.delete_items(source regclass, keys text[]) RETURNS void
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	key text;
	changed bigint;
BEGIN
	FOREACH key IN ARRAY keys LOOP
		EXECUTE format('DELETE FROM %s AS t WHERE %s', source, directus_private.key_condition(source, key));
		GET DIAGNOSTICS changed = ROW_COUNT;
		IF changed = 0 THEN
			PERFORM directus_private.raise_forbidden(
				format('You don''t have permission to perform "delete" for collection "%s" or it does not exist.', directus_private.name_of(source)));
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION directus_private.delete_items(regclass, text[]) IS 'delete rows as the caller, all or none';

-- The keys that {"keys": [...]}, {"query": {...}} or [...] name
CREATE FUNCTION directus_private.keys_of(source regclass, body jsonb) RETURNS text[]
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	keys text[];
BEGIN
	IF jsonb_typeof(body) = 'array' THEN
		RETURN ARRAY(SELECT * FROM jsonb_array_elements_text(body));
	ELSIF jsonb_typeof(body -> 'keys') = 'array' THEN
		RETURN ARRAY(SELECT * FROM jsonb_array_elements_text(body -> 'keys'));
	ELSIF jsonb_typeof(body -> 'query') = 'object' THEN
		EXECUTE format('SELECT coalesce(array_agg(key), ''{}'') FROM (SELECT t.%I::text AS key FROM %s AS t WHERE %s ORDER BY t.%I LIMIT %s) AS found',
			directus_private.primary_key(source), source, directus_private.where_of(source, body -> 'query'), directus_private.primary_key(source),
			coalesce(nullif(directus_private.integer_parameter(body -> 'query', 'limit', -1, 100), -1), 1001)) INTO keys; -- one too many is enough
		RETURN keys;
	END IF;
	PERFORM directus_private.raise_invalid_payload('"keys" or "query" is required');
END
$$;

-- Rows by their keys, in that order; FORBIDDEN if one of them is none that may be read
CREATE FUNCTION directus_private.read_keys(source regclass, keys text[], query jsonb) RETURNS json
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	primary_key name := directus_private.primary_key(source);
	found bigint;
	rows json;
BEGIN
	EXECUTE format('SELECT count(*), coalesce(json_agg((SELECT to_json(r.*) FROM (SELECT %s) AS r) ORDER BY wanted.n), ''[]'')
			FROM unnest($1) WITH ORDINALITY AS wanted (key, n) JOIN %s AS t ON t.%I = wanted.key::%s',
			directus_private.select_list(source, 't', directus_private.fields_of(query)), source,
			primary_key, format_type(directus_private.type_of(source, primary_key), -1))
		INTO found, rows USING keys;
	IF found < cardinality(keys) THEN
		PERFORM directus_private.raise_forbidden();
	END IF;
	RETURN json_build_object('data', rows);
END
$$;


--
-- Routes
--

CREATE FUNCTION directus_private.require_batch(number bigint) RETURNS void
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF number > 1000 THEN
		PERFORM directus_private.raise_invalid_payload('Exceeded max batch mutation limit of 1000');
	END IF;
END
$$;

CREATE FUNCTION directus_private.write_items(source regclass, method text, key text, query jsonb, body jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	keys text[];
	item jsonb;
	presets text[];
BEGIN
	PERFORM directus_private.require_batch(CASE jsonb_typeof(body) WHEN 'array' THEN jsonb_array_length(body) END);
	CASE method
		WHEN 'POST' THEN
			presets := directus_private.presets_of(source);
			IF jsonb_typeof(body) = 'array' THEN
				keys := '{}';
				FOR item IN SELECT * FROM jsonb_array_elements(body) LOOP
					keys := keys || directus_private.create_item(source, item, presets);
				END LOOP;
				RETURN directus_private.read_keys(source, keys, query);
			END IF;
			-- in a statement of its own, so that the next one sees the row
			key := directus_private.create_item(source, body, presets);
			RETURN directus_private.read_one(source, key, query);
		WHEN 'PATCH' THEN
			IF key IS NOT NULL THEN
				PERFORM directus_private.update_items(source, ARRAY[key], body);
				RETURN directus_private.read_one(source, key, query);
			ELSIF jsonb_typeof(body) = 'array' THEN
				keys := '{}';
				FOR item IN SELECT * FROM jsonb_array_elements(body) LOOP
					keys := keys || (item ->> directus_private.primary_key(source));
					PERFORM directus_private.update_items(source, ARRAY[keys[cardinality(keys)]], item);
				END LOOP;
			ELSE
				keys := directus_private.keys_of(source, body);
				PERFORM directus_private.require_batch(cardinality(keys));
				PERFORM directus_private.update_items(source, keys, coalesce(body -> 'data', '{}'));
			END IF;
			RETURN directus_private.read_keys(source, keys, query);
		WHEN 'DELETE' THEN
			keys := CASE WHEN key IS NOT NULL THEN ARRAY[key] ELSE directus_private.keys_of(source, body) END;
			PERFORM directus_private.require_batch(cardinality(keys));
			PERFORM directus_private.delete_items(source, keys);
			RETURN directus_private.no_content();
	END CASE;
END
$$;

CREATE FUNCTION directus_private.route_items(method text, path text[], query jsonb, body jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	source regclass := directus_private.collection(path[2]);
BEGIN
	IF method = 'SEARCH' THEN
		RETURN directus_private.read_list(source, coalesce(body -> 'query', '{}'));
	ELSIF method <> 'GET' THEN
		RETURN directus_private.write_items(source, method, path[3], query, body);
	ELSIF path[3] IS NULL THEN
		RETURN directus_private.read_list(source, query);
	END IF;
	RETURN directus_private.read_one(source, path[3], query);
END
$$;

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

-- Never FORBIDDEN: where a field may not be read, the id is all there is.
CREATE FUNCTION directus_private.read_me(query jsonb) RETURNS json
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	id text := directus_private.require_user();
BEGIN
	RETURN directus_private.read_one('auth.users', id, query);
EXCEPTION WHEN SQLSTATE 'DR000' THEN
	RETURN json_build_object('data', json_build_object('id', id));
END
$$;

-- POST /users is told of a field that it may not write as an item would be.
CREATE FUNCTION directus_private.register(body jsonb, names text[]) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	unknown text;
	answer jsonb;
BEGIN
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

-- The sessions of who is asking, which Directus does not show
CREATE FUNCTION directus_private.route_sessions(method text, id text) RETURNS json
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

CREATE FUNCTION directus_private.route_users(method text, path text[], query jsonb, body jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	id text := CASE path[2] WHEN 'me' THEN auth.uid()::text ELSE path[2] END;
BEGIN
	CASE
		WHEN method = 'POST' AND path[2] IS NULL THEN
			IF auth.uid() IS NOT NULL THEN
				PERFORM directus_private.raise_forbidden();
			END IF;
			RETURN directus_private.register(body, '{}');
		WHEN method = 'POST' AND path[2] = 'register' AND path[3] IS NULL THEN
			RETURN directus_private.register(body, '{first_name,last_name}');
		WHEN method = 'POST' AND path[2] = 'me' AND path[3] = 'password' AND path[4] IS NULL THEN
			RETURN directus_private.change_password(body);
		WHEN path[2] = 'me' AND path[3] = 'sessions' AND path[5] IS NULL AND (method = 'GET') = (path[4] IS NULL) AND method IN ('GET', 'DELETE') THEN
			RETURN directus_private.route_sessions(method, path[4]);
		WHEN path[3] IS NOT NULL THEN
			NULL;
		WHEN method = 'GET' AND path[2] = 'me' THEN
			RETURN directus_private.read_me(query);
		WHEN method = 'PATCH' AND path[2] IS NOT NULL THEN
			IF path[2] = 'me' THEN
				PERFORM directus_private.require_user();
			END IF;
			PERFORM directus_private.update_items('auth.users', ARRAY[id], body);
			RETURN directus_private.read_one('auth.users', id, query);
		WHEN method IN ('GET', 'SEARCH') AND path[2] IS NULL THEN
			RETURN directus_private.read_list('auth.users', CASE method WHEN 'GET' THEN query ELSE coalesce(body -> 'query', '{}') END);
		WHEN method = 'GET' THEN
			RETURN directus_private.read_one('auth.users', id, query);
		WHEN method = 'DELETE' THEN
			PERFORM directus_private.raise_forbidden();
		ELSE
			NULL;
	END CASE;
	PERFORM directus_private.raise_not_found('/' || array_to_string(path, '/'));
END
$$;

CREATE FUNCTION directus_private.route(method text, body bytea) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	-- One slash at the end is none. More would be a path that the gateway does not
	-- know for what it is, and the queue for sign-ins is the gateway's.
	path text[] := ARRAY(SELECT directus_private.url_decode(replace(part, '+', '%2B'))
		FROM string_to_table(regexp_replace(directus_private.header('x-directus-path'), '^/|/$', '', 'g'), '/') AS part);
	query jsonb := directus_private.parse_query(directus_private.header('x-directus-query'));
	parsed jsonb := '{}';
BEGIN
	-- A file that is sent to a route that is not served is told that, not that it is no JSON.
	IF path[1] IN ('items', 'users') THEN
		parsed := directus_private.parse_body(body);
	END IF;
	IF query ? 'access_token' THEN
		PERFORM directus_private.raise_invalid_payload('An access token does not belong in an address. Send it in the header Authorization');
	END IF;

	CASE
		WHEN path[1] = 'items' AND path[2] IS NOT NULL AND path[4] IS NULL
				AND (method IN ('GET', 'PATCH', 'DELETE') OR (method IN ('POST', 'SEARCH') AND path[3] IS NULL)) THEN
			RETURN directus_private.route_items(method, path, query, parsed);
		WHEN path[1] = 'users' AND path[6] IS NULL THEN
			RETURN directus_private.route_users(method, path, query, parsed);
		WHEN method = 'GET' AND path = '{server,health}' THEN
			PERFORM directus_private.add_header('Content-Type', 'application/health+json');
			RETURN '{"status":"ok"}';
		WHEN method = 'GET' AND path = '{auth}' THEN
			RETURN '{"data":[],"disableDefault":false}';
		WHEN method = 'GET' AND path = '{server,info}' THEN
			RETURN json_build_object('data', json_build_object('project', json_build_object(
				'project_name', current_database(), 'public_registration', current_setting('auth.registration_enabled')::boolean)));
		ELSE
			PERFORM directus_private.raise_not_found('/' || array_to_string(path, '/'));
	END CASE;
END
$$;
COMMENT ON FUNCTION directus_private.route(text, bytea) IS 'answer a request, or raise what is wrong with it';


--
-- What PostgREST serves. A block that fails takes back what it wrote, and then
-- the error is told; what auth refuses is no error, and stays written.
--

-- Not left to auth.pre_request: PostgREST would tell in its own words what is
-- wrong with a token, and in other words in each of its versions.
CREATE FUNCTION directus_private.authenticate(token text) RETURNS void
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	reason text;
BEGIN
	IF coalesce(token, '') = '' THEN
		RETURN;
	END IF;
	PERFORM auth.authenticate(token);
	PERFORM set_config('request.jwt.claims', json_build_object('role', auth.role(), 'sub', auth.uid())::text, true);
	PERFORM set_config('role', auth.role(), true);
EXCEPTION
	-- a role that does not exist
	WHEN invalid_parameter_value THEN
		PERFORM directus_private.raise_forbidden();
	WHEN SQLSTATE 'PT401' THEN
		GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
		IF reason = 'access token expired' THEN
			PERFORM directus_private.raise(401, 'TOKEN_EXPIRED', 'Token expired.');
		ELSIF reason = 'invalid access token' AND token LIKE '%.%.%' THEN
			PERFORM directus_private.raise(403, 'INVALID_TOKEN', 'Invalid token.');
		END IF;
		PERFORM directus_private.raise(401, 'INVALID_CREDENTIALS', 'Invalid user credentials.');
END
$$;
COMMENT ON FUNCTION directus_private.authenticate(text) IS 'take the identity and the role that a token proves';

CREATE FUNCTION directus_private.handle(method text, body bytea) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	message text;
	detail text;
	failed_schema text;
	failed_table text;
	failed_constraint text;
	failed_column text;
	answer json;
BEGIN
	PERFORM directus_private.authenticate(coalesce(directus_private.header('x-directus-token'),
		directus_private.header('x-cookie-' || lower(current_setting('auth.session_cookie_name')))));
	answer := directus_private.route(method, body);
	-- what is deferred would be told by PostgREST
	SET CONSTRAINTS ALL IMMEDIATE;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, failed_schema = SCHEMA_NAME,
		failed_table = TABLE_NAME, failed_constraint = CONSTRAINT_NAME, failed_column = COLUMN_NAME;
	RETURN directus_private.tell_exception(SQLSTATE, message, detail, failed_schema, failed_table, failed_constraint, failed_column,
		CASE WHEN method IN ('GET', 'SEARCH') THEN 'query' ELSE 'payload' END);
END
$$;

CREATE FUNCTION directus.read() RETURNS json
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.handle('GET', NULL) $$;
COMMENT ON FUNCTION directus.read() IS 'answer a GET request of Directus, for the path and query in the headers x-directus-path and x-directus-query';

CREATE FUNCTION directus.write(bytea) RETURNS json
	LANGUAGE sql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT directus_private.handle(directus_private.header('x-directus-method'), $1) $$;
COMMENT ON FUNCTION directus.write(bytea) IS 'answer a request of Directus that has a body, for the method, path and query in the headers x-directus-*';

CREATE FUNCTION directus.login(bytea) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	body jsonb;
	message text;
	detail text;
BEGIN
	body := directus_private.parse_body($1);
	PERFORM directus_private.require_strings(body, '{email,password}', '{mode,otp}');
	IF coalesce(body ->> 'mode', 'json') NOT IN ('cookie', 'json', 'session') THEN
		PERFORM directus_private.raise_invalid_payload('"mode" must be one of [cookie, json, session]');
	END IF;
	RETURN directus_private.tell_answer(auth.login(body ->> 'email', body ->> 'password', coalesce(body ->> 'mode', 'json')));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN directus_private.tell_exception(SQLSTATE, message, detail);
END
$$;
COMMENT ON FUNCTION directus.login(bytea) IS 'POST /auth/login';

-- Which token is meant: that of the body in mode json, else that of the mode's cookie
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

CREATE FUNCTION directus.refresh(bytea) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	body jsonb;
	token text;
	message text;
	detail text;
BEGIN
	body := directus_private.parse_body($1);
	token := directus_private.presented_token(body);
	RETURN directus_private.tell_answer(auth.refresh(token,
		coalesce(body ->> 'mode', CASE WHEN token IS NULL THEN 'cookie' ELSE 'json' END)));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN directus_private.tell_exception(SQLSTATE, message, detail);
END
$$;
COMMENT ON FUNCTION directus.refresh(bytea) IS 'POST /auth/refresh';

CREATE FUNCTION directus.logout(bytea) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	message text;
	detail text;
BEGIN
	PERFORM auth.logout(directus_private.presented_token(directus_private.parse_body($1)));
	RETURN directus_private.no_content();
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN directus_private.tell_exception(SQLSTATE, message, detail);
END
$$;
COMMENT ON FUNCTION directus.logout(bytea) IS 'POST /auth/logout';


--
-- They run as whoever asks, and so may be called by everybody who may ask.
--

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA directus, directus_private FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA directus, directus_private TO anon, authenticated;
