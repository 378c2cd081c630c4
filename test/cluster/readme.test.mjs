// What the README says to type works as written.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'
import { PASSWORD } from '../support.mjs'

const README = readFileSync(join(dirname(fileURLToPath(import.meta.url)), '../../README.md'), 'utf8')
const blocks = (language) => [...README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1])

let stack
before(async () => {
  stack = await startStack({ postgrest: false, extension: false })
})
after(() => stack.stop())

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

test('the SQL, block by block, in an empty database', () => {
  const all = blocks('sql')
  assert.ok(all.length >= 6)
  stack.psql(OTHER_SYSTEMS)
  for (const block of all) stack.psql(`SET client_min_messages = error; ${block}`)

  const moved = stack.psql("SELECT email, first_name, status FROM auth.users WHERE email <> 'alice@example.org' ORDER BY email").split('\n')
  assert.deepEqual(moved, ['bea@example.org|Bea Better|active', 'dora@example.org|Dora|active', 'draft@example.org|Draft|invited', 'git@example.org|Git Hub|unverified', 'sam@example.org||suspended', 'sue@example.org|Sue|active'])
  for (const name of ['dora', 'sue', 'bea']) assert.match(stack.psql(`SELECT auth.login('${name}@example.org', 'correct horse')`), /access_token/)
  assert.equal(stack.psql("SELECT count(*) FROM auth.users u JOIN directus_users d USING (id)"), '2')
  assert.equal(stack.psql("SELECT count(*) FROM pg_policy WHERE polrelid = 'public.notes'::regclass"), '6')
})

test('the transcript on its first screen', () => {
  const transcript = blocks('').find((block) => block.startsWith('app=#'))
  const commands = transcript.split('\n').filter((line) => line.startsWith('app=# ')).map((line) => line.slice(6))
  const expected = transcript.split('\n').filter((line) => line.startsWith(' ')).map((line) => line.trim())
  assert.equal(commands[0], 'CREATE EXTENSION auth CASCADE;')
  const output = stack.execute('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'], { input: commands.slice(1).join('\n'), stdio: ['pipe', 'pipe', 'pipe'] })
  assert.deepEqual(output.trim().split('\n'), expected)
})

test('the JavaScript for a direct connection', async () => {
  stack.psql(`SELECT auth.register_user('js@example.org', '${PASSWORD}')`)
  const client = new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database })
  await client.connect()
  const AsyncFunction = (async () => {}).constructor
  const rows = await new AsyncFunction('client', 'email', 'password', `${blocks('js')[0]}; return rows`)(client, 'js@example.org', PASSWORD)
  assert.deepEqual(rows, [])
  assert.equal((await client.query('SELECT auth.uid() AS uid')).rows[0].uid, null)
  await client.end()
})

test('settings for the database and for the server, in units, before the library is loaded', () => {
  stack.psql("ALTER DATABASE app SET auth.access_token_ttl = '10min'")
  assert.equal(stack.psql("SELECT auth.uid(); SHOW auth.access_token_ttl").trim(), '10min')
  stack.psql('ALTER DATABASE app RESET auth.access_token_ttl')
})

test('the table of settings: every setting, its default and its bounds', () => {
  const table = README.slice(README.indexOf('## Settings'), README.indexOf('## Direct connections'))
  const written = Object.fromEntries([...table.matchAll(/^\| `(auth\.[a-z_]+)` \|([^|]*)\|([^|]*)\|/gm)].map(([, name, boot, bounds]) => [name, { boot: boot.trim(), bounds: bounds.trim() }]))
  const real = JSON.parse(stack.psql("LOAD 'auth'; SELECT json_object_agg(name, to_json(s)) FROM pg_settings s WHERE name LIKE 'auth.%'"))
  assert.deepEqual(Object.keys(written).sort(), Object.keys(real).sort())

  const units = { ms: { ms: 1, s: 1000 }, s: { s: 1, min: 60, d: 86_400, y: 365 * 86_400 }, kB: { kB: 1, MB: 1024, GB: 1024 ** 2 } }
  const number = (text, unit) => {
    const [, digits, writtenUnit] = text.match(/^(\d+)(?: (\w+))?$/)
    return Number(digits) * (writtenUnit === undefined ? 1 : units[unit][writtenUnit])
  }
  for (const [name, { boot, bounds }] of Object.entries(written)) {
    const { vartype, unit, boot_val: realBoot, min_val: lowest, max_val: highest, enumvals } = real[name]
    if (vartype === 'integer') {
      const [from, to] = bounds.split(' – ')
      assert.deepEqual([boot, from, to].map((text) => number(text, unit)), [realBoot, lowest, highest].map(Number), name)
    } else {
      assert.equal(boot.replaceAll('`', ''), realBoot ?? '', name)
      assert.equal(bounds, (enumvals ?? []).map((value) => `\`${value}\``).join(', '), name)
    }
  }
})
