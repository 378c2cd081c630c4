// docs/directus.md: a site that moves here from Directus, by the SQL as written, and then is used.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startStack } from '../../tools/stack.mjs'
import { assertError, Client } from './client.mjs'

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '../..')
const read = (path) => readFileSync(join(PROJECT, path), 'utf8')
const blocks = (text) => [...text.matchAll(/^```sql\n(.*?)^```/gms)].map((match) => match[1])

// What Directus left: its users, and a collection with the fields that it makes.
const DIRECTUS = `
  CREATE TABLE directus_users (id uuid PRIMARY KEY, first_name varchar(50), last_name varchar(50), email varchar(128) UNIQUE,
    password varchar(255), status varchar(16) NOT NULL DEFAULT 'active');
  INSERT INTO directus_users (id, first_name, email, password) VALUES ('00000000-0000-4000-8000-00000000000a', 'Dora', 'Dora@example.org',
    '$argon2id$v=19$m=65536,p=4,t=3$ft8gL0dP/k6Z0TWheu3CTQ$zOVJNn6esETXwoTQnTZX+1AhcPuEQg8soSwiSKXcsEY');
  CREATE TABLE articles (id serial PRIMARY KEY, status varchar(255) NOT NULL DEFAULT 'draft', user_created uuid CONSTRAINT articles_user_created_foreign REFERENCES directus_users,
    date_created timestamptz, date_updated timestamptz, title varchar(255), content text);
  CREATE TABLE posts (id serial PRIMARY KEY, user_created uuid, title text);
  INSERT INTO articles (user_created, title) VALUES ('00000000-0000-4000-8000-00000000000a', 'Old')`

let stack, client
before(async () => {
  stack = await startStack()
  client = new Client(await moved())
})
after(() => stack.stop())

async function moved() {
  stack.psql(DIRECTUS)
  const importing = blocks(read('docs/migrating.md')).find((block) => block.includes('FROM directus_users WHERE email IS NOT NULL;'))
  for (const block of [importing, ...blocks(read('docs/directus.md'))]) stack.psql(`SET client_min_messages = error; ${block}`)
  await stack.startGateway()
  return stack
}

test('the old account signs in with its password, and owns what it owned', async () => {
  const { access_token: token } = await client.data('POST', '/auth/login', { body: { email: 'dora@example.org', password: 'correct horse' } })
  const [old] = await client.data('GET', '/items/articles', { token })
  assert.deepEqual([old.title, old.user_created], ['Old', '00000000-0000-4000-8000-00000000000a'])
  const changed = await client.data('PATCH', `/items/articles/${old.id}`, { token, body: { title: 'New', status: 'published' } })
  assert.deepEqual([changed.title, changed.date_created, typeof changed.date_updated], ['New', null, 'string'])
  const created = await client.data('POST', '/items/articles', { token, body: { title: 'Second' } })
  assert.deepEqual([created.user_created, created.status, typeof created.date_created], [old.user_created, 'draft', 'string'])

  const other = await client.enter()
  assert.equal((await client.data('GET', '/items/articles', { token: other.token })).length, 2)
  assertError(await client.send('DELETE', `/items/articles/${old.id}`, { token: other.token }), 403, 'FORBIDDEN')
})

test("a site's own posts go before auth's", async () => {
  const { token } = await client.enter()
  assert.ok('content' in (await client.data('POST', '/items/posts', { token, body: { title: 'in auth' } })))
  await stack.define("SET client_min_messages = warning; SELECT auth.protect('public.posts', 'user_created', '{}', '{title}')")
  assert.deepEqual(await client.data('GET', '/items/posts', { token }), [])
  assert.equal('content' in (await client.data('POST', '/items/posts', { token, body: { title: 'in public' } })), false)
})

test('what Directus kept of its users is not served', async () => {
  const { token } = await client.enter()
  stack.psql('GRANT SELECT ON directus_users TO authenticated')
  assertError(await client.send('GET', '/items/directus_users', { token }), 403, 'FORBIDDEN')
})

test('a dump brings it along', () => {
  const dump = join(stack.directory, 'data', 'dump.sql')
  stack.execute('createdb', ['copy'])
  stack.execute('pg_dump', ['-f', dump])
  stack.execute('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'copy', '-f', dump])
  const functions = `SELECT string_agg(p.oid::regprocedure || ' ' || p.proacl::text, ', ' ORDER BY p.oid::regprocedure::text) FROM pg_proc p
    WHERE pronamespace IN ('directus'::regnamespace, 'directus_private'::regnamespace)`
  assert.match(stack.psql(functions), /anon=X/)
  assert.equal(stack.psql(functions, { database: 'copy' }), stack.psql(functions))
  const schemas = "SELECT string_agg(nspname || nspacl::text, ', ' ORDER BY nspname) FROM pg_namespace WHERE nspname LIKE 'directus%'"
  assert.match(stack.psql(schemas), /anon=U/)
  assert.equal(stack.psql(schemas, { database: 'copy' }), stack.psql(schemas))
})
