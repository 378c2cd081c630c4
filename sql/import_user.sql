-- Accounts of other systems come over with the passwords that their owners have.
SET auth.failed_logins_before_delay = 1000;
SET auth.failed_logins_before_delay_per_account = 1000;

-- Made by the libraries themselves: argon2 0.45 (Directus), bcryptjs 3, PHP 8.2, Better Auth 1.7, Lucia 3 and 2; Supabase's
-- are those of bcryptjs under their own prefix, Lucia 1's of Node's scrypt.
CREATE TEMP TABLE old_users (system text, password text, hash text);
INSERT INTO old_users VALUES
	('directus', 'correct horse', '$argon2id$v=19$m=65536,p=4,t=3$LeBD+OQIrVY0kbk/Io4vmw$8kubScfiqSd/hjT+Yq9WxG59ZvumQX3aaa/QfjqA1iM'),
	('argon2i', 'correct horse', '$argon2i$v=19$m=4096,p=2,t=3$cERDV05lbn9D0VKlAuBANQ$g68o3p+lbBGO9k6Dd9qP/0mNJs6XdmqggdfKzCtsDBA'),
	('better auth', 'correct horse', '902a3862fed90cedc2a6d39b8e71aaed:bf1a3718fc4ba695543f77d89d3041391a40f6277136b1691f96bc9396052f7d1279808ec6b0c74aa2d452750069178c997a3a2fd94be495cc4cf2691d5dfea6'),
	('lucia 3', 'correct horse', '0fca4cf1437e1d9a5b74fc88ce35e5d6:1c4f3c6d8e6573c3019f7a64efef59dfd0405e30f9b166f6c7dd044431d7877c042c2028b24f8efc6f03c0818a32458ccf3a7fe67a5768b9cda0aeacf42ba7d3'),
	('lucia 2', 'correct horse', 's2:80ozeji685sna3ti:ea049178d1ccf833cc97996ae6ce113d155cf4661803876a89dfd7884721fb0f1ecdd67d3c4eff9d9f2cdb96b67cf8ecff606438883df3bec0ef2a9a8efad8e5'),
	('lucia 1', 'correct horse', 'k2j5h6g7f8d9s0a1:a88b05c6b553b24bc19901b01e16d016be67628d5660553a01e7573d8ec152383faf96482e402a36c12041143c3b966c730e57b5e15bb589d6cd8de4f19f2522'),
	('node', 'correct horse', '$2b$05$fwspf7F3iCf5.j5VIvZONOlyJpRs24Yk47koNfMEMHCRMaiyYL.va'),
	('supabase', 'correct horse', '$2a$05$x65DuVd3KvwqHlfiC/tndek0ofYmvlRjHaYV9uPHU.SWJ90Z9If3.'),
	('php', 'correct horse', '$2y$05$ZKS88no.kzyaV2QlZ9vOMeQcFLkZzRS/LtVQ9Z1Db6DMlM5J8OUTS'),
	('directus', U&'p\00E4ssw\00F6rd', '$argon2id$v=19$m=65536,p=4,t=3$E6g84b9bmtjd/Duh+RQGlA$XasXU4BGBJ7J1lIkb8iH8g7X95Ndh/mwva+9DyLqUjg'),
	('argon2i', U&'p\00E4ssw\00F6rd', '$argon2i$v=19$m=4096,p=2,t=3$3/8tc0V/McRURSUy77vANg$O+klR4ECQj093yfpKffRJQYiHuub5mijxhpuAmULCs0'),
	('better auth', U&'p\00E4ssw\00F6rd', '459ee99ec58fc6112a108eff42120718:7043384defe73d8a6fd1ba325fe754103202e7a659e7690cb27baf3f84c7baef82c18d6fdd87b6dde9178818be1b6e4b4adfe74affeecb9e446ead61fafc620e'),
	('lucia 3', U&'p\00E4ssw\00F6rd', 'b0320ba61ecbe187f13f1330da1c8f83:49ea7aaca7c05ce76f878462a0c5098636732668e51cdbcdbce5b5c93028ad1430f0aad0484c2c0c473c624bb713425d3d90cb156ec13c4445af48356e7202dd'),
	('lucia 2', U&'p\00E4ssw\00F6rd', 's2:wdueqh248v6zip6b:6e9898be2f2e50291204c31916e93080e0399e67b66d0e86ebe3f79e3131868aec7754c2a5af82590cf27b4cc1b71e2dd129f62a8bc554e6f9007f39acbfe4b9'),
	('lucia 1', U&'p\00E4ssw\00F6rd', 'k2j5h6g7f8d9s0a2:991fe1b8c600f968c8201f43fef20dcf49b9e211f14fbc37f83fb4de0ba7d1374e0328fa914d1215dc69971045b36b760b1ccfe87090517ae1b8c73e6c560a26'),
	('node', U&'p\00E4ssw\00F6rd', '$2b$05$e.THBeEqDX3nDGEedJ6/OeUfo4kXO6ydwMA03hgiMF/Q6Brqj7cFy'),
	('supabase', U&'p\00E4ssw\00F6rd', '$2a$05$emLL3.HX9DhSvmHzgDu8LuKrWG59EkDmemXaZ.nQxbiVyxwfuz/AC'),
	('php', U&'p\00E4ssw\00F6rd', '$2y$05$5BHJCJlKn6FU9vesu01Ui.cgwwJpTw6uskYQ4e1igTCPKNqNQCIWq'),
	('directus', U&'pa\0308sswo\0308rd', '$argon2id$v=19$m=65536,p=4,t=3$9tw+l45YPCOfE26g0IdoZg$eVxznfCA9UL0oREy4MCiZ+3S+3g53rsqSe3SXRnnDBw'),
	('argon2i', U&'pa\0308sswo\0308rd', '$argon2i$v=19$m=4096,p=2,t=3$X6mZxsBDHT7d5UnqtwXuBQ$nhz2P3pYSDX19GvJnhPGLQ74RqHnIKZ8IguVvHcwQPQ'),
	('better auth', U&'pa\0308sswo\0308rd', '85320c3fbafd7d494681653cd4a8aca4:cdd80c8c6251364f171e0a1d21a9c611b06d5c07267bd64078eebdbb24254f1eeade396b5fbe1d34d2d710b3d3a2e38546242221a420a34bd60f5db5d8f335f9'),
	('lucia 3', U&'pa\0308sswo\0308rd', '14155e2577cc5b34eca7dbc6a6bb8990:45e75a92ca9cc6f8f9c7d20de85cbc96c049b3289310f9b4955575473aca005e64d1f97c2e1798046da63a3e7537f9d8ce696056a3a1b1abd018305fba04bc2b'),
	('lucia 2', U&'pa\0308sswo\0308rd', 's2:o33ssv3o4uq2r3lt:04df8a812cd96618ec53c17a6dd38088067ce3bdf7238ada1b06f445a8cf52587cd87b52cbf5d4307d4b6729d8daf1203866ad0b958c7647be691c56d9b5eb75'),
	('lucia 1', U&'pa\0308sswo\0308rd', 'k2j5h6g7f8d9s0a3:5a7acca8de06252cbb86c5cf06b0e5741ec4fb90092695dff5f4b97acb205bfb5e7e75b494cb906c43112463f1af6c26e1b288efa89f1b47c54fb176821971c0'),
	('node', U&'pa\0308sswo\0308rd', '$2b$05$ioj6kgwcHMnp47s1a2D3uOrRZcfLao/wKBjXeLzxS6GkSdF6d6EdK'),
	('supabase', U&'pa\0308sswo\0308rd', '$2a$05$N6TIqgz9o.iefQ1ZW4uB1u/hjN.oOa/IMgqNxItD8K8ZM30VnUOcK'),
	('php', U&'pa\0308sswo\0308rd', '$2y$05$ks/pjjx/Pf9w5XYqxE9n/uStiKDhUoxgL4hgdNDqNUExGJ4TD4ak2'),
	('directus', U&'\FF46\FF55\FF4C\FF4C horse \2163', '$argon2id$v=19$m=65536,p=4,t=3$+17cflc4n3dSN2EO18ZSVA$S8fpjlI3DdMMI+aXkTvY1iHlMjZqL1kdIp666MeMj5Y'),
	('argon2i', U&'\FF46\FF55\FF4C\FF4C horse \2163', '$argon2i$v=19$m=4096,p=2,t=3$Tturx/mSTJRmgRbc5Ak47g$e9P/4PY9yqogkJUEy7DT6+Lri+qX3dFb28Kd8RZDXuY'),
	('better auth', U&'\FF46\FF55\FF4C\FF4C horse \2163', '0df4fd931e1804999c6bd5408a03d655:9a55b057a220845a1e1e90d1676e5e2a36c0f3e86e9e1c2397b67206242d3aa18be79304d72894bdc291c256959c2708455f0a84e99443089cea614b4c3812bf'),
	('lucia 3', U&'\FF46\FF55\FF4C\FF4C horse \2163', '680a368f48282c1035d5a04322029506:3f531d682db9d04d963e0b346fdd003d8c9b9ea4c5604f356de4d96ab446a5c5dda726f1540a81f253a2a86d75321557a74da2ca3d7bca5fe85ba9a4e266ab5d'),
	('lucia 2', U&'\FF46\FF55\FF4C\FF4C horse \2163', 's2:m1whf8xpvzr0q7gh:65e0c3b9ceb2c6c603d4a318c3c11a59c1d31173d238dffb75dfe5d6993c9494676017931b23997db719eac201a60170b9ba27aac454b025d261f2f85ffb68b9'),
	('lucia 1', U&'\FF46\FF55\FF4C\FF4C horse \2163', 'k2j5h6g7f8d9s0a4:1e5aaea299c0bae477729a70332be5a3e64237eee8cb78c4b8991bbc1ef1095a969d7659d9c90ab7380cdda4998ecc9812cf2a7a04a1b7d9c6272b52248d3733'),
	('node', U&'\FF46\FF55\FF4C\FF4C horse \2163', '$2b$05$D7Dt.kRo9TSz3.lW462TFOQ706plktCx3oFiOhyl.ERMuUrK/iNqK'),
	('supabase', U&'\FF46\FF55\FF4C\FF4C horse \2163', '$2a$05$RQHPBUWxB..uLAEf.eNS0.le/eQVSY4zENCsFa7G6i5zvaTQ0/IuC'),
	('php', U&'\FF46\FF55\FF4C\FF4C horse \2163', '$2y$05$PGwjKIe0lXABjwhRatM/q.TBhTohNpgce58p7jeWdfzYSctQ5M7bS'),
	('node', repeat('x', 71) || U&'\00E4y', '$2b$05$D9q/.kZcmMmaFpHAlp0mwOemQumiQ7SIutDWdrYqssSSyc7Uvmq3a'),
	('supabase', repeat('x', 71) || U&'\00E4y', '$2a$05$faZmGgbEl4zMRIoLAdVQj.dpaS/lc0uRwTYe7EW3WIETPBeVDTnMa'),
	('php', repeat('x', 71) || U&'\00E4y', '$2y$05$DnHwkFms2PfVuv9c5nkPweRvIvAZ0T3TUL1cP2ecOy3URMRlKTU.q'),
	('node', U&'\00FF\00A3 345', '$2b$05$CoAEQLqzuyNWxQbdq4zFf.mGwz7xYSqOoT9OSZ8eFYcgFRiqjcPCy'),
	('supabase', U&'\00FF\00A3 345', '$2a$05$6Wf5GBe/iTKSTjMo4NEzCushweDRCOULUdh1ej/h6AZ2fY3pyjnrS'),
	('php', U&'\00FF\00A3 345', '$2y$05$UyvRlFev8MjH7bK9udG6TO7XEmYEZ7Kl1wm7WHeTXpz6ZHSHe01M.');

-- One statement takes them all over, mixed, and unchanged.
SELECT count(auth.import_user(replace(system, ' ', '') || n || '@example.org', hash)) AS imported
  FROM (SELECT *, row_number() OVER (PARTITION BY system ORDER BY hash COLLATE "C") AS n FROM old_users) AS u;
SELECT count(*) AS unchanged FROM auth_private.credentials JOIN old_users ON hash = password_hash;

-- A wrong password opens none, each right one opens its own, and then the hash is one of ours.
CREATE TEMP VIEW moved AS SELECT u.id, o.system, o.password, u.email, c.password_hash
  FROM old_users o JOIN auth_private.credentials c ON c.password_hash = o.hash JOIN auth.users u ON u.id = c.user_id;
CREATE TEMP TABLE walk AS SELECT * FROM moved;
SELECT system, count(*) AS accounts, count(*) FILTER (WHERE auth.login(email, password || '!') ? 'access_token') AS wrong FROM walk WHERE length(password) < 70 GROUP BY system ORDER BY system;
SELECT system, count(*) FILTER (WHERE auth.login(email, password) ? 'access_token') AS signed_in FROM walk GROUP BY system ORDER BY system;
SELECT count(*) AS upgraded FROM auth_private.credentials JOIN walk ON id = user_id WHERE credentials.password_hash ~ '^\$argon2id\$v=19\$m=19456,t=2,p=1\$';
SELECT count(*) FILTER (WHERE auth.login(email, password) ? 'access_token') AS signed_in_again,
       count(*) FILTER (WHERE auth.login(email, normalize(password, NFC)) ? 'access_token') AS composed,
       count(*) FILTER (WHERE auth.login(email, normalize(password, NFD)) ? 'access_token') AS decomposed FROM walk;

-- bcrypt never saw more than 72 bytes; from the first sign-in on all of them count.
SELECT system, auth.login(email, repeat('x', 71) || 'z') ->> 'code' AS other_end FROM walk WHERE length(password) > 70 AND system IN ('node', 'php', 'supabase') ORDER BY system;

DELETE FROM auth.users;

-- An address that nobody has takes as long as one of the accounts: as often as not as an imported one, although their ids lie together.
SELECT count(auth.import_user('imported' || n || '@example.org', '$2b$10$mrpnNzpsl.W.KAtVL4s6vuzTYPiOv4TZ38GuuZ5bvK6ZSsiQ1K4LS', id => ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid)) AS imported,
       count(auth.import_user('native' || n || '@example.org', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4')) AS native
  FROM generate_series(1, 40) AS n;
CREATE FUNCTION pg_temp.cost(email text) RETURNS float LANGUAGE plpgsql AS $$
DECLARE began timestamptz := clock_timestamp();
BEGIN
	PERFORM auth.login(email, 'wrong');
	RETURN extract(epoch FROM clock_timestamp() - began);
END $$;
SELECT sqrt(min(pg_temp.cost('imported' || n || '@example.org')) * min(pg_temp.cost('native' || n || '@example.org'))) AS between FROM generate_series(1, 5) AS n \gset
SELECT count(*) FILTER (WHERE pg_temp.cost('nobody' || n || '@example.org') > :between) BETWEEN 6 AND 34 AS are_mixed FROM generate_series(1, 40) AS n;
DELETE FROM auth.users;
TRUNCATE auth_private.login_attempts;

-- Everything that the old system knew of an account can come along.
SELECT auth.import_user('Alice@Example.org', NULL, 'Alice', 'Liddell', '11111111-2222-4333-8444-555555555555', 'suspended', 'anon', '2020-01-02 03:04:05+00');
SELECT id, email, first_name, last_name, role, status, created_at = '2020-01-02 03:04:05+00' AS is_old, (SELECT count(*) FROM auth_private.credentials) AS passwords FROM auth.users;
SELECT auth.login('alice@example.org', '') ->> 'code' AS without_a_password;
SELECT event, user_id, detail FROM auth_private.audit_log ORDER BY id DESC LIMIT 2;

-- Taken addresses and ids, unknown roles and states are errors, and nothing is written.
\set VERBOSITY terse
SELECT auth.import_user('ALICE@example.org', NULL);
SELECT auth.import_user('bob@example.org', NULL, id => '11111111-2222-4333-8444-555555555555');
SELECT auth.import_user('bob@example.org', NULL, role => 'nobody');
SELECT auth.import_user('bob@example.org', NULL, status => 'draft');
SELECT auth.import_user(NULL, NULL);
SELECT auth.import_user('bob@example.org', NULL, status => NULL);
\set VERBOSITY default
SELECT auth.import_user('bob', NULL);
SELECT auth.import_user('bob@example.org', 'secret');
SELECT count(*) AS accounts FROM auth.users;

-- What cannot be verified is told beforehand, and not taken.
SELECT left(hash, 60) AS hash, auth.import_problem('bob@example.org', hash) IS NULL AS is_acceptable FROM (VALUES
	(''), ('password'), ('$1$abc$xyz'), ('{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g='), ('5f4dcc3b5aa765d61d8327deb882cf99'),
	('$argon2id$v=19$m=65536,p=4,t=3$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY'),
	('$argon2id$v=19$t=3,m=65536,p=4$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY'),
	('$argon2id$v=19$m=65536,p=4$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY'),
	('$argon2id$v=19$m=65536,m=65536,p=4$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY'),
	('$argon2id$v=19$m=65536,p=4,t=3,t=3$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY'),
	('$argon2id$v=19$m=65536,p=4,t=3$ft8gL0dP/k6Z0TWheu3CTQ'),
	('$argon2id$v=16$m=65536,p=4,t=3$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY'),
	('$argon2id$v=19$m=4194304,p=4,t=3$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY'),
	('$argon2id$v=19$m=65536,p=4,t=17$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY'),
	('$argon2d$v=19$m=65536,p=4,t=3$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY'),
	('$2b$04$mrpnNzpsl.W.KAtVL4s6vuzTYPiOv4TZ38GuuZ5bvK6ZSsiQ1K4LS'), ('$2b$16$mrpnNzpsl.W.KAtVL4s6vuzTYPiOv4TZ38GuuZ5bvK6ZSsiQ1K4LS'),
	('$2b$03$mrpnNzpsl.W.KAtVL4s6vuzTYPiOv4TZ38GuuZ5bvK6ZSsiQ1K4LS'), ('$2b$17$mrpnNzpsl.W.KAtVL4s6vuzTYPiOv4TZ38GuuZ5bvK6ZSsiQ1K4LS'),
	('$2x$05$mrpnNzpsl.W.KAtVL4s6vuzTYPiOv4TZ38GuuZ5bvK6ZSsiQ1K4LS'), ('$2b$05$mrpnNzpsl.W.KAtVL4s6vuzTYPiOv4TZ38GuuZ5bvK6ZSsiQ1K4L'),
	('$2b$05$mrpnNzpsl.W.KAtVL4s6vuzTYPiOv4TZ38GuuZ5bvK6ZSsiQ1K4L='),
	('0123456789abcdef:' || repeat('0', 128)), (repeat('0', 7) || ':' || repeat('0', 128)), (repeat('0', 65) || ':' || repeat('0', 128)),
	('0123456789abcdef:' || repeat('0', 127)), ('0123456789abcdef:' || repeat('g', 128)), ('s3:0123456789abcdef:' || repeat('0', 128))) AS old (hash);
SELECT auth.import_problem('müller@example.org') IS NULL AS is_acceptable;

-- Nobody but an operator may call it.
SET ROLE authenticated;
SELECT auth.import_user('mallory@example.org', NULL);
SELECT auth.import_problem('mallory@example.org', NULL);
RESET ROLE;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
