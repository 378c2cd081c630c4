--
-- PostgreSQL database dump
--


-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: auth; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA auth;


ALTER SCHEMA auth OWNER TO postgres;

--
-- Name: SCHEMA auth; Type: COMMENT; Schema: -; Owner: postgres
--

COMMENT ON SCHEMA auth IS 'accounts, sessions and the current user; what PostgREST serves';


--
-- Name: auth_private; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA auth_private;


ALTER SCHEMA auth_private OWNER TO postgres;

--
-- Name: SCHEMA auth_private; Type: COMMENT; Schema: -; Owner: postgres
--

COMMENT ON SCHEMA auth_private IS 'credentials, keys and logs, which only auth_owner may use';


--
-- Name: pgcrypto; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;


--
-- Name: EXTENSION pgcrypto; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';


--
-- Name: auth; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS auth WITH SCHEMA auth;


--
-- Name: EXTENSION auth; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION auth IS 'accounts, sessions and row-level security that knows the current user';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: posts; Type: TABLE; Schema: auth; Owner: auth_owner
--

CREATE TABLE auth.posts (
    id bigint NOT NULL,
    title text NOT NULL,
    content text,
    author uuid DEFAULT auth.uid(),
    user_created uuid DEFAULT auth.uid(),
    date_created timestamp with time zone DEFAULT now() NOT NULL,
    date_updated timestamp with time zone
);


ALTER TABLE auth.posts OWNER TO auth_owner;

--
-- Name: TABLE posts; Type: COMMENT; Schema: auth; Owner: auth_owner
--

COMMENT ON TABLE auth.posts IS 'posts: anyone who is signed in reads them all and writes their own';


--
-- Name: posts_id_seq; Type: SEQUENCE; Schema: auth; Owner: auth_owner
--

ALTER TABLE auth.posts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME auth.posts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: sessions; Type: TABLE; Schema: auth; Owner: auth_owner
--

CREATE TABLE auth.sessions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    refreshed_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    not_after timestamp with time zone NOT NULL,
    generation integer DEFAULT 1 NOT NULL,
    user_agent text,
    ip inet
)
WITH (fillfactor='70');


ALTER TABLE auth.sessions OWNER TO auth_owner;

--
-- Name: TABLE sessions; Type: COMMENT; Schema: auth; Owner: auth_owner
--

COMMENT ON TABLE auth.sessions IS 'one row from sign-in to sign-out, or until it expires; deleting one''s own row signs that device out';


--
-- Name: COLUMN sessions.expires_at; Type: COMMENT; Schema: auth; Owner: auth_owner
--

COMMENT ON COLUMN auth.sessions.expires_at IS 'end of the session unless it is refreshed before';


--
-- Name: COLUMN sessions.not_after; Type: COMMENT; Schema: auth; Owner: auth_owner
--

COMMENT ON COLUMN auth.sessions.not_after IS 'end of the session however often it is refreshed';


--
-- Name: COLUMN sessions.generation; Type: COMMENT; Schema: auth; Owner: auth_owner
--

COMMENT ON COLUMN auth.sessions.generation IS 'one more than it was refreshed: the only thing kept of a refresh token';


--
-- Name: users; Type: TABLE; Schema: auth; Owner: auth_owner
--

CREATE TABLE auth.users (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    email text NOT NULL COLLATE pg_catalog."C",
    first_name text,
    last_name text,
    role name DEFAULT 'authenticated'::name NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone,
    last_sign_in_at timestamp with time zone,
    avatar text DEFAULT 'none'::text,
    CONSTRAINT users_email_is_lower_case_ascii CHECK (((email ~ '^[!-~]+@[!-~]+$'::text) AND (email = lower((email COLLATE "C"))))),
    CONSTRAINT users_first_name_is_at_most_255_characters CHECK ((length(first_name) <= 255)),
    CONSTRAINT users_last_name_is_at_most_255_characters CHECK ((length(last_name) <= 255)),
    CONSTRAINT users_status_is_known CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'unverified'::text, 'invited'::text, 'archived'::text])))
)
WITH (fillfactor='80');


ALTER TABLE auth.users OWNER TO auth_owner;

--
-- Name: TABLE users; Type: COMMENT; Schema: auth; Owner: auth_owner
--

COMMENT ON TABLE auth.users IS 'accounts; a user sees and renames itself only; a site may add columns and grants';


--
-- Name: COLUMN users.email; Type: COMMENT; Schema: auth; Owner: auth_owner
--

COMMENT ON COLUMN auth.users.email IS 'canonical: ASCII in lower case';


--
-- Name: COLUMN users.role; Type: COMMENT; Schema: auth; Owner: auth_owner
--

COMMENT ON COLUMN auth.users.role IS 'the SQL role in which the user''s requests run; authenticator must be a member of it';


--
-- Name: COLUMN users.status; Type: COMMENT; Schema: auth; Owner: auth_owner
--

COMMENT ON COLUMN auth.users.status IS 'only active accounts can sign in and act';


--
-- Name: audit_log; Type: TABLE; Schema: auth_private; Owner: auth_owner
--

CREATE TABLE auth_private.audit_log (
    id bigint NOT NULL,
    occurred_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    event text NOT NULL,
    user_id uuid,
    session_id uuid,
    ip inet,
    user_agent text,
    detail jsonb
);


ALTER TABLE auth_private.audit_log OWNER TO auth_owner;

--
-- Name: TABLE audit_log; Type: COMMENT; Schema: auth_private; Owner: auth_owner
--

COMMENT ON TABLE auth_private.audit_log IS 'what happened to accounts and sessions; rows outlive both and hold nothing secret';


--
-- Name: COLUMN audit_log.detail; Type: COMMENT; Schema: auth_private; Owner: auth_owner
--

COMMENT ON COLUMN auth_private.audit_log.detail IS 'the code of a refusal, and the reason that the client was not told';


--
-- Name: audit_log_id_seq; Type: SEQUENCE; Schema: auth_private; Owner: auth_owner
--

ALTER TABLE auth_private.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME auth_private.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: credentials; Type: TABLE; Schema: auth_private; Owner: auth_owner
--

CREATE TABLE auth_private.credentials (
    user_id uuid NOT NULL,
    password_hash text NOT NULL
);


ALTER TABLE auth_private.credentials OWNER TO auth_owner;

--
-- Name: TABLE credentials; Type: COMMENT; Schema: auth_private; Owner: auth_owner
--

COMMENT ON TABLE auth_private.credentials IS 'password hashes; an account without a row cannot sign in by password';


--
-- Name: notes; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.notes (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    written_by uuid DEFAULT auth.uid(),
    text text
);


ALTER TABLE public.notes OWNER TO postgres;

--
-- Data for Name: posts; Type: TABLE DATA; Schema: auth; Owner: auth_owner
--

COPY auth.posts (id, title, content, author, user_created, date_created, date_updated) FROM stdin;
1	Hello	\N	354ed00e-4e61-4a52-8354-484815e3ee89	354ed00e-4e61-4a52-8354-484815e3ee89	2026-11-24 20:20:13.64972+00	\N
\.


--
-- Data for Name: sessions; Type: TABLE DATA; Schema: auth; Owner: auth_owner
--

COPY auth.sessions (id, user_id, created_at, refreshed_at, expires_at, not_after, generation, user_agent, ip) FROM stdin;
a9f06dc5-4b5d-4136-a861-582af04c9c6f	354ed00e-4e61-4a52-8354-484815e3ee89	2026-11-24 20:20:13.64972+00	2026-11-24 20:20:13.752786+00	2026-12-01 20:20:13.752786+00	2026-12-24 20:20:13.752786+00	1	\N	\N
\.


--
-- Data for Name: users; Type: TABLE DATA; Schema: auth; Owner: auth_owner
--

COPY auth.users (id, email, first_name, last_name, role, status, created_at, updated_at, last_sign_in_at, avatar) FROM stdin;
bf37f255-0105-4941-a9db-97c387bf2f5a	bob@example.org	Bob	\N	authenticated	active	2026-11-24 20:20:13.70735+00	\N	\N	none
fad8b329-8b58-4227-a2cc-24b7e65e9b5d	keyless@example.org	\N	\N	authenticated	invited	2026-11-24 20:20:13.707755+00	\N	\N	none
354ed00e-4e61-4a52-8354-484815e3ee89	alice@example.org	Alice	Liddell	authenticated	active	2026-11-24 20:20:13.64972+00	2026-11-24 20:20:13.64972+00	2026-11-24 20:20:13.752899+00	cat
\.


--
-- Data for Name: audit_log; Type: TABLE DATA; Schema: auth_private; Owner: auth_owner
--

COPY auth_private.audit_log (id, occurred_at, event, user_id, session_id, ip, user_agent, detail) FROM stdin;
1	2026-11-24 20:20:13.705062+00	register_user	354ed00e-4e61-4a52-8354-484815e3ee89	\N	\N	\N	\N
2	2026-11-24 20:20:13.70771+00	import_user	bf37f255-0105-4941-a9db-97c387bf2f5a	\N	\N	\N	\N
3	2026-11-24 20:20:13.707806+00	import_user	fad8b329-8b58-4227-a2cc-24b7e65e9b5d	\N	\N	\N	\N
4	2026-11-24 20:20:13.762388+00	login	354ed00e-4e61-4a52-8354-484815e3ee89	a9f06dc5-4b5d-4136-a861-582af04c9c6f	\N	\N	\N
\.


--
-- Data for Name: credentials; Type: TABLE DATA; Schema: auth_private; Owner: auth_owner
--

COPY auth_private.credentials (user_id, password_hash) FROM stdin;
354ed00e-4e61-4a52-8354-484815e3ee89	$argon2id$v=19$m=19456,t=2,p=1$Wd5kurvPfPm0xF74rD8y/A$8NRYQybIDl0Uqlvv8HWYb6vmaGWqV7qEAz8Ugv7hom0
bf37f255-0105-4941-a9db-97c387bf2f5a	$2a$05$YsVCSJtfaaeg.FWf9Hss7.8Q2HR1G17Xebn3cR0BH0arS.laBvnmy
\.


--
-- Data for Name: notes; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.notes (id, written_by, text) FROM stdin;
d3c25dd2-41a0-4401-acc8-e34117ad0355	bf37f255-0105-4941-a9db-97c387bf2f5a	mine
\.


--
-- Name: posts_id_seq; Type: SEQUENCE SET; Schema: auth; Owner: auth_owner
--

SELECT pg_catalog.setval('auth.posts_id_seq', 1, true);


--
-- Name: audit_log_id_seq; Type: SEQUENCE SET; Schema: auth_private; Owner: auth_owner
--

SELECT pg_catalog.setval('auth_private.audit_log_id_seq', 4, true);


--
-- Name: posts posts_pkey; Type: CONSTRAINT; Schema: auth; Owner: auth_owner
--

ALTER TABLE ONLY auth.posts
    ADD CONSTRAINT posts_pkey PRIMARY KEY (id);


--
-- Name: sessions sessions_pkey; Type: CONSTRAINT; Schema: auth; Owner: auth_owner
--

ALTER TABLE ONLY auth.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);


--
-- Name: users users_email_key; Type: CONSTRAINT; Schema: auth; Owner: auth_owner
--

ALTER TABLE ONLY auth.users
    ADD CONSTRAINT users_email_key UNIQUE (email);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: auth; Owner: auth_owner
--

ALTER TABLE ONLY auth.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);


--
-- Name: audit_log audit_log_pkey; Type: CONSTRAINT; Schema: auth_private; Owner: auth_owner
--

ALTER TABLE ONLY auth_private.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);


--
-- Name: credentials credentials_pkey; Type: CONSTRAINT; Schema: auth_private; Owner: auth_owner
--

ALTER TABLE ONLY auth_private.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (user_id);


--
-- Name: notes notes_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_pkey PRIMARY KEY (id);


--
-- Name: posts_author_idx; Type: INDEX; Schema: auth; Owner: auth_owner
--

CREATE INDEX posts_author_idx ON auth.posts USING btree (author);


--
-- Name: posts_user_created_idx; Type: INDEX; Schema: auth; Owner: auth_owner
--

CREATE INDEX posts_user_created_idx ON auth.posts USING btree (user_created);


--
-- Name: sessions_user_id_idx; Type: INDEX; Schema: auth; Owner: auth_owner
--

CREATE INDEX sessions_user_id_idx ON auth.sessions USING btree (user_id);


--
-- Name: credentials_dummy_hash_idx; Type: INDEX; Schema: auth_private; Owner: auth_owner
--

CREATE INDEX credentials_dummy_hash_idx ON auth_private.credentials USING btree (uuid_hash_extended(user_id, (0)::bigint));


--
-- Name: notes_written_by_idx; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX notes_written_by_idx ON public.notes USING btree (written_by);


--
-- Name: posts posts_set_updated_at; Type: TRIGGER; Schema: auth; Owner: auth_owner
--

CREATE TRIGGER posts_set_updated_at BEFORE UPDATE ON auth.posts FOR EACH ROW EXECUTE FUNCTION auth.set_updated_at('date_updated');


--
-- Name: sessions sessions_deleted; Type: TRIGGER; Schema: auth; Owner: auth_owner
--

CREATE TRIGGER sessions_deleted AFTER DELETE ON auth.sessions FOR EACH ROW WHEN ((CURRENT_USER <> 'auth_owner'::name)) EXECUTE FUNCTION auth_private.session_deleted();


--
-- Name: users users_set_updated_at; Type: TRIGGER; Schema: auth; Owner: auth_owner
--

CREATE TRIGGER users_set_updated_at BEFORE UPDATE ON auth.users FOR EACH ROW WHEN ((NOT (old.last_sign_in_at IS DISTINCT FROM new.last_sign_in_at))) EXECUTE FUNCTION auth.set_updated_at('updated_at');


--
-- Name: posts posts_author_exists; Type: FK CONSTRAINT; Schema: auth; Owner: auth_owner
--

ALTER TABLE ONLY auth.posts
    ADD CONSTRAINT posts_author_exists FOREIGN KEY (author) REFERENCES auth.users(id) ON DELETE SET NULL;


--
-- Name: posts posts_user_created_exists; Type: FK CONSTRAINT; Schema: auth; Owner: auth_owner
--

ALTER TABLE ONLY auth.posts
    ADD CONSTRAINT posts_user_created_exists FOREIGN KEY (user_created) REFERENCES auth.users(id) ON DELETE SET NULL;


--
-- Name: sessions sessions_user_exists; Type: FK CONSTRAINT; Schema: auth; Owner: auth_owner
--

ALTER TABLE ONLY auth.sessions
    ADD CONSTRAINT sessions_user_exists FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;


--
-- Name: credentials credentials_user_exists; Type: FK CONSTRAINT; Schema: auth_private; Owner: auth_owner
--

ALTER TABLE ONLY auth_private.credentials
    ADD CONSTRAINT credentials_user_exists FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;


--
-- Name: notes notes_written_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.notes
    ADD CONSTRAINT notes_written_by_fkey FOREIGN KEY (written_by) REFERENCES auth.users(id) ON DELETE CASCADE;


--
-- Name: posts auth_protect_delete; Type: POLICY; Schema: auth; Owner: auth_owner
--

CREATE POLICY auth_protect_delete ON auth.posts FOR DELETE TO authenticated USING ((author = auth.uid()));


--
-- Name: posts auth_protect_insert; Type: POLICY; Schema: auth; Owner: auth_owner
--

CREATE POLICY auth_protect_insert ON auth.posts FOR INSERT TO authenticated WITH CHECK ((author = auth.uid()));


--
-- Name: posts auth_protect_read; Type: POLICY; Schema: auth; Owner: auth_owner
--

CREATE POLICY auth_protect_read ON auth.posts FOR SELECT TO authenticated USING ((auth.uid() IS NOT NULL));


--
-- Name: posts auth_protect_update; Type: POLICY; Schema: auth; Owner: auth_owner
--

CREATE POLICY auth_protect_update ON auth.posts FOR UPDATE TO authenticated USING ((author = auth.uid())) WITH CHECK ((author = auth.uid()));


--
-- Name: users everybody_sees_bob; Type: POLICY; Schema: auth; Owner: auth_owner
--

CREATE POLICY everybody_sees_bob ON auth.users FOR SELECT TO authenticated USING ((first_name = 'Bob'::text));


--
-- Name: posts; Type: ROW SECURITY; Schema: auth; Owner: auth_owner
--

ALTER TABLE auth.posts ENABLE ROW LEVEL SECURITY;

--
-- Name: sessions; Type: ROW SECURITY; Schema: auth; Owner: auth_owner
--

ALTER TABLE auth.sessions ENABLE ROW LEVEL SECURITY;

--
-- Name: users; Type: ROW SECURITY; Schema: auth; Owner: auth_owner
--

ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;

--
-- Name: sessions users_may_end_their_sessions; Type: POLICY; Schema: auth; Owner: auth_owner
--

CREATE POLICY users_may_end_their_sessions ON auth.sessions FOR DELETE TO authenticated USING ((user_id = auth.uid()));


--
-- Name: sessions users_may_read_their_sessions; Type: POLICY; Schema: auth; Owner: auth_owner
--

CREATE POLICY users_may_read_their_sessions ON auth.sessions FOR SELECT TO authenticated USING ((user_id = auth.uid()));


--
-- Name: users users_may_read_themselves; Type: POLICY; Schema: auth; Owner: auth_owner
--

CREATE POLICY users_may_read_themselves ON auth.users FOR SELECT TO authenticated USING ((id = auth.uid()));


--
-- Name: users users_may_update_themselves; Type: POLICY; Schema: auth; Owner: auth_owner
--

CREATE POLICY users_may_update_themselves ON auth.users FOR UPDATE TO authenticated USING ((id = auth.uid())) WITH CHECK ((id = auth.uid()));


--
-- Name: notes auth_protect_delete; Type: POLICY; Schema: public; Owner: postgres
--

CREATE POLICY auth_protect_delete ON public.notes FOR DELETE TO authenticated USING ((written_by = auth.uid()));


--
-- Name: notes auth_protect_insert; Type: POLICY; Schema: public; Owner: postgres
--

CREATE POLICY auth_protect_insert ON public.notes FOR INSERT TO authenticated WITH CHECK ((written_by = auth.uid()));


--
-- Name: notes auth_protect_read; Type: POLICY; Schema: public; Owner: postgres
--

CREATE POLICY auth_protect_read ON public.notes FOR SELECT TO authenticated USING ((written_by = auth.uid()));


--
-- Name: notes auth_protect_update; Type: POLICY; Schema: public; Owner: postgres
--

CREATE POLICY auth_protect_update ON public.notes FOR UPDATE TO authenticated USING ((written_by = auth.uid())) WITH CHECK ((written_by = auth.uid()));


--
-- Name: notes; Type: ROW SECURITY; Schema: public; Owner: postgres
--

ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;

--
-- Name: TABLE posts; Type: ACL; Schema: auth; Owner: auth_owner
--

GRANT SELECT,DELETE ON TABLE auth.posts TO authenticated;


--
-- Name: COLUMN posts.title; Type: ACL; Schema: auth; Owner: auth_owner
--

GRANT INSERT(title),UPDATE(title) ON TABLE auth.posts TO authenticated;


--
-- Name: COLUMN posts.content; Type: ACL; Schema: auth; Owner: auth_owner
--

GRANT INSERT(content),UPDATE(content) ON TABLE auth.posts TO authenticated;


--
-- Name: TABLE sessions; Type: ACL; Schema: auth; Owner: auth_owner
--

GRANT SELECT,DELETE ON TABLE auth.sessions TO authenticated;


--
-- Name: TABLE users; Type: ACL; Schema: auth; Owner: auth_owner
--

GRANT SELECT ON TABLE auth.users TO authenticated;


--
-- Name: COLUMN users.first_name; Type: ACL; Schema: auth; Owner: auth_owner
--

GRANT UPDATE(first_name) ON TABLE auth.users TO authenticated;


--
-- Name: COLUMN users.last_name; Type: ACL; Schema: auth; Owner: auth_owner
--

GRANT UPDATE(last_name) ON TABLE auth.users TO authenticated;


--
-- Name: COLUMN users.avatar; Type: ACL; Schema: auth; Owner: auth_owner
--

GRANT UPDATE(avatar) ON TABLE auth.users TO authenticated;


--
-- Name: TABLE login_attempts; Type: ACL; Schema: auth_private; Owner: auth_owner
--

REVOKE ALL ON TABLE auth_private.login_attempts FROM postgres;
GRANT ALL ON TABLE auth_private.login_attempts TO auth_owner;


--
-- Name: TABLE signing_keys; Type: ACL; Schema: auth_private; Owner: auth_owner
--

REVOKE ALL ON TABLE auth_private.signing_keys FROM postgres;
GRANT ALL ON TABLE auth_private.signing_keys TO auth_owner;


--
-- Name: TABLE notes; Type: ACL; Schema: public; Owner: postgres
--

GRANT SELECT,DELETE ON TABLE public.notes TO authenticated;


--
-- Name: COLUMN notes.text; Type: ACL; Schema: public; Owner: postgres
--

GRANT INSERT(text),UPDATE(text) ON TABLE public.notes TO authenticated;


--
-- PostgreSQL database dump complete
--


