// Items and users: who reads and writes what, and that a hidden row is like a missing one.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertError, Client, PASSWORD, startDirectus } from './client.mjs'

let stack, client, alice, bob
before(async () => {
  stack = await startDirectus()
  client = new Client(stack)
  await stack.define(`
    CREATE TABLE public.notes (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      written_by uuid REFERENCES auth.users,
      text varchar(20) UNIQUE,
      about bigint REFERENCES auth.posts DEFERRABLE INITIALLY DEFERRED,
      stars integer CHECK (stars > 0),
      needed text NOT NULL DEFAULT 'x'
    );
    CREATE INDEX ON public.notes (written_by);
    SELECT auth.protect('public.notes', 'written_by', '{}', '{text,about,stars,needed}', 'own');
    CREATE TABLE public.unprotected (id integer PRIMARY KEY);
    GRANT ALL ON public.unprotected TO anon, authenticated;
    CREATE TABLE public.ungranted (id integer PRIMARY KEY);
    ALTER TABLE public.ungranted ENABLE ROW LEVEL SECURITY;
    CREATE TABLE public.two_keys (a integer, b integer, PRIMARY KEY (a, b));
    ALTER TABLE public.two_keys ENABLE ROW LEVEL SECURITY;
    CREATE VIEW public.all_notes AS SELECT * FROM public.notes;
    CREATE MATERIALIZED VIEW public.old_notes AS SELECT * FROM public.notes;
    CREATE EXTENSION file_fdw;
    CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
    CREATE FOREIGN TABLE public.foreign_notes (id integer) SERVER files OPTIONS (filename '/dev/null');
    CREATE SCHEMA hidden;
    CREATE TABLE hidden.elsewhere (id integer PRIMARY KEY);
    ALTER TABLE hidden.elsewhere ENABLE ROW LEVEL SECURITY;
    GRANT USAGE ON SCHEMA hidden TO authenticated;
    CREATE TABLE public.events (id integer PRIMARY KEY, at date, owner uuid REFERENCES auth.users) PARTITION BY RANGE (id);
    CREATE TABLE public.events_1 PARTITION OF public.events FOR VALUES FROM (0) TO (100);
    CREATE INDEX ON public.events (owner);
    SELECT auth.protect('public.events', 'owner', '{}', '{id,at}');
    CREATE DOMAIN public.needed AS text NOT NULL;
    CREATE TABLE public.rooms (name public.needed DEFAULT 'room', id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, during int4range, twice integer GENERATED ALWAYS AS (2) STORED, owner uuid REFERENCES auth.users,
      CONSTRAINT one_at_a_time EXCLUDE USING gist (during WITH &&));
    CREATE INDEX ON public.rooms (owner);
    SELECT auth.protect('public.rooms', 'owner', '{}', '{id,during,twice}');
    CREATE TABLE public.messages (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text varchar(10), is_shown boolean NOT NULL DEFAULT false);
    ALTER TABLE public.messages ENABLE ROW LEVEL SECURITY;
    GRANT INSERT (text) ON public.messages TO anon;
    CREATE POLICY anybody_may_write ON public.messages FOR INSERT TO anon WITH CHECK (text <> 'spam');
    CREATE TABLE public.comments (LIKE public.messages INCLUDING ALL);
    ALTER TABLE public.comments ENABLE ROW LEVEL SECURITY;
    GRANT INSERT (text, is_shown), SELECT ON public.comments TO anon;
    CREATE POLICY anybody_may_write ON public.comments FOR INSERT TO anon WITH CHECK (text <> 'spam');
    CREATE POLICY anybody_may_read_what_is_shown ON public.comments FOR SELECT TO anon USING (is_shown);
    CREATE TABLE public.reports (LIKE public.messages INCLUDING ALL);
    ALTER TABLE public.reports ENABLE ROW LEVEL SECURITY;
    GRANT INSERT (text), SELECT ON public.reports TO authenticated;
    CREATE POLICY users_may_write ON public.reports FOR INSERT TO authenticated WITH CHECK (text = auth.uid()::text OR text = 'mine');
    CREATE TABLE public.global (id boolean PRIMARY KEY DEFAULT true CHECK (id), title text, count bigint NOT NULL DEFAULT 7, chief uuid REFERENCES auth.users);
    COMMENT ON TABLE public.global IS 'What all pages show. @singleton';
    ALTER TABLE public.global ENABLE ROW LEVEL SECURITY;
    GRANT SELECT ON public.global TO anon, authenticated;
    GRANT INSERT (title, chief), UPDATE (title, chief) ON public.global TO authenticated;
    CREATE POLICY all_may_read ON public.global FOR SELECT TO anon, authenticated USING (true);
    CREATE POLICY users_may_write ON public.global TO authenticated USING (true) WITH CHECK (true);
    GRANT ALL ON public.two_keys, public.all_notes, public.old_notes, public.foreign_notes, hidden.elsewhere, public.events_1 TO anon, authenticated`)
  alice = await client.enter('alice')
  bob = await client.enter('bob')
})
after(() => stack.stop())

const as = (user) => ({
  send: (method, path, body, headers) => client.send(method, path, { token: user?.token, body, headers }),
  data: (method, path, body) => client.data(method, path, { token: user?.token, body }),
})
const noAccess = (collection) => `You don't have permission to access collection "${collection}" or it does not exist. Queried in root.`
const noField = (field, collection) => `You don't have permission to access field "${field}" in collection "${collection}" or it does not exist. Queried in root.`
const noUpdate = (field, collection) => `You don't have permissions to perform "update" for the field(s) "${field}" in collection "${collection}" or it does not exist.`
const noDelete = (collection) => `You don't have permission to perform "delete" for collection "${collection}" or it does not exist.`

test('create answers the row, with its presets', async () => {
  const post = await as(alice).data('POST', '/items/posts', { title: 'Hello', content: null })
  const { id, date_created: created, ...rest } = post
  assert.match(id, /^[1-9][0-9]*$/, 'a bigint is a text')
  assert.match(created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.deepEqual(rest, { title: 'Hello', content: null, author: alice.id, user_created: alice.id, date_updated: null })
  assert.deepEqual(await as(alice).data('POST', '/items/posts?fields=title', { title: 'T' }), { title: 'T' })
  assert.equal((await as(alice).data('POST', '/items/posts', { title: 5 })).title, '5')
  assert.equal((await as(alice).data('POST', '/items/posts', { title: { a: 1 } })).title, '{"a": 1}')
  assert.equal((await as(alice).data('POST', '/items/posts', { title: 'x', user_created: bob.id })).user_created, alice.id)
  assertError(await as(alice).send('POST', '/items/posts', { title: 'x', author: alice.id }), 403, 'FORBIDDEN', noField('author', 'posts'))
  assertError(await as(alice).send('POST', '/items/posts', { title: 'x', nope: 1 }), 403, 'FORBIDDEN', noField('nope', 'posts'))
  assertError(await as(alice).send('POST', '/items/posts', { title: 'x', id: 1 }), 403, 'FORBIDDEN', noField('id', 'posts'))
  assertError(await as(alice).send('POST', '/items/posts', {}), 400, 'FAILED_VALIDATION', 'Validation failed for field "title". Value is required.')
  for (const body of ['5', '"x"', 'null', '[5]']) assertError(await as(alice).send('POST', '/items/posts', body), 400, 'INVALID_PAYLOAD')
})

test('who may write and not read is answered 204, and the row is there', async () => {
  const rows = (table) => stack.psql(`SELECT string_agg(text, ',' ORDER BY id) FROM public.${table}`)
  for (const collection of ['messages', 'comments']) {
    for (const body of [{ text: 'one' }, [{ text: 'two' }, { text: 'three' }]]) {
      const answer = await as(undefined).send('POST', `/items/${collection}`, body)
      assert.deepEqual([answer.status, answer.text, answer.headers.get('content-type')], [204, '', null])
    }
    assertError(await as(undefined).send('POST', `/items/${collection}`, { text: 'spam' }), 403, 'FORBIDDEN')
    assertError(await as(undefined).send('POST', `/items/${collection}`, [{ text: 'four' }, { text: 'spam' }]), 403, 'FORBIDDEN')
    assertError(await as(undefined).send('POST', `/items/${collection}`, { id: 9 }), 403, 'FORBIDDEN', noField('id', collection))
    assertError(await as(alice).send('POST', `/items/${collection}`, { text: 'x' }), 403, 'FORBIDDEN', noAccess(collection))
    assert.equal(rows(collection), 'one,two,three')
  }
  for (const [method, path, body] of [['GET', ''], ['GET', '/1'], ['PATCH', '/1', { text: 'x' }], ['DELETE', '/1'], ['SEARCH', '', {}]])
    assertError(await as(undefined).send(method, `/items/messages${path}`, body), 403, 'FORBIDDEN', noAccess('messages'))
  assert.equal((await as(alice).send('POST', '/items/reports', { text: 'mine' })).status, 204)
  assertError(await as(alice).send('POST', '/items/reports', { text: 'other' }), 403, 'FORBIDDEN')
  assert.equal(rows('reports'), 'mine')
  assert.equal((await as(undefined).data('POST', '/items/comments', { text: 'shown', is_shown: true })).text, 'shown')
  assert.deepEqual((await as(undefined).data('GET', '/items/comments')).map((comment) => comment.text), ['shown'])
})

test('a singleton is one object, which its first PATCH makes', async () => {
  const empty = { id: null, title: null, count: null, chief: null }
  assert.deepEqual(await as(undefined).data('GET', '/items/global'), empty)
  assertError(await as(undefined).send('PATCH', '/items/global', { title: 'x' }), 403, 'FORBIDDEN')
  const made = { id: true, title: 'Site', count: '7', chief: null }
  assert.deepEqual(await as(alice).data('PATCH', '/items/global', { title: 'Site' }), made)
  assert.deepEqual(await as(undefined).data('GET', '/items/global'), made)
  assert.deepEqual(await as(alice).data('PATCH', '/items/global?fields=title,chief.first_name', { ...made, title: 'New', chief: { id: alice.id } }), { title: 'New', chief: { first_name: 'alice' } })
  assert.deepEqual(await as(undefined).data('GET', '/items/global?fields=title'), { title: 'New' })
  assert.deepEqual(await as(undefined).data('SEARCH', '/items/global', { query: { fields: ['count'] } }), { count: '7' })
  assert.deepEqual(await as(undefined).data('GET', '/items/global?fields=title&filter[title][_eq]=Old'), { title: null })
  assertError(await as(alice).send('PATCH', '/items/global', { count: 8 }), 403, 'FORBIDDEN', noField('count', 'global'))
  assertError(await as(alice).send('PATCH', '/items/global', [{ title: 'x' }]), 400, 'INVALID_PAYLOAD')
  assertError(await as(alice).send('POST', '/items/global', { title: 'x' }), 404, 'ROUTE_NOT_FOUND')
  assert.equal(stack.psql('SELECT count(*) FROM public.global'), '1')
})

test('a row may be sent back as it was read', async () => {
  const post = await as(alice).data('POST', '/items/posts', { title: 'first' })
  assert.equal((await as(alice).data('PATCH', `/items/posts/${post.id}`, { ...post, title: 'second' })).title, 'second')
  assert.equal((await as(alice).data('PATCH', `/items/posts/${post.id}`, { ...post, title: 'third' })).title, 'third', 'its date_updated is an old one')
  assert.equal((await as(alice).data('PATCH', '/items/posts', [{ ...post, title: 'fourth' }]))[0].title, 'fourth')
  assert.equal((await as(alice).data('PATCH', '/items/posts', { keys: [post.id], data: { title: 'fifth', author: { id: alice.id } } }))[0].title, 'fifth')
  for (const [field, value] of [['author', bob.id], ['author', null], ['user_created', bob.id], ['date_created', '2020-01-01T00:00:00.000Z'], ['nope', null]])
    assertError(await as(alice).send('PATCH', `/items/posts/${post.id}`, { ...post, title: 'sixth', [field]: value }), 403, 'FORBIDDEN', noField(field, 'posts'))
  const { id: other } = await as(bob).data('POST', '/items/posts', { title: 'his' })
  assertError(await as(alice).send('PATCH', '/items/posts', { keys: [post.id, other], data: { author: alice.id } }), 403, 'FORBIDDEN', noField('author', 'posts'))
  assertError(await as(bob).send('PATCH', `/items/posts/${post.id}`, { ...post, title: 'his' }), 403, 'FORBIDDEN', noUpdate('title", "content', 'posts'))
  assert.equal((await as(alice).data('GET', `/items/posts/${post.id}`)).title, 'fifth')

  await as(bob).data('DELETE', `/items/posts/${other}`)

  const me = await as(alice).data('GET', '/users/me?fields=*,avatar')
  assert.equal((await as(alice).data('PATCH', '/users/me', { ...me, last_name: 'Liddell' })).last_name, 'Liddell')
})

test('what a field refers to may be an object that holds its key', async () => {
  const [{ id: first }, { id: second }] = await as(alice).data('POST', '/items/posts', [{ title: 'a' }, { title: 'b' }])
  const note = await as(alice).data('POST', '/items/notes', { text: 'refers', about: { id: first } })
  assert.equal(note.about, first)
  assert.equal((await as(alice).data('PATCH', `/items/notes/${note.id}`, { about: { id: second } })).about, second)
  for (const about of [{ id: first, title: 'x' }, { title: 'x' }, {}])
    assertError(await as(alice).send('PATCH', `/items/notes/${note.id}`, { about }), 400, 'INVALID_PAYLOAD', 'Invalid payload. "about" takes a key, or an object with a key and nothing else.')
})

test('many are created, changed and deleted all or none', async () => {
  const mine = await as(bob).data('POST', '/items/posts', [{ title: 'a' }, { title: 'b' }])
  const keys = mine.map((post) => post.id)
  assertError(await as(bob).send('POST', '/items/posts', [{ title: 'c' }, { nope: 1 }]), 403, 'FORBIDDEN')
  assert.deepEqual(await as(bob).data('GET', '/items/posts?filter[title][_eq]=c'), [])

  const { id: foreign } = await as(alice).data('POST', '/items/posts', { title: 'hers' })
  assertError(await as(bob).send('PATCH', '/items/posts', { keys: [...keys, foreign], data: { title: 'z' } }), 403, 'FORBIDDEN', noUpdate('title', 'posts'))
  assertError(await as(bob).send('DELETE', '/items/posts', [...keys, foreign]), 403, 'FORBIDDEN', noDelete('posts'))
  assertError(await as(bob).send('PATCH', '/items/posts', { query: { filter: {} }, data: { title: 'z' } }), 403, 'FORBIDDEN')
  assert.deepEqual((await as(bob).data('GET', `/items/posts?filter={"id":{"_in":[${keys}]}}`)).map((post) => post.title), ['a', 'b'])

  assert.deepEqual((await as(bob).data('PATCH', '/items/posts', { keys, data: { content: 'n' } })).map((post) => post.content), ['n', 'n'])
  assert.deepEqual((await as(bob).data('PATCH', '/items/posts', keys.map((id) => ({ id, title: `t${id}` })))).map((post) => post.title), keys.map((id) => `t${id}`))
  const query = { filter: { author: '$CURRENT_USER' } }
  assert.equal((await as(bob).data('PATCH', '/items/posts', { query, data: { title: 'all' } })).length, 2)
  assert.equal(await as(bob).data('DELETE', '/items/posts', { query }), undefined)
  assert.deepEqual(await as(bob).data('GET', `/items/posts?filter[author]=${bob.id}`), [])
  for (const body of [{}, { keys: 5 }, '5', { data: { title: 'x' } }]) assertError(await as(bob).send('PATCH', '/items/posts', body), 400, 'INVALID_PAYLOAD')
  assertError(await as(bob).send('DELETE', '/items/posts', Array(1001).fill(0)), 400, 'INVALID_PAYLOAD', 'Invalid payload. Exceeded max batch mutation limit of 1000.')
})

test("somebody else's row is read, and neither changed nor deleted nor given away", async () => {
  const { id } = await as(alice).data('POST', '/items/posts', { title: 'hers' })
  assert.equal((await as(bob).data('GET', `/items/posts/${id}`)).title, 'hers')
  for (const key of [id, 999_999, 'x', '99999999999999999999', "1' OR '1'='1"]) {
    const path = `/items/posts/${encodeURIComponent(key)}`
    assertError(await as(bob).send('PATCH', path, { title: 'his' }), 403, 'FORBIDDEN', noUpdate('title', 'posts'))
    assertError(await as(bob).send('DELETE', path), 403, 'FORBIDDEN', noDelete('posts'))
  }
  for (const field of ['author', 'user_created'])
    assertError(await as(alice).send('PATCH', `/items/posts/${id}`, { [field]: bob.id }), 403, 'FORBIDDEN', noField(field, 'posts'))
  const changed = await as(alice).data('PATCH', `/items/posts/${id}`, { id: 7, title: 'new' })
  assert.deepEqual([changed.id, changed.title, changed.author], [id, 'new', alice.id])
  assert.equal((await as(alice).data('PATCH', `/items/posts/${id}`, {})).title, 'new')
  assert.equal(await as(alice).data('DELETE', `/items/posts/${id}`), undefined)
})

test('a hidden row is like a missing one', async () => {
  const { id } = await as(alice).data('POST', '/items/notes', { text: 'secret' })
  const missing = '00000000-0000-4000-8000-000000000000'
  const same = async (method, body) => {
    const [hidden, absent] = await Promise.all([id, missing].map((key) => as(bob).send(method, `/items/notes/${key}`, body)))
    assertError(hidden, 403, 'FORBIDDEN')
    assert.equal(hidden.text, absent.text)
  }
  await same('GET')
  await same('PATCH', { text: 'x' })
  await same('DELETE')
  assert.deepEqual(await as(bob).data('GET', '/items/notes'), [])
  assert.deepEqual((await as(bob).send('GET', '/items/notes?meta=*')).body, { meta: { total_count: 0, filter_count: 0 }, data: [] })
  assert.deepEqual(await as(bob).data('GET', '/items/notes?aggregate[count]=*'), [{ count: '0' }])
  assert.equal((await as(alice).data('GET', `/items/notes/${id}`)).text, 'secret')
})

test('a collection that is hidden, unprotected or missing is FORBIDDEN alike', async () => {
  for (const collection of ['nope', 'unprotected', 'ungranted', 'two_keys', 'all_notes', 'old_notes', 'foreign_notes', 'elsewhere', 'events_1', 'users', 'sessions', 'pg_class', 'auth.posts', 'POSTS'])
    for (const [method, body] of [['GET'], ['POST', { id: 1 }], ['PATCH', { keys: [1], data: {} }], ['DELETE', [1]], ['SEARCH', {}]])
      assertError(await as(alice).send(method, `/items/${collection}`, body), 403, 'FORBIDDEN', noAccess(collection))
  assertError(await as(alice).send('GET', '/items/directus_users'), 403, 'FORBIDDEN', `You don't have permission to access this.`)
  for (const [method, path, body] of [['GET', ''], ['GET', '/1'], ['POST', '', { title: 'x' }], ['PATCH', '/1', { title: 'x' }], ['DELETE', '/1']])
    assertError(await as(undefined).send(method, `/items/posts${path}`, body), 403, 'FORBIDDEN', noAccess('posts'))
})

test('a partitioned table is a collection, its partitions are not', async () => {
  assert.deepEqual(await as(alice).data('POST', '/items/events', { id: 1, at: '2024-02-29' }), { id: 1, at: '2024-02-29', owner: alice.id })
  assert.deepEqual(await as(bob).data('GET', '/items/events'), [])
  assert.equal((await as(alice).data('GET', '/items/events')).length, 1)
})

test('what a constraint refuses is told without PostgreSQL', async () => {
  const send = (body) => as(alice).send('POST', '/items/notes', body)
  await as(alice).data('POST', '/items/notes', { text: 'once' })
  for (const [body, code, field] of [
    [{ text: 'once' }, 'RECORD_NOT_UNIQUE', 'text'],
    [{ about: 999_999 }, 'INVALID_FOREIGN_KEY', 'about'],
    [{ stars: 0 }, 'FAILED_VALIDATION', 'stars'],
    [{ needed: null }, 'FAILED_VALIDATION', 'needed'],
  ]) {
    const answer = await send(body)
    assertError(answer, 400, code)
    const { collection, field: named } = answer.body.errors[0].extensions
    assert.deepEqual([collection, named], ['notes', field])
  }
  const long = await send({ text: 'x'.repeat(21) })
  assertError(long, 400, 'VALUE_TOO_LONG', 'Value for field "text" in collection "notes" is too long.')
  assert.deepEqual(long.body.errors[0].extensions, { code: 'VALUE_TOO_LONG', field: 'text', collection: 'notes' })
  for (const stars of ['many', 1e10, {}, [1]]) assertError(await send({ stars }), 400, 'INVALID_PAYLOAD')
  assertError(await send('{"text": "\\u0000"}'), 400, 'INVALID_PAYLOAD')

  assert.equal((await as(alice).data('POST', '/items/rooms', { during: '[1,5)' })).name, 'room')
  assertError(await as(alice).send('POST', '/items/rooms', { during: '[2,3)' }), 400, 'RECORD_NOT_UNIQUE')
  for (const body of [{ id: 7 }, { twice: 3 }]) assertError(await as(alice).send('POST', '/items/rooms', body), 403, 'FORBIDDEN')
})

test('a body is JSON, whatever its type says', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']) {
    assertError(await as(alice).send('POST', '/items/posts', 'title=x', { 'content-type': type }), 400, 'INVALID_PAYLOAD')
    assert.equal((await as(alice).send('POST', '/items/posts', { title: 'x' }, { 'content-type': type })).body.data.title, 'x')
  }
})

test('readMe never says FORBIDDEN', async () => {
  const me = await as(alice).data('GET', '/users/me')
  assert.deepEqual([me.id, me.email, me.first_name, 'password' in me], [alice.id, alice.email, 'alice', false])
  assert.deepEqual(await as(alice).data('GET', '/users/me?fields[]=email&fields[]=id'), { id: alice.id, email: alice.email })
  for (const fields of ['nope', 'policies', 'role.name']) assert.deepEqual(await as(alice).data('GET', `/users/me?fields=${fields}`), { id: alice.id })
  assert.deepEqual(await as(alice).data('GET', '/users/me?fields=nope,email,role.name'), { email: alice.email })
  assert.deepEqual(await as(alice).data('GET', '/users/me?fields=id,email,first_name,avatar,avatar.id,theme_dark'), { id: alice.id, email: alice.email, first_name: 'alice', avatar: null, theme_dark: null })
  assertError(await as(undefined).send('GET', '/users/me'), 401, 'INVALID_CREDENTIALS')
})

test('one changes one\'s own name, and neither role nor status nor address', async () => {
  assert.equal((await as(alice).data('PATCH', '/users/me', { first_name: 'Alicia' })).first_name, 'Alicia')
  assert.equal((await as(alice).data('PATCH', `/users/${alice.id}?fields=first_name`, { first_name: 'alice' })).first_name, 'alice')
  assert.equal((await as(alice).data('PATCH', '/users/me', {})).first_name, 'alice')
  assert.equal((await as(alice).data('PATCH', '/users/me', { id: bob.id, first_name: 'alice' })).id, alice.id)
  for (const field of ['role', 'status', 'email', 'password', 'token', 'policies', 'nope'])
    assertError(await as(alice).send('PATCH', '/users/me', { [field]: 'x' }), 403, 'FORBIDDEN', noField(field, 'directus_users'))
  assertError(await as(alice).send('PATCH', '/users/me', { first_name: 'x'.repeat(256) }), 400, 'VALUE_TOO_LONG', 'Value for field "first_name" in collection "directus_users" is too long.')
  assertError(await as(undefined).send('PATCH', '/users/me', { first_name: 'x' }), 401, 'INVALID_CREDENTIALS')
  assertError(await as(undefined).send('PATCH', `/users/${alice.id}`, { first_name: 'x' }), 403, 'FORBIDDEN')
})

test('other users are not there', async () => {
  assert.deepEqual((await as(alice).data('GET', '/users')).map((user) => user.id), [alice.id])
  assert.deepEqual((await as(alice).data('SEARCH', '/users', { query: { fields: ['id'] } })), [{ id: alice.id }])
  assert.deepEqual(await as(alice).data('GET', `/users?filter[id][_eq]=${bob.id}`), [])
  assert.equal((await as(alice).data('GET', `/users/${alice.id}`)).email, alice.email)
  for (const id of [bob.id, '00000000-0000-4000-8000-000000000000', 'x', '1%27']) {
    assertError(await as(alice).send('GET', `/users/${id}`), 403, 'FORBIDDEN', `You don't have permission to access this.`)
    assertError(await as(alice).send('PATCH', `/users/${id}`, { first_name: 'x' }), 403, 'FORBIDDEN', noUpdate('first_name', 'directus_users'))
    assertError(await as(alice).send('DELETE', `/users/${id}`), 403, 'FORBIDDEN')
  }
  assertError(await as(alice).send('DELETE', `/users/${alice.id}`), 403, 'FORBIDDEN')
  for (const path of ['/users', `/users/${alice.id}`]) assertError(await as(undefined).send('GET', path), 403, 'FORBIDDEN')
  assertError(await as(undefined).send('SEARCH', '/users', {}), 403, 'FORBIDDEN')
})

test('one changes one\'s password by the current one', async () => {
  const user = await client.enter('carol')
  const change = (body) => as(user).send('POST', '/users/me/password', body)
  assertError(await change({ new_password: 'a new password' }), 400, 'INVALID_PAYLOAD', 'Invalid payload. "current_password" is required.')
  assertError(await change({ current_password: 'wrong one', new_password: 'a new password' }), 401, 'INVALID_CREDENTIALS')
  assertError(await change({ current_password: PASSWORD, new_password: 'short' }), 400, 'FAILED_VALIDATION')
  assertError(await client.send('POST', '/users/me/password', { body: { current_password: PASSWORD, new_password: 'a new password' } }), 401, 'INVALID_CREDENTIALS')
  const { body: { data: other } } = await client.send('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } })
  assert.equal((await change({ current_password: PASSWORD, new_password: 'a new password' })).status, 204)
  assertError(await client.send('GET', '/users/me', { token: other.access_token }), 401, 'INVALID_CREDENTIALS')
  assert.equal((await as(user).send('GET', '/users/me')).status, 200)
  assert.equal((await client.send('POST', '/auth/login', { body: { email: user.email, password: 'a new password' } })).status, 200)
})

test('one sees and ends one\'s own sessions', async () => {
  const user = await client.enter('dora')
  const { body: { data: other } } = await client.send('POST', '/auth/login', { body: { email: user.email, password: PASSWORD }, headers: { 'user-agent': 'Other' } })
  const sessions = await as(user).data('GET', '/users/me/sessions')
  assert.deepEqual(sessions.map((session) => session.is_current).sort(), [false, true])
  const { id, user_agent: agent } = sessions.find((session) => !session.is_current)
  assert.equal(agent, 'Other')
  assertError(await as(bob).send('DELETE', `/users/me/sessions/${id}`), 403, 'FORBIDDEN')
  assertError(await as(user).send('DELETE', '/users/me/sessions/x'), 403, 'FORBIDDEN')
  assert.equal((await as(user).send('DELETE', `/users/me/sessions/${id}`)).status, 204)
  assertError(await client.send('GET', '/users/me', { token: other.access_token }), 401, 'INVALID_CREDENTIALS')
  assertError(await client.send('GET', '/users/me/sessions'), 401, 'INVALID_CREDENTIALS')
})

test('a route that is none is ROUTE_NOT_FOUND', async () => {
  for (const [method, path] of [
    ['GET', '/'], ['GET', '/nope'], ['GET', '/items'], ['PUT', '/items/posts'], ['GET', '/items/posts/1/2'], ['POST', '/items/posts/1'],
    ['GET', '/auth/login'], ['PATCH', '/auth/login'], ['POST', '/auth/password/request'], ['POST', '/users/me'], ['GET', '/users/me/nope'],
    ['PUT', '/users/me'], ['PATCH', '/users'], ['GET', '/rpc/login'], ['GET', '/rpc/read'], ['POST', '/rpc/write'], ['GET', '/posts'],
  ]) {
    const answer = await as(alice).send(method, path)
    assertError(answer, 404, 'ROUTE_NOT_FOUND', `Route ${path} doesn't exist.`)
    assert.equal(answer.body.errors[0].extensions.path, path)
  }
  const headers = { 'content-type': 'multipart/form-data; boundary=x' }
  assertError(await as(alice).send('POST', '/files', '--x\r\n\r\nbytes\r\n--x--', headers), 404, 'ROUTE_NOT_FOUND', "Route /files doesn't exist.")
})
