

--
-- Reading: a Directus query as an SQL query
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

-- A value as JSON shows it: JavaScript has neither big integers nor decimals, and
-- its times have milliseconds.
CREATE FUNCTION directus_private.shown(expression text, type regtype) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	-- not one of PostgreSQL's own types: a domain counts as its base type
	IF type::oid >= 16384 THEN
		type := (SELECT coalesce(nullif(typbasetype, 0), oid) FROM pg_type WHERE oid = type);
	END IF;
	RETURN CASE type
		WHEN 'timestamptz'::regtype THEN format('pg_catalog.to_char(%s AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'')', expression)
		WHEN 'timestamp'::regtype THEN format('pg_catalog.to_char(%s, ''YYYY-MM-DD"T"HH24:MI:SS'')', expression)
		WHEN 'bigint'::regtype THEN format('%s::text', expression)
		WHEN 'numeric'::regtype THEN format('%s::text', expression)
		ELSE expression END;
END
$$;

-- Fields that Directus' users have and clients ask for; null if auth.users has no such column
CREATE FUNCTION directus_private.is_field_of_directus(source regclass, field text) RETURNS boolean
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN source = 'auth.users'::regclass AND field = ANY ('{password,location,title,description,tags,avatar,language,tfa_secret,token,last_access,last_page,provider,
		external_identifier,auth_data,email_notifications,appearance,theme_dark,theme_light,theme_dark_overrides,theme_light_overrides,text_direction}'::text[]);
END
$$;

-- A field that may not be read is FORBIDDEN. A reference that may not be followed is left
-- out, and is FORBIDDEN only if nothing else was asked for. With is_lenient all of these
-- are left out, and if nothing remains, the key is selected.
CREATE FUNCTION directus_private.select_list(source regclass, alias text, tree jsonb, place text DEFAULT 'root', is_lenient boolean DEFAULT false) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	readable text[];
	types oid[];
	field text;
	related regclass;
	children jsonb;
	left_out text;
	items text[] := '{}';
BEGIN
	SELECT coalesce(array_agg(attname ORDER BY attnum), '{}'), array_agg(atttypid ORDER BY attnum) INTO readable, types
		FROM pg_attribute WHERE attrelid = source AND attnum > 0 AND NOT attisdropped AND has_column_privilege(source, attnum, 'SELECT');

	FOR i IN 1 .. cardinality(readable) LOOP
		field := readable[i];
		CONTINUE WHEN NOT tree ?| ARRAY['*', field];
		children := coalesce(tree -> field, '{}') || coalesce(tree -> '*', '{}');
		related := CASE WHEN children <> '{}' THEN directus_private.relation_of(source, field) END;
		IF related IS NOT NULL THEN
			items := items || format('(SELECT pg_catalog.to_json(r.*) FROM (SELECT %s FROM %s AS %I WHERE %I.%I = %I.%I) AS r) AS %I',
				directus_private.select_list(related, alias || 't', children, format('"%s"', field), is_lenient), related, alias || 't',
				alias || 't', directus_private.primary_key(related), alias, field, field);
		ELSIF tree -> field <> '{}' THEN
			left_out := field;
			CONTINUE WHEN is_lenient OR directus_private.is_reference(source, field);
			PERFORM directus_private.raise_forbidden_field((SELECT key FROM jsonb_object_keys(tree -> field) AS key LIMIT 1), field, format('"%s"', field));
		ELSE
			items := items || format('%s AS %I', directus_private.shown(format('%I.%I', alias, field), types[i]), field);
		END IF;
	END LOOP;

	FOR field IN SELECT key FROM jsonb_object_keys(tree) AS key WHERE key <> '*' AND NOT key = ANY (readable) LOOP
		IF directus_private.is_field_of_directus(source, field) THEN
			items := items || format('NULL AS %I', field);
			CONTINUE;
		END IF;
		left_out := field;
		CONTINUE WHEN is_lenient OR directus_private.is_reference(source, field);
		PERFORM directus_private.raise_forbidden_field(field, directus_private.name_of(source), place);
	END LOOP;

	IF items = '{}' AND is_lenient THEN
		RETURN format('%I.%I', alias, directus_private.primary_key(source));
	ELSIF items = '{}' THEN
		PERFORM directus_private.raise_forbidden_field(left_out, directus_private.name_of(source), place);
	END IF;
	RETURN array_to_string(items, ', ');
END
$$;
COMMENT ON FUNCTION directus_private.select_list(regclass, text, jsonb, text, boolean) IS 'the list of a SELECT for a tree of fields';

CREATE FUNCTION directus_private.fields_of(query jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	fields text[] := directus_private.to_names(query -> 'fields');
BEGIN
	RETURN CASE fields WHEN '{}' THEN '{"*": {}}' ELSE directus_private.field_tree(fields) END;
END
$$;
