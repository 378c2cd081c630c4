-- A hash that its library refuses to compute is a wrong password: counted, and the same as for an unknown address.
SELECT auth.import_user('old@example.org', '$2a$04$abcdefghijklmnopqrstuuWWVqAjTPuyyN0aSwwqq4iDaNzbnkXnG') IS NOT NULL AS is_imported;
SELECT pg_get_functiondef(p.oid) AS crypt, n.nspname AS schema FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE proname = 'crypt' AND proargtypes = '25 25' \gset
-- as pgcrypto does where it may compute nothing by itself
CREATE OR REPLACE FUNCTION :"schema".crypt(text, text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'use of built-in crypto functions is disabled' USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

SELECT auth.login('old@example.org', 'wrong') AS known;
SELECT auth.login('nobody@example.org', 'wrong') AS unknown;
SELECT count(*) AS counters, sum(failures) AS failures FROM auth_private.login_attempts;
SELECT event, detail FROM auth_private.audit_log WHERE event = 'login' ORDER BY id;

-- It is told when accounts move in.
SELECT auth.import_problem('new@example.org', '$2b$12$abcdefghijklmnopqrstuuWWVqAjTPuyyN0aSwwqq4iDaNzbnkXnG');
SELECT auth.import_user('new@example.org', '$2b$12$abcdefghijklmnopqrstuuWWVqAjTPuyyN0aSwwqq4iDaNzbnkXnG');
SELECT auth.import_user('new@example.org', NULL) IS NOT NULL AS without_a_password;

:crypt;
SELECT auth.import_problem('other@example.org', '$2b$12$abcdefghijklmnopqrstuuWWVqAjTPuyyN0aSwwqq4iDaNzbnkXnG') AS problem;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
