

-- What to sort by: a field, or a field of a related row such as {author,first_name}
CREATE FUNCTION directus_private.order_expression(source regclass, alias text, path text[], place text DEFAULT 'root') RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	related regclass;
	related_alias text := alias || 's';
BEGIN
	PERFORM directus_private.require_field(source, path[1], place);
	IF cardinality(path) = 1 THEN
		RETURN format('%I.%I', alias, path[1]);
	END IF;
	related := directus_private.relation_of(source, path[1]);
	IF related IS NULL OR cardinality(path) > 4 THEN
		PERFORM directus_private.raise_forbidden_field(path[2], path[1], format('"%s"', path[1]));
	END IF;
	RETURN format('(SELECT %s FROM %s AS %I WHERE %I.%I = %I.%I)', directus_private.order_expression(related, related_alias, path[2:], format('"%s"', path[1])),
		related, related_alias, related_alias, directus_private.primary_key(related), alias, path[1]);
END
$$;

CREATE FUNCTION directus_private.order_list(source regclass, alias text, sort text[]) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	item text;
	items text[] := '{}';
BEGIN
	IF cardinality(sort) > 20 THEN
		PERFORM directus_private.raise_invalid_query('Too many fields to sort by');
	END IF;

	FOREACH item IN ARRAY sort LOOP
		items := items || (directus_private.order_expression(source, alias, string_to_array(ltrim(item, '-'), '.')) || CASE WHEN item ~ '^-' THEN ' DESC' ELSE '' END);
	END LOOP;
	RETURN array_to_string(items || format('%I.%I', alias, directus_private.primary_key(source)), ', ');
END
$$;

CREATE FUNCTION directus_private.integer_parameter(query jsonb, name text, minimum integer, fallback integer) RETURNS integer
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	value text := CASE query ->> name WHEN '' THEN '0' ELSE query ->> name END;
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

CREATE FUNCTION directus_private.aggregate_call(source regclass, function_name text, field text) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	type regtype := directus_private.require_field(source, field, 'root');
	kind text := directus_private.kind_of(type);
	call text := CASE function_name WHEN 'count' THEN 'count(t.%I)' WHEN 'countDistinct' THEN 'count(DISTINCT t.%I)'
		WHEN 'sum' THEN 'sum(t.%I)' WHEN 'sumDistinct' THEN 'sum(DISTINCT t.%I)'
		WHEN 'avg' THEN 'avg(t.%I)' WHEN 'avgDistinct' THEN 'avg(DISTINCT t.%I)'
		WHEN 'min' THEN 'min(t.%I)' WHEN 'max' THEN 'max(t.%I)' END;
BEGIN
	IF kind <> 'integer' AND function_name NOT LIKE 'count%' AND NOT (kind IN ('dateTime', 'string') AND function_name IN ('min', 'max')) THEN
		PERFORM directus_private.raise_invalid_query(format('"%s" takes numbers', function_name));
	END IF;
	RETURN CASE WHEN function_name IN ('min', 'max') THEN directus_private.shown(format(call, field), type) ELSE format(call, field) END;
END
$$;

CREATE FUNCTION directus_private.read_aggregate(source regclass, query jsonb, maximum integer, skipped bigint) RETURNS json
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	groups text[] := directus_private.to_names(query -> 'groupBy');
	sort text[] := directus_private.to_names(query -> 'sort');
	field text;
	function_name text;
	fields jsonb;
	call text;
	calls text[];
	items text[] := '{}';
	sortable jsonb := '{}'; -- the expressions to sort by, by name
	result json;
BEGIN
	IF jsonb_typeof(query -> 'aggregate') <> 'object' OR cardinality(groups) + cardinality(sort) > 20
			OR (SELECT count(*) FROM jsonb_path_query(query -> 'aggregate', '$.*[*]')) > 100 THEN
		PERFORM directus_private.raise_invalid_query('"aggregate" must be an object, and not too large');
	END IF;

	FOR function_name, fields IN SELECT * FROM jsonb_each(coalesce(query -> 'aggregate', '{}')) LOOP
		IF function_name = 'countAll' OR (function_name = 'count' AND fields IN ('"*"', '["*"]')) THEN
			items := items || format('count(*)::text AS %I', function_name);
			sortable := sortable || jsonb_build_object(function_name, 'count(*)');
			CONTINUE;
		ELSIF NOT function_name = ANY ('{count,countDistinct,sum,sumDistinct,avg,avgDistinct,min,max}'::text[]) THEN
			PERFORM directus_private.raise_invalid_query(format('"%s" is no aggregate function', left(function_name, 100)));
		END IF;
		calls := '{}';
		FOREACH field IN ARRAY directus_private.to_names(fields) LOOP
			call := directus_private.aggregate_call(source, function_name, field);
			calls := calls || format('%L, (%s)::text', field, call);
			sortable := sortable || jsonb_build_object(function_name, call, function_name || '.' || field, call);
		END LOOP;
		items := items || format('json_build_object(%s) AS %I', array_to_string(calls, ', '), function_name);
	END LOOP;

	FOREACH field IN ARRAY groups LOOP
		PERFORM directus_private.require_field(source, field, 'root');
		sortable := sortable || jsonb_build_object(field, format('t.%I', field));
	END LOOP;
	IF groups <> '{}' THEN
		items := directus_private.select_list(source, 't', (SELECT jsonb_object_agg(g, '{}'::jsonb) FROM unnest(groups) AS g)) || items;
	END IF;
	FOREACH field IN ARRAY sort LOOP
		IF NOT sortable ? ltrim(field, '-') THEN
			PERFORM directus_private.raise_invalid_query('"sort" must name fields of "groupBy" or functions of "aggregate"');
		END IF;
	END LOOP;

	-- in the requested order, and then by the grouped fields
	EXECUTE format('SELECT coalesce(json_agg(to_json(r.*)), ''[]'') FROM (SELECT %s FROM %s AS t WHERE %s %s LIMIT %s OFFSET %s) AS r',
			array_to_string(items, ', '), source, directus_private.where_of(source, query),
			CASE groups WHEN '{}' THEN '' ELSE format('GROUP BY %s ORDER BY %s',
				(SELECT string_agg(format('t.%I', g), ', ') FROM unnest(groups) AS g),
				(SELECT string_agg(item, ', ') FROM (
					SELECT (sortable ->> ltrim(s, '-')) || CASE WHEN s LIKE '-%' THEN ' DESC' ELSE '' END FROM unnest(sort) AS s
					UNION ALL SELECT format('t.%I', g) FROM unnest(groups) AS g) AS ordered (item))) END,
			CASE maximum WHEN -1 THEN 'ALL' ELSE maximum::text END, skipped)
		INTO result;
	RETURN result;
END
$$;

CREATE FUNCTION directus_private.read_list(source regclass, query jsonb) RETURNS json
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	maximum integer := directus_private.integer_parameter(query, 'limit', -1, 100);
	page integer := directus_private.integer_parameter(query, 'page', 0, 0);
	after integer := directus_private.integer_parameter(query, 'offset', 0, 0);
	skipped bigint := CASE page WHEN 0 THEN after ELSE (page - 1)::bigint * greatest(maximum, 0) END;
	wanted text[] := directus_private.to_names(query -> 'meta');
	meta jsonb := '{}';
	number bigint;
	rows json;
BEGIN
	IF query ?| '{aggregate,groupBy}' THEN
		rows := directus_private.read_aggregate(source, query, maximum, skipped);
	ELSE
		EXECUTE format('SELECT coalesce(json_agg(to_json(r.*)), ''[]'') FROM (SELECT %s FROM %s AS t WHERE %s ORDER BY %s LIMIT %s OFFSET %s) AS r',
				directus_private.select_list(source, 't', directus_private.fields_of(query)), source, directus_private.where_of(source, query),
				directus_private.order_list(source, 't', directus_private.to_names(query -> 'sort')),
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

-- A key that does not fit the type of the primary key matches no row, and is not
-- an error.
CREATE FUNCTION directus_private.key_condition(source regclass, key text) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	primary_key name := directus_private.primary_key(source);
	type regtype := directus_private.type_of(source, primary_key);
BEGIN
	RETURN CASE
		WHEN type IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) THEN
			-- an index on a smaller type can be searched for a bigint, too
			CASE WHEN key ~ '^-?[0-9]{1,19}$' AND key::numeric BETWEEN -9223372036854775808 AND 9223372036854775807
				THEN format('t.%I = %L::bigint', primary_key, key) ELSE 'false' END
		WHEN type = 'uuid'::regtype THEN
			CASE WHEN key ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN format('t.%I = %L::uuid', primary_key, key) ELSE 'false' END
		WHEN directus_private.kind_of(type) = 'string' THEN format('t.%I = %L', primary_key, key)
		ELSE format('t.%I::text = %L', primary_key, key) END;
END
$$;

-- One row; FORBIDDEN if there is none that the caller may read
CREATE FUNCTION directus_private.read_one(source regclass, key text, query jsonb, is_lenient boolean DEFAULT false) RETURNS json
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	result json;
BEGIN
	EXECUTE format('SELECT to_json(r.*) FROM (SELECT %s FROM %s AS t WHERE %s) AS r',
		directus_private.select_list(source, 't', directus_private.fields_of(query), is_lenient => is_lenient), source, directus_private.key_condition(source, key)) INTO result;
	IF result IS NULL THEN
		PERFORM directus_private.raise_forbidden();
	END IF;
	RETURN json_build_object('data', result);
END
$$;

-- Rows by their keys, in that order; FORBIDDEN if the caller may not read one of them
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

-- The one item of a singleton; null in all fields if there is none that the caller may read
CREATE FUNCTION directus_private.read_singleton(source regclass, query jsonb) RETURNS json
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	result json;
BEGIN
	EXECUTE format('SELECT to_json(r.*) FROM (SELECT %s FROM (SELECT) AS one LEFT JOIN %s AS t ON %s ORDER BY t.%I LIMIT 1) AS r',
		directus_private.select_list(source, 't', directus_private.fields_of(query)), source, directus_private.where_of(source, query),
		directus_private.primary_key(source)) INTO result;
	RETURN json_build_object('data', result);
END
$$;
