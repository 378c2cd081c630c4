/* auth--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION auth CASCADE" to load this file. \quit


--
-- What must hold before anything is made
--

DO $$
DECLARE
	foreign_object text;
	unsafe_role text;
BEGIN
	IF pg_catalog.current_setting('server_encoding') <> 'UTF8' THEN
		RAISE EXCEPTION 'auth requires a database with the encoding UTF8'
			USING ERRCODE = 'feature_not_supported',
				HINT = 'Create the database with ENCODING ''UTF8'' TEMPLATE template0.';
	END IF;

	-- The owner of a schema may drop what others keep in it.
	SELECT n.nspname INTO foreign_object
		FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
		WHERE n.nspname IN ('auth', 'auth_private') AND NOT r.rolsuper;
	IF FOUND THEN
		RAISE EXCEPTION 'schema "%" exists and its owner is not a superuser', foreign_object
			USING ERRCODE = 'duplicate_schema',
				HINT = 'Install auth into a database where nothing else uses this schema.';
	END IF;

	-- The tables of an earlier installation are ours; they belong to auth_owner.
	SELECT pg_catalog.format('%I.%I', o.schema, o.name) INTO foreign_object
		FROM (SELECT relnamespace::regnamespace::name AS schema, relname AS name, relowner AS owner
				FROM pg_catalog.pg_class
				WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
			UNION ALL
			SELECT pronamespace::regnamespace::name, proname, proowner FROM pg_catalog.pg_proc) o
		JOIN pg_catalog.pg_roles r ON r.oid = o.owner
		WHERE o.schema IN ('auth', 'auth_private') AND r.rolname <> 'auth_owner'
		ORDER BY 1 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'schema "auth" already holds something else: %', foreign_object
			USING ERRCODE = 'duplicate_object',
				HINT = 'Another system (Supabase, say) keeps its own tables there. Install auth into another database.';
	END IF;

	SELECT rolname INTO unsafe_role FROM pg_catalog.pg_roles
		WHERE rolname IN ('auth_owner', 'anon', 'authenticated', 'authenticator', 'auth_mailer')
			AND (rolsuper OR rolbypassrls);
	IF FOUND THEN
		RAISE EXCEPTION 'role "%" exists and bypasses row-level security', unsafe_role
			USING ERRCODE = 'duplicate_object',
				HINT = pg_catalog.format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS, or rename it.', unsafe_role);
	END IF;

	IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'auth_owner' AND rolcanlogin)
		OR EXISTS (SELECT FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.roleid WHERE r.rolname = 'auth_owner') THEN
		RAISE EXCEPTION 'role "auth_owner" exists, and other roles can become it'
			USING ERRCODE = 'duplicate_object',
				HINT = 'It owns every account: ALTER ROLE auth_owner NOLOGIN and revoke it from its members, or rename it.';
	END IF;
END
$$;


--
-- Roles: they belong to the cluster, so other databases may have made them
--

DO $$
BEGIN
	IF pg_catalog.to_regrole('auth_owner') IS NULL THEN
		CREATE ROLE auth_owner NOLOGIN;
		COMMENT ON ROLE auth_owner IS 'owns the tables and functions of the extension auth';
	END IF;
	IF pg_catalog.to_regrole('anon') IS NULL THEN
		CREATE ROLE anon NOLOGIN;
		COMMENT ON ROLE anon IS 'requests without a signed-in user';
	END IF;
	IF pg_catalog.to_regrole('authenticated') IS NULL THEN
		CREATE ROLE authenticated NOLOGIN;
		COMMENT ON ROLE authenticated IS 'requests of signed-in users';
	END IF;
	IF pg_catalog.to_regrole('authenticator') IS NULL THEN
		CREATE ROLE authenticator LOGIN NOINHERIT;
		COMMENT ON ROLE authenticator IS 'PostgREST connects as this role and becomes one of the others';
	END IF;

	IF pg_catalog.to_regrole('auth_mailer') IS NULL THEN
		CREATE ROLE auth_mailer NOLOGIN;
		COMMENT ON ROLE auth_mailer IS 'may send the mails of the extension auth, and so see their links';
	END IF;

	GRANT anon, authenticated TO authenticator;
	-- Bound parameters are passwords and tokens: they stay out of the log.
	ALTER ROLE authenticator SET log_parameter_max_length = 0;
	ALTER ROLE authenticator SET log_parameter_max_length_on_error = 0;
	-- Nor do they appear in the plans that auto_explain logs,
	ALTER ROLE authenticator SET auto_explain.log_verbose = off;
	-- or, from PostgreSQL 16 on, as their parameters: older versions lack this setting and would warn about it.
	IF pg_catalog.current_setting('server_version_num')::int >= 160000 THEN
		ALTER ROLE authenticator SET auto_explain.log_parameter_max_length = 0;
	END IF;
END
$$;

-- One request could keep a processor busy indefinitely, with a
-- regular-expression filter, for example. PostgREST applies a role's settings
-- to each request.
DO $$
DECLARE
	role name;
BEGIN
	FOR role IN SELECT rolname FROM pg_catalog.pg_roles
		WHERE rolname IN ('anon', 'authenticated')
			AND NOT EXISTS (SELECT FROM pg_catalog.unnest(rolconfig) AS setting WHERE setting ~ '^statement_timeout=')
	LOOP
		EXECUTE pg_catalog.format('ALTER ROLE %I SET statement_timeout = ''10s''', role);
	END LOOP;
END
$$;


--
-- Schemas: not members, so that the tables in them outlive the extension
--

DO $$
BEGIN
	IF pg_catalog.to_regnamespace('auth_private') IS NULL THEN
		CREATE SCHEMA auth_private;
		ALTER EXTENSION auth DROP SCHEMA auth_private;
	END IF;
END
$$;

-- A site's default privileges may have opened a schema that was just made. Later
-- on, what others may do with it was granted on purpose.
DO $$
DECLARE
	role name;
BEGIN
	IF pg_catalog.to_regclass('auth.users') IS NULL THEN
		FOR role IN SELECT DISTINCT r.rolname
			FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
			WHERE n.nspname IN ('auth', 'auth_private') AND a.grantee <> n.nspowner
		LOOP
			EXECUTE pg_catalog.format('REVOKE ALL ON SCHEMA auth, auth_private FROM %I', role);
		END LOOP;
	END IF;
END
$$;

COMMENT ON SCHEMA auth IS 'accounts, sessions and the current user; what PostgREST serves';
COMMENT ON SCHEMA auth_private IS 'credentials, keys and logs, which only auth_owner may use';
-- Not only from PUBLIC: a site's default privileges may have granted more.
REVOKE ALL ON SCHEMA auth, auth_private FROM PUBLIC, anon, authenticated, authenticator;
GRANT USAGE ON SCHEMA auth TO auth_owner, anon, authenticated, authenticator, auth_mailer;
GRANT USAGE ON SCHEMA auth_private TO auth_owner;


-- pgcrypto is usually in a schema that PostgREST serves, and everybody may
-- execute its functions: anybody could run a crypt() that takes hours.
DO $$
DECLARE
	member regprocedure;
BEGIN
	FOR member IN
		SELECT d.objid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
			WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND e.extname = 'pgcrypto'
				AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e'
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, anon, authenticated, authenticator', member);
	END LOOP;
END
$$;


--
-- Keys: a member and not marked for dumping, so that a dump opens no session
--

CREATE TABLE auth_private.signing_keys (
	kid text CONSTRAINT signing_keys_pkey PRIMARY KEY,
	purpose text NOT NULL
		CONSTRAINT signing_keys_purpose_is_known CHECK (purpose IN ('access_token', 'refresh_token', 'login_attempt', 'one_time_token')),
	secret_key bytea NOT NULL
		-- as it is, or sealed
		CONSTRAINT signing_keys_secret_key_has_32_or_72_bytes CHECK (pg_catalog.octet_length(secret_key) IN (32, 72)),
	created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	signs_from timestamptz NOT NULL,
	verifies_until timestamptz NOT NULL DEFAULT 'infinity',
	announcements integer NOT NULL DEFAULT 0
);
REVOKE ALL ON auth_private.signing_keys FROM PUBLIC, anon, authenticated, authenticator;
ALTER TABLE auth_private.signing_keys OWNER TO auth_owner;
COMMENT ON TABLE auth_private.signing_keys IS
	'secret keys: Ed25519 seeds for access tokens, MAC keys for refresh tokens, attempt counters and device tokens, and for the links and codes of mails';
COMMENT ON COLUMN auth_private.signing_keys.kid IS 'RFC 7638 thumbprint of the public key; the purpose, for a MAC key';
COMMENT ON COLUMN auth_private.signing_keys.signs_from IS 'a new key is published some seconds before it signs';
COMMENT ON COLUMN auth_private.signing_keys.announcements IS 'how often PostgREST has been notified since the key began to sign: PostgREST loses its settings if it cannot read them when notified';
COMMENT ON COLUMN auth_private.signing_keys.verifies_until IS 'when the last token signed with the key will have expired; infinity for the newest key, and for MAC keys';

CREATE FUNCTION auth_private.signing_keys_changed() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'auth_signing_keys_changed';
ALTER FUNCTION auth_private.signing_keys_changed() OWNER TO auth_owner;
COMMENT ON FUNCTION auth_private.signing_keys_changed() IS 'make every backend read the keys again';
REVOKE ALL ON FUNCTION auth_private.signing_keys_changed() FROM PUBLIC, anon, authenticated, authenticator;

CREATE TRIGGER signing_keys_changed
	AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON auth_private.signing_keys
	FOR EACH STATEMENT EXECUTE FUNCTION auth_private.signing_keys_changed();


--
-- Throttling: members and not marked for dumping, because without the key that
-- made them the rows of a dump mean nothing
--

CREATE UNLOGGED TABLE auth_private.login_attempts (
	key bytea CONSTRAINT login_attempts_pkey PRIMARY KEY,
	failures integer NOT NULL DEFAULT 0,
	last_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	has_succeeded boolean NOT NULL DEFAULT false,
	drawn bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
REVOKE ALL ON auth_private.login_attempts FROM PUBLIC, anon, authenticated, authenticator;
ALTER TABLE auth_private.login_attempts OWNER TO auth_owner;
COMMENT ON TABLE auth_private.login_attempts IS
	'recent wrong passwords, counted under a keyed hash of account and address (or known device), of the account alone, and of the address alone; and recent registrations per address';
COMMENT ON COLUMN auth_private.login_attempts.has_succeeded IS
	'whether the account has signed in from the address or device before: then guesses from elsewhere do not delay it there';
COMMENT ON COLUMN auth_private.login_attempts.drawn IS
	'for an account under a delay: the lowest ticket drawn so far, whose address may try next; 0 if there is none';


--
-- Mail: what links and codes are for, what waits to be sent, and in which words.
-- Members and not marked for dumping: without the key that makes them links mean
-- nothing, and a copy of the database must not write to real people
--

CREATE TABLE auth_private.one_time_tokens (
	id uuid DEFAULT gen_random_uuid() CONSTRAINT one_time_tokens_pkey PRIMARY KEY,
	purpose text NOT NULL CONSTRAINT one_time_tokens_purpose_is_known CHECK (purpose IN ('recovery')),
	email text COLLATE "C" NOT NULL,
	user_id uuid,
	generation integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	asked_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	expires_at timestamptz NOT NULL,
	consumed_at timestamptz,
	user_agent text
);
CREATE UNIQUE INDEX one_time_tokens_live_key ON auth_private.one_time_tokens (purpose, email) WHERE consumed_at IS NULL;
CREATE INDEX one_time_tokens_user_id_idx ON auth_private.one_time_tokens (user_id) WHERE consumed_at IS NULL;
REVOKE ALL ON auth_private.one_time_tokens FROM PUBLIC, anon, authenticated, authenticator;
ALTER TABLE auth_private.one_time_tokens OWNER TO auth_owner;
COMMENT ON TABLE auth_private.one_time_tokens IS
	'what the links and codes of mails are for; they are MACs over these rows, and kept nowhere';
COMMENT ON COLUMN auth_private.one_time_tokens.email IS 'canonical: where the mail goes';
COMMENT ON COLUMN auth_private.one_time_tokens.user_id IS 'null where the address has no account: the row makes both cases alike';
COMMENT ON COLUMN auth_private.one_time_tokens.generation IS 'one more each time the row begins anew, which ends the links before';
COMMENT ON COLUMN auth_private.one_time_tokens.user_agent IS 'of the browser that asked last';

CREATE TABLE auth_private.outbox (
	id uuid DEFAULT gen_random_uuid() CONSTRAINT outbox_pkey PRIMARY KEY,
	kind text NOT NULL,
	recipient text COLLATE "C" NOT NULL,
	user_id uuid,
	token_id uuid,
	nonce bytea,
	language text,
	user_agent text,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	send_after timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	attempts integer NOT NULL DEFAULT 0,
	last_error text,
	sent_at timestamptz,
	state text NOT NULL DEFAULT 'queued'
		CONSTRAINT outbox_state_is_known CHECK (state IN ('queued', 'sent', 'failed', 'dropped'))
) WITH (fillfactor = 80);
CREATE INDEX outbox_queued_idx ON auth_private.outbox (send_after) WHERE state = 'queued';
CREATE INDEX outbox_recipient_idx ON auth_private.outbox (recipient, kind, created_at);
REVOKE ALL ON auth_private.outbox FROM PUBLIC, anon, authenticated, authenticator;
ALTER TABLE auth_private.outbox OWNER TO auth_owner;
COMMENT ON TABLE auth_private.outbox IS 'mails that wait to be sent, and those of the last days; no row holds a link or a code';
COMMENT ON COLUMN auth_private.outbox.kind IS 'of its template';
COMMENT ON COLUMN auth_private.outbox.user_id IS 'null where nobody has the address: such a mail is never sent';
COMMENT ON COLUMN auth_private.outbox.nonce IS 'of the browser that asked: the code of the mail works there';
COMMENT ON COLUMN auth_private.outbox.language IS 'that the request asked for; null if it did not say';
COMMENT ON COLUMN auth_private.outbox.send_after IS 'when it is to be tried next; while somebody is sending it, when to take that for failed';
COMMENT ON COLUMN auth_private.outbox.last_error IS 'what the mail server said last';

CREATE TABLE auth_private.built_in_mail_templates (
	kind text NOT NULL,
	language text NOT NULL,
	subject text NOT NULL,
	body_text text NOT NULL,
	CONSTRAINT built_in_mail_templates_pkey PRIMARY KEY (kind, language)
);
REVOKE ALL ON auth_private.built_in_mail_templates FROM PUBLIC, anon, authenticated, authenticator;
ALTER TABLE auth_private.built_in_mail_templates OWNER TO auth_owner;
COMMENT ON TABLE auth_private.built_in_mail_templates IS 'the words of mails where the site has none of its own in auth.mail_templates';

INSERT INTO auth_private.built_in_mail_templates VALUES
('recovery', 'en', 'Reset your password', $text$Somebody asked for a new password for your account at {{site}}. If it was you, choose one here:

{{link}}

Or enter this code on the page where you asked:

{{code}}

Both work once, for {{minutes}} minutes. Never tell anybody the code: nobody from {{site}} will ask for it.

The request came from {{device}}. If it was not you, do nothing: your password stays as it is.$text$),
('recovery', 'de', 'Passwort zurücksetzen', $text$Jemand hat für Ihr Konto bei {{site}} ein neues Passwort angefordert. Wenn Sie das waren, wählen Sie es hier:

{{link}}

Oder geben Sie diesen Code auf der Seite ein, auf der Sie es angefordert haben:

{{code}}

Beides gilt einmal und {{minutes}} Minuten lang. Verraten Sie den Code niemandem: {{site}} fragt nicht danach.

Die Anfrage kam von {{device}}. Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.$text$),
('password_changed', 'en', 'Your password was changed', $text$The password of your account at {{site}} was changed at {{at}}, from {{device}}. All other devices were signed out.

If it was you, there is nothing to do.

If it was not you, ask for a new password at once, and check who can read your mail:

{{site_url}}$text$),
('password_changed', 'de', 'Ihr Passwort wurde geändert', $text$Das Passwort Ihres Kontos bei {{site}} wurde am {{at}} geändert, von {{device}} aus. Alle anderen Geräte wurden abgemeldet.

Wenn Sie das waren, müssen Sie nichts tun.

Wenn nicht, fordern Sie sofort ein neues Passwort an, und prüfen Sie, wer Ihre Mails lesen kann:

{{site_url}}$text$);

CREATE FUNCTION auth_private.mail_link(token_id uuid) RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'auth_mail_link';
ALTER FUNCTION auth_private.mail_link(uuid) OWNER TO auth_owner;
COMMENT ON FUNCTION auth_private.mail_link(uuid) IS 'return the address that a mail''s link leads to; null if it would not work any more';
REVOKE ALL ON FUNCTION auth_private.mail_link(uuid) FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.mail_code(token_id uuid, nonce bytea) RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'auth_mail_code';
ALTER FUNCTION auth_private.mail_code(uuid, bytea) OWNER TO auth_owner;
COMMENT ON FUNCTION auth_private.mail_code(uuid, bytea) IS 'return a mail''s code, for the browser that asked; null if it would not work any more';
REVOKE ALL ON FUNCTION auth_private.mail_code(uuid, bytea) FROM PUBLIC, anon, authenticated, authenticator;

-- Words of ours only: a mail must not carry text that a stranger chose.
CREATE FUNCTION auth_private.device_name(user_agent text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	browser text := CASE
		WHEN user_agent ~ 'Edg' THEN 'Edge'
		WHEN user_agent ~ 'OPR/|Opera' THEN 'Opera'
		WHEN user_agent ~ 'Firefox/|FxiOS/' THEN 'Firefox'
		WHEN user_agent ~ 'Chrome/|Chromium/|CriOS/' THEN 'Chrome'
		WHEN user_agent ~ 'Safari/' THEN 'Safari'
	END;
	system text := CASE
		WHEN user_agent ~ 'Windows' THEN 'Windows'
		WHEN user_agent ~ 'Android' THEN 'Android'
		WHEN user_agent ~ 'iPhone' THEN 'iPhone'
		WHEN user_agent ~ 'iPad' THEN 'iPad'
		WHEN user_agent ~ 'Mac OS X|Macintosh' THEN 'macOS'
		WHEN user_agent ~ 'CrOS' THEN 'ChromeOS'
		WHEN user_agent ~ 'Linux' THEN 'Linux'
	END;
BEGIN
	RETURN coalesce(browser || ' (' || system || ')', browser, system);
END
$$;
ALTER FUNCTION auth_private.device_name(text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth_private.device_name(text) IS 'return browser and system that a User-Agent names, in words of our own; null if it names neither';
REVOKE ALL ON FUNCTION auth_private.device_name(text) FROM PUBLIC, anon, authenticated, authenticator;

-- Tokens: a placeholder, text without a brace, or a lone brace. So no value is
-- ever searched for placeholders itself.
CREATE FUNCTION auth_private.fill_template(template text, field_values jsonb, is_html boolean) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN (SELECT string_agg(CASE
			WHEN m[1] !~ '^\{\{[a-z_]+\}\}$' THEN m[1]
			WHEN is_html THEN auth_private.escape_html(field_values ->> btrim(m[1], '{}'))
			ELSE field_values ->> btrim(m[1], '{}')
		END, '' ORDER BY n)
		FROM regexp_matches(template, '\{\{[a-z_]+\}\}|[^{]+|\{', 'g') WITH ORDINALITY AS t(m, n));
END
$$;
ALTER FUNCTION auth_private.fill_template(text, jsonb, boolean) OWNER TO auth_owner;
COMMENT ON FUNCTION auth_private.fill_template(text, jsonb, boolean) IS 'put values in the place of {{names}}';
REVOKE ALL ON FUNCTION auth_private.fill_template(text, jsonb, boolean) FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.escape_html(value text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN replace(replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');
END
$$;
ALTER FUNCTION auth_private.escape_html(text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth_private.escape_html(text) IS 'return a text as HTML shows it, also in an attribute';
REVOKE ALL ON FUNCTION auth_private.escape_html(text) FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.html_of_template(subject text, body_text text, language text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	paragraph text;
	body text := '';
BEGIN
	FOREACH paragraph IN ARRAY regexp_split_to_array(btrim(body_text, E' \n'), '\n\s*\n') LOOP
		body := body || CASE paragraph
			WHEN '{{link}}' THEN format('<p style="margin:28px 0"><a href="{{link}}" style="background:#1d4ed8;border-radius:6px;color:#ffffff;'
				'display:inline-block;font-weight:600;padding:12px 20px;text-decoration:none">%s</a></p>', auth_private.escape_html(subject))
			WHEN '{{code}}' THEN '<p style="font-family:monospace;font-size:28px;letter-spacing:4px;margin:20px 0">{{code}}</p>'
			WHEN '{{site_url}}' THEN '<p><a href="{{site_url}}" style="color:#3b82f6">{{site_url}}</a></p>'
			ELSE '<p>' || replace(auth_private.escape_html(paragraph), E'\n', '<br>') || '</p>'
		END || E'\n';
	END LOOP;
	RETURN format(E'<!doctype html>\n<html lang="%s">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
		'<meta name="color-scheme" content="light dark">\n<title>%s</title>\n</head>\n'
		'<body style="font-family:system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5;margin:0">\n'
		'<div style="margin:0 auto;max-width:480px;padding:24px">\n%s</div>\n</body>\n</html>\n',
		language, auth_private.escape_html(subject), body);
END
$$;
ALTER FUNCTION auth_private.html_of_template(text, text, text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth_private.html_of_template(text, text, text) IS
	'make the HTML of a template out of its text: a paragraph that is {{link}} alone becomes a button, one that is {{code}} alone is set large';
REVOKE ALL ON FUNCTION auth_private.html_of_template(text, text, text) FROM PUBLIC, anon, authenticated, authenticator;


--
-- The current user
--

CREATE FUNCTION auth.uid() RETURNS uuid
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'auth_uid';
ALTER FUNCTION auth.uid() OWNER TO auth_owner;
COMMENT ON FUNCTION auth.uid() IS
	'return the id of the current user ($CURRENT_USER), for policies and defaults; null when nobody is signed in; for SQL only';
REVOKE ALL ON FUNCTION auth.uid() FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.uid() TO PUBLIC;

CREATE FUNCTION auth.session_id() RETURNS uuid
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'auth_session_id';
ALTER FUNCTION auth.session_id() OWNER TO auth_owner;
COMMENT ON FUNCTION auth.session_id() IS
	'return the id of the current session; null when nobody is signed in; for SQL only';
REVOKE ALL ON FUNCTION auth.session_id() FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.session_id() TO PUBLIC;

CREATE FUNCTION auth.role() RETURNS name
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'auth_role';
ALTER FUNCTION auth.role() OWNER TO auth_owner;
COMMENT ON FUNCTION auth.role() IS
	'return the role of the current user''s account; null when nobody is signed in; for SQL only';
REVOKE ALL ON FUNCTION auth.role() FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.role() TO PUBLIC;

CREATE FUNCTION auth.authenticate(token text) RETURNS uuid
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_authenticate';
ALTER FUNCTION auth.authenticate(text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.authenticate(text) IS
	'verify an access token, bind its identity to this transaction, and return the user''s id; the SQL role stays as it is; raises PT401 if the token is invalid (detail access_token_invalid) or has expired (access_token_expired), or if its session has ended (session_ended); for application servers, SQL only';
REVOKE ALL ON FUNCTION auth.authenticate(text) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.authenticate(text) TO anon, authenticated, authenticator;

-- Not SECURITY DEFINER: with the rights of another it could not set the role.
CREATE FUNCTION auth.pre_request() RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'auth_pre_request';
ALTER FUNCTION auth.pre_request() OWNER TO auth_owner;
COMMENT ON FUNCTION auth.pre_request() IS
	'authenticate a request of PostgREST (db-pre-request) by its bearer token or session cookie, and switch to the account''s role; raises PT401 if that fails, PT403 if another site''s request may change data and relies on a cookie, PT404 for functions that are for SQL only';
REVOKE ALL ON FUNCTION auth.pre_request() FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.pre_request() TO anon, authenticated, authenticator;

CREATE FUNCTION auth.current_user() RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_current_user';
ALTER FUNCTION auth.current_user() OWNER TO auth_owner;
COMMENT ON FUNCTION auth.current_user() IS
	'return the current user''s row of auth.users, with the columns that a site added; raises 42501 (401) when nobody is signed in; always write the schema: without it, the word means the SQL role';
REVOKE ALL ON FUNCTION auth.current_user() FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.current_user() TO anon, authenticated;


--
-- The life of an account and a session
--

CREATE FUNCTION auth.register_user(email text, password text, first_name text DEFAULT NULL, last_name text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_register_user';
ALTER FUNCTION auth.register_user(text, text, text, text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.register_user(text, text, text, text) IS
	'open an account with the default role, and return its email, first_name and last_name; addresses are ASCII and kept in lower case, names have at most 255 characters; over HTTP an address that is taken gets the same answer as a new one; refuses with validation_failed, weak_password, registration_disabled, too_many_attempts, server_busy, user_already_exists';
REVOKE ALL ON FUNCTION auth.register_user(text, text, text, text) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.register_user(text, text, text, text) TO anon, authenticated;

CREATE FUNCTION auth.login(email text, password text, mode text DEFAULT 'json', device_token text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_login';
ALTER FUNCTION auth.login(text, text, text, text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.login(text, text, text, text) IS
	'open a session, and return access_token, token_type, expires (ms), expires_at (seconds since 1970), refresh_token and device_token; mode is json, cookie (the refresh token goes into a cookie) or session (one cookie holds the only token); device_token, by default from the cookie, is what an earlier sign-in on this device returned, so that guesses from elsewhere do not delay this one; refuses with invalid_credentials, account_not_active, too_many_attempts, server_busy';
REVOKE ALL ON FUNCTION auth.login(text, text, text, text) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.login(text, text, text, text) TO anon, authenticated;

CREATE FUNCTION auth.refresh(refresh_token text DEFAULT NULL, mode text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_refresh';
ALTER FUNCTION auth.refresh(text, text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.refresh(text, text) IS
	'exchange a refresh token, by default the one in the cookie, for new tokens; it works once: within auth.refresh_grace the same token yields the same successor again, after that it ends the session; mode as in auth.login, by default the one that the token was issued in; refuses with invalid_refresh_token, refresh_token_reused';
REVOKE ALL ON FUNCTION auth.refresh(text, text) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.refresh(text, text) TO anon, authenticated;

CREATE FUNCTION auth.logout(refresh_token text DEFAULT NULL, scope text DEFAULT 'local') RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_logout';
ALTER FUNCTION auth.logout(text, text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.logout(text, text) IS
	'end the current session (scope local), the account''s others (others) or all of them (global), at once, and return how many ended as sessions_ended; the session is that of the refresh token, or else of the request''s access token (which may have expired) or cookie; the sessions of cookies that are cleared end, too; having no session is not an error';
REVOKE ALL ON FUNCTION auth.logout(text, text) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.logout(text, text) TO anon, authenticated;

CREATE FUNCTION auth.change_password(current_password text, new_password text) RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_change_password';
ALTER FUNCTION auth.change_password(text, text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.change_password(text, text) IS
	'replace the current user''s password, end the account''s other sessions, and return how many ended as sessions_ended; wrong current passwords count as they do in auth.login; raises 42501 (401) when nobody is signed in; refuses with invalid_credentials, weak_password, too_many_attempts, server_busy';
REVOKE ALL ON FUNCTION auth.change_password(text, text) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.change_password(text, text) TO anon, authenticated;

CREATE FUNCTION auth.request_password_reset(email text, request text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_request_password_reset';
ALTER FUNCTION auth.request_password_reset(text, text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.request_password_reset(text, text) IS
	'have a mail sent whose link and code let its reader set a password, and return request, with which the code works; an address without an active account gets the same answer and no mail; request is what an earlier call returned in the same browser, so that the codes of earlier mails go on working; refuses with validation_failed, too_many_attempts, mail_unavailable';
REVOKE ALL ON FUNCTION auth.request_password_reset(text, text) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.request_password_reset(text, text) TO anon, authenticated;

CREATE FUNCTION auth.reset_password(new_password text, token text DEFAULT NULL, request text DEFAULT NULL, code text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_reset_password';
ALTER FUNCTION auth.reset_password(text, text, text, text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.reset_password(text, text, text, text) IS
	'set a password with what a mail brought: the token of its link, or its code together with the request that asked for it; end all sessions of the account, open none, and return how many ended as sessions_ended; refuses with weak_password, invalid_one_time_token, invalid_code, too_many_attempts, server_busy';
REVOKE ALL ON FUNCTION auth.reset_password(text, text, text, text) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.reset_password(text, text, text, text) TO anon, authenticated;

CREATE FUNCTION auth.one_time_token(token text) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_one_time_token';
ALTER FUNCTION auth.one_time_token(text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.one_time_token(text) IS
	'return what the token of a mail''s link is for, without using it: purpose, email (masked), expires_at (seconds since 1970); null if it is not valid, was used, or has expired';
REVOKE ALL ON FUNCTION auth.one_time_token(text) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.one_time_token(text) TO anon, authenticated;


--
-- Keys and PostgREST
--

CREATE FUNCTION auth.jwks() RETURNS jsonb
	LANGUAGE C STABLE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_jwks';
ALTER FUNCTION auth.jwks() OWNER TO auth_owner;
COMMENT ON FUNCTION auth.jwks() IS
	'return the public keys that verify access tokens, as a JSON Web Key Set (RFC 7517)';
REVOKE ALL ON FUNCTION auth.jwks() FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.jwks() TO anon, authenticated;

CREATE FUNCTION auth.rotate_signing_key() RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_rotate_signing_key';
ALTER FUNCTION auth.rotate_signing_key() OWNER TO auth_owner;
COMMENT ON FUNCTION auth.rotate_signing_key() IS
	'make a new signing key, tell PostgREST, and return the key''s id; the new key signs after ten seconds; the old key verifies until its last token has expired; raises 55000 if too many keys are still in use; for operators';
REVOKE ALL ON FUNCTION auth.rotate_signing_key() FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth.postgrest_config() RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_postgrest_config';
ALTER FUNCTION auth.postgrest_config() OWNER TO auth_owner;
COMMENT ON FUNCTION auth.postgrest_config() IS
	'give PostgREST (db-pre-config) its schemas, anonymous role, public keys, audience and pre-request, and make it always commit and never cache a token; never fails: if the keys cannot be read, it gives none';
REVOKE ALL ON FUNCTION auth.postgrest_config() FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.postgrest_config() TO authenticator;

CREATE FUNCTION auth_private.session_deleted() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_session_deleted';
ALTER FUNCTION auth_private.session_deleted() OWNER TO auth_owner;
COMMENT ON FUNCTION auth_private.session_deleted() IS 'note in the audit log that somebody was signed out by deleting the row of a session';
REVOKE ALL ON FUNCTION auth_private.session_deleted() FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth.purge_expired() RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_purge_expired';
ALTER FUNCTION auth.purge_expired() OWNER TO auth_owner;
COMMENT ON FUNCTION auth.purge_expired() IS
	'delete a batch each of sessions that expired more than a day ago, attempt counters that no longer matter, and audit rows older than auth.audit_retention; at most 1000 rows of each, skipping locked ones; return how many rows were deleted, 0 when nothing is left; for operators, who call it until it returns 0, each time in its own transaction';
REVOKE ALL ON FUNCTION auth.purge_expired() FROM PUBLIC, anon, authenticated, authenticator;


--
-- Mail: who sends it
--

CREATE FUNCTION auth_private.check_mail_template() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	unknown text;
BEGIN
	IF NOT EXISTS (SELECT FROM auth_private.built_in_mail_templates b WHERE b.kind = NEW.kind) THEN
		RAISE EXCEPTION 'there is no mail of kind "%"', NEW.kind
			USING ERRCODE = 'invalid_parameter_value',
				HINT = (SELECT string_agg(DISTINCT b.kind, ', ') FROM auth_private.built_in_mail_templates b);
	END IF;
	SELECT m[1] INTO unknown FROM regexp_matches(concat_ws(' ', NEW.subject, NEW.body_text, NEW.body_html), '\{\{([^}]*)\}\}', 'g') m
		WHERE m[1] NOT IN ('link', 'code', 'site', 'site_url', 'email', 'minutes', 'device', 'at') LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'a mail has no value called "%"', unknown
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'link, code, site, site_url, email, minutes, device, at';
	END IF;
	RETURN NEW;
END
$$;
ALTER FUNCTION auth_private.check_mail_template() OWNER TO auth_owner;
COMMENT ON FUNCTION auth_private.check_mail_template() IS 'refuse a template of a mail that there is not, or with a value that no mail has';
REVOKE ALL ON FUNCTION auth_private.check_mail_template() FROM PUBLIC, anon, authenticated, authenticator;

-- The words of the site, else our own; in the language that was asked for, else in English.
CREATE FUNCTION auth_private.mail_template(kind text, language text,
		OUT subject text, OUT body_text text, OUT body_html text, OUT found_language text)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	SELECT t.subject, t.body_text, coalesce(t.body_html, auth_private.html_of_template(t.subject, t.body_text, t.language)), t.language
		INTO subject, body_text, body_html, found_language
		FROM (SELECT m.kind, m.language, m.subject, m.body_text, m.body_html, 1 AS rank FROM auth.mail_templates m
			UNION ALL
			SELECT b.kind, b.language, b.subject, b.body_text, NULL, 2 FROM auth_private.built_in_mail_templates b) t
		WHERE t.kind = mail_template.kind AND t.language IN (mail_template.language, 'en')
		ORDER BY t.language = mail_template.language DESC NULLS LAST, rank LIMIT 1;
END
$$;
ALTER FUNCTION auth_private.mail_template(text, text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth_private.mail_template(text, text) IS 'return the template of a kind of mail, in a language or else in English';
REVOKE ALL ON FUNCTION auth_private.mail_template(text, text) FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.render_mail(mail auth_private.outbox,
		OUT subject text, OUT body_text text, OUT body_html text, OUT message_id text)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	template record := auth_private.mail_template(mail.kind, mail.language);
	site text := substring(current_setting('auth.site_url') FROM '^https?://([^/]+)');
	link text := auth_private.mail_link(mail.token_id);
	field_values jsonb;
BEGIN
	-- Without its link it would say nothing: it was used, or has expired.
	IF mail.token_id IS NOT NULL AND link IS NULL THEN
		RETURN;
	END IF;
	field_values := jsonb_build_object('site', site, 'site_url', current_setting('auth.site_url'), 'email', mail.recipient,
		'link', link, 'code', auth_private.mail_code(mail.token_id, mail.nonce),
		'minutes', (SELECT ceil(extract(epoch FROM t.expires_at - clock_timestamp()) / 60)::int FROM auth_private.one_time_tokens t WHERE t.id = mail.token_id),
		'at', to_char(mail.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
		'device', coalesce(auth_private.device_name(mail.user_agent),
			CASE template.found_language WHEN 'de' THEN 'einem unbekannten Gerät' ELSE 'an unknown device' END));
	subject := auth_private.fill_template(template.subject, field_values, false);
	body_text := auth_private.fill_template(template.body_text, field_values, false);
	body_html := auth_private.fill_template(template.body_html, field_values, true);
	message_id := format('<%s@%s>', mail.id, regexp_replace(site, ':\d+$', ''));
END
$$;
ALTER FUNCTION auth_private.render_mail(auth_private.outbox) OWNER TO auth_owner;
COMMENT ON FUNCTION auth_private.render_mail(auth_private.outbox) IS
	'return a mail as it is to be sent; nulls if its link would not work any more';
REVOKE ALL ON FUNCTION auth_private.render_mail(auth_private.outbox) FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth.next_mail(at_most integer DEFAULT 10) RETURNS TABLE (id uuid, recipient text, subject text, body_text text, body_html text, message_id text)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	mail auth_private.outbox;
BEGIN
	FOR mail IN
		UPDATE auth_private.outbox o SET attempts = o.attempts + 1, send_after = clock_timestamp() + interval '5 minutes'
			WHERE o.ctid = ANY (ARRAY(SELECT q.ctid FROM auth_private.outbox q
				WHERE q.state = 'queued' AND q.send_after <= clock_timestamp() ORDER BY q.send_after LIMIT at_most FOR UPDATE SKIP LOCKED))
			RETURNING o.*
	LOOP
		SELECT mail.id, mail.recipient, r.* INTO id, recipient, subject, body_text, body_html, message_id FROM auth_private.render_mail(mail) r;
		IF subject IS NULL THEN
			UPDATE auth_private.outbox o SET state = 'dropped', last_error = 'what it links to was used or has expired' WHERE o.id = mail.id;
		ELSE
			RETURN NEXT;
		END IF;
	END LOOP;
END
$$;
ALTER FUNCTION auth.next_mail(integer) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.next_mail(integer) IS
	'return mails that are due, as they are to be sent, at most so many; each is offered again after five minutes, with the same message_id, unless auth.mail_delivered or auth.mail_bounced says what became of it; NOTIFY auth_mail tells when there may be one; for a sender of mails, SQL only';
REVOKE ALL ON FUNCTION auth.next_mail(integer) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.next_mail(integer) TO auth_mailer;

CREATE FUNCTION auth.mail_delivered(id uuid) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	UPDATE auth_private.outbox o SET state = 'sent', sent_at = clock_timestamp(), last_error = NULL
		WHERE o.id = mail_delivered.id AND o.state = 'queued';
END
$$;
ALTER FUNCTION auth.mail_delivered(uuid) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.mail_delivered(uuid) IS 'say that a mail was handed to a mail server; for a sender of mails, SQL only';
REVOKE ALL ON FUNCTION auth.mail_delivered(uuid) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.mail_delivered(uuid) TO auth_mailer;

CREATE FUNCTION auth.mail_bounced(id uuid, permanent boolean, reason text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	UPDATE auth_private.outbox o SET last_error = left(reason, 200),
			state = CASE WHEN permanent OR o.created_at < clock_timestamp() - interval '1 day' THEN 'failed' ELSE 'queued' END,
			send_after = clock_timestamp() + coalesce((ARRAY['1 min', '5 min', '15 min'])[o.attempts], '1 h')::interval
		WHERE o.id = mail_bounced.id AND o.state = 'queued';
END
$$;
ALTER FUNCTION auth.mail_bounced(uuid, boolean, text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.mail_bounced(uuid, boolean, text) IS
	'say that a mail could not be handed over; unless that is permanent it is tried again after 1, 5, 15 and 60 minutes, then each hour for a day; for a sender of mails, SQL only';
REVOKE ALL ON FUNCTION auth.mail_bounced(uuid, boolean, text) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.mail_bounced(uuid, boolean, text) TO auth_mailer;

CREATE FUNCTION auth.mail_status(OUT queued bigint, OUT oldest interval, OUT failed bigint, OUT last_error text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	SELECT count(*) FILTER (WHERE state = 'queued'), clock_timestamp() - min(created_at) FILTER (WHERE state = 'queued'),
			count(*) FILTER (WHERE state = 'failed' AND created_at > clock_timestamp() - interval '7 days')
		INTO queued, oldest, failed FROM auth_private.outbox;
	SELECT o.last_error INTO last_error FROM auth_private.outbox o WHERE o.last_error IS NOT NULL AND o.state <> 'dropped' ORDER BY o.created_at DESC LIMIT 1;
END
$$;
ALTER FUNCTION auth.mail_status() OWNER TO auth_owner;
COMMENT ON FUNCTION auth.mail_status() IS
	'return how many mails wait, for how long the oldest has waited, how many of the last seven days could not be sent, and the last error; for operators and monitoring';
REVOKE ALL ON FUNCTION auth.mail_status() FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.mail_status() TO auth_mailer;


--
-- Accounts from elsewhere
--

CREATE FUNCTION auth.import_user(email text, password_hash text DEFAULT NULL, first_name text DEFAULT NULL, last_name text DEFAULT NULL,
		id uuid DEFAULT NULL, status text DEFAULT 'active', role name DEFAULT NULL, created_at timestamptz DEFAULT NULL) RETURNS uuid
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'auth_import_user';
ALTER FUNCTION auth.import_user(text, text, text, text, uuid, text, name, timestamptz) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.import_user(text, text, text, text, uuid, text, name, timestamptz) IS
	'open an account with a password hash from another system (Argon2id, Argon2i, bcrypt, or scrypt as Better Auth and Lucia write it; null for none), and return its id; the hash is replaced at its owner''s next sign-in; raises 22023 for an address or a hash that cannot be imported, 23505 for an address or id that is taken; for operators';
REVOKE ALL ON FUNCTION auth.import_user(text, text, text, text, uuid, text, name, timestamptz) FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth.import_problem(email text, password_hash text DEFAULT NULL) RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'auth_import_problem';
ALTER FUNCTION auth.import_problem(text, text) OWNER TO auth_owner;
COMMENT ON FUNCTION auth.import_problem(text, text) IS
	'return, as a sentence, why auth.import_user would reject an account, or null if it would accept it (whether the address or id is taken is not checked); for operators';
REVOKE ALL ON FUNCTION auth.import_problem(text, text) FROM PUBLIC, anon, authenticated, authenticator;


--
-- Tables under Directus' rules
--

CREATE FUNCTION auth.set_updated_at() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'auth_set_updated_at';
ALTER FUNCTION auth.set_updated_at() OWNER TO auth_owner;
COMMENT ON FUNCTION auth.set_updated_at() IS
	'set the column that the trigger''s argument names to the time of the update; for BEFORE UPDATE row triggers';
REVOKE ALL ON FUNCTION auth.set_updated_at() FROM PUBLIC, anon, authenticated, authenticator;

-- With the rights of the caller, who must own the table.
CREATE FUNCTION auth.protect(target_table regclass, owner_column name, preset_columns name[] DEFAULT '{}',
		writable_columns name[] DEFAULT '{}', read text DEFAULT 'own') RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
#variable_conflict use_variable
DECLARE
	named_columns name[] := owner_column || preset_columns || writable_columns;
	named_column name;
	table_name name;
	is_owner text;
	readers text;
	may_read text;
	foreign_policies text;
	policy_name name;
	sequence regclass;
BEGIN
	IF target_table IS NULL OR owner_column IS NULL OR preset_columns IS NULL OR writable_columns IS NULL OR read IS NULL THEN
		RAISE EXCEPTION 'no argument of auth.protect may be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;

	SELECT c.relname INTO table_name FROM pg_class c WHERE c.oid = target_table AND c.relkind IN ('r', 'p');
	IF NOT FOUND THEN
		RAISE EXCEPTION '% is not a table', target_table USING ERRCODE = 'wrong_object_type';
	END IF;

	FOREACH named_column IN ARRAY named_columns LOOP
		IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = target_table AND a.attname = named_column
				AND a.attnum > 0 AND NOT a.attisdropped) THEN
			RAISE EXCEPTION 'column "%" of table % does not exist', named_column, target_table
				USING ERRCODE = 'undefined_column';
		END IF;
		IF named_column = ANY (owner_column || preset_columns) AND NOT EXISTS (SELECT FROM pg_attribute a
				WHERE a.attrelid = target_table AND a.attname = named_column AND a.atttypid = 'uuid'::regtype) THEN
			RAISE EXCEPTION 'column "%" of table % is not of type uuid', named_column, target_table
				USING ERRCODE = 'datatype_mismatch',
					HINT = 'The owner and preset columns hold the id of a user.';
		END IF;
		IF named_column = ANY (owner_column || preset_columns) AND named_column = ANY (writable_columns) THEN
			RAISE EXCEPTION 'column "%" cannot be both preset and writable', named_column
				USING ERRCODE = 'invalid_parameter_value',
					HINT = 'Anyone who may write the owner could give rows away or take them.';
		END IF;
	END LOOP;

	is_owner := format('%I OPERATOR(pg_catalog.=) auth.uid()', owner_column);
	CASE read
		WHEN 'own' THEN readers := 'authenticated'; may_read := is_owner;
		WHEN 'authenticated' THEN readers := 'authenticated'; may_read := 'auth.uid() IS NOT NULL';
		WHEN 'public' THEN readers := 'anon, authenticated'; may_read := 'true';
		ELSE
			RAISE EXCEPTION 'unknown value of read: "%"', read
				USING ERRCODE = 'invalid_parameter_value',
					HINT = 'Rows may be read by their owner (own), by anyone who is signed in (authenticated), or by everybody (public).';
	END CASE;

	-- Called again, it replaces its own rules.
	FOR policy_name IN
		SELECT p.polname FROM pg_policy p WHERE p.polrelid = target_table
			AND p.polname IN ('auth_protect_read', 'auth_protect_insert', 'auth_protect_update', 'auth_protect_delete')
	LOOP
		EXECUTE format('DROP POLICY %I ON %s', policy_name, target_table);
	END LOOP;
	SELECT string_agg(quote_ident(p.polname), ', ') INTO foreign_policies
		FROM pg_policy p WHERE p.polrelid = target_table AND p.polpermissive;
	IF foreign_policies IS NOT NULL THEN
		RAISE WARNING 'table % has other policies, which allow more: %', target_table, foreign_policies;
	END IF;

	-- Item permissions
	EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target_table);
	EXECUTE format('CREATE POLICY auth_protect_read ON %s FOR SELECT TO %s USING (%s)', target_table, readers, may_read);
	EXECUTE format('CREATE POLICY auth_protect_insert ON %s FOR INSERT TO authenticated WITH CHECK (%s)', target_table, is_owner);
	EXECUTE format('CREATE POLICY auth_protect_update ON %s FOR UPDATE TO authenticated USING (%s) WITH CHECK (%s)',
		target_table, is_owner, is_owner);
	EXECUTE format('CREATE POLICY auth_protect_delete ON %s FOR DELETE TO authenticated USING (%s)', target_table, is_owner);

	-- Field permissions: revoking from a table revokes from its columns, too
	EXECUTE format('REVOKE ALL ON TABLE %s FROM PUBLIC, anon, authenticated', target_table);
	EXECUTE format('GRANT SELECT ON TABLE %s TO %s', target_table, readers);
	EXECUTE format('GRANT DELETE ON TABLE %s TO authenticated', target_table);
	FOREACH named_column IN ARRAY writable_columns LOOP
		EXECUTE format('GRANT INSERT (%I), UPDATE (%I) ON TABLE %s TO authenticated', named_column, named_column, target_table);
	END LOOP;

	-- Presets, and no others from an earlier call
	FOR named_column IN
		SELECT a.attname FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
			WHERE d.adrelid = target_table AND pg_get_expr(d.adbin, d.adrelid) = 'auth.uid()'
	LOOP
		EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', target_table, named_column);
	END LOOP;
	FOREACH named_column IN ARRAY owner_column || preset_columns LOOP
		EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT auth.uid()', target_table, named_column);
	END LOOP;

	-- A serial column takes its value from a sequence, with the rights of the inserting user.
	FOR sequence IN
		SELECT s.oid FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
			WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
				AND d.refobjid = target_table AND d.deptype = 'a'
	LOOP
		EXECUTE format('GRANT USAGE ON SEQUENCE %s TO authenticated', sequence);
	END LOOP;

	IF NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
			WHERE i.indrelid = target_table AND a.attname = owner_column) THEN
		RAISE NOTICE 'no index of table % begins with column "%"', target_table, owner_column
			USING HINT = format('CREATE INDEX ON %s (%I) lets a user''s own rows be found quickly.', target_table, owner_column);
	END IF;
END
$$;
COMMENT ON FUNCTION auth.protect(regclass, name, name[], name[], text) IS
	'put a table under row-level security: its rows are read by their owner (read => own), by anyone who is signed in (authenticated) or by everybody (public), and changed by their owner only; users may write only writable_columns; owner_column and preset_columns, of type uuid, are set to the current user''s id; called again, it replaces its earlier rules; the caller must own the table; raises 42703, 42804, 42809 or 22023 for invalid arguments';
REVOKE ALL ON FUNCTION auth.protect(regclass, name, name[], name[], text) FROM PUBLIC, anon, authenticated, authenticator;

-- The one place that reads back what auth.protect has written.
CREATE FUNCTION auth.protection(target_table regclass, OUT owner_column name, OUT preset_columns name[])
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	SELECT a.attname INTO owner_column
		FROM pg_policy p
		JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid
			AND d.refclassid = 'pg_class'::regclass AND d.refobjid = p.polrelid
		JOIN pg_attribute a ON a.attrelid = p.polrelid AND a.attnum = d.refobjsubid
		WHERE p.polrelid = target_table AND p.polname = 'auth_protect_insert';
	preset_columns := ARRAY(SELECT a.attname
		FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
		WHERE d.adrelid = target_table AND pg_get_expr(d.adbin, d.adrelid) = 'auth.uid()'
			AND a.attname IS DISTINCT FROM owner_column
		ORDER BY a.attnum);
END
$$;
COMMENT ON FUNCTION auth.protection(regclass) IS
	'return the owner column of a table that auth.protect has put under its rules, null for any other table, and the columns that are preset to the current user''s id; for SQL only';
REVOKE ALL ON FUNCTION auth.protection(regclass) FROM PUBLIC, anon, authenticated, authenticator;
GRANT EXECUTE ON FUNCTION auth.protection(regclass) TO PUBLIC;


-- The ordinary tables: one function each, which creates whatever is missing,
-- and adds the columns that a dump of an earlier version lacks. All run with
-- the rights of the caller, who must be a superuser.
--

-- Whether a table has a column, a policy, or a trigger, of this name.
CREATE FUNCTION auth_private.has_column(target_table regclass, column_name name) RETURNS boolean
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = target_table AND a.attname = column_name AND NOT a.attisdropped);
END
$$;
COMMENT ON FUNCTION auth_private.has_column(regclass, name) IS 'whether a table has a column of this name';
REVOKE ALL ON FUNCTION auth_private.has_column(regclass, name) FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.has_policy(target_table regclass, policy_name name) RETURNS boolean
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = target_table AND p.polname = policy_name);
END
$$;
COMMENT ON FUNCTION auth_private.has_policy(regclass, name) IS 'whether a table has a policy of this name';
REVOKE ALL ON FUNCTION auth_private.has_policy(regclass, name) FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.has_trigger(target_table regclass, trigger_name name) RETURNS boolean
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = target_table AND t.tgname = trigger_name);
END
$$;
COMMENT ON FUNCTION auth_private.has_trigger(regclass, name) IS 'whether a table has a trigger of this name';
REVOKE ALL ON FUNCTION auth_private.has_trigger(regclass, name) FROM PUBLIC, anon, authenticated, authenticator;

-- ALTER DEFAULT PRIVILEGES may have granted what is made here to roles of the site.
CREATE FUNCTION auth_private.revoke_from_other_roles(object_type text, object_name text, acl aclitem[], owner oid) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	other_role name;
BEGIN
	FOR other_role IN SELECT DISTINCT r.rolname FROM aclexplode(acl) a JOIN pg_roles r ON r.oid = a.grantee
		WHERE a.grantee <> owner AND r.rolname NOT IN ('auth_owner', 'anon', 'authenticated', 'authenticator', 'auth_mailer')
	LOOP
		EXECUTE format('REVOKE ALL ON %s %s FROM %I', object_type, object_name, other_role);
	END LOOP;
END
$$;
COMMENT ON FUNCTION auth_private.revoke_from_other_roles(text, text, aclitem[], oid) IS
	'revoke what roles other than the owner and those of auth were granted on an object';
REVOKE ALL ON FUNCTION auth_private.revoke_from_other_roles(text, text, aclitem[], oid) FROM PUBLIC, anon, authenticated, authenticator;

-- For a table that has just been created, and its sequences.
CREATE FUNCTION auth_private.revoke_default_privileges(target_table regclass) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	PERFORM auth_private.revoke_from_other_roles('TABLE', c.oid::regclass::text, c.relacl, c.relowner)
		FROM pg_class c
		WHERE c.oid = target_table
			OR c.oid IN (SELECT d.objid FROM pg_depend d WHERE d.refobjid = target_table AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
				AND c.relkind = 'S';
END
$$;
COMMENT ON FUNCTION auth_private.revoke_default_privileges(regclass) IS 'revoke what default privileges have granted on a table and its sequences';
REVOKE ALL ON FUNCTION auth_private.revoke_default_privileges(regclass) FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.install_users() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF to_regclass('auth.users') IS NULL THEN
		CREATE TABLE auth.users (
			id uuid DEFAULT gen_random_uuid() CONSTRAINT users_pkey PRIMARY KEY,
			email text COLLATE "C" NOT NULL CONSTRAINT users_email_key UNIQUE
				CONSTRAINT users_email_is_lower_case_ascii CHECK (email ~ '^[!-~]+@[!-~]+$' AND email = lower(email COLLATE "C")),
			first_name text CONSTRAINT users_first_name_is_at_most_255_characters CHECK (length(first_name) <= 255),
			last_name text CONSTRAINT users_last_name_is_at_most_255_characters CHECK (length(last_name) <= 255),
			role name NOT NULL DEFAULT 'authenticated',
			status text NOT NULL DEFAULT 'active'
				CONSTRAINT users_status_is_known CHECK (status IN ('active', 'suspended', 'unverified', 'invited', 'archived')),
			created_at timestamptz NOT NULL DEFAULT now(),
			email_verified_at timestamptz,
			updated_at timestamptz,
			last_sign_in_at timestamptz
		) WITH (fillfactor = 80);

		-- Not FORCE: the functions of auth_owner, who owns it, must see every account.
		ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
		REVOKE ALL ON auth.users FROM PUBLIC, anon, authenticated, authenticator;
		GRANT SELECT ON auth.users TO authenticated;
		GRANT UPDATE (first_name, last_name) ON auth.users TO authenticated;
		ALTER TABLE auth.users OWNER TO auth_owner;
		PERFORM auth_private.revoke_default_privileges('auth.users');
	END IF;

	-- A dump may be older than the proof of addresses.
	IF NOT auth_private.has_column('auth.users', 'email_verified_at') THEN
		ALTER TABLE auth.users ADD COLUMN email_verified_at timestamptz;
	END IF;

	COMMENT ON TABLE auth.users IS 'accounts; users see and rename only themselves; a site may add columns and grants';
	COMMENT ON COLUMN auth.users.email IS 'canonical: ASCII in lower case';
	COMMENT ON COLUMN auth.users.email_verified_at IS 'when the owner first showed to have read a mail to the address; null if never';
	COMMENT ON COLUMN auth.users.role IS 'the SQL role in which the user''s requests run; authenticator must be a member of it';
	COMMENT ON COLUMN auth.users.status IS 'only active accounts can sign in and act';

	IF NOT auth_private.has_policy('auth.users', 'users_may_read_themselves') THEN
		CREATE POLICY users_may_read_themselves ON auth.users FOR SELECT TO authenticated
			USING (id OPERATOR(pg_catalog.=) auth.uid());
	END IF;
	IF NOT auth_private.has_policy('auth.users', 'users_may_update_themselves') THEN
		CREATE POLICY users_may_update_themselves ON auth.users FOR UPDATE TO authenticated
			USING (id OPERATOR(pg_catalog.=) auth.uid()) WITH CHECK (id OPERATOR(pg_catalog.=) auth.uid());
	END IF;
	IF NOT auth_private.has_trigger('auth.users', 'users_set_updated_at') THEN
		CREATE TRIGGER users_set_updated_at BEFORE UPDATE ON auth.users FOR EACH ROW
			WHEN (OLD.last_sign_in_at IS NOT DISTINCT FROM NEW.last_sign_in_at)
			EXECUTE FUNCTION auth.set_updated_at('updated_at');
	END IF;
END
$$;
COMMENT ON FUNCTION auth_private.install_users() IS 'create whatever is missing from the table of accounts';
REVOKE ALL ON FUNCTION auth_private.install_users() FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.install_credentials() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF to_regclass('auth_private.credentials') IS NULL THEN
		CREATE TABLE auth_private.credentials (
			user_id uuid CONSTRAINT credentials_pkey PRIMARY KEY
				CONSTRAINT credentials_user_exists REFERENCES auth.users ON DELETE CASCADE,
			password_hash text NOT NULL,
			password_set_at timestamptz NOT NULL DEFAULT clock_timestamp()
		);
		REVOKE ALL ON auth_private.credentials FROM PUBLIC, anon, authenticated, authenticator;
		ALTER TABLE auth_private.credentials OWNER TO auth_owner;
		PERFORM auth_private.revoke_default_privileges('auth_private.credentials');
	END IF;

	-- A dump may be older than this column.
	IF NOT auth_private.has_column('auth_private.credentials', 'password_set_at') THEN
		ALTER TABLE auth_private.credentials ADD COLUMN password_set_at timestamptz NOT NULL DEFAULT clock_timestamp();
	END IF;

	COMMENT ON TABLE auth_private.credentials IS 'password hashes; an account without a row cannot sign in by password';
	COMMENT ON COLUMN auth_private.credentials.password_set_at IS
		'when the password was set, which ends what is known of devices; another hash of the same password leaves it as it is';

	IF to_regclass('auth_private.credentials_dummy_hash_idx') IS NULL THEN
		-- a sign-in to an unknown address uses it to pick the account whose hash it takes as long as
		CREATE INDEX credentials_dummy_hash_idx ON auth_private.credentials (pg_catalog.uuid_hash_extended(user_id, 0));
	END IF;
END
$$;
COMMENT ON FUNCTION auth_private.install_credentials() IS 'create whatever is missing from the table of password hashes';
REVOKE ALL ON FUNCTION auth_private.install_credentials() FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.install_sessions() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF to_regclass('auth.sessions') IS NULL THEN
		CREATE TABLE auth.sessions (
			id uuid DEFAULT gen_random_uuid() CONSTRAINT sessions_pkey PRIMARY KEY,
			user_id uuid NOT NULL CONSTRAINT sessions_user_exists REFERENCES auth.users ON DELETE CASCADE,
			created_at timestamptz NOT NULL DEFAULT now(),
			refreshed_at timestamptz NOT NULL,
			expires_at timestamptz NOT NULL,
			not_after timestamptz NOT NULL,
			generation integer NOT NULL DEFAULT 1,
			user_agent text,
			ip inet
		) WITH (fillfactor = 70);
		CREATE INDEX sessions_user_id_idx ON auth.sessions (user_id);

		-- Not FORCE: as for auth.users.
		ALTER TABLE auth.sessions ENABLE ROW LEVEL SECURITY;
		REVOKE ALL ON auth.sessions FROM PUBLIC, anon, authenticated, authenticator;
		GRANT SELECT, DELETE ON auth.sessions TO authenticated;
		ALTER TABLE auth.sessions OWNER TO auth_owner;
		PERFORM auth_private.revoke_default_privileges('auth.sessions');
	END IF;

	COMMENT ON TABLE auth.sessions IS 'one row from sign-in to sign-out, or until it expires; deleting one''s own row signs that device out';
	COMMENT ON COLUMN auth.sessions.expires_at IS 'end of the session unless it is refreshed before then';
	COMMENT ON COLUMN auth.sessions.not_after IS 'end of the session however often it is refreshed';
	COMMENT ON COLUMN auth.sessions.generation IS 'number of refreshes plus one; all that is stored about a refresh token';

	IF NOT auth_private.has_policy('auth.sessions', 'users_may_read_their_sessions') THEN
		CREATE POLICY users_may_read_their_sessions ON auth.sessions FOR SELECT TO authenticated
			USING (user_id OPERATOR(pg_catalog.=) auth.uid());
	END IF;
	IF NOT auth_private.has_policy('auth.sessions', 'users_may_end_their_sessions') THEN
		CREATE POLICY users_may_end_their_sessions ON auth.sessions FOR DELETE TO authenticated
			USING (user_id OPERATOR(pg_catalog.=) auth.uid());
	END IF;
	IF NOT auth_private.has_trigger('auth.sessions', 'sessions_deleted') THEN
		CREATE TRIGGER sessions_deleted AFTER DELETE ON auth.sessions FOR EACH ROW
			WHEN (CURRENT_USER <> 'auth_owner')
			EXECUTE FUNCTION auth_private.session_deleted();
	END IF;
END
$$;
COMMENT ON FUNCTION auth_private.install_sessions() IS 'create whatever is missing from the table of sessions';
REVOKE ALL ON FUNCTION auth_private.install_sessions() FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.install_mail_templates() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF to_regclass('auth.mail_templates') IS NULL THEN
		CREATE TABLE auth.mail_templates (
			kind text NOT NULL,
			language text NOT NULL DEFAULT 'en'
				CONSTRAINT mail_templates_language_has_two_or_three_letters CHECK (language ~ '^[a-z]{2,3}$'),
			subject text NOT NULL CONSTRAINT mail_templates_subject_is_one_line CHECK (subject !~ '[[:cntrl:]]'),
			body_text text NOT NULL,
			body_html text,
			CONSTRAINT mail_templates_pkey PRIMARY KEY (kind, language)
		);
		REVOKE ALL ON auth.mail_templates FROM PUBLIC, anon, authenticated, authenticator;
		ALTER TABLE auth.mail_templates OWNER TO auth_owner;
		PERFORM auth_private.revoke_default_privileges('auth.mail_templates');
	END IF;

	COMMENT ON TABLE auth.mail_templates IS
		'a site''s own words for its mails, where they are not to be the built-in ones; {{link}}, {{code}}, {{site}}, {{site_url}}, {{email}}, {{minutes}}, {{device}} and {{at}} stand for what the mail brings';
	COMMENT ON COLUMN auth.mail_templates.body_html IS 'null: made of the text';

	IF NOT auth_private.has_trigger('auth.mail_templates', 'mail_templates_check') THEN
		CREATE TRIGGER mail_templates_check BEFORE INSERT OR UPDATE ON auth.mail_templates FOR EACH ROW
			EXECUTE FUNCTION auth_private.check_mail_template();
	END IF;
END
$$;
COMMENT ON FUNCTION auth_private.install_mail_templates() IS 'create what is missing of the table of mail templates';
REVOKE ALL ON FUNCTION auth_private.install_mail_templates() FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.install_audit_log() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF to_regclass('auth_private.audit_log') IS NULL THEN
		CREATE TABLE auth_private.audit_log (
			id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_log_pkey PRIMARY KEY,
			occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
			event text NOT NULL,
			user_id uuid,
			session_id uuid,
			ip inet,
			user_agent text,
			detail jsonb
		);
		REVOKE ALL ON auth_private.audit_log, auth_private.audit_log_id_seq FROM PUBLIC, anon, authenticated, authenticator;
		ALTER TABLE auth_private.audit_log OWNER TO auth_owner;
		PERFORM auth_private.revoke_default_privileges('auth_private.audit_log');
	END IF;

	COMMENT ON TABLE auth_private.audit_log IS 'what happened to accounts and sessions; rows outlive both and hold nothing secret';
	COMMENT ON COLUMN auth_private.audit_log.detail IS 'the code of a refusal, and the reason that the client was not told';
END
$$;
COMMENT ON FUNCTION auth_private.install_audit_log() IS 'create whatever is missing from the audit log';
REVOKE ALL ON FUNCTION auth_private.install_audit_log() FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth_private.install_posts() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF to_regclass('auth.posts') IS NULL THEN
		CREATE TABLE auth.posts (
			id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT posts_pkey PRIMARY KEY,
			title text NOT NULL,
			content text,
			author uuid CONSTRAINT posts_author_exists REFERENCES auth.users ON DELETE SET NULL,
			user_created uuid CONSTRAINT posts_user_created_exists REFERENCES auth.users ON DELETE SET NULL,
			date_created timestamptz NOT NULL DEFAULT now(),
			date_updated timestamptz
		);
		CREATE INDEX posts_author_idx ON auth.posts (author);
		CREATE INDEX posts_user_created_idx ON auth.posts (user_created);
		REVOKE ALL ON auth.posts, auth.posts_id_seq FROM PUBLIC, anon, authenticated, authenticator;
		ALTER TABLE auth.posts OWNER TO auth_owner;
		PERFORM auth_private.revoke_default_privileges('auth.posts');
	END IF;

	COMMENT ON TABLE auth.posts IS 'posts: anyone who is signed in reads them all and writes their own';

	IF (auth.protection('auth.posts')).owner_column IS NULL THEN
		PERFORM auth.protect('auth.posts', 'author', '{user_created}', '{title,content}', 'authenticated');
	END IF;
	IF NOT auth_private.has_trigger('auth.posts', 'posts_set_updated_at') THEN
		CREATE TRIGGER posts_set_updated_at BEFORE UPDATE ON auth.posts FOR EACH ROW
			EXECUTE FUNCTION auth.set_updated_at('date_updated');
	END IF;
END
$$;
COMMENT ON FUNCTION auth_private.install_posts() IS 'create whatever is missing from the table of posts';
REVOKE ALL ON FUNCTION auth_private.install_posts() FROM PUBLIC, anon, authenticated, authenticator;

CREATE FUNCTION auth.install() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	member record;
BEGIN
	PERFORM auth_private.install_users();
	PERFORM auth_private.install_credentials();
	PERFORM auth_private.install_sessions();
	PERFORM auth_private.install_mail_templates();
	PERFORM auth_private.install_audit_log();
	PERFORM auth_private.install_posts();

	-- These are not members of the extension, although CREATE EXTENSION made them
	-- so: they are dumped, and stay when the extension goes.
	FOR member IN
		SELECT format('%s %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass) AS name
			FROM pg_depend d
			JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'auth'
			JOIN pg_class c ON c.oid = d.objid
			WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
				AND c.oid NOT IN ('auth_private.signing_keys'::regclass, 'auth_private.login_attempts'::regclass,
					'auth_private.one_time_tokens'::regclass, 'auth_private.outbox'::regclass, 'auth_private.built_in_mail_templates'::regclass)
	LOOP
		EXECUTE 'ALTER EXTENSION auth DROP ' || member.name;
	END LOOP;
END
$$;
COMMENT ON FUNCTION auth.install() IS
	'create whatever is missing from the ordinary tables, their columns, policies and triggers; CREATE EXTENSION calls it, except during the restore of a dump, which contains the tables; call it after restoring a dump of an earlier version; for superusers';
REVOKE ALL ON FUNCTION auth.install() FROM PUBLIC, anon, authenticated, authenticator;

-- A dump that is being restored says so by these two settings, which pg_dump writes.
DO $$
BEGIN
	IF pg_catalog.current_setting('row_security') <> 'off' OR pg_catalog.current_setting('check_function_bodies') <> 'off' THEN
		PERFORM auth.install();
	ELSE
		RAISE NOTICE 'leaving the tables of auth to the dump that is being restored'
			USING HINT = 'If no dump is being restored, call auth.install(): row_security and check_function_bodies are both off, which looks like a restore.';
	END IF;
END
$$;

-- The first key, at a restore as well: a dump brings none.
SELECT auth.rotate_signing_key();

-- What default privileges have granted on the members
SELECT auth_private.revoke_from_other_roles('FUNCTION',
		pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)), p.proacl, p.proowner)
	FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
	WHERE n.nspname IN ('auth', 'auth_private');
SELECT auth_private.revoke_default_privileges(t) FROM (VALUES
	('auth_private.signing_keys'::pg_catalog.regclass), ('auth_private.login_attempts'), ('auth_private.one_time_tokens'),
	('auth_private.outbox'), ('auth_private.built_in_mail_templates')) AS members (t);

-- For a PostgREST that was there first.
NOTIFY pgrst, 'reload schema';
