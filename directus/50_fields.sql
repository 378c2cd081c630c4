

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

-- What may not be read of a tree is FORBIDDEN, or, if that is asked for, left out:
-- then the key is there at least.
CREATE FUNCTION directus_private.select_list(source regclass, alias text, tree jsonb, place text DEFAULT 'root', is_lenient boolean DEFAULT false) RETURNS text
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
	IF FOUND AND NOT is_lenient THEN
		PERFORM directus_private.raise_forbidden_field(field, directus_private.name_of(source), place);
	END IF;

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
			CONTINUE WHEN is_lenient;
			PERFORM directus_private.raise_forbidden_field((SELECT key FROM jsonb_object_keys(tree -> field) AS key LIMIT 1), field, format('"%s"', field));
		ELSE
			items := items || format('%s AS %I', expressions[i], field);
		END IF;
	END LOOP;
	RETURN array_to_string(CASE items WHEN '{}' THEN ARRAY[format('%I.%I', alias, directus_private.primary_key(source))] ELSE items END, ', ');
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
