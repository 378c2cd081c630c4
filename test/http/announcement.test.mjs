// PostgREST forgets its settings when it is told of a new key and finds no connection to read them by; sign-ins tell it again.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'
import { until } from '../support.mjs'
import { Client } from './client.mjs'

let stack, client
before(async () => {
  // with what README's postgrest.conf has beside the function
  const fallback = { PGRST_DB_SCHEMAS: 'auth, public', PGRST_DB_ANON_ROLE: 'anon', PGRST_DB_PRE_REQUEST: 'auth.pre_request' }
  stack = await startStack({ postgrest: { ...fallback, PGRST_DB_POOL: '2', PGRST_DB_POOL_ACQUISITION_TIMEOUT: '1' } })
  client = new Client(stack)
})
after(() => stack.stop())

test('a rotation that PostgREST had no connection for is made up for by the next sign-in', async () => {
  const user = await client.enter()
  const statusOf = async () => (await client.get('/posts', { token: user.token })).status
  await stack.define(`
    CREATE FUNCTION auth.occupy() RETURNS text LANGUAGE sql AS 'SELECT pg_advisory_lock_shared(7)::text';
    GRANT EXECUTE ON FUNCTION auth.occupy() TO anon`)
  assert.equal(await statusOf(), 200)

  // Both connections wait for a lock when PostgREST is told, and for longer than it waits for one of them.
  const holder = new pg.Client({ host: stack.socketDirectory, user: 'postgres', database: stack.database })
  await holder.connect()
  await holder.query('SELECT pg_advisory_lock(7)')
  const busy = [client.call('occupy'), client.call('occupy')]
  await until('both connections are taken', () => stack.psql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted") === '2')
  stack.psql('SELECT auth.rotate_signing_key()')
  await until('PostgREST has given up', () => /query database settings[^]*Config reloaded/.test(stack.tail(stack.postgrest)))
  await holder.end()
  await Promise.all(busy)
  assert.notEqual(await statusOf(), 200, 'it has no keys, and does not look for them by itself')

  stack.psql("UPDATE auth_private.signing_keys SET signs_from = signs_from - interval '1 min' WHERE purpose = 'access_token'")
  await client.login(user.email)
  await until('it knows the keys again', async () => (await statusOf()) === 200)
  const told = "SELECT announcements FROM auth_private.signing_keys WHERE verifies_until = 'infinity' AND purpose = 'access_token'"
  assert.equal(stack.psql(told), '2', 'of what was due after 5 s and 30 s, at once')
  for (let i = 0; i < 5; i++) await client.login(user.email)
  assert.equal(stack.psql(told), '2', 'and no more before its time')
})
