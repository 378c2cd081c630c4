-- Passwords are hashed as they are, by Argon2id, and verified by nothing less.
SELECT auth.register_user('alice@example.org', 'correct horse') ->> 'email' AS email;
SET auth.failed_logins_before_delay = 1000;
SET auth.failed_logins_before_delay_per_account = 1000;
CREATE FUNCTION pg_temp.opens(hash text, password text) RETURNS bool LANGUAGE sql AS $$
	UPDATE auth_private.credentials SET password_hash = hash;
	SELECT auth.login('alice@example.org', password) ? 'access_token';
$$;

-- Strings of the reference implementation (phc-winner-argon2, src/test.c)
SELECT pg_temp.opens('$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc', 'password');
SELECT pg_temp.opens('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4', 'password');
SELECT pg_temp.opens('$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc', 'password');
SELECT pg_temp.opens('$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc', 'Password');

-- A weaker hash is replaced at the next sign-in; a stronger one is left alone.
SELECT pg_temp.opens('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4', 'password');
SELECT password_hash ~ '^\$argon2id\$v=19\$m=19456,t=2,p=1\$' AS is_upgraded FROM auth_private.credentials;
SELECT auth.login('alice@example.org', 'password') ? 'access_token' AS still_opens;
SELECT pg_temp.opens('$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc', 'password');
SELECT password_hash LIKE '$argon2id$v=19$m=65536,%' AS is_left_alone FROM auth_private.credentials;

-- What cannot be verified opens nothing: nonsense, other schemes, costs beyond all bounds.
SELECT hash, pg_temp.opens(hash, 'password') FROM (VALUES
	(''), ('password'), ('$argon2id$'), ('*'),
	('$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=256,t=1000000,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=-1,t=-1,p=-1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=256,t=2,p=4294967295$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'),
	('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$')) AS bad (hash);

-- The same password, at the bound of what is verified and beyond it (made by libsodium)
SELECT pg_temp.opens('$argon2id$v=19$m=64,t=16,p=1$c29tZXNhbHRzb21lc2FsdA$zMaz+D3SWIj/8dupZ01qX5+QHUKAu7Dlv4pcAoQp9FA', 'password') AS passes_16,
       pg_temp.opens('$argon2id$v=19$m=64,t=17,p=1$c29tZXNhbHRzb21lc2FsdA$w6VfCAgqNG/IEwCQYq1Q/2c9rsSwR+YRYs9FKAYKX/Q', 'password') AS passes_17;

-- As received: no trimming, no folding, no cutting.
DELETE FROM auth.users;
SELECT auth.register_user('alice@example.org', ' p' || repeat('x', 1021) || 'Z') ->> 'email' AS email;
SELECT auth.login('alice@example.org', ' p' || repeat('x', 1021) || 'Z') ? 'access_token' AS exact,
       auth.login('alice@example.org', 'p' || repeat('x', 1021) || 'Z') ? 'access_token' AS trimmed,
       auth.login('alice@example.org', ' P' || repeat('x', 1021) || 'Z') ? 'access_token' AS folded,
       auth.login('alice@example.org', ' p' || repeat('x', 1021)) ? 'access_token' AS cut;

-- Characters are counted, not bytes; the same characters are the same password however composed.
SELECT auth.register_user('short@example.org', repeat(U&'\+01F600', 7)) ->> 'code' AS seven_emoji,
       auth.register_user('eight@example.org', repeat(U&'\+01F600', 8)) ->> 'email' AS eight_emoji;
SELECT auth.register_user('nfc@example.org', U&'caf\00E9 caf\00E9') ->> 'email' AS email;
SELECT auth.login('nfc@example.org', U&'cafe\0301 cafe\0301') ? 'access_token' AS decomposed,
       auth.login('nfc@example.org', U&'caf\00E9 caf\00E9') ? 'access_token' AS composed,
       auth.login('nfc@example.org', U&'cafe cafe') ? 'access_token' AS without_accents;
SELECT auth.register_user('nfd@example.org', U&'A\030A\1100\1161\0F73\+01D15E password') ->> 'email' AS email;
SELECT auth.login('nfd@example.org', normalize(U&'A\030A\1100\1161\0F73\+01D15E password', NFC)) ? 'access_token' AS composed,
       auth.login('nfd@example.org', normalize(U&'A\030A\1100\1161\0F73\+01D15E password', NFD)) ? 'access_token' AS decomposed,
       auth.login('nfd@example.org', normalize(U&'A\030A\1100\1161\0F73\+01D15E password', NFKC)) ? 'access_token' AS folded;

-- The settings of the day are used, and bounded.
SET auth.password_memory = '8MB';
SET auth.password_passes = 1;
SELECT auth.register_user('cheap@example.org', 'correct horse') ->> 'email' AS email;
SELECT left(password_hash, 28) FROM auth_private.credentials JOIN auth.users ON id = user_id WHERE email = 'cheap@example.org';
RESET auth.password_memory;
RESET auth.password_passes;
SELECT auth.login('cheap@example.org', 'correct horse') ? 'access_token' AS is_signed_in;
SELECT left(password_hash, 29) FROM auth_private.credentials JOIN auth.users ON id = user_id WHERE email = 'cheap@example.org';

-- An address that nobody has costs what the accounts cost, whose hashes may be of cheaper days.
SELECT auth.register_user('today@example.org', 'correct horse') ->> 'email' AS email;
SET auth.password_memory = '256MB';
CREATE FUNCTION pg_temp.cost(email text) RETURNS interval LANGUAGE plpgsql AS $$
DECLARE began timestamptz := clock_timestamp();
BEGIN
	PERFORM auth.login(email, 'wrong');
	RETURN clock_timestamp() - began;
END $$;
SELECT sum(pg_temp.cost('today@example.org')) BETWEEN sum(pg_temp.cost('nobody@example.org')) * 0.4 AND sum(pg_temp.cost('nobody@example.org')) * 2.5 AS costs_the_same
  FROM generate_series(1, 4);
RESET auth.password_memory;

DELETE FROM auth.users;
TRUNCATE auth_private.audit_log, auth_private.login_attempts;
