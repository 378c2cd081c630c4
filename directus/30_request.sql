

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

CREATE FUNCTION directus_private.request_token() RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN coalesce(nullif(directus_private.header('x-directus-token'), ''),
		nullif(directus_private.header('x-cookie-' || lower(current_setting('auth.session_cookie_name'))), ''));
END
$$;

-- This is not left to auth.pre_request: PostgREST would say in its own words what
-- is wrong with a token, and in different words in each version.
CREATE FUNCTION directus_private.authenticate() RETURNS void
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	token text := directus_private.request_token();
BEGIN
	IF token IS NULL THEN
		RETURN;
	END IF;
	PERFORM auth.authenticate(token);
	PERFORM set_config('request.jwt.claims', json_build_object('role', auth.role(), 'sub', auth.uid())::text, true);
	PERFORM set_config('role', auth.role(), true);
END
$$;
COMMENT ON FUNCTION directus_private.authenticate() IS 'take the identity and the role that the token of the request proves';

CREATE FUNCTION directus_private.parse_body(body bytea) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN coalesce(nullif(btrim(convert_from(body, 'UTF8'), E' \t\r\n'), ''), '{}')::jsonb;
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

CREATE FUNCTION directus_private.is_email(value text) RETURNS boolean
	LANGUAGE sql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$ SELECT value ~ '^[^@[:space:]]+@[^@[:space:]]+$' $$;

-- Like Directus, complain only about the first mistake, field by field.
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
		ELSIF name = 'email' AND NOT directus_private.is_email(body ->> name) THEN
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

-- One slash at the end is ignored. With more of them, the gateway would not
-- recognize a sign-in, which would then bypass the gateway's queue.
CREATE FUNCTION directus_private.parse_path(path text) RETURNS text[]
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN ARRAY(SELECT directus_private.url_decode(replace(part, '+', '%2B'))
		FROM string_to_table(regexp_replace(path, '^/|/$', '', 'g'), '/') AS part);
END
$$;

-- "a[b][c]=x&d[]=y&e=1&e=2" as {"a": {"b": {"c": "x"}}, "d": ["y"], "e": ["1", "2"]}
CREATE FUNCTION directus_private.parse_query(query text) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	result jsonb := '{}';
	pair text;
	key text;
	value jsonb;
	known jsonb;
	path text[];
	is_list boolean;
BEGIN
	FOREACH pair IN ARRAY string_to_array(coalesce(query, ''), '&') LOOP
		CONTINUE WHEN pair = '';
		key := directus_private.url_decode(split_part(pair, '=', 1));
		value := to_jsonb(directus_private.url_decode(substr(pair, length(split_part(pair, '=', 1)) + 2)));
		path := array_prepend(split_part(key, '[', 1), ARRAY(SELECT m[1] FROM regexp_matches(key, '\[([^]]*)\]', 'g') AS m));
		IF cardinality(path) > 12 THEN
			PERFORM directus_private.raise_invalid_query('Too deep');
		END IF;

		is_list := path[cardinality(path)] = '' AND cardinality(path) > 1;
		IF is_list THEN
			path := trim_array(path, 1);
		END IF;
		known := result #> path;
		IF is_list OR jsonb_typeof(known) IN ('string', 'array') THEN
			value := CASE jsonb_typeof(known) WHEN 'array' THEN known WHEN 'string' THEN jsonb_build_array(known) ELSE '[]' END || value;
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

-- The query with a parameter that is JSON, such as {"filter": "{...}"}, parsed; without it if it is empty
CREATE FUNCTION directus_private.parse_parameter(query jsonb, name text) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN CASE
		WHEN query ->> name = '' THEN query - name
		WHEN jsonb_typeof(query -> name) = 'string' THEN jsonb_set(query, ARRAY[name], (query ->> name)::jsonb)
		ELSE query END;
END
$$;

-- The query in a body such as {"query": {"filter": ..., "limit": 5}}
CREATE FUNCTION directus_private.query_in(body jsonb) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	found jsonb := coalesce(nullif(body -> 'query', 'null'), '{}');
	name text;
BEGIN
	IF jsonb_typeof(found) <> 'object' THEN
		PERFORM directus_private.raise_invalid_payload('"query" must be of type object');
	END IF;
	FOREACH name IN ARRAY '{filter,aggregate,deep,alias}'::text[] LOOP
		found := directus_private.parse_parameter(found, name);
	END LOOP;
	RETURN found;
END
$$;

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

-- A list of names. Each element may be a comma-separated list again: no name has a comma.
CREATE FUNCTION directus_private.to_names(value jsonb) RETURNS text[]
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF value IS NULL OR jsonb_typeof(value) = 'string' THEN
		RETURN directus_private.to_list(value);
	END IF;
	RETURN ARRAY(SELECT btrim(name) FROM unnest(directus_private.to_list(value)) AS item, string_to_table(item, ',') AS name WHERE btrim(name) <> '');
END
$$;
