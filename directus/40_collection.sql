

--
-- Collections: tables with row-level security that the caller may read, and the users
--

-- A view has no primary key: its column "id" counts as one.
CREATE FUNCTION directus_private.primary_key(source regclass) RETURNS name
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN coalesce(
		(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = source
			AND a.attnum = (SELECT i.indkey[0] FROM pg_index i WHERE i.indrelid = source AND i.indisprimary AND i.indnkeyatts = 1)),
		(SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
			WHERE c.oid = source AND c.relkind = 'v' AND a.attname = 'id'));
END
$$;

-- The table of a collection on which the caller has one of the privileges; null if there
-- is none. A site's own posts take precedence over auth's. A view shows rows with the
-- rights of its owner; security_barrier says that this is intended.
CREATE FUNCTION directus_private.find_collection(name text, privileges text DEFAULT 'SELECT') RETURNS regclass
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			JOIN string_to_table(current_setting('auth.exposed_schemas'), ',') WITH ORDINALITY AS exposed (schema, n) ON btrim(exposed.schema) = n.nspname
		WHERE c.relname = name AND c.oid NOT IN ('auth.users'::regclass, 'auth.sessions'::regclass)
			AND (c.relkind IN ('r', 'p') AND c.relrowsecurity OR c.relkind = 'v'
				AND EXISTS (SELECT FROM pg_options_to_table(c.reloptions) WHERE option_name = 'security_barrier' AND option_value::boolean))
			AND directus_private.primary_key(c.oid) IS NOT NULL
			AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, privileges)
		ORDER BY n.nspname = 'auth', exposed.n LIMIT 1);
END
$$;

CREATE FUNCTION directus_private.collection(name text, privileges text DEFAULT 'SELECT') RETURNS regclass
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	found regclass := directus_private.find_collection(name, privileges);
BEGIN
	IF name LIKE 'directus\_%' THEN
		PERFORM directus_private.raise_forbidden();
	ELSIF found IS NULL THEN
		PERFORM directus_private.raise_forbidden_collection(name);
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION directus_private.collection(text, text) IS 'the table of a collection on which the caller has one of the privileges; FORBIDDEN otherwise';

-- Directus' singletons hold one item, whose key does not appear in the path.
CREATE FUNCTION directus_private.is_singleton(source regclass) RETURNS boolean
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN EXISTS (SELECT FROM pg_description WHERE objoid = source AND classoid = 'pg_class'::regclass AND objsubid = 0
		AND description ~ '(^|\s)@singleton(\s|$)');
END
$$;

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

-- The collection that a field refers to; null if there is none that the caller may read
CREATE FUNCTION directus_private.relation_of(source regclass, field text) RETURNS regclass
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT c.confrelid FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
		WHERE c.contype = 'f' AND c.conrelid = source AND a.attname = field
			AND (c.confrelid = 'auth.users'::regclass AND has_any_column_privilege('auth.users', 'SELECT') OR directus_private.find_collection(directus_private.name_of(c.confrelid)) = c.confrelid)
		LIMIT 1);
END
$$;

-- Whether a field refers to another collection, even to one that the caller may not read
CREATE FUNCTION directus_private.is_reference(source regclass, field text) RETURNS boolean
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (source = 'auth.users'::regclass AND field IN ('role', 'policies')) -- references in Directus
		OR EXISTS (SELECT FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
			WHERE c.contype = 'f' AND c.conrelid = source AND a.attname = field AND has_column_privilege(source, a.attnum, 'SELECT'));
END
$$;

-- The type of a field that the caller may read; FORBIDDEN for any other
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
