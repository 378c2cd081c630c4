-- An address that only looks like another one, or that some software folds into it, is never that other one.
SET auth.password_memory = '8MB';
SET auth.password_passes = 1;
SET auth.failed_logins_before_delay = 1000;
SET auth.failed_logins_before_delay_per_account = 1000;
SELECT auth.register_user('kim.strasse+office@example.org', 'correct horse') ->> 'email' AS victim;

CREATE TEMP TABLE confusable (how text, address text COLLATE "C");
-- Characters that Unicode folds, composes, ignores or draws alike, in each place of the address
INSERT INTO confusable SELECT how || ' for ' || ascii, overlay('kim.strasse+office@example.org' PLACING replacement FROM strpos('kim.strasse+office@example.org', ascii) FOR length(ascii)) FROM (VALUES
	('k', U&'\212A', 'Kelvin sign'), ('k', U&'\FF4B', 'full width'), ('k', U&'\03BA', 'Greek'), ('k', U&'\043A', 'Cyrillic'), ('k', U&'\24DA', 'circled'),
	('i', U&'\0131', 'dotless i'), ('i', U&'\0130', 'dotted I'), ('i', U&'i\0307', 'combining dot'), ('i', U&'\00ED', 'acute'), ('i', U&'i\0301', 'combining acute'),
	('i', U&'\0456', 'Cyrillic'), ('i', U&'\0269', 'iota'), ('i', U&'\FF49', 'full width'), ('i', U&'\2170', 'Roman numeral'), ('i', U&'\+01D422', 'mathematical'),
	('m', U&'\217F', 'Roman numeral'), ('m', U&'m\200B', 'zero width space'), ('m', U&'m\200D', 'zero width joiner'), ('m', U&'m\FEFF', 'byte order mark'), ('m', U&'m\00AD', 'soft hyphen'),
	('m', U&'m\202E', 'right to left override'), ('m', U&'m\2060', 'word joiner'), ('m', U&'m\FE0F', 'variation selector'), ('m', U&'m\034F', 'grapheme joiner'), ('m', 'rn', 'rn'),
	('.', U&'\3002', 'ideographic full stop'), ('.', U&'\FF0E', 'full width'), ('.', U&'\FF61', 'half width'), ('.', U&'\2024', 'one dot leader'),
	('ss', U&'\00DF', 'sharp s'), ('ss', U&'\1E9E', 'capital sharp s'), ('s', U&'\017F', 'long s'), ('s', U&'\0455', 'Cyrillic'), ('s', '$', 'dollar'),
	('a', U&'\0430', 'Cyrillic'), ('a', U&'\00E4', 'diaeresis'), ('a', U&'\00AA', 'ordinal'), ('e', U&'\0435', 'Cyrillic'), ('e', U&'\00E9', 'acute'),
	('ff', U&'\FB00', 'ligature'), ('ffi', U&'\FB03', 'ligature'), ('o', U&'\043E', 'Cyrillic'), ('o', '0', 'zero'), ('+', U&'\FF0B', 'full width'),
	('@', U&'\FF20', 'full width'), ('@', U&'\FE6B', 'small'), ('example', U&'ex\0430mple', 'Cyrillic'), ('example', U&'\FF45xample', 'full width'), ('example', 'xn--exmple-4nf', 'punycode'),
	('rg', U&'\0440g', 'Cyrillic'), ('org', U&'\24DErg', 'circled')) AS v (ascii, replacement, how);
-- What mail servers fold, and what tools trim or cut
INSERT INTO confusable VALUES
	('space before', ' kim.strasse+office@example.org'), ('space behind', 'kim.strasse+office@example.org '), ('no-break space', U&'kim.strasse+office@example.org\00A0'),
	('tab', E'kim.strasse+office@example.org\t'), ('line end', E'kim.strasse+office@example.org\n'), ('trailing dot', 'kim.strasse+office@example.org.'),
	('without the tag', 'kim.strasse@example.org'), ('without the dot', 'kimstrasse+office@example.org'), ('quoted', '"kim.strasse+office"@example.org'),
	('comment', 'kim.strasse+office(x)@example.org'), ('escape', 'kim\.strasse+office@example.org'), ('name', 'Kim <kim.strasse+office@example.org>'),
	('two addresses', 'kim.strasse+office@example.org,m@evil.example'), ('header', E'kim.strasse+office@example.org\r\nBcc: m@evil.example'), ('another host', 'kim.strasse+office@example.org@evil.example'),
	('encoded', 'kim.strasse%2Boffice@example.org'), ('percent', '%@example.org'), ('underscore', 'kim_strasse+office@example.org'), ('longer', 'kim.strasse+office@example.org' || repeat('x', 300));
SELECT count(*) >= 60 AS at_least_sixty, count(DISTINCT address) = count(*) AS all_different FROM confusable;

-- None of them signs in as the victim,
SELECT how, address FROM confusable WHERE auth.login(address, 'correct horse') ? 'access_token';
-- and none of them registers the victim's address anew: most are no addresses, the others are somebody else's.
SELECT how, answer ->> 'email' AS somebody_elses FROM confusable CROSS JOIN LATERAL auth.register_user(address, 'other horse') AS answer
 WHERE answer ->> 'code' IS DISTINCT FROM 'validation_failed' ORDER BY how COLLATE "C";
SELECT count(*) AS victims FROM auth.users WHERE email = 'kim.strasse+office@example.org';
SELECT auth.login('kim.strasse+office@example.org', 'correct horse') ? 'access_token' AS is_still_theirs;

-- Letter case alone makes no difference, in ASCII alone.
SELECT count(*) FILTER (WHERE auth.login(address, 'correct horse') ? 'access_token') AS signed_in, count(*) FILTER (WHERE auth.register_user(address, 'other horse') ->> 'code' = 'user_already_exists') AS taken
  FROM (VALUES ('KIM.STRASSE+OFFICE@EXAMPLE.ORG'), ('Kim.Strasse+Office@Example.Org'), ('kim.strassE+office@eXample.org')) AS variant (address);

-- The table keeps one spelling only, in an order that no update of a locale changes.
\set VERBOSITY terse
INSERT INTO auth.users (email) VALUES ('Kim.Strasse+Office@example.org');
INSERT INTO auth.users (email) VALUES (U&'k\0131m.strasse+office@example.org');
INSERT INTO auth.users (email) VALUES ('kim.strasse+office@example.org');
\set VERBOSITY default
SELECT attrelid::regclass AS index, collname FROM pg_attribute JOIN pg_collation c ON c.oid = attcollation WHERE attrelid = 'auth.users_email_key'::regclass;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
