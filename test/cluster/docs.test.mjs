// What README and docs/ say to type works as written, and their links lead somewhere.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { freePort, startStack } from '../../tools/stack.mjs'
import { until } from '../support.mjs'

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '../..')
const read = (path) => readFileSync(join(PROJECT, path), 'utf8')
// in the order in which somebody would read them; docs/directus.md has a test of its own
const PAGES = ['README.md', 'docs/tables-and-policies.md', 'docs/migrating.md', 'docs/operating.md', 'docs/mail.md', 'docs/direct-connections.md']
// The fenced blocks of a page that are in some language; '' is that of those that name none.
function blocks(path, language) {
  const parts = read(path).split(/^```(.*)\n/m) // text, language, block, '', text, ...
  return parts.filter((_, i) => i % 4 === 2 && parts[i - 1] === language)
}
const blockWith = (path, text) => blocks(path, '').find((block) => block.includes(text))

let stack
before(async () => {
  stack = await startStack({ postgrest: false, extension: false })
})
after(() => stack.stop())

// As typed: one statement after the other, each a transaction of its own.
const type = (sql) => stack.execute('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'], { input: `SET client_min_messages = error;\n${sql}`, stdio: ['pipe', 'pipe', 'pipe'] }).trimEnd()

// The tables of other systems, as far as the chapter on moving in reads them.
const OTHER_SYSTEMS = `
  CREATE TABLE directus_users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), first_name varchar(50), last_name varchar(50), email varchar(128) UNIQUE,
    password varchar(255), status varchar(16) NOT NULL DEFAULT 'active');
  INSERT INTO directus_users (first_name, email, password, status) VALUES
    ('Dora', 'Dora@example.org', '$argon2id$v=19$m=65536,p=4,t=3$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY', 'active'),
    ('Draft', 'draft@example.org', NULL, 'draft'), ('Nobody', NULL, NULL, 'active');
  CREATE TABLE public.supabase_users (id uuid, email varchar(255), encrypted_password varchar(255), raw_user_meta_data jsonb,
    created_at timestamptz, email_confirmed_at timestamptz, banned_until timestamptz, deleted_at timestamptz);
  INSERT INTO public.supabase_users VALUES
    (gen_random_uuid(), 'sue@example.org', '$2a$05$YsVCSJtfaaeg.FWf9Hss7.8Q2HR1G17Xebn3cR0BH0arS.laBvnmy', '{"first_name": "Sue"}', '2021-03-04', '2021-03-05', NULL),
    (gen_random_uuid(), 'sam@example.org', '', '{}', now(), now(), now() + interval '1 day'), (gen_random_uuid(), '', '', '{}', now(), NULL, NULL);
  CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, "emailVerified" boolean NOT NULL, "createdAt" timestamptz NOT NULL);
  CREATE TABLE account (id text PRIMARY KEY, "userId" text NOT NULL REFERENCES "user", "providerId" text NOT NULL, password text);
  INSERT INTO "user" VALUES ('a1', 'Bea Better', 'bea@example.org', true, '2022-01-01'), ('a2', 'Git Hub', 'git@example.org', false, now());
  INSERT INTO account VALUES ('b1', 'a1', 'credential', '902a3862fed90cedc2a6d39b8e71aaed:bf1a3718fc4ba695543f77d89d3041391a40f6277136b1691f96bc9396052f7d1279808ec6b0c74aa2d452750069178c997a3a2fd94be495cc4cf2691d5dfea6'), ('b2', 'a2', 'github', NULL);`

test('the SQL of all pages, block by block, in an empty database', () => {
  const all = PAGES.flatMap((path) => blocks(path, 'sql'))
  assert.ok(all.length >= 14)
  type(OTHER_SYSTEMS)
  for (const block of all) {
    // what is purged in the course of it
    if (block.includes('purge_expired')) type("INSERT INTO auth_private.audit_log (event, occurred_at) SELECT 'old', now() - interval '1 y' FROM generate_series(1, 2500)")
    type(block)
  }
  assert.equal(stack.psql("SELECT count(*) FROM auth_private.audit_log WHERE event = 'old'"), '0')

  // what `make run` makes of it
  assert.ok(blocks('docs/tables-and-policies.md', 'sql').includes(read('examples/authors.sql')))

  const moved = stack.psql("SELECT email, first_name, status FROM auth.users WHERE email <> 'alice@example.org' ORDER BY email").split('\n')
  assert.deepEqual(moved, ['bea@example.org|Bea Better|active', 'dora@example.org|Dora|active', 'draft@example.org|Draft|invited', 'git@example.org|Git Hub|unverified', 'sam@example.org||suspended', 'sue@example.org|Sue|active'])
  for (const name of ['dora', 'sue', 'bea']) assert.match(stack.psql(`SELECT auth.login('${name}@example.org', 'correct horse')`), /access_token/)
  assert.equal(stack.psql("SELECT count(*) FROM auth.users u JOIN directus_users d USING (id)"), '2')
  assert.equal(stack.psql("SELECT count(*) FROM pg_policy WHERE polrelid = 'public.notes'::regclass"), '6')
})

test("the transcript on README's first screen", () => {
  const transcript = blockWith('README.md', 'app=# CREATE EXTENSION')
  const commands = transcript.split('\n').filter((line) => line.startsWith('app=# ')).map((line) => line.slice(6))
  const expected = transcript.split('\n').filter((line) => line.startsWith(' ')).map((line) => line.trim())
  assert.equal(commands[0], 'CREATE EXTENSION auth CASCADE;')
  assert.deepEqual(type(commands.slice(1).join('\n')).split('\n'), expected)
})

test('the configuration of PostgREST, and the first requests', async () => {
  const port = await freePort()
  const config = join(stack.directory, 'postgrest.conf')
  const uri = `postgres://authenticator@/app?host=${stack.socketDirectory}`
  writeFileSync(config, `${blockWith('README.md', 'db-pre-config').replace(/^db-uri = .*$/m, `db-uri = "${uri}"`)}\nserver-host = "127.0.0.1"\nserver-port = ${port}\n`)
  await stack.startPostgrest({}) // unpacks the program, for one
  const server = stack.serve('configured', join(stack.directory, 'postgrest'), [config])
  const url = `http://127.0.0.1:${port}`
  await until('PostgREST serves', async () => {
    assert.equal(server.hasDied(), false, stack.tail(server))
    return fetch(`${url}/rpc/jwks`).then((answer) => answer.ok, () => false)
  })

  const lines = blockWith('README.md', '/rpc/login').split('\n')
  const requestsOf = (block) => block.split('\n').filter((line) => line.startsWith('$ curl')).map((line) => line.slice(2).replace(/ +#.*$/, ''))
  const [register, login, write, read] = requestsOf(blockWith('README.md', '/rpc/login'))
  let token = ''
  const run = (command) => execFileSync('bash', ['-c', command.replace('eyJ…', token).replace('curl', 'curl -s -w "\n%{http_code}"')], { env: { ...process.env, url }, encoding: 'utf8' }).split('\n')
  assert.equal(run(register).at(-1), '200')
  const [tokens, status] = run(login)
  assert.equal(status, '200')
  const shown = Object.keys(JSON.parse(lines.find((line) => line.startsWith('{')).replace('…,', '0,')))
  assert.deepEqual(Object.keys(JSON.parse(tokens)), shown)
  token = JSON.parse(tokens).access_token
  assert.equal(run(write).at(-1), '201')
  const [posts] = run(read)
  assert.deepEqual(JSON.parse(posts).map(({ title }) => title), ['Hello'])
  const [writeNote, readNotes] = requestsOf(blockWith('README.md', '$url/notes'))
  assert.equal(run(writeNote).at(-1), '201')
  assert.deepEqual(JSON.parse(run(readNotes)[0]).map(({ text }) => text), ['mine'])
})

test('the JavaScript for a direct connection', async () => {
  stack.psql("SELECT auth.register_user('js@example.org', 'correct horse battery')")
  const client = new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database })
  await client.connect()
  const AsyncFunction = (async () => {}).constructor
  const [block] = blocks('docs/direct-connections.md', 'js')
  const rows = await new AsyncFunction('client', 'email', 'password', `${block}; return rows`)(client, 'js@example.org', 'correct horse battery')
  assert.deepEqual(rows.map(({ title }) => title), ['Hello'])
  assert.equal((await client.query('SELECT auth.uid() AS uid')).rows[0].uid, null)
  await client.end()
})

test('settings for the database and for the server, in units, before the library is loaded', () => {
  stack.psql("ALTER DATABASE app SET auth.access_token_ttl = '10min'")
  assert.equal(stack.psql("SELECT auth.uid(); SHOW auth.access_token_ttl").trim(), '10min')
  stack.psql('ALTER DATABASE app RESET auth.access_token_ttl')
})

test('the commands that seal the keys', () => {
  const file = join(stack.makeOwnDirectory('etc'), 'auth.key')
  const commands = blockWith('docs/operating.md', '/etc/postgresql/auth.key').replaceAll('/etc/postgresql/auth.key', file)
  execFileSync('bash', ['-e', '-c', commands], { cwd: '/', env: { ...stack.env, PATH: `${stack.bindir}:${process.env.PATH}` }, uid: stack.user.uid, gid: stack.user.gid, stdio: 'pipe' })
  assert.equal(stack.psql('SELECT DISTINCT octet_length(secret_key) FROM auth_private.signing_keys'), '72')
  assert.match(stack.psql("SELECT auth.login('js@example.org', 'correct horse battery')"), /access_token/)
})

test('the table of refusals: every code, with its status', () => {
  const written = [...read('docs/http.md').matchAll(/^\| `([a-z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => `${code} ${status}`)
  const source = read('src/audit/refusal.c').replaceAll('HTTP_TOO_MANY_REQUESTS,', '429,')
  const real = [...source.matchAll(/\(RefusalText\)\{"([a-z_]+)", (\d{3}),/g)].map(([, code, status]) => `${code} ${status}`)
  assert.ok(real.length >= 10)
  assert.deepEqual(written.sort(), real.sort())
  assert.equal(/\b503\b/.test(source), false, 'PostgREST takes it for a lost database')
})

test('links lead to files and headings that there are', () => {
  const anchors = (text) => [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'))
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...readdirSync(join(PROJECT, 'docs')).map((name) => `docs/${name}`), 'examples/README.md', ...['astro', 'nextjs', 'sveltekit'].map((name) => `examples/${name}/README.md`)]
  for (const page of pages)
    for (const [, target] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const [path, anchor] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      assert.ok(existsSync(join(PROJECT, file)), `${page}: ${target}`)
      if (anchor) assert.ok(anchors(read(file)).includes(anchor), `${page}: ${target}`)
    }
})
