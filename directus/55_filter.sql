

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
