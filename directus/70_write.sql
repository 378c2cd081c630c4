

--
-- Writing: columns and rows that the caller may write
--

-- Preset fields always get their preset, whatever is sent for them. The owner
-- column is not among them: auth.protect's policy checks what is sent for it.
CREATE FUNCTION directus_private.presets_of(source regclass) RETURNS text[]
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT preset_columns::text[] FROM auth.protection(source));
END
$$;

-- Fields that a trigger sets on every update, whatever is sent for them
CREATE FUNCTION directus_private.set_by_trigger(source regclass) RETURNS text[]
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN ARRAY(SELECT split_part(encode(tgargs, 'escape'), '\000', 1) FROM pg_trigger
		WHERE tgrelid = source AND tgfoid = 'auth.set_updated_at()'::regprocedure);
END
$$;

-- What was sent, with objects that hold only a key, as in {"author": {"id": 1}}, replaced by that key
CREATE FUNCTION directus_private.with_keys(source regclass, item jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	field text;
	value jsonb;
	related regclass;
	related_key text;
BEGIN
	IF NOT jsonb_path_exists(item, '$.* ? (@.type() == "object")') THEN
		RETURN item;
	END IF;
	FOR field, value IN SELECT e.key, e.value FROM jsonb_each(item) AS e WHERE jsonb_typeof(e.value) = 'object' LOOP
		related := directus_private.relation_of(source, field);
		CONTINUE WHEN related IS NULL;
		related_key := directus_private.primary_key(related);
		IF value - related_key <> '{}' OR NOT value ? related_key THEN
			PERFORM directus_private.raise_invalid_payload(format('"%s" takes a key, or an object with a key and nothing else', left(field, 100)));
		END IF;
		item := jsonb_set(item, ARRAY[field], value -> related_key);
	END LOOP;
	RETURN item;
END
$$;

-- The names of the fields that were sent; FORBIDDEN if the caller may not write
-- one of them. A value that is too long is an error: PostgreSQL would not say which.
CREATE FUNCTION directus_private.written_fields(source regclass, item jsonb, privilege text) RETURNS name[]
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	field text;
	value text;
	is_writable boolean;
	maximum integer;
	fields name[] := '{}';
BEGIN
	FOR field, value, is_writable, maximum IN
		SELECT sent.key, sent.value, has_column_privilege(source, attnum, privilege),
				CASE WHEN atttypid IN ('varchar'::regtype, 'bpchar'::regtype) AND atttypmod > 4 THEN atttypmod - 4 END
			FROM jsonb_each_text(item) AS sent LEFT JOIN pg_attribute ON attrelid = source AND attname = sent.key AND attnum > 0 AND NOT attisdropped
	LOOP
		IF is_writable IS NOT TRUE THEN
			PERFORM directus_private.raise_forbidden_field(field, directus_private.name_of(source));
		ELSIF length(rtrim(value)) > maximum THEN
			PERFORM directus_private.raise_too_long(field, directus_private.name_of(source));
		END IF;
		fields := fields || field::name;
	END LOOP;
	RETURN fields;
END
$$;

-- A client may send a whole row back as it read it: fields that it may not write
-- are FORBIDDEN only if they were changed.
CREATE FUNCTION directus_private.require_unchanged(source regclass, key text, sent jsonb) RETURNS void
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	item jsonb;
	field text;
BEGIN
	IF sent = '{}' THEN
		RETURN;
	END IF;
	EXECUTE format('SELECT to_jsonb(r.*) FROM (SELECT %s FROM %s AS t WHERE %s) AS r',
		directus_private.select_list(source, 't', (SELECT jsonb_object_agg(name, '{}'::jsonb) FROM jsonb_object_keys(sent) AS name)),
		source, directus_private.key_condition(source, key)) INTO item;
	SELECT name INTO field FROM jsonb_object_keys(sent) AS name WHERE item -> name IS DISTINCT FROM sent -> name LIMIT 1;
	IF FOUND THEN
		PERFORM directus_private.raise_forbidden_field(field, directus_private.name_of(source));
	END IF;
END
$$;

-- A query for the values of these fields, in this order. It has no other columns: a
-- domain with NOT NULL would refuse a whole row in which it is missing.
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

CREATE FUNCTION directus_private.create_item(source regclass, item jsonb, presets text[], is_blind boolean) RETURNS text
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	primary_key name := directus_private.primary_key(source);
	fields name[];
	list text;
	key text;
	statement text;
BEGIN
	PERFORM directus_private.require_object(item);
	item := directus_private.with_keys(source, item - coalesce(presets, '{}'));
	fields := directus_private.written_fields(source, item, 'INSERT');
	list := (SELECT string_agg(quote_ident(field), ', ') FROM unnest(fields) AS field);
	statement := format('INSERT INTO %s %s', source, CASE fields WHEN '{}' THEN 'DEFAULT VALUES'
		ELSE format('(%s) %s', list, directus_private.written_values(source, item, fields)) END);
	IF is_blind THEN
		EXECUTE statement;
	ELSE
		EXECUTE statement || format(' RETURNING %I::text', primary_key) INTO key;
	END IF;
	RETURN key;
END
$$;
COMMENT ON FUNCTION directus_private.create_item(regclass, jsonb, text[], boolean) IS 'insert a row as the caller, and return its key unless is_blind';

CREATE FUNCTION directus_private.update_items(source regclass, keys text[], item jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	primary_key name := directus_private.primary_key(source);
	other jsonb; -- fields that the caller may not write
	fields name[];
	list text;
	values_of_list text;
	key text;
	changed bigint;
BEGIN
	PERFORM directus_private.require_object(item);
	item := directus_private.with_keys(source, item - primary_key::text);
	other := (SELECT coalesce(jsonb_object_agg(sent.key, sent.value), '{}') FROM jsonb_each(item) AS sent
		WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = source AND attname = sent.key AND attnum > 0 AND NOT attisdropped
			AND has_column_privilege(source, attnum, 'UPDATE')));
	IF other <> '{}' THEN
		item := item - ARRAY(SELECT jsonb_object_keys(other));
		other := other - directus_private.set_by_trigger(source);
	END IF;
	fields := directus_private.written_fields(source, item, 'UPDATE');
	list := (SELECT string_agg(quote_ident(field), ', ') FROM unnest(fields) AS field);
	values_of_list := directus_private.written_values(source, item, fields);
	FOREACH key IN ARRAY keys LOOP
		PERFORM directus_private.require_unchanged(source, key, other);
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

-- The keys that a body of {"keys": [...]}, {"query": {...}} or [...] selects
CREATE FUNCTION directus_private.keys_of(source regclass, body jsonb) RETURNS text[]
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	query jsonb;
	keys text[];
BEGIN
	IF jsonb_typeof(body) = 'array' THEN
		RETURN ARRAY(SELECT * FROM jsonb_array_elements_text(body));
	ELSIF jsonb_typeof(body -> 'keys') = 'array' THEN
		RETURN ARRAY(SELECT * FROM jsonb_array_elements_text(body -> 'keys'));
	ELSIF body ? 'query' THEN
		query := directus_private.query_in(body);
		EXECUTE format('SELECT coalesce(array_agg(key), ''{}'') FROM (SELECT t.%I::text AS key FROM %s AS t WHERE %s ORDER BY t.%I LIMIT %s) AS found',
			directus_private.primary_key(source), source, directus_private.where_of(source, query), directus_private.primary_key(source),
			coalesce(nullif(directus_private.integer_parameter(query, 'limit', -1, 100), -1), 1001)) INTO keys; -- one more than the limit is enough to refuse
		RETURN keys;
	END IF;
	PERFORM directus_private.raise_invalid_payload('"keys" or "query" is required');
END
$$;

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

CREATE FUNCTION directus_private.write_items(source regclass, method text, key text, query jsonb, body jsonb, is_blind boolean) RETURNS json
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
			is_blind := is_blind OR NOT has_column_privilege(source, directus_private.primary_key(source)::text, 'SELECT');
			keys := '{}';
			FOR item IN SELECT * FROM jsonb_array_elements(CASE jsonb_typeof(body) WHEN 'array' THEN body ELSE jsonb_build_array(body) END) LOOP
				keys := keys || directus_private.create_item(source, item, presets, is_blind);
			END LOOP;
			IF is_blind THEN
				RETURN directus_private.no_content();
			ELSIF jsonb_typeof(body) = 'array' THEN
				RETURN directus_private.read_keys(source, keys, query);
			END IF;
			RETURN directus_private.read_one(source, keys[1], query);
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

-- The first PATCH creates the row of a singleton.
CREATE FUNCTION directus_private.answer_singleton(source regclass, method text, path text[], query jsonb, body jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	key text;
BEGIN
	IF method = 'POST' THEN
		PERFORM directus_private.raise_not_found('/' || array_to_string(path, '/'));
	ELSIF method = 'SEARCH' THEN
		RETURN directus_private.read_singleton(source, directus_private.query_in(body));
	ELSIF method = 'PATCH' THEN
		EXECUTE format('SELECT t.%I::text FROM %s AS t ORDER BY t.%I LIMIT 1', directus_private.primary_key(source), source, directus_private.primary_key(source)) INTO key;
		IF key IS NULL THEN
			PERFORM directus_private.create_item(source, body, directus_private.presets_of(source), is_blind => true);
		ELSE
			PERFORM directus_private.update_items(source, ARRAY[key], body);
		END IF;
	END IF;
	RETURN directus_private.read_singleton(source, query);
END
$$;

CREATE FUNCTION directus_private.answer_items(method text, path text[], query jsonb, body jsonb, is_blind boolean) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	source regclass := directus_private.collection(path[2], CASE method WHEN 'POST' THEN 'SELECT, INSERT' ELSE 'SELECT' END);
BEGIN
	IF path[3] IS NULL AND method <> 'DELETE' AND directus_private.is_singleton(source) THEN
		RETURN directus_private.answer_singleton(source, method, path, query, body);
	ELSIF method = 'SEARCH' THEN
		RETURN directus_private.read_list(source, directus_private.query_in(body));
	ELSIF method <> 'GET' THEN
		RETURN directus_private.write_items(source, method, path[3], query, body, is_blind);
	ELSIF path[3] IS NULL THEN
		RETURN directus_private.read_list(source, query);
	END IF;
	RETURN directus_private.read_one(source, path[3], query);
END
$$;
