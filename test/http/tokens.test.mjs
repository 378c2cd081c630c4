// Which access tokens count, by the database and by PostgREST together, and for how long.

import assert from 'node:assert/strict'
import { createPrivateKey, sign } from 'node:crypto'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'
import { Client } from './client.mjs'
import { freshEmail, headerOf, PASSWORD, until, untilAfter } from '../support.mjs'
import { assertForgeriesAreRefused, encode, isRefusedBySql } from './forge.mjs'

let stack, client
before(async () => {
  stack = await startStack()
  client = new Client(stack)
})
after(() => stack.stop())

const statusOf = async (token) => (await client.get('/rpc/current_user', { token })).status

test('forged tokens: none is accepted, by PostgREST in front or by the database alone', async () => {
  const user = await client.enter()
  await assertForgeriesAreRefused(client, user.token)
  assert.equal(await statusOf(user.token), 200)
})

test('signed by our very key, a token counts under the header that we write, and under no other', async () => {
  const user = await client.enter()
  const other = stack.psql('SELECT auth.rotate_signing_key()')
  const header = Buffer.from(user.token.split('.')[0], 'base64url').toString()
  const { kid } = JSON.parse(header)
  const seed = Buffer.from(stack.psql(`SELECT encode(secret_key, 'hex') FROM auth_private.signing_keys WHERE kid = '${kid}'`), 'hex')
  const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' })
  const signed = (head, payload = user.token.split('.')[1]) => `${encode(head)}.${payload}.${sign(null, Buffer.from(`${encode(head)}.${payload}`), key).toString('base64url')}`
  assert.equal(signed(header), user.token)

  const changed = (changes) => JSON.stringify({ ...JSON.parse(header), ...changes })
  const headers = {
    'no key id': changed({ kid: undefined }),
    'an empty key id': changed({ kid: '' }),
    'an unknown key id': changed({ kid: 'A'.repeat(43) }),
    'the id of another key of ours': changed({ kid: other }),
    'the id of the key of refresh tokens': changed({ kid: 'refresh_token' }),
    'two key ids': header.replace('{', '{"kid":"x",'),
    'no type': changed({ typ: undefined }),
    'another type': changed({ typ: 'JWT' }),
    'another algorithm': changed({ alg: 'HS256' }),
    'an extension': changed({ crit: ['exp'] }),
    'an unencoded payload': changed({ b64: false, crit: ['b64'] }),
    'a space': `${header} `,
  }
  for (const [name, head] of Object.entries(headers)) {
    const token = signed(head)
    assert.equal(await statusOf(token), 401, name)
    assert.equal(isRefusedBySql(stack, token), true, `${name}, in SQL`)
  }
  assert.throws(() => stack.psql(`INSERT INTO auth_private.signing_keys SELECT * FROM auth_private.signing_keys WHERE kid = '${other}'`), /duplicate key value/)
  const { keys } = (await client.get('/rpc/jwks')).body
  assert.equal(new Set(keys.map((published) => published.kid)).size, keys.length)
  stack.psql(`DELETE FROM auth_private.signing_keys WHERE kid = '${other}'; UPDATE auth_private.signing_keys SET verifies_until = 'infinity' WHERE kid = '${kid}'`)
})

test('suspension, deletion and a change of role take effect on the very next request', async () => {
  const suspended = await client.enter()
  stack.psql(`UPDATE auth.users SET status = 'suspended' WHERE id = '${suspended.id}'`)
  assert.equal(await statusOf(suspended.token), 401)
  stack.psql(`UPDATE auth.users SET status = 'active' WHERE id = '${suspended.id}'`)
  assert.equal(await statusOf(suspended.token), 200)

  const deleted = await client.enter()
  stack.psql(`DELETE FROM auth.users WHERE id = '${deleted.id}'`)
  assert.equal(await statusOf(deleted.token), 401)

  await stack.define(`
    CREATE ROLE editor NOLOGIN; GRANT authenticated TO editor; GRANT editor TO authenticator;
    CREATE TABLE public.drafts (id int); INSERT INTO public.drafts VALUES (1); GRANT SELECT ON public.drafts TO editor`)
  const promoted = await client.enter()
  const drafts = async () => (await client.get('/drafts', { token: promoted.token, headers: { 'accept-profile': 'public' } })).status
  assert.equal(await drafts(), 403)
  stack.psql(`UPDATE auth.users SET role = 'editor' WHERE id = '${promoted.id}'`)
  assert.equal(await drafts(), 200)
  stack.psql(`UPDATE auth.users SET role = 'authenticated' WHERE id = '${promoted.id}'`)
  assert.equal(await drafts(), 403)

  // a role that PostgREST's own must not become
  stack.psql(`UPDATE auth.users SET role = 'auth_owner' WHERE id = '${promoted.id}'`)
  assert.equal(await drafts(), 403)
})

test('a change of the password ends the other sessions at once, and this one goes on', async () => {
  const user = await client.enter()
  const other = await client.login(user.email)
  const change = (token, current, next) => client.call('change_password', { current_password: current, new_password: next }, { token })
  assert.equal((await change(undefined, PASSWORD, 'another password')).status, 401)
  const wrong = await change(user.token, 'wrong password', 'another password')
  assert.deepEqual([wrong.status, wrong.body.code], [401, 'invalid_credentials'])
  const reshaped = await client.send('POST', '/rpc/change_password?select=x:pgrst_scalar-%3E%3Ecode::int', { token: user.token, body: { current_password: 'wrong password', new_password: 'another password' } })
  assert.equal(reshaped.status, 400)
  assert.deepEqual((await change(user.token, PASSWORD, 'another password')).body, { sessions_ended: 1 })
  assert.deepEqual([await statusOf(user.token), await statusOf(other.access_token)], [200, 401])
  assert.equal((await client.call('login', { email: user.email, password: PASSWORD })).status, 401)
  assert.equal((await client.call('login', { email: user.email, password: 'another password' })).status, 200)
})

test('however the token is sent, a role comes with a live session only', async () => {
  await stack.define(`CREATE TABLE public.staff (x text); INSERT INTO public.staff VALUES ('secret'); GRANT SELECT ON public.staff TO authenticated`)
  const user = await client.enter()
  const read = (authorization) => client.get('/staff', { headers: { 'accept-profile': 'public', authorization } })
  const spellings = [`Bearer ${user.token}`, `bearer ${user.token}`, `Bearer\t${user.token}`, `Bearer  \t ${user.token}`]
  for (const spelling of spellings) assert.equal((await read(spelling)).status, 200, JSON.stringify(spelling))
  await client.call('logout', {}, { token: user.token })
  for (const spelling of [...spellings, `Bearer ${user.token}, Basic x`, `Basic x, Bearer ${user.token}`]) {
    const answer = await read(spelling)
    assert.equal(answer.status, 401, `${JSON.stringify(spelling)}: ${answer.text}`)
  }

  // two headers, of which PostgREST and the database may each see another one
  const { port } = new URL(stack.postgrestUrl)
  for (const headers of [[`Bearer ${user.token}`, 'Basic x'], ['Basic x', `Bearer ${user.token}`]]) {
    const status = await new Promise((resolve, reject) => {
      const outgoing = request({ port, path: '/staff', headers: { 'accept-profile': 'public', authorization: headers } }, (answer) => resolve(answer.resume().statusCode))
      outgoing.once('error', reject).end()
    })
    // 403 where PostgREST saw the token and the database did not
    assert.ok([401, 403].includes(status), `${status}: ${headers.map((header) => header.slice(0, 8)).join()}`)
  }
})

test('nothing of pgcrypto is served to anybody', async () => {
  for (const [call, body] of Object.entries({ crypt: { '': 'x' }, gen_salt: { '': 'bf' }, armor: { '': 'x' } }))
    for (const path of [`/rpc/${call}`]) {
      const answer = await client.send('POST', path, { body: JSON.stringify(Object.values(body)[0]), headers: { 'content-profile': 'public', 'content-type': 'text/plain' } })
      assert.ok([401, 404].includes(answer.status), `${call}: ${answer.status} ${answer.text}`)
    }
})

test('the claims that a policy may read are those of the identity', async () => {
  await stack.define(`CREATE FUNCTION public.claims() RETURNS json LANGUAGE sql STABLE AS $$ SELECT current_setting('request.jwt.claims')::json $$`)
  const [alice, bob] = [await client.enter('alice'), await client.enter('bob')]
  const claims = async (authorization) => {
    const { port } = new URL(stack.postgrestUrl)
    return new Promise((resolve, reject) => {
      const outgoing = request({ port, path: '/rpc/claims', headers: { 'accept-profile': 'public', authorization } }, (answer) => {
        let text = ''
        answer.on('data', (data) => (text += data)).on('end', () => resolve(JSON.parse(text)))
      })
      outgoing.once('error', reject).end()
    })
  }
  assert.deepEqual(await claims([`Bearer ${alice.token}`]), { role: 'authenticated', sub: alice.id })
  assert.deepEqual(await claims([`Bearer ${alice.token}`, 'Basic x']), { role: 'anon' })
  const both = await claims([`Bearer ${alice.token}`, `Bearer ${bob.token}`])
  assert.equal(both.sub, bob.id)
})

test('a session that ends under load: not one request is answered after the sign-out was', async () => {
  const user = await client.enter()
  let signedOut = false
  let answered = 0
  let late = 0
  const worker = async () => {
    for (let i = 0; i < 400; i++) {
      const began = signedOut
      const status = await statusOf(user.token)
      answered += status === 200
      if (began && status === 200) late++
    }
  }
  const workers = Array.from({ length: 8 }, worker)
  await until('every client was answered', () => answered >= 2 * workers.length)
  assert.equal((await client.call('logout', { refresh_token: user.refreshToken })).body.sessions_ended, 1)
  signedOut = true
  await Promise.all(workers)
  assert.ok(answered > 0)
  assert.equal(late, 0)
})

test('expiry is exact, where PostgREST alone would allow thirty seconds more', async () => {
  await stack.configure({ 'auth.access_token_ttl': 2 })
  const { access_token: token, expires_at: expiresAt } = await client.login(await client.register())
  await stack.configure({ 'auth.access_token_ttl': null })
  await untilAfter(expiresAt * 1000)
  const answer = await client.get('/posts', { token })
  assert.deepEqual([answer.status, answer.body.message], [401, 'access token expired'])
})

test('rotation: new tokens by the new key, old ones good, a withdrawn key refused at once', async () => {
  const old = await client.enter()
  const kid = stack.psql('SELECT auth.rotate_signing_key()')
  stack.psql(`UPDATE auth_private.signing_keys SET signs_from = clock_timestamp() WHERE kid = '${kid}'`)
  const next = await until('the new key signs', async () => {
    const answer = await client.login(old.email)
    return headerOf(answer.access_token).kid === kid && answer
  })
  assert.deepEqual([await statusOf(old.token), await statusOf(next.access_token)], [200, 200])

  stack.psql(`UPDATE auth_private.signing_keys SET verifies_until = clock_timestamp() WHERE purpose = 'access_token' AND kid <> '${kid}'`)
  assert.deepEqual([await statusOf(old.token), await statusOf(next.access_token)], [401, 200])
})

test('an application server with a driver: identity for one transaction, and none by other means', async () => {
  const user = await client.enter()
  const connect = async (options) => {
    const connection = new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database, ...options })
    await connection.connect()
    return connection
  }
  const connection = await connect()
  await connection.query('BEGIN')
  await connection.query('SET LOCAL ROLE authenticated')
  assert.equal((await connection.query('SELECT auth.authenticate($1) AS id', [user.token])).rows[0].id, user.id)
  assert.equal((await connection.query('SELECT email FROM auth.users')).rows[0].email, user.email)
  await connection.query('COMMIT')
  assert.equal((await connection.query('SELECT auth.uid() AS uid')).rows[0].uid, null)

  // An SQL session writes PostgREST's settings as it likes: no genuine token, no identity.
  await connection.query('SET ROLE authenticated')
  await connection.query("SELECT set_config('request.jwt.claims', $1, false)", [JSON.stringify({ sub: user.id, role: 'authenticated' })])
  assert.equal((await connection.query('SELECT count(*)::int AS n FROM auth.users')).rows[0].n, 0)
  await connection.end()

  // Nor at the start of a connection
  const placed = await connect({ options: `-c auth.user_id=${user.id}` })
  await placed.query('SET ROLE authenticated')
  for (const sql of ['SELECT auth.uid()', 'SELECT count(*) FROM auth.users'])
    await assert.rejects(placed.query(sql), { message: 'permission denied to set parameter "auth.user_id"' }, sql)
  await placed.end()
})

test('a new backend serves a token that it has never seen, and registration right after', async () => {
  const email = freshEmail()
  const connection = new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database })
  await connection.connect()
  await connection.query('SET ROLE anon')
  assert.equal((await connection.query('SELECT auth.register_user($1, $2) AS answer', [email, PASSWORD])).rows[0].answer.email, email)
  const { answer } = (await connection.query('SELECT auth.login($1, $2) AS answer', [email, PASSWORD])).rows[0]
  await connection.end()
  assert.equal(await statusOf(answer.access_token), 200)
})

test('signed by our very key, a payload that says anything else than we would is refused, and never by an error of another kind', async () => {
  const user = await client.enter()
  const [header, payload] = user.token.split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url'))
  const text = Buffer.from(payload, 'base64url').toString()
  const claims = JSON.parse(text)
  const seed = Buffer.from(stack.psql(`SELECT encode(secret_key, 'hex') FROM auth_private.signing_keys WHERE kid = '${kid}'`), 'hex')
  const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' })
  const signed = (body) => {
    const input = `${header}.${Buffer.from(body, 'latin1').toString('base64url')}`
    return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
  }
  assert.equal(signed(text), user.token)
  assert.equal(await statusOf(signed(text)), 200)

  const changed = (changes) => JSON.stringify({ ...claims, ...changes })
  const literal = (name, json) => text.replace(new RegExp(`"${name}":("[^"]*"|[^,}]*)`), `"${name}":${json}`)
  const odd = {
    'another id than sub': changed({ id: '00000000-0000-4000-8000-000000000001' }),
    'not before': changed({ nbf: claims.iat }), 'another claim': changed({ scope: 'all' }),
    'a claim twice': text.replace('{', `{"sub":"${claims.sub}",`), 'the expiry twice': text.replace(/\}$/, ',"exp":99999999999}'),
    'another order': JSON.stringify(Object.fromEntries(Object.entries(claims).reverse())), 'white space': text.replace('{', '{ '), 'something behind': `${text} `,
    'no object': '[]', 'a string': '"x"', 'no JSON': 'x', nothing: '', 'a NUL': literal('role', '"a\\u0000"'), 'no UTF-8': literal('role', '"\xff"'), 'a deep one': '['.repeat(1500),
    'a role that is too long': changed({ role: 'x'.repeat(70) }), 'an empty role': changed({ role: '' }),
  }
  for (const name of Object.keys(claims)) {
    odd[`no ${name}`] = changed({ [name]: undefined })
    for (const value of [null, true, {}, [], '', 5, -5, 1.5, ...(name === 'role' ? [] : ['x'])]) odd[`${name} = ${JSON.stringify(value)}`] = changed({ [name]: value })
  }
  for (const name of ['sub', 'sid', 'jti', 'id']) {
    odd[`${name} in capitals`] = changed({ [name]: claims[name].toUpperCase() })
    odd[`${name} in braces`] = changed({ [name]: `{${claims[name]}}` })
  }
  delete odd['iat = 5'] // long ago, and as good as any other time
  for (const number of ['-1e13', '1e400', '99999999999999999999', '-9223372036854775808', '9223372036854775807', '9223372036855', '1e3', '-0', '0x10', `${claims.exp}.5`, `"${claims.exp}"`])
    for (const name of ['exp', 'iat', 'gen']) odd[`${name} = ${number}`] = name === 'gen' ? text.replace(',"iat"', `,"gen":${number},"iat"`) : literal(name, number)
  for (const [name, body] of Object.entries(odd)) {
    const token = signed(body)
    // PostgREST reads the payload first, and says 400 for what it cannot hand on
    assert.ok([400, 401].includes(await statusOf(token)), `${name}: ${body}`)
    assert.throws(() => stack.psql(`SELECT auth.authenticate('${token}')`), /access_token_(invalid|expired)/, `${name}, in SQL`)
  }
})

test('a session that was ended after a snapshot was taken is not accepted under it', async () => {
  const user = await client.enter()
  const session = new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database })
  await session.connect()
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await session.query('SELECT count(*) FROM pg_class')
  assert.equal((await client.call('logout', { refresh_token: user.refreshToken })).body.sessions_ended, 1)
  await assert.rejects(session.query('SELECT auth.authenticate($1)', [user.token]), /session has ended/)
  await session.end()
})
