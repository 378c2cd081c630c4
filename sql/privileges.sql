SELECT current_user AS superuser \gset
-- Who may do what, of every object: a privilege that was forgotten shows here as a difference.
SELECT nspname, replace(nspacl::text, :'superuser', 'superuser') AS acl FROM pg_namespace WHERE nspname LIKE 'auth%' ORDER BY 1;

SELECT p.oid::regprocedure AS function, replace(proowner::regrole::text, :'superuser', 'superuser') AS owner, prosecdef AS definer, proconfig AS settings,
       provolatile AS volatility, proparallel AS parallel, proleakproof AS leakproof, proisstrict AS strict, replace(proacl::text, :'superuser', 'superuser') AS acl
  FROM pg_proc p WHERE pronamespace IN ('auth'::regnamespace, 'auth_private'::regnamespace) ORDER BY p.oid::regprocedure::text COLLATE "C";

-- MAINTAIN came with PostgreSQL 17: an owner has it there, and nobody else.
SELECT c.oid::regclass AS relation, relkind, relowner::regrole AS owner, relrowsecurity AS rls, relforcerowsecurity AS forced, replace(relacl::text, 'auth_owner=arwdDxtm/', 'auth_owner=arwdDxt/') AS acl
  FROM pg_class c WHERE relnamespace IN ('auth'::regnamespace, 'auth_private'::regnamespace) AND relkind IN ('r', 'S', 'v') ORDER BY c.oid::regclass::text COLLATE "C";

SELECT attrelid::regclass AS relation, attname, attacl::text AS acl FROM pg_attribute
 WHERE attacl IS NOT NULL AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace IN ('auth'::regnamespace, 'auth_private'::regnamespace)) ORDER BY attrelid::regclass::text COLLATE "C", attname;

SELECT polrelid::regclass AS relation, polname, polcmd, polpermissive AS permissive, polroles::regrole[]::text AS roles,
       pg_get_expr(polqual, polrelid) AS using, pg_get_expr(polwithcheck, polrelid) AS check
  FROM pg_policy WHERE polrelid IN (SELECT oid FROM pg_class WHERE relnamespace IN ('auth'::regnamespace, 'auth_private'::regnamespace)) ORDER BY polrelid::regclass::text COLLATE "C", polname;

-- (auto_explain logs parameters since PostgreSQL 16, and is told not to there; test/cluster/secrets looks at it)
SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolpassword IS NULL AS no_password,
       (SELECT array_remove(setconfig, 'auto_explain.log_parameter_max_length=0') FROM pg_db_role_setting WHERE setrole = r.oid AND setdatabase = 0) AS settings,
       ARRAY(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = r.oid ORDER BY 1) AS member_of
  FROM pg_authid r WHERE rolname IN ('auth_owner', 'anon', 'authenticated', 'authenticator') ORDER BY 1;

-- Functions with the rights of another: owned by no superuser, and with a search path that nobody can write to first.
SELECT p.oid::regprocedure AS unsafe FROM pg_proc p JOIN pg_roles r ON r.oid = proowner
 WHERE pronamespace IN ('auth'::regnamespace, 'auth_private'::regnamespace) AND prosecdef
   AND (rolsuper OR proconfig IS DISTINCT FROM ARRAY['search_path=pg_catalog, pg_temp']);

-- pgcrypto is served with the schema it is in: nobody may execute it by being anybody.
SELECT d.objid::regprocedure AS open_to_all FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
 WHERE extname = 'pgcrypto' AND classid = 'pg_proc'::regclass AND deptype = 'e' AND has_function_privilege('anon', d.objid, 'EXECUTE');
