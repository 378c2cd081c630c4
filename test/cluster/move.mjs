// One step of versions.test.mjs, in the tree of the later version: the earlier one's programs are in BESIDE_BINDIR.

import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startStack } from '../../tools/stack.mjs'
import { copyOfProject, PASSWORD } from '../support.mjs'

// What the step before left, if there was one, and what this one leaves.
const SITE = join(process.env.SHARED_DIRECTORY, 'site.dump')

// Accounts of each kind, a role, a column, a table and policies of the site's own.
const IMPORTED = {
  'dora@example.org': '$argon2id$v=19$m=65536,p=4,t=3$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY',
  'sue@example.org': '$2a$05$YsVCSJtfaaeg.FWf9Hss7.8Q2HR1G17Xebn3cR0BH0arS.laBvnmy',
  'bea@example.org': '902a3862fed90cedc2a6d39b8e71aaed:bf1a3718fc4ba695543f77d89d3041391a40f6277136b1691f96bc9396052f7d1279808ec6b0c74aa2d452750069178c997a3a2fd94be495cc4cf2691d5dfea6',
}
const SIGN_INS = { 'alice@example.org': PASSWORD, 'bob@example.org': PASSWORD, ...Object.fromEntries(Object.keys(IMPORTED).map((email) => [email, 'correct horse'])) }
const NEW_SITE = `
  CREATE ROLE editor NOLOGIN;
  GRANT authenticated TO editor;
  GRANT editor TO authenticator;
  SELECT auth.register_user('alice@example.org', '${PASSWORD}', 'Alice'), auth.register_user('bob@example.org', '${PASSWORD}', 'Bob');
  UPDATE auth.users SET role = 'editor' WHERE email = 'bob@example.org';
  ${Object.entries(IMPORTED).map(([email, hash]) => `SELECT auth.import_user('${email}', '${hash}')`).join(';')};
  ALTER TABLE auth.users ADD COLUMN avatar text DEFAULT 'owl';
  GRANT UPDATE (avatar) ON auth.users TO authenticated;
  ALTER TABLE auth.posts ADD COLUMN published bool NOT NULL DEFAULT false;
  CREATE POLICY published_posts_are_public ON auth.posts FOR SELECT TO anon USING (published);
  CREATE TABLE public.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, buyer uuid REFERENCES auth.users ON DELETE CASCADE, article text);
  SELECT auth.protect('public.orders', 'buyer', '{}', '{article}', 'own');
  INSERT INTO public.orders (buyer, article) SELECT id, 'pencil of ' || email FROM auth.users;
  INSERT INTO auth.posts (title, author, published) SELECT 'Hello from ' || email, id, email LIKE 'alice%' FROM auth.users`

const json = (on, sql) => JSON.parse(on.psql(sql))
const login = (on, email) => json(on, `SELECT auth.login('${email}', '${SIGN_INS[email]}')`)

// As the role that a token is for, with what it may do.
const asWhom = (on, token, role, sql) => on.psql(`BEGIN; SELECT FROM auth.authenticate('${token}'); SET LOCAL ROLE ${role}; ${sql}; ROLLBACK`).trim()

function assertIsTheSite(on) {
  for (const email of Object.keys(SIGN_INS)) {
    const { access_token: token } = login(on, email)
    assert.ok(token, `${email} signs in`)
    const role = email.startsWith('bob') ? 'editor' : 'authenticated'
    assert.equal(asWhom(on, token, role, 'SELECT auth.role()'), role)
    assert.equal(asWhom(on, token, role, 'SELECT article FROM public.orders'), `pencil of ${email}`)
    assert.equal(asWhom(on, token, role, "INSERT INTO public.orders (article) VALUES ('pen'); SELECT count(*) FROM public.orders"), '2')
    assert.equal(asWhom(on, token, role, "UPDATE auth.users SET avatar = 'cat' RETURNING avatar"), 'cat')
  }
  assert.equal(json(on, "SELECT auth.login('alice@example.org', 'wrong password')").code, 'invalid_credentials')
  assert.equal(on.psql('GRANT USAGE ON SCHEMA auth TO anon; GRANT SELECT ON auth.posts TO anon; SET ROLE anon; SELECT title FROM auth.posts'), 'Hello from alice@example.org')
  assert.throws(() => on.psql("SET ROLE authenticated; UPDATE auth.users SET status = 'active'"), /permission denied/)
}

let old, next, tokens
before(async (t) => {
  // sources of its own, as what is compiled for one version is of no use to the other
  const copy = copyOfProject({ after })
  const { startStack: startOld } = await import(join(copy, 'tools/stack.mjs'))
  old = await startOld({ postgrest: false, extension: !existsSync(SITE), pgConfig: join(process.env.BESIDE_BINDIR, 'pg_config') })
  next = await startStack({ postgrest: false, extension: false })
  assert.notEqual(old.psql('SHOW server_version_num'), next.psql('SHOW server_version_num'))
  if (existsSync(SITE)) {
    old.psql('CREATE ROLE editor NOLOGIN')
    restore(old)
  } else old.psql(NEW_SITE)
  forgetVersionsOfColumns()
  tokens = login(old, 'alice@example.org')
})

// Minor releases of PostgreSQL since November 2026 note versions of columns in
// pg_attribute.attoptions, and their pg_dump hides the notes. That of a later
// major version, from before, takes them for options, which its server does not
// know: no table at all would get there.
function forgetVersionsOfColumns() {
  const knowsThem = (on) => readFileSync(join(on.bindir, 'postgres')).includes('pg_attver')
  if (knowsThem(next) || !knowsThem(old)) return
  old.psql("UPDATE pg_attribute SET attoptions = nullif(ARRAY(SELECT o FROM unnest(attoptions) AS o WHERE o NOT LIKE 'pg_attver=%'), '{}') WHERE attoptions IS NOT NULL")
}
after(async () => {
  await old?.stop()
  await next?.stop()
})

// The roles of the site come first; those of the extension come with it.
function restore(on) {
  const dump = join(on.makeOwnDirectory('restore'), 'site.dump')
  copyFileSync(SITE, dump)
  on.execute('pg_restore', ['--exit-on-error', '-d', 'app', dump])
  on.psql('GRANT authenticated TO editor; GRANT editor TO authenticator')
}

test('the site, before it moves', () => assertIsTheSite(old))

test('by dump, with the programs of the later version', () => {
  const dump = join(next.makeOwnDirectory('dump'), 'site.dump')
  next.execute('pg_dump', ['-Fc', '-h', old.socketDirectory, '-f', dump, 'app'])
  copyFileSync(dump, SITE)
  next.psql('CREATE ROLE editor NOLOGIN')
  restore(next)
  assertIsTheSite(next)
  // a dump has no keys: everybody signs in anew
  assert.equal(json(next, `SELECT auth.refresh('${tokens.refresh_token}')`).code, 'invalid_refresh_token')
})

test('by pg_upgrade, which signs nobody out', async () => {
  const upgraded = Object.assign(Object.create(next), { directory: next.makeOwnDirectory('upgraded') })
  upgraded.socketDirectory = upgraded.makeOwnDirectory('socket')
  upgraded.dataDirectory = upgraded.makeOwnDirectory('data')
  upgraded.env = { ...next.env, PGHOST: upgraded.socketDirectory }
  // since 18 there are checksums unless one says that there are none
  const hasChecksums = old.psql('SHOW data_checksums') === 'on'
  const checksums = hasChecksums ? ['--data-checksums'] : Number(next.psql('SHOW server_version_num')) >= 180000 ? ['--no-data-checksums'] : []
  next.execute('initdb', ['-D', upgraded.dataDirectory, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', ...checksums])
  old.execute('pg_ctl', ['stop', '-w', '-D', old.dataDirectory])
  next.execute('pg_upgrade', ['-b', old.bindir, '-B', next.bindir, '-d', old.dataDirectory, '-D', upgraded.dataDirectory, '-U', 'postgres'], { cwd: upgraded.makeOwnDirectory('work') })
  await upgraded.runPostgres()
  assertIsTheSite(upgraded)
  assert.ok(json(upgraded, `SELECT auth.refresh('${tokens.refresh_token}')`).access_token)
})
