

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
			coalesce(nullif(directus_private.integer_parameter(query, 'limit', -1, 100), -1), 1001)) INTO keys; -- one too many is enough
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

CREATE FUNCTION directus_private.answer_items(method text, path text[], query jsonb, body jsonb) RETURNS json
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	source regclass := directus_private.collection(path[2]);
BEGIN
	IF method = 'SEARCH' THEN
		RETURN directus_private.read_list(source, directus_private.query_in(body));
	ELSIF method <> 'GET' THEN
		RETURN directus_private.write_items(source, method, path[3], query, body);
	ELSIF path[3] IS NULL THEN
		RETURN directus_private.read_list(source, query);
	END IF;
	RETURN directus_private.read_one(source, path[3], query);
END
$$;
