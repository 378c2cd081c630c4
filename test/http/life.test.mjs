// The whole life of an account, in each mode, by plain fetch and by the clients that sites use.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PostgrestClient } from '@supabase/postgrest-js'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { startStack } from '../../tools/stack.mjs'
import { Client, SAME_SITE } from './client.mjs'
import { freshEmail, PASSWORD } from '../support.mjs'

let stack, client
before(async () => {
  stack = await startStack()
  client = new Client(stack)
})
after(() => stack.stop())

test('mode json: register, sign in, write, list, refresh, sign out', async () => {
  const email = freshEmail('alice')
  const registered = await client.call('register_user', { email: email.toUpperCase(), password: PASSWORD, first_name: 'Alice' })
  assert.equal(registered.status, 200)
  assert.deepEqual(registered.body, { email, first_name: 'Alice', last_name: null })

  const login = await client.call('login', { email, password: PASSWORD })
  assert.equal(login.status, 200)
  assert.equal(login.headers.get('cache-control'), 'no-store')
  assert.deepEqual(login.cookies, {})
  assert.deepEqual(Object.keys(login.body).sort(), ['access_token', 'device_token', 'expires', 'expires_at', 'refresh_token', 'token_type'])
  const token = login.body.access_token

  const me = await client.get('/rpc/current_user', { token })
  assert.equal(me.status, 200)
  assert.equal(me.body.email, email)
  assert.equal(me.body.first_name, 'Alice')

  const created = await client.send('POST', '/posts', { token, body: { title: 'Hello' }, headers: { prefer: 'return=representation' } })
  assert.equal(created.status, 201)
  assert.equal(created.body[0].author, me.body.id)
  assert.equal(created.body[0].user_created, me.body.id)

  const own = `/posts?id=eq.${created.body[0].id}`
  assert.equal((await client.send('PATCH', own, { token, body: { content: 'World' } })).status, 204)
  assert.deepEqual((await client.get(`${own}&select=title,content`, { token })).body, [{ title: 'Hello', content: 'World' }])

  const renamed = await client.send('PATCH', `/users?id=eq.${me.body.id}`, { token, body: { last_name: 'Liddell' } })
  assert.equal(renamed.status, 204)

  const refreshed = await client.call('refresh', { refresh_token: login.body.refresh_token })
  assert.equal(refreshed.status, 200)
  assert.notEqual(refreshed.body.refresh_token, login.body.refresh_token)
  assert.equal((await client.get('/rpc/current_user', { token: refreshed.body.access_token })).body.last_name, 'Liddell')

  assert.equal((await client.send('DELETE', own, { token })).status, 204)

  const logout = await client.call('logout', { refresh_token: refreshed.body.refresh_token })
  assert.equal(logout.status, 200)
  assert.deepEqual(logout.body, { sessions_ended: 1 })
  for (const dead of [token, refreshed.body.access_token]) {
    const answer = await client.get('/posts', { token: dead })
    assert.equal(answer.status, 401)
    assert.deepEqual(answer.body, { code: 'PT401', details: 'session_ended', hint: null, message: 'session has ended' })
  }
  assert.equal((await client.call('refresh', { refresh_token: refreshed.body.refresh_token })).body.code, 'invalid_refresh_token')
})

test('mode cookie: the refresh token never reaches the body', async () => {
  const email = await client.register()
  const login = await client.call('login', { email, password: PASSWORD, mode: 'cookie' })
  assert.equal(login.status, 200)
  assert.deepEqual(Object.keys(login.body).sort(), ['access_token', 'expires', 'expires_at', 'token_type'])
  const cookies = { '__Host-auth_refresh': login.cookies['__Host-auth_refresh'].value }
  assert.equal(login.text.includes(cookies['__Host-auth_refresh']), false)

  const refreshed = await client.call('refresh', {}, { cookies, headers: SAME_SITE })
  assert.equal(refreshed.status, 200)
  assert.equal('refresh_token' in refreshed.body, false)
  const next = { '__Host-auth_refresh': refreshed.cookies['__Host-auth_refresh'].value }
  assert.notDeepEqual(next, cookies)

  const logout = await client.call('logout', {}, { cookies: next, headers: SAME_SITE })
  assert.deepEqual(logout.body, { sessions_ended: 1 })
  assert.equal(logout.cookies['__Host-auth_refresh'].value, '')
  assert.equal((await client.get('/posts', { token: refreshed.body.access_token })).status, 401)
})

test('mode session: one cookie reads, writes and renews, without any gateway', async () => {
  const email = await client.register()
  const login = await client.call('login', { email, password: PASSWORD, mode: 'session' })
  assert.equal(login.status, 200)
  assert.deepEqual(Object.keys(login.body).sort(), ['expires', 'expires_at'])
  assert.equal(login.body.expires, 86_400_000)
  const cookies = { '__Host-auth_session': login.cookies['__Host-auth_session'].value }

  assert.equal((await client.get('/rpc/current_user', { cookies })).body.email, email)
  const created = await client.send('POST', '/posts', {
    cookies, body: { title: 'By cookie' }, headers: { ...SAME_SITE, prefer: 'return=representation' },
  })
  assert.equal(created.status, 201)

  const renewed = await client.call('refresh', {}, { cookies, headers: SAME_SITE })
  assert.equal(renewed.status, 200)
  const next = { '__Host-auth_session': renewed.cookies['__Host-auth_session'].value }
  assert.notDeepEqual(next, cookies)
  assert.equal((await client.get('/posts', { cookies: next })).status, 200)

  const logout = await client.call('logout', {}, { cookies: next, headers: SAME_SITE })
  assert.deepEqual(logout.body, { sessions_ended: 1 })
  for (const dead of [cookies, next]) assert.equal((await client.get('/posts', { cookies: dead })).status, 401)
})

test('sixteen refreshes of one token at once: one successor, and nobody is signed out', async () => {
  const { refreshToken } = await client.enter()
  const answers = await Promise.all(Array.from({ length: 16 }, () => client.call('refresh', { refresh_token: refreshToken })))
  assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([200]))
  assert.equal(new Set(answers.map((answer) => answer.body.refresh_token)).size, 1)
  assert.equal((await client.call('refresh', { refresh_token: answers[0].body.refresh_token })).status, 200)
})

test('sign-out of the other devices, of one of them, and of all', async () => {
  const user = await client.enter()
  const second = (await client.login(user.email)).access_token
  const third = (await client.login(user.email)).access_token
  const works = async (token) => (await client.get('/rpc/current_user', { token })).status === 200

  const sessions = await client.get('/sessions?select=id&order=created_at', { token: user.token })
  assert.equal(sessions.body.length, 3)
  assert.equal((await client.send('DELETE', `/sessions?id=eq.${sessions.body[2].id}`, { token: user.token })).status, 204)
  assert.deepEqual([await works(user.token), await works(second), await works(third)], [true, true, false])

  assert.deepEqual((await client.call('logout', { scope: 'others' }, { token: user.token })).body, { sessions_ended: 1 })
  assert.deepEqual([await works(user.token), await works(second)], [true, false])

  await client.login(user.email)
  assert.deepEqual((await client.call('logout', { scope: 'global' }, { token: user.token })).body, { sessions_ended: 2 })
  assert.equal(await works(user.token), false)
})

test('sign-in, refresh and sign-out work with a bearer token whose session has ended', async () => {
  const user = await client.enter()
  await client.call('logout', {}, { token: user.token })
  assert.equal((await client.call('login', { email: user.email, password: PASSWORD }, { token: user.token })).status, 200)
  assert.equal((await client.call('logout', {}, { token: user.token })).status, 200)
  assert.equal((await client.call('refresh', { refresh_token: 'x' }, { token: user.token })).body.code, 'invalid_refresh_token')
})

test('postgrest-js signs in and works as the user', async () => {
  const email = await client.register()
  const anonymous = new PostgrestClient(stack.postgrestUrl)
  const { data: tokens, error } = await anonymous.rpc('login', { email, password: PASSWORD })
  assert.equal(error, null)

  const signedIn = new PostgrestClient(stack.postgrestUrl, { headers: { Authorization: `Bearer ${tokens.access_token}` } })
  const me = await signedIn.rpc('current_user', {}, { get: true })
  assert.equal(me.data.email, email)
  const post = await signedIn.from('posts').insert({ title: 'Typed' }).select('title,author').single()
  assert.deepEqual(post.data, { title: 'Typed', author: me.data.id })

  const refused = await anonymous.rpc('login', { email, password: 'wrong password' })
  assert.equal(refused.status, 401)
  assert.equal(refused.error.code, 'invalid_credentials')
  const forbidden = await signedIn.from('posts').insert({ title: 'x', author: me.data.id })
  assert.deepEqual([forbidden.status, forbidden.error.code], [403, '42501'])
})

test('jose verifies a token by the published keys', async () => {
  const user = await client.enter()
  const jwks = await client.get('/rpc/jwks')
  assert.equal(jwks.status, 200)
  const { payload, protectedHeader } = await jwtVerify(user.token, createLocalJWKSet(jwks.body), { issuer: 'auth', typ: 'at+jwt' })
  assert.equal(protectedHeader.alg, 'EdDSA')
  assert.equal(protectedHeader.kid, jwks.body.keys[0].kid)
  assert.equal(payload.sub, user.id)
  assert.equal(payload.id, user.id)
  assert.equal(payload.role, 'authenticated')
  assert.equal(payload.exp - payload.iat, 900)
})
