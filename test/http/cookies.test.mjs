// Cookies: their attributes, and that another site's page can do nothing with them.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStack } from '../../tools/stack.mjs'
import { Client, SAME_SITE } from './client.mjs'
import { PASSWORD } from '../support.mjs'

let stack, client
before(async () => {
  stack = await startStack()
  client = new Client(stack)
})
after(() => stack.stop())

async function sessionCookie() {
  const { cookies } = await client.login(await client.register(), { mode: 'session' })
  return { '__Host-auth_session': cookies['__Host-auth_session'].value }
}

test('set and cleared with the same attributes', async () => {
  const email = await client.register()
  const session = (await client.login(email, { mode: 'session' })).cookies['__Host-auth_session']
  assert.deepEqual(session.attributes, ['HttpOnly', 'Max-Age=86400', 'Path=/', 'SameSite=Lax', 'Secure'])
  const refresh = (await client.login(email, { mode: 'cookie' })).cookies['__Host-auth_refresh']
  assert.deepEqual(refresh.attributes.filter((attribute) => !attribute.startsWith('Max-Age')), ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
  const maxAge = Number(refresh.attributes.find((attribute) => attribute.startsWith('Max-Age')).slice(8))
  assert.ok(maxAge > 604_790 && maxAge <= 604_800, `Max-Age=${maxAge}`)

  const cookies = { '__Host-auth_session': session.value, '__Host-auth_refresh': refresh.value }
  const logout = await client.call('logout', {}, { cookies, headers: SAME_SITE })
  for (const name of Object.keys(cookies))
    assert.deepEqual(logout.cookies[name], { value: '', attributes: ['HttpOnly', 'Max-Age=0', 'Path=/', 'SameSite=Lax', 'Secure'] })
})

test('sign-out ends the session of each cookie that it clears', async () => {
  const email = await client.register()
  const cookies = {
    '__Host-auth_session': (await client.login(email, { mode: 'session' })).cookies['__Host-auth_session'].value,
    '__Host-auth_refresh': (await client.login(email, { mode: 'cookie' })).cookies['__Host-auth_refresh'].value,
  }
  const { access_token: token } = await client.login(email)
  assert.deepEqual((await client.call('logout', {}, { token, cookies, headers: SAME_SITE })).body, { sessions_ended: 3 })
  assert.equal(stack.psql(`SELECT count(*) FROM auth.sessions JOIN auth.users u ON u.id = user_id WHERE email = '${email}'`), '0')

  const { access_token: another } = await client.login(email)
  const session = (await client.login(email, { mode: 'session' })).cookies['__Host-auth_session'].value
  const kept = await client.call('logout', {}, { token: another, cookies: { '__Host-auth_session': session }, headers: { 'Sec-Fetch-Site': 'cross-site' } })
  assert.deepEqual([kept.body, kept.cookies], [{ sessions_ended: 1 }, {}])
  assert.equal((await client.get('/posts', { cookies: { '__Host-auth_session': session } })).status, 200)
})

test('a refused refresh clears the cookie that it refused', async () => {
  const answer = await client.call('refresh', {}, { cookies: { '__Host-auth_refresh': 'x' }, headers: SAME_SITE })
  assert.equal(answer.status, 401)
  assert.deepEqual(Object.keys(answer.cookies), ['__Host-auth_refresh'])
  assert.equal(answer.cookies['__Host-auth_refresh'].value, '')
})

test('a dead cookie blocks neither sign-in nor registration nor sign-out', async () => {
  const cookies = await sessionCookie()
  await client.call('logout', {}, { cookies, headers: SAME_SITE })
  assert.equal((await client.get('/posts', { cookies })).status, 401)
  const email = await client.register()
  assert.equal((await client.call('login', { email, password: PASSWORD }, { cookies, headers: SAME_SITE })).status, 200)
  assert.equal((await client.call('register_user', { email, password: PASSWORD }, { cookies })).status, 200)
  assert.equal((await client.call('logout', {}, { cookies, headers: SAME_SITE })).status, 200)
})

test('a cookie authenticates a change only when the browser says that it comes from this site', async () => {
  const cookies = await sessionCookie()
  const host = new URL(stack.postgrestUrl).host
  const origins = [
    [{}, false],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'same-site' }, true],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: `http://${host}` }, false],
    [{ origin: `https://${host}` }, true],
    [{ origin: `http://${host}` }, false], // the cookies are for HTTPS
    [{ origin: 'https://evil.example' }, false],
    [{ origin: `https://${host}.evil.example` }, false],
    [{ origin: `https://evil.example/?://${host}` }, false],
    [{ origin: 'null' }, false],
  ]
  for (const [headers, isAllowed] of origins) {
    const name = JSON.stringify(headers)
    const created = await client.send('POST', '/posts', { cookies, headers, body: { title: 'x' } })
    assert.equal(created.status, isAllowed ? 201 : 403, name)
    const changed = await client.send('PATCH', '/posts?id=eq.0', { cookies, headers, body: { title: 'x' } })
    assert.equal(changed.status, isAllowed ? 204 : 403, name)
    assert.equal((await client.send('DELETE', '/posts?id=eq.0', { cookies, headers })).status, isAllowed ? 204 : 403, name)
    assert.equal((await client.get('/posts?limit=1', { cookies, headers })).status, 200, name)
    if (!isAllowed) {
      for (const call of ['refresh', 'logout']) {
        const answer = await client.call(call, {}, { cookies, headers })
        assert.deepEqual([answer.status, answer.body.message], [403, 'cross-site request refused'], `${call} ${name}`)
      }
    }
  }
  assert.equal((await client.get('/rpc/current_user', { cookies })).status, 200, 'still signed in')
})

test("another site's form cannot sign a visitor in", async () => {
  const email = await client.register()
  for (const mode of ['cookie', 'session']) {
    const answer = await client.send('POST', '/rpc/login', {
      body: new URLSearchParams({ email, password: PASSWORD, mode }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
    })
    assert.equal(answer.status, 403)
    assert.deepEqual(answer.cookies, {})
  }
})

test("another site's link or form cannot make the browser forget its cookies", async () => {
  const cookies = await sessionCookie()
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
  for (const answer of [
    await client.get('/rpc/logout?refresh_token=x', { cookies, headers }),
    await client.get('/rpc/logout?refresh_token=x', { cookies, headers: SAME_SITE }),
    await client.call('logout', { refresh_token: 'x' }, { cookies, headers }),
    await client.call('logout', { refresh_token: 'x' }, { cookies }),
  ])
    assert.deepEqual(answer.cookies, {}, answer.text)
  assert.equal((await client.get('/rpc/current_user', { cookies })).status, 200)
})

test('a bearer token needs no proof of origin, and goes before the cookie', async () => {
  const user = await client.enter()
  const cookies = await sessionCookie()
  const headers = { 'sec-fetch-site': 'cross-site' }
  assert.equal((await client.send('POST', '/posts', { token: user.token, headers, body: { title: 'x' } })).status, 201)
  assert.equal((await client.get('/rpc/current_user', { token: user.token, cookies })).body.id, user.id)
})

test('a token in a cookie cannot be fetched into a body', async () => {
  const email = await client.register()
  const { cookies } = await client.login(email, { mode: 'cookie' })
  const answer = await client.call('refresh', { mode: 'json' }, {
    cookies: { '__Host-auth_refresh': cookies['__Host-auth_refresh'].value }, headers: SAME_SITE,
  })
  assert.deepEqual([answer.status, answer.body.code], [400, '22023'])
})

test('an access token in the session cookie reads, but does not renew itself', async () => {
  const user = await client.enter()
  const cookies = { '__Host-auth_session': user.token }
  assert.equal((await client.get('/rpc/current_user', { cookies })).status, 200)
  assert.equal((await client.call('refresh', {}, { cookies, headers: SAME_SITE })).body.code, 'invalid_refresh_token')
})

test('a renewed session token is stolen when it renews again', async () => {
  const cookies = await sessionCookie()
  const renewed = await client.call('refresh', {}, { cookies, headers: SAME_SITE })
  stack.psql("UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '1 min'")
  const stolen = await client.call('refresh', {}, { cookies, headers: SAME_SITE })
  assert.deepEqual([stolen.status, stolen.body.code], [401, 'refresh_token_reused'])
  const next = { '__Host-auth_session': renewed.cookies['__Host-auth_session'].value }
  assert.equal((await client.get('/posts', { cookies: next })).status, 401)
})

test('settings that browsers refuse are an error, not a cookie that vanishes', async () => {
  const email = await client.register()
  await stack.configure({ 'auth.cookie_secure': 'off' })
  const answer = await client.call('login', { email, password: PASSWORD, mode: 'session' })
  assert.deepEqual([answer.status, answer.body.message], [500, 'browsers would refuse the cookie "__Host-auth_session"'])

  await stack.configure({ 'auth.session_cookie_name': 'sid', 'auth.cookie_domain': 'example.org', 'auth.cookie_same_site': 'strict' })
  const { cookies } = await client.call('login', { email, password: PASSWORD, mode: 'session' })
  assert.deepEqual(cookies.sid.attributes, ['Domain=example.org', 'HttpOnly', 'Max-Age=86400', 'Path=/', 'SameSite=Strict'])
})
