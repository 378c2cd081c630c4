// Pages of other origins: those that gateway/nginx.conf allows may call it, and no others, in a real browser, too.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { freePort } from '../../tools/stack.mjs'
import { certificateFor, Client, freshEmail, PASSWORD, startDirectus } from './client.mjs'

// The site's own hosts, and another's that it allows as well.
const API = 'api.site.test'
const hosts = { app: 'app.site.test', partner: 'partner.test', stranger: 'stranger.test' }

let stack, client, port, pagePort, tls, browser
before(async () => {
  stack = await startDirectus()
  ;[port, pagePort] = [await freePort(), await freePort()]
  tls = certificateFor(stack, 'site.test')
  await stack.runGateway({ edit: withOrigins })
  client = new Client(stack)
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--host-resolver-rules=MAP *.test 127.0.0.1'] })
})
after(async () => {
  await browser?.close()
  await stack.stop()
})

const originOf = (name) => `https://${hosts[name]}:${pagePort}`

// The template with two of the origins allowed, by HTTPS as well, and a server for empty pages.
function withOrigins(template) {
  const example = '# https://app.example.org $http_origin;'
  assert.ok(template.includes(example))
  return template
    .replace(example, `${originOf('app')} $http_origin; ${originOf('partner')} $http_origin;`)
    .replace('listen ${LISTEN};', `listen \${LISTEN}; listen 127.0.0.1:${port} ssl; ${tls}`)
    .replace(/\tserver \{/, `\tserver { listen 127.0.0.1:${pagePort} ssl; ${tls} location / { default_type text/html; return 200 '<!doctype html>'; } }\n$&`)
}

const corsOf = ({ headers }) => Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')).map(([name, value]) => [name.slice(15), value]))

test('an allowed origin is told so, by every answer', async () => {
  const origin = originOf('app')
  const preflight = await client.send('OPTIONS', '/items/posts', { headers: { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization,content-type' } })
  assert.deepEqual([preflight.status, preflight.text], [204, ''])
  assert.deepEqual(corsOf(preflight), {
    'allow-origin': origin, 'allow-credentials': 'true', 'expose-headers': 'Retry-After',
    'allow-methods': 'GET, POST, PATCH, DELETE, SEARCH', 'allow-headers': 'Content-Type, Authorization', 'max-age': '18000',
  })
  assert.match(preflight.headers.get('vary'), /^Origin\b/)

  const { token } = await client.enter()
  for (const [method, path, options, status] of [
    ['GET', '/users/me', { token }, 200], ['POST', '/items/posts', { token, body: { title: 'x' } }, 200], ['GET', '/users/me', {}, 401], ['GET', '/nope', {}, 404],
    ['POST', '/auth/login', { body: {} }, 400], ['POST', '/auth/login', { body: 'x'.repeat(1_100_000) }, 400], ['GET', '/items/posts?search=%00', {}, 400],
  ]) {
    const answer = await client.send(method, path, { ...options, headers: { origin } })
    assert.equal(answer.status, status, `${method} ${path} ${answer.text}`)
    assert.deepEqual(corsOf(answer), { 'allow-origin': origin, 'allow-credentials': 'true', 'expose-headers': 'Retry-After' }, `${method} ${path}`)
    assert.match(answer.headers.get('vary'), /^Origin\b/)
  }
})

test('another origin is told nothing, nor is anybody without one', async () => {
  const { token } = await client.enter()
  const preflight = { 'access-control-request-method': 'PATCH' }
  for (const origin of [
    undefined, 'null', originOf('stranger'), originOf('app').replace('https', 'http'), `${originOf('app')}.evil.example`, `${originOf('app')}1`, `https://x.${hosts.app}:${pagePort}`, `https://${hosts.app}`,
    `${originOf('app')} ${originOf('app')}`, `https://evil.example/${originOf('app')}`,
  ]) {
    const headers = origin === undefined ? {} : { origin }
    assert.deepEqual(corsOf(await client.send('OPTIONS', '/items/posts', { headers: { ...headers, ...preflight } })), {}, origin)
    for (const [method, path, body] of [['GET', '/users/me'], ['POST', '/items/posts', { title: 'x' }], ['POST', '/auth/login', {}], ['GET', '/nope']])
      assert.deepEqual(corsOf(await client.send(method, path, { token, headers, body })), {}, `${method} ${path} ${origin}`)
  }
})

// Browsers send a cookie that is SameSite=None, if any; and what they say of the origin is all the same true.
test('a page of another site changes nothing by cookie, though its origin is allowed', async () => {
  const { cookies } = await client.enter('session', { mode: 'session' })
  for (const [name, site, isAllowed] of [['app', 'same-site', true], ['partner', 'cross-site', false], ['partner', undefined, false]]) {
    const headers = { origin: originOf(name), ...(site ? { 'sec-fetch-site': site } : {}) }
    for (const [method, path, body] of [['POST', '/items/posts', { title: 'x' }], ['PATCH', '/users/me', { first_name: 'x' }], ['POST', '/auth/refresh', { mode: 'session' }]]) {
      const { status } = await client.send(method, path, { cookies, headers, body })
      assert.equal(status, isAllowed ? 200 : 403, `${method} ${path} ${name}`)
    }
    assert.equal((await client.send('GET', '/users/me', { cookies, headers })).status, 200)
  }
  assert.equal((await client.send('POST', '/auth/logout', { cookies, headers: { origin: originOf('partner'), 'sec-fetch-site': 'cross-site' }, body: { mode: 'session' } })).status, 403)
})

// In a page of an origin: what becomes of a request to the gateway, with the browser's own cookies and headers.
async function pageAt(t, name, context) {
  const own = context ?? (await browser.newContext({ ignoreHTTPSErrors: true }))
  if (!context) t.after(() => own.close())
  const page = await own.newPage()
  await page.goto(`${originOf(name)}/`)
  const send = (method, path, { body, token, type = 'application/json' } = {}) =>
    page.evaluate(async ([url, init]) => {
      try {
        const answer = await fetch(url, init)
        return { status: answer.status, body: await answer.json().catch(() => undefined) }
      } catch (error) {
        return { status: 0, body: String(error) }
      }
    }, [`https://${API}:${port}${path}`, {
      method, credentials: 'include', body: body && JSON.stringify(body),
      headers: { ...(body ? { 'content-type': type } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) },
    }])
  return { context: own, page, send }
}

// As a site that is served over HTTPS sets it.
async function withHostCookies(t) {
  await stack.configure({ 'auth.cookie_secure': 'on', 'auth.session_cookie_name': '__Host-directus_session_token', 'auth.refresh_cookie_name': '__Host-directus_refresh_token' })
  t.after(() => stack.configure({ 'auth.cookie_secure': 'off', 'auth.session_cookie_name': 'directus_session_token', 'auth.refresh_cookie_name': 'directus_refresh_token' }))
}

test('in Chromium: a page of the same site works by cookie', async (t) => {
  await withHostCookies(t)
  const { email } = await client.enter()
  const app = await pageAt(t, 'app')
  assert.equal((await app.send('POST', '/auth/login', { body: { email, password: PASSWORD, mode: 'session' } })).status, 200)
  assert.equal((await app.send('GET', '/users/me')).body.data.email, email)
  const { status, body } = await app.send('POST', '/items/posts', { body: { title: 'by cookie' } })
  assert.equal(status, 200)
  assert.equal((await app.send('PATCH', `/items/posts/${body.data.id}`, { body: { title: 'changed' } })).body.data.title, 'changed')
  assert.equal((await app.send('POST', '/auth/refresh', { body: { mode: 'session' } })).status, 200)
  assert.equal((await app.send('POST', '/auth/logout', { body: { mode: 'session' } })).status, 204)
  assert.equal((await app.send('GET', '/users/me')).status, 401)
})

test('in Chromium: another host of the site plants no cookie', async (t) => {
  await withHostCookies(t)
  const mallory = await client.enter('mallory', { mode: 'session' })
  const stolen = Object.values(mallory.cookies).find((value) => value.includes('.'))
  const { email } = await client.enter()
  const app = await pageAt(t, 'app')
  const plant = () => app.page.evaluate((value) => {
    for (const name of ['directus_session_token', '__Host-directus_session_token']) document.cookie = `${name}=${value}; Domain=site.test; Path=/; Secure`
  }, stolen)
  await plant()
  assert.match((await app.context.cookies(`https://${API}:${port}`)).map(({ name }) => name).join(), /^directus_session_token$/, 'the browser takes the one that is not protected')
  assert.equal((await app.send('GET', '/users/me')).status, 401)
  assert.equal((await app.send('POST', '/auth/login', { body: { email, password: PASSWORD, mode: 'session' } })).status, 200)
  await plant()
  assert.equal((await app.send('GET', '/users/me')).body.data.email, email)
})

test('in Chromium: a page of another site that is allowed works by bearer token', async (t) => {
  await withHostCookies(t)
  const partner = await pageAt(t, 'partner')
  const other = { email: freshEmail(), password: PASSWORD }
  assert.equal((await partner.send('POST', '/users/register', { body: other })).status, 204)
  assert.equal((await partner.send('POST', '/auth/login', { body: { ...other, mode: 'session' } })).status, 403, 'no cookie is set from there')
  const { body: { data } } = await partner.send('POST', '/auth/login', { body: other })
  assert.equal((await partner.send('PATCH', '/users/me', { token: data.access_token, body: { first_name: 'Pat' } })).body.data.first_name, 'Pat')
  const renewed = await partner.send('POST', '/auth/refresh', { body: { mode: 'json', refresh_token: data.refresh_token } })
  assert.equal((await partner.send('POST', '/auth/logout', { body: { mode: 'json', refresh_token: renewed.body.data.refresh_token } })).status, 204)
  assert.equal((await partner.send('GET', '/users/me', { token: data.access_token })).status, 401)
})

test('in Chromium: a page that is not allowed reads nothing and changes nothing', async (t) => {
  await withHostCookies(t)
  await stack.configure({ 'auth.cookie_same_site': 'none' })
  t.after(() => stack.configure({ 'auth.cookie_same_site': null }))
  const { email, token } = await client.enter()
  const app = await pageAt(t, 'app')
  assert.equal((await app.send('POST', '/auth/login', { body: { email, password: PASSWORD, mode: 'session' } })).status, 200)
  const stranger = await pageAt(t, 'stranger', app.context)
  for (const [method, path, options] of [
    ['GET', '/users/me'], ['GET', '/users/me', { token }], ['PATCH', '/users/me', { body: { first_name: 'x' } }], ['POST', '/items/posts', { body: { title: 'forged' }, type: 'text/plain' }], ['POST', '/auth/logout', { body: { mode: 'session' }, type: 'text/plain' }],
  ]) assert.equal((await stranger.send(method, path, options)).status, 0, `${method} ${path}`)
  assert.equal(stack.psql("SELECT count(*) FROM auth.posts WHERE title = 'forged'"), '0')
  assert.equal((await app.send('GET', '/users/me')).status, 200, 'still signed in')
})
