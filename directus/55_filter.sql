

-- The value of an operand such as $NOW(-7 days)
CREATE FUNCTION directus_private.resolve(operand text) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	adjustment text[];
BEGIN
	IF operand LIKE '$NOW(%' THEN
		adjustment := regexp_match(operand, '^\$NOW\( *([+-]?[0-9]{1,9}(?:\.[0-9]{1,9})?) *([a-z]*) *\)$', 'i');
		IF adjustment IS NULL THEN
			PERFORM directus_private.raise_invalid_query('"$NOW" takes a number and a unit of time');
		END IF;
		-- units of Directus that PostgreSQL does not know
		RETURN now() + (adjustment[1] || ' ' || CASE WHEN adjustment[2] = '' THEN 'days' WHEN adjustment[2] ~* '^(mo|mos|mth|mths)$' THEN 'months' ELSE adjustment[2] END)::interval;
	END IF;
	RETURN CASE operand WHEN '$CURRENT_USER' THEN auth.uid()::text WHEN '$CURRENT_ROLE' THEN auth.role()::text
		WHEN '$NOW' THEN now()::text ELSE operand END;
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

-- A text as a pattern of LIKE that matches just that text. Searching for a long text
-- in a longer one can take minutes.
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

-- Times are compared as they are shown (see directus_private.shown), so that a time that
-- was read is found again, and does not count as an earlier one. The column stays bare,
-- so that its index can be used.
CREATE FUNCTION directus_private.time_comparison(expression text, type regtype, operator text, moments text[]) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	unit text := CASE type WHEN 'timestamp'::regtype THEN 'second' ELSE 'millisecond' END;
	shown text[] := ARRAY(SELECT format('date_trunc(%L, %s)', unit, moment) FROM unnest(moments) AS moment);
	first text := shown[1];
	first_end text := format('%s + interval ''1 %s''', shown[1], unit);
BEGIN
	RETURN CASE operator
		WHEN '_eq' THEN format('(%s >= %s AND %s < %s)', expression, first, expression, first_end)
		WHEN '_neq' THEN format('(%s < %s OR %s >= %s)', expression, first, expression, first_end)
		WHEN '_lt' THEN format('%s < %s', expression, first)
		WHEN '_lte' THEN format('%s < %s', expression, first_end)
		WHEN '_gt' THEN format('%s >= %s', expression, first_end)
		WHEN '_gte' THEN format('%s >= %s', expression, first)
		WHEN '_between' THEN format('(%s >= %s AND %s < %s + interval ''1 %s'')', expression, first, expression, shown[2], unit)
		WHEN '_nbetween' THEN format('(%s < %s OR %s >= %s + interval ''1 %s'')', expression, first, expression, shown[2], unit)
		WHEN '_in' THEN format('date_trunc(%L, %s) IN (%s)', unit, expression, array_to_string(shown, ', '))
		WHEN '_nin' THEN format('date_trunc(%L, %s) NOT IN (%s)', unit, expression, array_to_string(shown, ', ')) END;
END
$$;

CREATE FUNCTION directus_private.comparison(expression text, type regtype, operator text, operand jsonb) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	kind text := directus_private.kind_of(type);
	type_name text := format_type(type, -1); -- "character" without a length would mean one character
	text_value text := directus_private.resolve(operand #>> '{}');
	is_true boolean := operand NOT IN ('false', '"false"', '0', '"0"');
	values_list text[];
	times text;
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

	IF type IN ('timestamptz'::regtype, 'timestamp'::regtype) THEN
		times := directus_private.time_comparison(expression, type, operator, coalesce(values_list, ARRAY[format('%L::%s', text_value, type_name)]));
	END IF;

	RETURN CASE
		WHEN values_list = '{}' THEN (operator = '_nin')::text
		WHEN times IS NOT NULL THEN times
	ELSE CASE operator
		WHEN '_eq' THEN format('%s = %L::%s', expression, text_value, type_name)
		WHEN '_neq' THEN format('%s <> %L::%s', expression, text_value, type_name)
		WHEN '_lt' THEN format('%s < %L::%s', expression, text_value, type_name)
		WHEN '_lte' THEN format('%s <= %L::%s', expression, text_value, type_name)
		WHEN '_gt' THEN format('%s > %L::%s', expression, text_value, type_name)
		WHEN '_gte' THEN format('%s >= %L::%s', expression, text_value, type_name)
		WHEN '_between' THEN format('%s BETWEEN %s AND %s', expression, values_list[1], values_list[2])
		WHEN '_nbetween' THEN format('%s NOT BETWEEN %s AND %s', expression, values_list[1], values_list[2])
		WHEN '_in' THEN format('%s IN (%s)', expression, array_to_string(values_list, ', '))
		WHEN '_nin' THEN format('%s NOT IN (%s)', expression, array_to_string(values_list, ', '))
		WHEN '_null' THEN format('%s IS %s NULL', expression, CASE WHEN is_true THEN '' ELSE 'NOT' END)
		WHEN '_nnull' THEN format('%s IS %s NULL', expression, CASE WHEN is_true THEN 'NOT' ELSE '' END)
		WHEN '_empty' THEN format('coalesce(%s, '''') %s ''''', expression, CASE WHEN is_true THEN '=' ELSE '<>' END)
		WHEN '_nempty' THEN format('coalesce(%s, '''') %s ''''', expression, CASE WHEN is_true THEN '<>' ELSE '=' END)
		ELSE format('%s %s %s %L', expression,
			CASE WHEN operator ~ '^_n' THEN 'NOT' ELSE '' END,
			CASE WHEN operator ~ '^_n?i' THEN 'ILIKE' ELSE 'LIKE' END,
			CASE WHEN operator ~ 'starts_with$' THEN '' ELSE '%' END || directus_private.like_pattern(text_value) || CASE WHEN operator ~ 'ends_with$' THEN '' ELSE '%' END)
	END END;
END
$$;
COMMENT ON FUNCTION directus_private.comparison(text, regtype, text, jsonb) IS 'one operator of a filter as a condition';

-- The filters in an _and or _or: a list, or {"0": ..., "1": ...}
CREATE FUNCTION directus_private.to_filters(value jsonb) RETURNS jsonb[]
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN CASE jsonb_typeof(value)
		WHEN 'array' THEN ARRAY(SELECT * FROM jsonb_array_elements(value))
		WHEN 'object' THEN ARRAY(SELECT e.value FROM jsonb_each(value) AS e ORDER BY length(e.key), e.key)
		ELSE '{}' END;
END
$$;

-- A filter as a condition. A related row counts only if the caller may read it.
CREATE FUNCTION directus_private.condition(source regclass, alias text, filter jsonb, place text DEFAULT 'root') RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	key text;
	value jsonb;
	element jsonb;
	elements jsonb[];
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
			FOREACH element IN ARRAY directus_private.to_filters(value) LOOP
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
				CONTINUE;
			END IF;
			elements := CASE WHEN operator IN ('_and', '_or') THEN directus_private.to_filters(operand) END;
			IF elements IS NOT NULL AND NOT EXISTS (SELECT FROM unnest(elements) AS e, jsonb_object_keys(CASE jsonb_typeof(e) WHEN 'object' THEN e ELSE '{}' END) AS name WHERE name !~ '^_') THEN
				-- {"a": {"_or": [{"_eq": 1}, {"_eq": 2}]}} means {"_or": [{"a": {"_eq": 1}}, {"a": {"_eq": 2}}]}
				conditions := conditions || directus_private.condition(source, alias, jsonb_build_object(operator, ARRAY(SELECT jsonb_build_object(key, e) FROM unnest(elements) AS e)), place);
			ELSE
				of_related := of_related || jsonb_build_object(operator, operand);
			END IF;
		END LOOP;
		CONTINUE WHEN of_related = '{}';

		related := directus_private.relation_of(source, key);
		IF related IS NULL THEN
			PERFORM directus_private.raise_forbidden_field((SELECT k FROM jsonb_object_keys(of_related) AS k LIMIT 1), key, format('"%s"', key));
		END IF;
		-- if there is no related row, all of its fields count as null
		conditions := conditions || format(CASE WHEN of_related::text ~ '"_n?(null|empty)":'
				THEN 'EXISTS (SELECT FROM (SELECT) AS one LEFT JOIN %s AS %I ON %I.%I = %I.%I WHERE %s)'
				ELSE 'EXISTS (SELECT FROM %s AS %I WHERE %I.%I = %I.%I AND %s)' END, related, inner_alias,
			inner_alias, directus_private.primary_key(related), alias, key,
			directus_private.condition(related, inner_alias, of_related, format('"%s"', key)));
	END LOOP;
	RETURN CASE conditions WHEN '{}' THEN 'true' ELSE '(' || array_to_string(conditions, ' AND ') || ')' END;
END
$$;
COMMENT ON FUNCTION directus_private.condition(regclass, text, jsonb, text) IS 'a Directus filter as a condition of a WHERE clause';

-- Search the columns that the caller may read: texts for a substring, numbers and uuids for the same value
CREATE FUNCTION directus_private.search_condition(source regclass, alias text, searched text) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	kinds text[] := '{string}'::text[]
		|| CASE WHEN searched ~ '^-?[0-9]{1,18}(\.[0-9]{1,18})?$' THEN 'integer' END
		|| CASE WHEN searched ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN 'uuid' END;
BEGIN
	RETURN (SELECT coalesce('(' || string_agg(
			CASE kind WHEN 'string' THEN format('%I.%I ILIKE %L', alias, attname, '%' || directus_private.like_pattern(searched) || '%')
				WHEN 'uuid' THEN format('%I.%I = %L::uuid', alias, attname, searched)
				ELSE format('%I.%I = %L::numeric', alias, attname, searched) END, ' OR ') || ')', 'false')
		FROM pg_attribute, directus_private.kind_of(atttypid) AS kind
		WHERE attrelid = source AND attnum > 0 AND NOT attisdropped AND has_column_privilege(source, attnum, 'SELECT') AND kind = ANY (kinds));
END
$$;

-- The condition for the rows that a query asks for
CREATE FUNCTION directus_private.where_of(source regclass, query jsonb) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	names bigint;
	texts bigint;
BEGIN
	SELECT count(*), count(*) FILTER (WHERE pair ->> 'key' ~ '^_n?i?(contains|starts_with|ends_with)$') INTO names, texts
		FROM jsonb_path_query(query -> 'filter', 'strict $.** ? (@.type() == "object").keyvalue()') AS pair;
	-- PostgreSQL takes minutes to plan a query with hundreds of references
	IF length(query ->> 'filter') > 100000 OR jsonb_path_exists(query -> 'filter', '$.**{20}') OR names > 300 THEN
		PERFORM directus_private.raise_invalid_query('The filter is too long or too deep');
	-- and a third of a second for each of these searches in a text of a megabyte
	ELSIF texts > 12 THEN
		PERFORM directus_private.raise_invalid_query('A filter looks for at most 12 texts');
	END IF;

	RETURN CASE WHEN query ? 'filter' THEN directus_private.condition(source, 't', query -> 'filter') ELSE 'true' END ||
		CASE WHEN query ->> 'search' <> '' THEN ' AND ' || directus_private.search_condition(source, 't', query ->> 'search') ELSE '' END;
END
$$;
