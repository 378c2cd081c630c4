// What the gateway does itself: cookies and other sites, headers, and errors of servers.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { assertError, Client, freshEmail, PASSWORD, SAME_SITE, startDirectus } from './client.mjs'
import { until } from '../support.mjs'

let stack, client
before(async () => {
  stack = await startDirectus()
  client = new Client(stack)
})
after(() => stack.stop())

test('a cookie authenticates a change only when the browser says that it comes from this site', async () => {
  const { cookies } = await client.enter('session', { mode: 'session' })
  const host = new URL(stack.gatewayUrl).host
  const { id } = await client.data('POST', '/items/posts', { cookies, headers: SAME_SITE, body: { title: 'x' } })
  for (const [headers, isAllowed] of [
    [{}, false],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'same-site' }, true],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: `http://${host}` }, false],
    [{ origin: `http://${host}` }, true],
    [{ origin: `https://${host}` }, true],
    [{ origin: 'https://evil.example' }, false],
    [{ origin: `https://${host}.evil.example` }, false],
    [{ origin: `https://evil.example/?://${host}` }, false],
    [{ origin: `https://evil.example ${host}` }, false],
    [{ origin: 'null' }, false],
    [{ authorization: 'Basic eDp5' }, false],
    [{ authorization: 'Bearer ' }, false],
  ]) {
    const name = JSON.stringify(headers)
    for (const [method, path, body] of [
      ['POST', '/items/posts', { title: 'x' }], ['PATCH', `/items/posts/${id}`, { title: 'x' }], ['DELETE', '/items/posts', []], ['SEARCH', '/items/posts', {}],
      ['PATCH', '/users/me', { first_name: 'x' }], ['POST', '/users/me/password', {}], ['DELETE', '/users/me/sessions/x'], ['POST', '/auth/refresh', { mode: 'session' }],
    ]) {
      const answer = await client.send(method, path, { cookies, headers, body })
      const isProgram = path === '/auth/refresh' && !('origin' in headers) && !('sec-fetch-site' in headers)
      if (isAllowed || isProgram) assert.notEqual(answer.body?.errors?.[0].message, REFUSAL, `${method} ${path} ${name}`)
      else assertForged(answer)
    }
    assert.equal((await client.send('GET', '/users/me', { cookies, headers })).status, 200, name)
  }
  assertForged(await client.send('POST', '/auth/logout', { cookies, headers: { origin: 'null' }, body: { mode: 'session' } }))
  assert.equal((await client.send('GET', '/users/me', { cookies })).status, 200, 'still signed in')
})
const REFUSAL = 'A change that relies on a cookie must come from this site, as Sec-Fetch-Site or Origin says. Programs send the token as Authorization: Bearer.'
function assertForged(answer) {
  assertError(answer, 403, 'FORBIDDEN', REFUSAL)
  assert.equal(answer.body.errors[0].extensions.reason, REFUSAL)
}

test("a server that passes its visitor's cookies on refreshes and signs out", async () => {
  for (const mode of ['cookie', 'session']) {
    const { cookies } = await client.enter('user', { mode })
    const [name] = Object.keys(cookies)
    const renewed = await client.send('POST', '/auth/refresh', { cookies, body: { mode } })
    assert.equal(renewed.status, 200, renewed.text)
    const next = { [name]: renewed.cookies[name].value }
    const headers = { origin: 'https://evil.example' }
    for (const path of ['/auth/refresh', '/auth/logout']) assertForged(await client.send('POST', path, { cookies: next, headers, body: { mode } }))
    const out = await client.send('POST', '/auth/logout', { cookies: next, body: { mode } })
    assert.deepEqual([out.status, out.cookies[name].value], [204, ''])
    assert.equal((await client.send('POST', '/auth/refresh', { cookies: next, body: { mode } })).status, 401)
  }
})

test("another site's form cannot sign a visitor in", async () => {
  const { email } = await client.enter()
  for (const mode of ['cookie', 'session']) {
    const answer = await client.send('POST', '/auth/login', { body: { email, password: PASSWORD, mode }, headers: { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' } })
    assertError(answer, 403, 'FORBIDDEN')
    assert.deepEqual(answer.cookies, {})
  }
})

test('a bearer token needs no proof of origin, and goes before the cookie', async () => {
  const user = await client.enter('user')
  const { cookies } = await client.enter('session', { mode: 'session' })
  const headers = { 'sec-fetch-site': 'cross-site' }
  assert.equal((await client.send('POST', '/items/posts', { token: user.token, cookies, headers, body: { title: 'x' } })).body.data.author, user.id)
  assert.equal((await client.send('GET', '/users/me', { token: user.token, cookies })).body.data.id, user.id)
  assert.equal((await client.send('GET', '/users/me', { token: user.token, cookies: { directus_session_token: 'bad' } })).body.data.id, user.id)
  assert.equal((await client.send('PATCH', '/users/me', { cookies: { directus_session_token: '' }, body: {} })).status, 401, 'an empty cookie is none')
})

test('a cookie that is sent twice is none, nor is one of another name than the settings say', async () => {
  const alice = (await client.enter('alice', { mode: 'session' })).cookies.directus_session_token
  const mallory = await client.enter('mallory', { mode: 'session' })
  const status = async (cookie, method = 'GET', path = '/users/me', body) => (await client.send(method, path, { headers: { ...SAME_SITE, cookie }, body })).status
  for (const cookie of [`directus_session_token=${alice}`, `a=b; directus_session_token=${alice}; c=d`, `a=b;directus_session_token=${alice};c=d`, `directus_session_token2=x; directus_session_token=${alice}`, `xdirectus_session_token=x; directus_session_token=${alice}`, `auth_device=x; __Host-directus_session_token=x; __Host-directus_session_token=y; directus_session_token=${alice}; auth_device=y`])
    assert.equal(await status(cookie), 200, cookie)
  for (const cookie of [
    `directus_session_token=${mallory.cookies.directus_session_token}; directus_session_token=${alice}`, `directus_session_token=${alice}; directus_session_token=${alice}`,
    `directus_session_token=; directus_session_token=${alice}`, `directus_session_token=${alice}; a=b;\tdirectus_session_token=x`, `__Host-directus_session_token=${alice}`,
    `a="; directus_session_token=${alice}; directus_session_token=x; b="`, `Directus_session_token=${alice}`, `a=directus_session_token=${alice}`,
  ]) assert.equal(await status(cookie), 401, cookie)

  for (const mode of ['cookie', 'session']) {
    const { cookies } = await client.enter('user', { mode })
    const [name] = Object.keys(cookies)
    const cookie = `${name}=${cookies[name]}`
    for (const ignored of [`${cookie}; ${cookie}`, `${cookie}; ${name}=`, `__Host-${cookie}`])
      for (const path of ['/auth/refresh', '/auth/logout']) assert.equal(await status(ignored, 'POST', path, { mode }), 400, `${path} ${ignored}`)
    assert.equal(await status(cookie, 'POST', '/auth/refresh', { mode }), 200)
  }
})

test('a session cookie from before a refresh is refused once the grace is over', async () => {
  const { cookies } = await client.enter('user', { mode: 'session' })
  const renewed = await client.send('POST', '/auth/refresh', { cookies, headers: SAME_SITE, body: { mode: 'session' } })
  const next = { directus_session_token: renewed.cookies.directus_session_token.value }
  assert.equal((await client.send('GET', '/users/me', { cookies })).status, 200, 'for those that are under way')
  stack.psql("UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '1 min'")
  assertError(await client.send('GET', '/users/me', { cookies }), 401, 'TOKEN_EXPIRED')
  assert.equal((await client.send('GET', '/users/me', { cookies: next })).status, 200)
})

test('headers: none of PostgREST, those that protect, and nothing is cached', async () => {
  const user = await client.enter()
  for (const answer of [
    await client.send('GET', '/items/posts', { token: user.token }), await client.send('GET', '/users/me'), await client.send('GET', '/nope'),
    await client.send('POST', '/auth/login', { body: {} }), await client.send('POST', '/auth/login', { body: 'x'.repeat(1_100_000) }),
  ]) {
    const headers = Object.fromEntries(answer.headers)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.match(headers['content-security-policy'], /default-src 'none'/)
    assert.match(headers['cache-control'], /^(private, no-cache|no-store)$/)
    assert.match(headers['content-type'], /^application\/json/)
    assert.equal(headers.server, 'nginx')
    assert.equal(headers.vary, 'Origin, Cookie, Authorization')
    for (const name of ['www-authenticate', 'content-range', 'content-location', 'content-profile', 'proxy-status', 'access-control-allow-origin', 'retry-after']) assert.equal(headers[name], undefined, name)
  }
})

test('methods and slashes', async () => {
  const user = await client.enter()
  const head = await client.send('HEAD', '/users/me', { token: user.token })
  assert.deepEqual([head.status, head.text], [200, ''])
  assert.equal((await client.send('HEAD', '/users/me')).status, 401)
  const options = await client.send('OPTIONS', '/items/posts')
  assert.deepEqual([options.status, options.headers.get('allow')], [200, 'GET, HEAD, POST, PATCH, DELETE, SEARCH, OPTIONS'])
  for (const [path, allow] of [['/auth/login', 'POST, OPTIONS'], ['/users/register', 'POST, OPTIONS'], ['/server/health', 'GET, HEAD, OPTIONS'], ['/auth/', 'GET, HEAD, OPTIONS'], ['/users/me', 'GET, HEAD, POST, PATCH, DELETE, SEARCH, OPTIONS']])
    assert.equal((await client.send('OPTIONS', path)).headers.get('allow'), allow, path)
  assert.equal((await client.send('GET', '/users/me')).headers.get('allow'), null)
  assert.equal((await client.send('GET', '/users/me/', { token: user.token })).status, 200)
  assert.equal((await client.send('POST', '/auth/login/', { body: { email: user.email, password: PASSWORD } })).status, 200)
  assert.equal(await (await fetch(`${stack.gatewayUrl}/server/ping`)).text(), 'pong')
  assert.deepEqual((await client.send('GET', '/auth')).body, { data: [], disableDefault: false })
  const health = await client.send('GET', '/server/health')
  assert.deepEqual([health.body, health.headers.get('content-type')], [{ status: 'ok' }, 'application/health+json'])
})

test('an address may be as long as 16 kB', async () => {
  const { token } = await client.enter()
  const { id } = await client.data('POST', '/items/posts', { token, body: { title: 'x' } })
  const ids = (length) => `/items/posts?filter[id][_in]=${id}`.padEnd(length, `,${id}`).replace(/,$/, '')
  for (const length of [9_000, 15_000]) assert.equal((await client.data('GET', ids(length), { token })).length, 1)
  assertError(await client.send('GET', ids(18_000), { token }), 400, 'INVALID_PAYLOAD', 'Invalid payload. request entity too large.')
})

test('a file that is sent to where none is served is told that there is no such route', async () => {
  const { token } = await client.enter()
  for (const path of ['/files', '/assets/x', '/users/me/avatar', '/nope']) {
    const body = new FormData()
    body.append('file', new Blob(['\x89PNG\0']), 'a.png')
    const answer = await fetch(`${stack.gatewayUrl}${path}`, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } })
    const text = await answer.text()
    assertError({ status: answer.status, headers: answer.headers, text, body: JSON.parse(text) }, 404, 'ROUTE_NOT_FOUND')
  }
})

test('a body that is too large is INVALID_PAYLOAD', async () => {
  const answer = await client.send('POST', '/users/register', { body: `{"email":"${'x'.repeat(1_100_000)}"}` })
  assertError(answer, 400, 'INVALID_PAYLOAD', 'Invalid payload. request entity too large.')
})

test('the address of a client is the one it came from', async () => {
  const { email } = await client.enter()
  const answer = await client.send('POST', '/auth/login', { body: { email, password: PASSWORD }, headers: { 'x-real-ip': '192.0.2.1', 'x-forwarded-for': '192.0.2.1', 'user-agent': 'Mine' } })
  const [{ ip, user_agent: agent }] = await client.data('GET', '/users/me/sessions', { token: answer.body.data.access_token })
  assert.deepEqual([ip, agent], ['127.0.0.1', 'Mine'])
})

test('a device where the account has signed in is known by its cookie, and spared what others cause', async (t) => {
  const user = await client.enter()
  const login = (from, options, mode = 'session') => client.at(from).send('POST', '/auth/login', { ...options, body: { email: user.email, password: PASSWORD, mode } })
  const { auth_device: device } = (await login('127.0.0.1')).cookies
  assert.match(device.value, /^auth_dt_/)
  t.after(() => stack.psql('TRUNCATE auth_private.login_attempts'))
  // that somebody elsewhere guesses at the account
  const holdUp = () => stack.psql("UPDATE auth_private.login_attempts SET failures = 1000, last_at = clock_timestamp() + interval '30 min' WHERE failures > 0")
  assert.equal((await client.at('127.0.0.3').send('POST', '/auth/login', { body: { email: user.email, password: 'wrong' } })).status, 401)
  holdUp()
  assertError(await login('127.0.0.2'), 429, 'REQUESTS_EXCEEDED')
  for (const mode of ['session', 'cookie', 'json']) {
    const answer = await login('127.0.0.2', { cookies: { auth_device: device.value } }, mode)
    assert.equal(answer.status, 200, answer.text)
    // the same device, with the time of this sign-in
    assert.equal(answer.cookies.auth_device?.value.slice(0, 29), mode === 'json' ? undefined : device.value.slice(0, 29))
    assert.equal('device_token' in answer.body.data, false, 'Directus has none')
    holdUp()
  }
  const { cookies } = await login('127.0.0.1')
  const out = await client.send('POST', '/auth/logout', { headers: SAME_SITE, cookies: Object.fromEntries(Object.entries(cookies).map(([name, { value }]) => [name, value])), body: { mode: 'session' } })
  assert.deepEqual([out.status, Object.keys(out.cookies)], [204, ['directus_session_token']], 'signing out leaves it')
})

test('a database too busy to hash says so, with one Retry-After', async () => {
  await stack.configure({ 'auth.max_concurrent_hashes': 1, 'auth.hash_wait_timeout': 0, 'auth.password_memory': '512MB', 'auth.password_passes': 4 })
  const slow = client.send('POST', '/users/register', { body: { email: freshEmail(), password: PASSWORD } })
  const hashing = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = 0 AND objsubid = 3 AND granted"
  await until('a password is hashed', () => stack.psql(hashing) !== '0')
  const answer = await client.send('POST', '/auth/login', { body: { email: freshEmail(), password: PASSWORD } })
  assertError(answer, 429, 'REQUESTS_EXCEEDED')
  assert.match(answer.headers.get('retry-after'), /^[1-9][0-9]*$/)
  assert.equal((await slow).status, 204)
  await stack.configure({ 'auth.max_concurrent_hashes': null, 'auth.hash_wait_timeout': null, 'auth.password_memory': null, 'auth.password_passes': null })
})

test('a statement that takes too long is an error of Directus', async () => {
  const user = await client.enter()
  await stack.define(`CREATE TABLE public.slow (id integer PRIMARY KEY); INSERT INTO public.slow VALUES (1);
    ALTER TABLE public.slow ENABLE ROW LEVEL SECURITY; GRANT SELECT ON public.slow TO authenticated;
    CREATE POLICY slow ON public.slow USING (pg_sleep(60) IS NOT NULL); ALTER ROLE anon SET statement_timeout = '500ms'`)
  assertError(await client.send('GET', '/items/slow', { token: user.token }), 500, 'INTERNAL_SERVER_ERROR', 'An unexpected error occurred.')
  stack.psql('ALTER ROLE anon RESET statement_timeout')
})

test("a form on another site's page signs nobody in, and guesses for no visitor", async () => {
  const { email } = await client.enter()
  const send = (headers) => fetch(`${stack.gatewayUrl}/auth/login`, { method: 'POST', body: JSON.stringify({ email, password: PASSWORD }), headers })
  for (const type of ['text/plain', 'Text/Plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }, { origin: 'null' }])
      assert.equal((await send({ 'content-type': type, ...headers })).status, 403, `${type} ${JSON.stringify(headers)}`)
  // programs say nothing of where they come from, and pages of the site that they are of it
  for (const headers of [{ 'content-type': 'text/plain' }, { 'content-type': 'text/plain', ...SAME_SITE }, { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' }])
    assert.equal((await send(headers)).status, 200, JSON.stringify(headers))
})

test('the rule of docs/operating.md refuses regular expressions, however they are spelt', async () => {
  const page = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')
  const [, rule] = page.match(/```nginx\n\s*(if .*)\n/)
  const plainUrl = stack.gatewayUrl
  await stack.runGateway({ edit: (template) => template.replace(/^\t\t\tif \(\$is_forged\)/m, `\t\t\t${rule}\n$&`) })
  const status = async (url, query) => (await fetch(`${url}/server/info?${query}`)).status
  for (const query of ['title=match.x', 'title=imatch.x', 'title=not.match.x', 'title=%6datch.x', 'title=m%61tch.x', 'title=ma%74ch.x', 'title=mat%63h.x', 'title=matc%68.x', 'title=%4D%41%54%43%48.x', 'or=(title.match.x,id.eq.1)', 'and=(title.not.imatch.x)'])
    assert.deepEqual([await status(plainUrl, query), await status(stack.gatewayUrl, query)], [200, 400], query)
  for (const query of ['title=eq.x', 'title=like.mat*', 'title=%6d.x', '']) assert.equal(await status(stack.gatewayUrl, query), 200, query)
})

test('servers that are not there', async () => {
  const user = await client.enter()
  for (const [server, signal] of [[stack.postgres, 'SIGINT'], [stack.postgrest, 'SIGTERM']]) {
    const isGone = new Promise((resolve) => server.child.once('exit', resolve))
    server.child.kill(signal)
    await isGone
    for (const [method, path] of [['GET', '/users/me'], ['POST', '/items/posts'], ['POST', '/auth/login'], ['GET', '/server/health']])
      assertError(await client.send(method, path, { token: user.token, body: method === 'POST' ? {} : undefined }), 503, 'SERVICE_UNAVAILABLE', 'Service unavailable.')
  }
})
