-- auth.protect puts any table of a site under the same rules, in one call.
INSERT INTO auth.users (id, email) VALUES
	('00000000-0000-4000-8000-00000000000a', 'alice@example.org'),
	('00000000-0000-4000-8000-00000000000b', 'bob@example.org');
CREATE SCHEMA regress_auth_site;
GRANT USAGE ON SCHEMA regress_auth_site TO anon, authenticated;
CREATE TABLE regress_auth_site."Order Lines" (
	"No." serial PRIMARY KEY,
	"belongs to" uuid REFERENCES auth.users,
	entered_by uuid,
	article text NOT NULL,
	price numeric
);
GRANT ALL ON regress_auth_site."Order Lines" TO PUBLIC;
SELECT auth.protect('regress_auth_site."Order Lines"', 'belongs to', '{entered_by}', '{article}');

SELECT polname, polcmd, polroles::regrole[]::text AS roles, pg_get_expr(polqual, polrelid) AS using, pg_get_expr(polwithcheck, polrelid) AS check
  FROM pg_policy WHERE polrelid = 'regress_auth_site."Order Lines"'::regclass ORDER BY polname;

\set as_alice 'BEGIN; SET LOCAL auth.user_id = ''00000000-0000-4000-8000-00000000000a''; SET LOCAL ROLE authenticated;'
\set as_bob 'BEGIN; SET LOCAL auth.user_id = ''00000000-0000-4000-8000-00000000000b''; SET LOCAL ROLE authenticated;'
:as_alice
INSERT INTO regress_auth_site."Order Lines" (article) VALUES ('Pencil')
	RETURNING article, "belongs to" = auth.uid() AS is_hers, entered_by = auth.uid() AS entered_by_her;
COMMIT;
:as_alice
INSERT INTO regress_auth_site."Order Lines" (article, price) VALUES ('Pencil', 0);
ROLLBACK;
:as_alice
INSERT INTO regress_auth_site."Order Lines" (article, "belongs to") VALUES ('Pencil', auth.uid());
ROLLBACK;
:as_bob
SELECT count(*) AS read FROM regress_auth_site."Order Lines";
UPDATE regress_auth_site."Order Lines" SET article = 'Eraser';
COMMIT;
SET ROLE anon;
SELECT count(*) FROM regress_auth_site."Order Lines";
RESET ROLE;

-- Called again, it replaces its rules: now everybody reads.
SELECT auth.protect('regress_auth_site."Order Lines"', 'belongs to', '{entered_by}', '{article,price}', 'public');
SET ROLE anon;
SELECT article FROM regress_auth_site."Order Lines";
DELETE FROM regress_auth_site."Order Lines";
RESET ROLE;
:as_alice
UPDATE regress_auth_site."Order Lines" SET price = 1.5 RETURNING article, price;
COMMIT;

-- A column that is preset no longer loses its preset.
SELECT auth.protect('regress_auth_site."Order Lines"', 'belongs to', '{}', '{article,price}', 'public');
SELECT attname FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
 WHERE adrelid = 'regress_auth_site."Order Lines"'::regclass AND pg_get_expr(adbin, adrelid) = 'auth.uid()';

-- Other policies stay, and are pointed out; the hint of an index goes away with one.
CREATE INDEX ON regress_auth_site."Order Lines" ("belongs to");
CREATE POLICY everything ON regress_auth_site."Order Lines" USING (true);
CREATE POLICY read ON regress_auth_site."Order Lines" USING (false);
SELECT auth.protect('regress_auth_site."Order Lines"', 'belongs to');
DROP POLICY everything ON regress_auth_site."Order Lines";
DROP POLICY read ON regress_auth_site."Order Lines";

-- What was protected how can be asked.
SELECT auth.protect('regress_auth_site."Order Lines"', 'belongs to', '{entered_by}');
SELECT * FROM auth.protection('regress_auth_site."Order Lines"');
SELECT * FROM auth.protection('auth.posts');
SELECT * FROM auth.protection('pg_catalog.pg_class');

-- Mistakes
SELECT auth.protect('regress_auth_site."Order Lines"', 'owner');
SELECT auth.protect('regress_auth_site."Order Lines"', 'article');
SELECT auth.protect('regress_auth_site."Order Lines"', 'belongs to', '{article}');
SELECT auth.protect('regress_auth_site."Order Lines"', 'belongs to', '{}', '{belongs to}');
SELECT auth.protect('regress_auth_site."Order Lines"', 'belongs to', '{}', '{ctid}');
SELECT auth.protect('regress_auth_site."Order Lines"', 'belongs to', '{}', '{}', 'some');
SELECT auth.protect('regress_auth_site."Order Lines"', NULL);
SELECT auth.protect('pg_catalog.pg_roles', 'oid');
SELECT auth.protect('no_such_table', 'owner');

-- Only the owner of a table may.
CREATE ROLE regress_auth_mallory;
GRANT USAGE ON SCHEMA auth, regress_auth_site TO regress_auth_mallory;
GRANT EXECUTE ON FUNCTION auth.protect TO regress_auth_mallory;
SET ROLE regress_auth_mallory;
SELECT auth.protect('regress_auth_site."Order Lines"', 'belongs to');
RESET ROLE;

DROP OWNED BY regress_auth_mallory;
DROP ROLE regress_auth_mallory;
DROP SCHEMA regress_auth_site CASCADE;
DELETE FROM auth.users;
