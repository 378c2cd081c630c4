// Registration, sign-in, refresh and sign-out as Directus answers them.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertError, Client, freshEmail, PASSWORD, SAME_SITE, startDirectus } from './client.mjs'

let stack, client
before(async () => {
  stack = await startDirectus()
  client = new Client(stack)
})
after(() => stack.stop())

const post = (path, body, options = {}) => client.send('POST', path, { ...options, body })
const me = (options) => client.send('GET', '/users/me', options)
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))

test('registration answers 204 without a body, and a taken address alike', async () => {
  const email = freshEmail()
  for (const address of [email, email, email.toUpperCase()]) {
    const answer = await post('/users/register', { email: address, password: PASSWORD, first_name: 'Ada', last_name: 'L' })
    assert.deepEqual([answer.status, answer.text, answer.headers.get('content-type')], [204, '', null])
  }
  assert.equal(stack.psql(`SELECT count(*), min(first_name), min(last_name) FROM auth.users WHERE email = '${email}'`), '1|Ada|L')
})

test('registration names the first offence', async () => {
  const email = freshEmail()
  for (const [body, reason] of [
    [{}, '"email" is required'],
    [{ email: '', password: PASSWORD }, '"email" is not allowed to be empty'],
    [{ email: 5, password: PASSWORD }, '"email" must be a string'],
    [{ email: 'nobody', password: PASSWORD }, '"email" must be a valid email'],
    [{ email: ' a@example.org ', password: PASSWORD }, '"email" must be a valid email'],
    [{ email: 'ä@example.org', password: PASSWORD }, '"email" must be a valid email'],
    [{ email }, '"password" is required'],
    [{ email, password: '' }, '"password" is not allowed to be empty'],
    [{ email, password: [] }, '"password" must be a string'],
    [{ email, password: PASSWORD, first_name: '' }, '"first_name" is not allowed to be empty'],
    [{ email, password: PASSWORD, role: 'x' }, '"role" is not allowed'],
    [[], '"value" must be of type object'],
    ['5', '"value" must be of type object'],
  ]) {
    const answer = await post('/users/register', body)
    assertError(answer, 400, 'INVALID_PAYLOAD', `Invalid payload. ${reason}.`)
    assert.equal(answer.body.errors[0].extensions.reason, reason)
  }
  const weak = await post('/users/register', { email, password: 'short' })
  assertError(weak, 400, 'FAILED_VALIDATION')
  assert.equal(weak.body.errors[0].extensions.field, 'password')
  assert.doesNotMatch(weak.text, /short"/)
  assert.equal(stack.psql(`SELECT count(*) FROM auth.users WHERE email = '${email}'`), '0')
})

test('registration that is closed is FORBIDDEN', async () => {
  await stack.configure({ 'auth.registration_enabled': 'off' })
  assertError(await post('/users/register', { email: freshEmail(), password: PASSWORD }), 403, 'FORBIDDEN')
  await stack.configure({ 'auth.registration_enabled': null })
})

test('POST /users opens an account, and tells nobody who has one', async () => {
  const email = freshEmail()
  for (const address of [email, email.toUpperCase()]) {
    const answer = await post('/users', { email: address, password: PASSWORD })
    assert.deepEqual([answer.status, answer.text], [204, ''])
  }
  const headers = async (path, address) => Object.keys(Object.fromEntries((await post(path, { email: address, password: PASSWORD })).headers)).join()
  for (const path of ['/users', '/users/register']) assert.equal(await headers(path, email), await headers(path, freshEmail()))
  for (const body of [{}, { email: freshEmail() }, { email: freshEmail(), password: '' }, { password: PASSWORD }]) assertError(await post('/users', body), 400, 'INVALID_PAYLOAD')
  assert.equal((await post('/auth/login', { email, password: PASSWORD })).status, 200)
  assertError(await post('/users', { email: freshEmail(), password: PASSWORD, role: 'admin' }), 403, 'FORBIDDEN',
    `You don't have permission to access field "role" in collection "directus_users" or it does not exist. Queried in root.`)
  const user = await client.enter()
  assertError(await post('/users', { email: freshEmail(), password: PASSWORD }, { token: user.token }), 403, 'FORBIDDEN')
})

test('sign-in puts the tokens where the mode says', async () => {
  const email = freshEmail()
  await post('/users/register', { email, password: PASSWORD })
  const json = await post('/auth/login', { email, password: PASSWORD })
  assert.deepEqual(Object.keys(json.body.data).sort(), ['access_token', 'expires', 'refresh_token'])
  assert.equal(json.body.data.expires, 900_000)
  assert.deepEqual(json.cookies, {})
  assert.equal(json.headers.get('cache-control'), 'no-store')
  const { id, exp, iat, role } = claims(json.body.data.access_token)
  assert.deepEqual([id, exp - iat, role], [stack.psql(`SELECT id FROM auth.users WHERE email = '${email}'`), 900, 'authenticated'])

  const cookie = await post('/auth/login', { email, password: PASSWORD, mode: 'cookie', ignored: 1 })
  assert.deepEqual(Object.keys(cookie.body.data).sort(), ['access_token', 'expires'])
  assert.deepEqual(Object.keys(cookie.cookies), ['directus_refresh_token', 'auth_device'])
  assert.deepEqual(cookie.cookies.directus_refresh_token.attributes.filter((attribute) => !attribute.startsWith('Max-Age')), ['HttpOnly', 'Path=/', 'SameSite=Lax'])
  assert.match(cookie.cookies.directus_refresh_token.attributes.join(), /Max-Age=604(800|799)/)

  const session = await post('/auth/login', { email: email.toUpperCase(), password: PASSWORD, mode: 'session' })
  assert.deepEqual(session.body.data, { expires: 86_400_000 })
  assert.deepEqual(session.cookies.directus_session_token.attributes, ['HttpOnly', 'Max-Age=86400', 'Path=/', 'SameSite=Lax'])
})

test('a refused sign-in does not say why', async () => {
  const { email } = await client.enter()
  const suspended = await client.enter()
  stack.psql(`UPDATE auth.users SET status = 'suspended' WHERE id = '${suspended.id}'`)
  for (const body of [
    { email, password: 'wrong password' },
    { email: freshEmail(), password: PASSWORD },
    { email: suspended.email, password: PASSWORD },
    { email, password: 'x'.repeat(100_000) },
  ])
    assertError(await post('/auth/login', body), 401, 'INVALID_CREDENTIALS', 'Invalid user credentials.')
  for (const [body, reason] of [
    [{ email }, '"password" is required'],
    [{ email: 'x', password: PASSWORD }, '"email" must be a valid email'],
    [{ email, password: 5 }, '"password" must be a string'],
    [{ email, password: PASSWORD, mode: 'other' }, '"mode" must be one of [cookie, json, session]'],
    [{ email, password: PASSWORD, otp: '' }, '"otp" is not allowed to be empty'],
    [[], '"value" must be of type object'],
  ])
    assertError(await post('/auth/login', body), 400, 'INVALID_PAYLOAD', `Invalid payload. ${reason}.`)
  assertError(await post('/auth/login', '{"email"'), 400, 'INVALID_PAYLOAD', 'Invalid payload. The body is not JSON.')
})

test('who guesses has to wait, and is told how long', async () => {
  const { email } = await client.enter()
  for (let i = 0; i < 5; i++) assertError(await post('/auth/login', { email, password: 'wrong password' }), 401, 'INVALID_CREDENTIALS')
  let answer
  for (let i = 0; i < 5 && answer?.status !== 429; i++) answer = await post('/auth/login', { email, password: 'wrong password' })
  assertError(answer, 429, 'REQUESTS_EXCEEDED')
  const seconds = answer.headers.get('retry-after')
  assert.match(seconds, /^[1-9][0-9]*$/)
  assert.equal(answer.body.errors[0].message, `Too many requests, retry after ${seconds}s.`)
  assert.ok(Date.parse(answer.body.errors[0].extensions.reset) > Date.now() - 1000)
})

test('refresh in mode json rotates the token; used again later, it ends the session', async () => {
  const user = await client.enter()
  const first = await client.data('POST', '/auth/refresh', { body: { refresh_token: user.refreshToken } })
  assert.deepEqual(Object.keys(first).sort(), ['access_token', 'expires', 'refresh_token'])
  assert.notEqual(first.refresh_token, user.refreshToken)
  assert.equal((await me({ token: first.access_token })).status, 200)
  stack.psql("UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '1 min'")
  assertError(await post('/auth/refresh', { mode: 'json', refresh_token: user.refreshToken }), 401, 'INVALID_CREDENTIALS')
  assertError(await post('/auth/refresh', { refresh_token: first.refresh_token }), 401, 'INVALID_CREDENTIALS')
})

test('parallel refreshes of one token all get tokens that work', async () => {
  const user = await client.enter()
  const answers = await Promise.all(Array.from({ length: 5 }, () => post('/auth/refresh', { refresh_token: user.refreshToken })))
  for (const answer of answers) {
    assert.equal(answer.status, 200, answer.text)
    assert.equal((await me({ token: answer.body.data.access_token })).status, 200)
  }
  const last = answers.at(-1).body.data.refresh_token
  assert.equal((await post('/auth/refresh', { refresh_token: last })).status, 200)
})

test('refresh by cookie, in its own mode only', async () => {
  const { cookies } = await client.enter('cookie', { mode: 'cookie' })
  const renewed = await post('/auth/refresh', undefined, { cookies, headers: SAME_SITE })
  assert.deepEqual(Object.keys(renewed.body.data).sort(), ['access_token', 'expires'])
  assert.deepEqual(Object.keys(renewed.cookies), ['directus_refresh_token'])
  assertError(await post('/auth/refresh', { mode: 'session' }, { cookies, headers: SAME_SITE }), 400, 'INVALID_PAYLOAD')

  const session = await client.enter('session', { mode: 'session' })
  const next = await post('/auth/refresh', { mode: 'session' }, { cookies: session.cookies, headers: SAME_SITE })
  assert.deepEqual(next.body.data, { expires: 86_400_000 })
  assert.equal((await me({ cookies: { directus_session_token: next.cookies.directus_session_token.value } })).status, 200)
  assert.equal((await me({ cookies: session.cookies })).status, 200, 'the old one still reads')
})

test('refresh and sign-out without a token in its place are INVALID_PAYLOAD', async () => {
  const { cookies } = await client.enter('cookie', { mode: 'cookie' })
  for (const path of ['/auth/refresh', '/auth/logout'])
    for (const [body, options] of [[{}], [{ mode: 'json' }], [{ refresh_token: null }], [{ mode: 'other', refresh_token: 'x' }], [{ mode: 'json' }, { cookies, headers: SAME_SITE }]])
      assertError(await post(path, body, options), 400, 'INVALID_PAYLOAD', 'Invalid payload. The refresh token is required in either the payload or cookie.')
})

test('a bad refresh token is INVALID_CREDENTIALS, and a cookie that holds one is cleared', async () => {
  const user = await client.enter()
  for (const token of ['x', user.token, 5, {}, `${user.refreshToken}x`])
    assertError(await post('/auth/refresh', { refresh_token: token }), 401, 'INVALID_CREDENTIALS')
  const answer = await post('/auth/refresh', {}, { cookies: { directus_refresh_token: 'x' }, headers: SAME_SITE })
  assertError(answer, 401, 'INVALID_CREDENTIALS')
  assert.deepEqual([answer.cookies.directus_refresh_token.value, answer.cookies.directus_refresh_token.attributes.includes('Max-Age=0')], ['', true])
})

test('sign-out ends the session at once, in every mode', async () => {
  const json = await client.enter()
  const logout = await post('/auth/logout', { refresh_token: json.refreshToken })
  assert.deepEqual([logout.status, logout.text], [204, ''])
  assertError(await me({ token: json.token }), 401, 'INVALID_CREDENTIALS')
  assertError(await post('/auth/refresh', { refresh_token: json.refreshToken }), 401, 'INVALID_CREDENTIALS')
  assert.equal((await post('/auth/logout', { refresh_token: json.refreshToken })).status, 204, 'again')
  assert.equal((await post('/auth/logout', { refresh_token: 'garbage' })).status, 204)

  for (const mode of ['cookie', 'session']) {
    const user = await client.enter(mode, { mode })
    const answer = await post('/auth/logout', { mode }, { cookies: user.cookies, headers: SAME_SITE })
    assert.equal(answer.status, 204)
    const [cookie] = Object.values(answer.cookies)
    assert.deepEqual([cookie.value, cookie.attributes.includes('Max-Age=0')], ['', true])
    assertError(await post('/auth/refresh', { mode }, { cookies: user.cookies, headers: SAME_SITE }), 401, 'INVALID_CREDENTIALS')
    if (mode === 'session') assertError(await me({ cookies: user.cookies }), 401, 'INVALID_CREDENTIALS')
  }
})

test('sign-out with both cookies ends both sessions, in either mode', async () => {
  for (const mode of ['cookie', 'session']) {
    const cookies = { ...(await client.enter('one', { mode: 'cookie' })).cookies, ...(await client.enter('other', { mode: 'session' })).cookies }
    const answer = await post('/auth/logout', { mode }, { cookies, headers: SAME_SITE })
    assert.equal(answer.status, 204)
    assert.deepEqual(Object.entries(answer.cookies).map(([name, { value }]) => [name, value]).sort(), [['directus_refresh_token', ''], ['directus_session_token', '']])
    for (const [name, its] of [['directus_refresh_token', 'cookie'], ['directus_session_token', 'session']])
      assertError(await post('/auth/refresh', { mode: its }, { cookies: { [name]: cookies[name] }, headers: SAME_SITE }), 401, 'INVALID_CREDENTIALS')
    assertError(await me({ cookies }), 401, 'INVALID_CREDENTIALS')
  }
})

test('what is wrong with a token is told by code', async () => {
  const user = await client.enter()
  const [header, payload, signature] = user.token.split('.')
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  assertError(await me(), 401, 'INVALID_CREDENTIALS')
  assertError(await me({ token: 'garbage' }), 401, 'INVALID_CREDENTIALS')
  for (const token of [`${header}.${payload}.${signature.slice(0, -4)}AAAA`, `${none}.${payload}.`, `${header}.${payload}.`, 'a.b.c'])
    assertError(await me({ token }), 403, 'INVALID_TOKEN', 'Invalid token.')
  for (const value of ['Basic eDp5', 'Bearer', 'Bearer ', 'Bearer a b', user.token])
    assertError(await me({ headers: { authorization: value } }), 401, 'INVALID_CREDENTIALS')
  assert.equal((await me({ headers: { authorization: `bearer ${user.token}` } })).status, 200)

  await stack.configure({ 'auth.access_token_ttl': '1s' })
  const { data } = (await post('/auth/login', { email: user.email, password: PASSWORD })).body
  let answer
  do answer = await me({ token: data.access_token })
  while (answer.status === 200)
  assertError(answer, 401, 'TOKEN_EXPIRED', 'Token expired.')
  await stack.configure({ 'auth.access_token_ttl': null })
})

test('suspension and deletion count at once', async () => {
  const user = await client.enter()
  stack.psql(`UPDATE auth.users SET status = 'suspended' WHERE id = '${user.id}'`)
  assertError(await me({ token: user.token }), 401, 'INVALID_CREDENTIALS')
  assertError(await post('/auth/refresh', { refresh_token: user.refreshToken }), 401, 'INVALID_CREDENTIALS')
  stack.psql(`UPDATE auth.users SET status = 'active' WHERE id = '${user.id}'`)
  assert.equal((await me({ token: user.token })).status, 200)
  stack.psql(`DELETE FROM auth.users WHERE id = '${user.id}'`)
  assertError(await me({ token: user.token }), 401, 'INVALID_CREDENTIALS')
})

test('a token in the address is refused', async () => {
  const user = await client.enter()
  assertError(await client.send('GET', `/users/me?access_token=${user.token}`), 400, 'INVALID_PAYLOAD')
})

test('a dead token or cookie blocks neither sign-in nor registration nor refresh', async () => {
  const user = await client.enter()
  for (const options of [{ token: 'a.b.c' }, { cookies: { directus_session_token: 'a.b.c' }, headers: SAME_SITE }]) {
    assert.equal((await post('/auth/login', { email: user.email, password: PASSWORD }, options)).status, 200)
    assert.equal((await post('/users/register', { email: freshEmail(), password: PASSWORD }, options)).status, 204)
    assert.equal((await post('/auth/refresh', { refresh_token: user.refreshToken }, options)).status, 200)
    assertError(await me(options), 403, 'INVALID_TOKEN')
  }
})

test('a role that cannot be taken is FORBIDDEN', async () => {
  const user = await client.enter()
  for (const role of ['no_such_role', 'pg_monitor']) {
    stack.psql(`UPDATE auth.users SET role = '${role}' WHERE id = '${user.id}'`)
    assertError(await me({ token: user.token }), 403, 'FORBIDDEN')
  }
})
