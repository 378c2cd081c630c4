// Two users who cannot see or touch what is the other's, over every verb.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStack } from '../../tools/stack.mjs'
import { Client } from './client.mjs'

let stack, client, alice, bob, post
before(async () => {
  stack = await startStack()
  client = new Client(stack)
  alice = await client.enter('alice')
  bob = await client.enter('bob')
  post = (await client.send('POST', '/posts', { token: bob.token, body: { title: "Bob's" }, headers: { prefer: 'return=representation' } })).body[0]
})
after(() => stack.stop())

const snapshot = () =>
  stack.psql(`SELECT json_agg(u) FROM (SELECT id, email, first_name, role, status FROM auth.users ORDER BY id) u`) +
  stack.psql('SELECT json_agg(s) FROM (SELECT id, user_id, expires_at FROM auth.sessions ORDER BY id) s') +
  stack.psql('SELECT json_agg(p) FROM (SELECT * FROM auth.posts ORDER BY id) p')

test("nothing of the other's profile and sessions can be seen", async () => {
  const as = { token: alice.token }
  assert.deepEqual((await client.get('/users?select=id', as)).body, [{ id: alice.id }])
  assert.deepEqual((await client.get(`/users?id=eq.${bob.id}`, as)).body, [])
  assert.deepEqual((await client.get(`/users?or=(id.eq.${bob.id},email.like.*)&select=id`, as)).body, [{ id: alice.id }])
  assert.deepEqual((await client.get(`/sessions?user_id=eq.${bob.id}`, as)).body, [])
  assert.equal((await client.get('/sessions?select=user_id', as)).body.every((session) => session.user_id === alice.id), true)
  assert.equal((await client.get('/users', { ...as, headers: { prefer: 'count=exact' } })).headers.get('content-range'), '0-0/1')

  const embedded = await client.get(`/posts?select=title,users!posts_author_exists(email)&id=eq.${post.id}`, as)
  assert.deepEqual(embedded.body, [{ title: "Bob's", users: null }])
  for (const path of ['/credentials', '/signing_keys', '/audit_log', '/login_attempts', '/rpc/signing_keys_changed'])
    assert.equal((await client.get(path, as)).status, 404, path)
  assert.equal((await client.get('/credentials', { ...as, headers: { 'accept-profile': 'auth_private' } })).status, 406)
})

test("nothing of the other's can be changed", async () => {
  const before = snapshot()
  const as = { token: alice.token }
  const attempts = [
    ['PATCH', `/users?id=eq.${bob.id}`, { first_name: 'Mallory' }, 204],
    ['PATCH', `/users?id=eq.${alice.id}`, { role: 'postgres' }, 403],
    ['PATCH', `/users?id=eq.${alice.id}`, { status: 'active' }, 403],
    ['PATCH', `/users?id=eq.${alice.id}`, { email: 'mallory@example.org' }, 403],
    ['PATCH', `/users?id=eq.${alice.id}`, { id: bob.id }, 403],
    ['POST', '/users', { email: 'mallory@example.org' }, 403],
    ['DELETE', `/users?id=eq.${bob.id}`, undefined, 403],
    ['DELETE', `/users?id=eq.${alice.id}`, undefined, 403],
    ['DELETE', `/sessions?user_id=eq.${bob.id}`, undefined, 204],
    ['PATCH', `/sessions?user_id=eq.${alice.id}`, { expires_at: 'infinity' }, 403],
    ['POST', '/sessions', { user_id: bob.id }, 403],
    ['PATCH', `/posts?id=eq.${post.id}`, { title: 'Taken' }, 204],
    ['PATCH', `/posts?id=eq.${post.id}`, { author: alice.id }, 403],
    ['DELETE', `/posts?id=eq.${post.id}`, undefined, 204],
    ['POST', '/posts', { title: 'x', author: bob.id }, 403],
    ['POST', '/posts', { title: 'x', user_created: bob.id }, 403],
    ['POST', '/posts', { id: post.id, title: 'x' }, 400],
    ['PUT', `/posts?id=eq.${post.id}`, { id: post.id, title: 'x' }, 400],
  ]
  for (const [method, path, body, status] of attempts) {
    const answer = await client.send(method, path, { ...as, body })
    assert.equal(answer.status, status, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`)
  }
  const upsert = await client.send('POST', '/posts', { ...as, body: { id: post.id, title: 'x' }, headers: { prefer: 'resolution=merge-duplicates' } })
  assert.ok([400, 403].includes(upsert.status), upsert.text)
  assert.equal(snapshot(), before)
})

test('nobody can do anything but the four calls, and is told 401', async () => {
  for (const [method, path] of [
    ['GET', '/users'], ['GET', '/sessions'], ['GET', '/posts'], ['POST', '/posts'], ['DELETE', '/posts'], ['PATCH', '/users'],
    ['GET', '/rpc/current_user'], ['POST', '/rpc/rotate_signing_key'], ['POST', '/rpc/install'], ['POST', '/rpc/postgrest_config'],
  ]) {
    const answer = await client.send(method, path, { body: method === 'GET' ? undefined : {} })
    assert.equal(answer.status, 401, `${method} ${path}: ${answer.text}`)
  }
})

test('keys in a body that name somebody else have no effect', async () => {
  for (const key of ['user_id', 'sub', 'id', 'role', 'sid'])
    for (const call of ['login', 'refresh', 'logout', 'current_user', 'register_user'])
      assert.equal((await client.call(call, { [key]: bob.id }, { token: alice.token })).status, 404, `${call} ${key}`)
})

test("a table of the site's own, protected by one call, with other names", async () => {
  await stack.define(`
    CREATE TABLE public.notes (note_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), written_by uuid REFERENCES auth.users, text text, pinned bool DEFAULT false);
    SELECT auth.protect('public.notes', 'written_by', '{}', '{text}', 'own')`)
  const profile = { 'content-profile': 'public', 'accept-profile': 'public', prefer: 'return=representation' }
  const created = await client.send('POST', '/notes', { token: alice.token, body: { text: 'Milk' }, headers: profile })
  assert.equal(created.status, 201, created.text)
  assert.equal(created.body[0].written_by, alice.id)
  assert.equal((await client.send('POST', '/notes', { token: alice.token, body: { text: 'x', pinned: true }, headers: profile })).status, 403)
  assert.equal((await client.send('POST', '/notes', { token: alice.token, body: { text: 'x', written_by: alice.id }, headers: profile })).status, 403)
  assert.deepEqual((await client.get('/notes', { token: bob.token, headers: profile })).body, [])
  assert.deepEqual((await client.send('PATCH', '/notes', { token: bob.token, body: { text: 'x' }, headers: profile })).body, [])
  assert.equal((await client.get('/notes', { headers: profile })).status, 401)
})

test('ten thousand alternating requests on a shared pool: no identity carries over', async () => {
  const users = [alice, bob, null]
  let next = 0
  const worker = async () => {
    while (next < 10_000) {
      const user = users[next++ % 3]
      const answer = await client.get('/rpc/current_user', user ? { token: user.token } : {})
      if (user) assert.equal(answer.body.id, user.id)
      else assert.equal(answer.status, 401)
    }
  }
  await Promise.all(Array.from({ length: 16 }, worker))
})
