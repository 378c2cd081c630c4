// What is served, how long it may take, and who is counted for whom.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'
import { freshEmail, PASSWORD, until } from '../support.mjs'
import { Client, SAME_SITE } from './client.mjs'

let stack, client
before(async () => {
  stack = await startStack()
  client = new Client(stack)
})
after(() => stack.stop())

test('functions that are there for SQL are not served, and what reads takes no filter', async () => {
  const user = await client.enter()
  for (const token of [undefined, user.token]) {
    const functions = { uid: {}, session_id: {}, role: {}, authenticate: { token: 'x' }, pre_request: {}, protection: { target_table: 'auth.posts' } }
    for (const [name, body] of Object.entries(functions))
      for (const answer of [await client.call(name, body, { token }), await client.get(`/rpc/${name}?${new URLSearchParams(body)}`, { token })])
        assert.deepEqual([answer.status, answer.body.code], [404, 'PT404'], `${name}: ${answer.text}`)
    const evil = 'match.((x%3F){1,40}){1,40}z'
    for (const query of [`pgrst_scalar-%3E%3Ekeys=${evil}`, 'select=pgrst_scalar-%3E%3Ekeys', 'order=pgrst_scalar', 'pgrst_scalar=is.null'])
      for (const name of ['jwks', 'current_user']) {
        const answer = await client.get(`/rpc/${name}?${query}`, { token })
        if (name === 'current_user' && !token) assert.ok([400, 401].includes(answer.status), answer.text)
        else assert.equal(answer.status, 400, `${name}?${query}: ${answer.text}`)
      }
    assert.equal((await client.get('/rpc/jwks', { token })).status, 200)
  }
  assert.equal((await client.get('/rpc/current_user', { token: user.token })).status, 200)
})

test('an encoded path is the same path', async () => {
  const user = await client.enter()
  const hex = (name, i) => name.charCodeAt(i).toString(16)
  const encoded = (name) => [...name].flatMap((_, i) => [hex(name, i), hex(name, i).toUpperCase()].map((digits) => `${name.slice(0, i)}%${digits}${name.slice(i + 1)}`))
  for (const name of ['uid', 'session_id', 'role', 'pre_request'])
    for (const path of [`/r%70c/${name}`, ...encoded(name).map((spelling) => `/rpc/${spelling}`)])
      assert.equal((await client.get(path, { token: user.token })).status, 404, path)
  for (const name of ['jwks', 'current_user'])
    for (const path of encoded(name))
      assert.equal((await client.get(`/rpc/${path}?pgrst_scalar=is.null`, { token: user.token })).status, 400, path)
  // what is not an encoded byte is left to PostgREST, and nothing breaks
  for (const path of ['/rpc/%', '/rpc/%u', '/rpc/%zzid', '/rpc/%00', '/rpc/uid%00', '/rpc//uid', '//rpc/uid', '/rpc%2Fuid', '/%'])
    assert.ok([400, 404].includes((await client.get(path, { token: user.token })).status), path)
  assert.equal((await client.get('/rpc/%6awks')).status, 200)
  // and a body that PostgreSQL cannot read is not quoted in the log
  for (const path of encoded('login')) await client.send('POST', `/rpc/${path}`, { body: '{"email":"a@example.org","password":"CANARY\\u0000"}' })
  assert.doesNotMatch(readFileSync(stack.postgres.logFile, 'utf8'), /CANARY/)
})

test("a form on another site's page makes no call, and its guesses are not counted for the visitor", async () => {
  const email = await client.register()
  const form = new URLSearchParams({ email, password: 'wrong' }).toString()
  const answer = (headers, body = form) => client.send('POST', '/rpc/login', { body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }, { origin: 'null' }])
    assert.deepEqual([(await answer(headers)).status, (await answer(headers)).body.code], [403, 'PT403'])
  // the site's own forms, and programs, which say nothing
  for (const headers of [SAME_SITE, {}]) assert.equal((await answer(headers)).status, 401)
  // what a page of another site can send only if PostgREST lets it: JSON, with a token of its own
  assert.equal((await client.call('login', { email, password: PASSWORD }, { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://app.example' } })).status, 200)
})

test('PostgREST does not describe the database to anybody who asks, unless it is to', async () => {
  assert.equal((await client.get('/')).status, 404)
  await stack.configure({ 'auth.openapi_enabled': true })
  stack.psql("NOTIFY pgrst, 'reload config'")
  await until('it describes it', async () => (await client.get('/')).status === 200)
  await stack.configure({ 'auth.openapi_enabled': null })
  stack.psql("NOTIFY pgrst, 'reload config'")
  await until('it does no longer', async () => (await client.get('/')).status === 404)
})

test('they go on being usable in a site\'s own views and functions', async () => {
  const user = await client.enter()
  await stack.define(`
    CREATE VIEW public.me AS SELECT auth.current_user() ->> 'email' AS email, auth.uid() AS id, auth.role() AS role;
    GRANT SELECT ON public.me TO authenticated`)
  const answer = await client.get('/me?select=email,id&email=like.*example.org&order=id', { token: user.token, headers: { 'accept-profile': 'public' } })
  assert.deepEqual(answer.body, [{ email: user.email, id: user.id }])
})

test('a request that would take minutes is ended, for both roles', async () => {
  const user = await client.enter()
  await stack.define(`
    CREATE FUNCTION public.linger(seconds float) RETURNS text LANGUAGE sql AS 'SELECT pg_sleep(seconds)::text';
    GRANT EXECUTE ON FUNCTION public.linger TO anon, authenticated`)
  assert.equal(stack.psql("SELECT count(*) FROM pg_roles WHERE rolname IN ('anon', 'authenticated') AND 'statement_timeout=10s' = ANY (rolconfig)"), '2')
  stack.psql("ALTER ROLE anon SET statement_timeout = '300ms'; ALTER ROLE authenticated SET statement_timeout = '400ms'")
  stack.psql("NOTIFY pgrst, 'reload config'")
  const linger = (seconds, token) => client.send('POST', '/rpc/linger', { token, body: { seconds }, headers: { 'content-profile': 'public' } })
  await until('PostgREST knows the limits', async () => (await linger(1)).status === 500 && (await linger(1, user.token)).status === 500)
  for (const token of [undefined, user.token]) {
    const answer = await linger(600, token)
    assert.deepEqual([answer.status, answer.body.code], [500, '57014'])
  }
  stack.psql("ALTER ROLE anon SET statement_timeout = '10s'; ALTER ROLE authenticated SET statement_timeout = '10s'; NOTIFY pgrst, 'reload config'")
  await until('PostgREST knows the old limits', async () => (await linger(1)).status === 200 && (await linger(1, user.token)).status === 200)
})

test("a site's own function of the name of a call runs with the identity of its caller", async () => {
  const user = await client.enter()
  await stack.define(`
    CREATE FUNCTION public.login() RETURNS text LANGUAGE sql STABLE AS 'SELECT coalesce(auth.uid()::text, $$nobody$$)';
    GRANT EXECUTE ON FUNCTION public.login() TO anon, authenticated`)
  const call = async (options) => (await client.send('POST', '/rpc/login', { body: {}, headers: { 'content-profile': 'public' }, ...options })).body
  assert.equal(await call({ token: user.token }), user.id)
  assert.equal(await call({}), 'nobody')
  const dead = await client.enter()
  await client.call('logout', { refresh_token: dead.refreshToken })
  assert.equal((await call({ token: dead.token })).code, 'PT401')
  assert.equal((await client.call('login', { email: user.email, password: PASSWORD }, { token: dead.token })).status, 200, 'the call itself needs no identity')
})

test('an answer to a cookie is not for caches that serve others', async () => {
  const { cookies } = await client.login(await client.register(), { mode: 'session' })
  const session = { '__Host-auth_session': cookies['__Host-auth_session'].value }
  for (const path of ['/posts', '/rpc/current_user', '/users']) {
    const { headers } = await client.get(path, { cookies: session })
    assert.equal(headers.get('cache-control'), 'private, no-cache', path)
    assert.match(headers.get('vary') ?? '', /Cookie/, path)
  }
})

test('a session cookie gives way to its successor, as a refresh token does', async () => {
  const email = await client.register()
  const { cookies } = await client.login(email, { mode: 'session' })
  const old = { '__Host-auth_session': cookies['__Host-auth_session'].value }
  const renewed = await client.call('refresh', {}, { cookies: old, headers: SAME_SITE })
  const next = { '__Host-auth_session': renewed.cookies['__Host-auth_session'].value }
  assert.equal((await client.get('/rpc/current_user', { cookies: old })).status, 200, 'for those that are under way')
  stack.psql("UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '1 min'")
  const answer = await client.get('/rpc/current_user', { cookies: old })
  assert.deepEqual([answer.status, answer.body.details], [401, 'access_token_expired'])
  assert.equal((await client.get('/rpc/current_user', { cookies: next })).status, 200)
})

test('a device is known by its cookie, or by the token of the body', async (t) => {
  const email = await client.register()
  const from = (address, options = {}) => ({ headers: { 'x-real-ip': address }, ...options })
  const login = (mode, options, more = {}) => client.call('login', { email, password: PASSWORD, mode, ...more }, options)
  const first = await login('session', from('192.0.2.1'))
  const device = { auth_device: first.cookies.auth_device.value }
  const { body } = await login('json', from('192.0.2.1'))
  assert.match(body.device_token, /^auth_dt_/)

  const holdUp = () => stack.psql("UPDATE auth_private.login_attempts SET failures = 1000, last_at = clock_timestamp() + interval '30 min' WHERE failures > 0")
  assert.equal((await client.call('login', { email, password: 'wrong' }, from('198.51.100.1'))).status, 401)
  holdUp()
  t.after(() => stack.psql('TRUNCATE auth_private.login_attempts'))
  assert.equal((await login('json', from('198.51.100.2'))).status, 429)
  for (const mode of ['json', 'cookie', 'session']) {
    const answer = await login(mode, from('198.51.100.2', { cookies: device }))
    assert.equal(answer.status, 200, answer.text)
    // the same device, with the time of this sign-in
    const idOf = (token) => token.slice(0, 29)
    assert.equal(idOf(mode === 'json' ? answer.body.device_token : answer.cookies.auth_device.value), idOf(device.auth_device))
    holdUp()
  }
  assert.equal((await login('json', from('198.51.100.2'), { device_token: body.device_token })).status, 200)
  await client.call('logout', {}, { cookies: { ...device, '__Host-auth_session': first.cookies['__Host-auth_session'].value }, headers: SAME_SITE })
    .then((answer) => assert.equal(answer.cookies.auth_device, undefined, 'signing out leaves it'))
})

test('one client has a share of the queue for hashes, and the others the rest', async () => {
  await stack.configure({ 'auth.max_concurrent_hashes': 1, 'auth.max_waiting_hashes': 20, 'auth.max_waiting_hashes_per_address': 3, 'auth.hash_wait_timeout': '60s' })
  // whoever hashes is stopped, so that the queue stands
  const places = async (kind) => Number(stack.psql(`SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = 0 AND objsubid = ${kind}`))
  const blocker = new pg.Client({ host: stack.socketDirectory, user: 'postgres', database: stack.database })
  await blocker.connect()
  await blocker.query("SELECT auth.uid(); SET auth.password_memory = '512MB'; SET auth.password_passes = 4")
  const { pid } = (await blocker.query('SELECT pg_backend_pid() AS pid')).rows[0]
  const blocked = blocker.query('SELECT auth.register_user($1, $2)', [freshEmail(), PASSWORD]).catch((error) => error)
  await until('somebody hashes', async () => (await places(3)) === 1)
  process.kill(pid, 'SIGSTOP')
  try {
    const register = (address) => client.call('register_user', { email: freshEmail(), password: PASSWORD }, { headers: { 'x-real-ip': address } })
    // each from a network of its own, all of which one customer of a provider may have
    const greedy = Array.from({ length: 10 }, (_, n) => register(`2001:db8:1:${n}::1`))
    const refused = []
    for (const answer of greedy) answer.then((one) => refused.push(one))
    await until('seven are refused', () => refused.length === 7)
    for (const answer of refused) assert.deepEqual([answer.status, answer.body.code], [429, 'server_busy'])
    const others = [1, 2, 3].map((n) => register(`192.0.2.${n}`))
    await until('the others wait in line', async () => (await places(4)) === 7)
    process.kill(pid, 'SIGCONT')
    stack.psql(`SELECT pg_cancel_backend(${pid})`)
    for (const answer of await Promise.all([...others, ...greedy])) assert.ok([200, 429].includes(answer.status), answer.text)
    for (const answer of await Promise.all(others)) assert.equal(answer.status, 200)
  } finally {
    process.kill(pid, 'SIGCONT')
    await blocked
    await blocker.end()
  }
  assert.deepEqual([await places(3), await places(4), await places(5)], [0, 0, 0])
  await stack.configure({ 'auth.max_concurrent_hashes': null, 'auth.max_waiting_hashes': null, 'auth.max_waiting_hashes_per_address': null, 'auth.hash_wait_timeout': null })
})

test('refusals without end leave a row of the audit log a second, and no counter', async () => {
  const email = await client.register()
  for (let i = 0; i < 5; i++) await client.call('login', { email, password: 'wrong' }, { headers: { 'x-real-ip': '192.0.2.60' } })
  stack.psql("UPDATE auth_private.login_attempts SET failures = 1000, last_at = clock_timestamp() + interval '30 min'")
  const rows = () => Number(stack.psql("SELECT count(*) FROM auth_private.login_attempts"))
  const events = () => Number(stack.psql("SELECT count(*) FROM auth_private.audit_log"))
  const before = [rows(), events()]
  const began = Date.now()
  for (let i = 0; i < 300; i++) assert.equal((await client.call('login', { email, password: 'wrong' }, { headers: { 'x-real-ip': `198.51.100.${i % 250}` } })).status, 429)
  const seconds = (Date.now() - began) / 1000
  // each of PostgREST's connections, each second at most
  const connections = Number(stack.psql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'authenticator'"))
  assert.equal(rows(), before[0])
  assert.ok(events() - before[1] <= connections * (seconds + 1), `${events() - before[1]} rows in ${seconds} s on ${connections} connections`)
  stack.psql('TRUNCATE auth_private.login_attempts')
})

test('bytes that are no text come in by no option of a connection', async () => {
  const email = await client.register()
  const login = (options) => {
    // psql as its user would start it: the shell makes bytes that no string of ours can hold
    const script = `PGOPTIONS="$(printf '%b' "$0")" exec "$1" -X -q -A -t -U postgres -d "$2" -c "SELECT auth.login('${email}', '${PASSWORD}') ? 'access_token'"`
    try {
      return execFileSync('bash', ['-c', script, options, join(stack.bindir, 'psql'), stack.database], { env: stack.env, uid: stack.user.uid, gid: stack.user.gid, cwd: '/', encoding: 'utf8', stdio: 'pipe' }).trim()
    } catch (error) {
      return error.stderr
    }
  }
  for (const bytes of ['UUU\\360', '\\377', 'a\\300\\200', 'a\\355\\240\\200'])
    for (const setting of ['request.headers', 'request.cookies']) {
      const option = `-c ${setting}={\\042user-agent\\042:\\042${bytes}\\042}`
      assert.equal(login(option), 't', option)
      assert.match(login(`${option} -c request.method=POST`), /a request header cannot be read/, option)
    }
  assert.equal(login('-c request.headers={\\042user-agent\\042:\\042caf\\303\\251\\042}'), 't')
  const agents = stack.psql(`SELECT coalesce(user_agent, 'none'), count(*) FROM auth.sessions JOIN auth.users u ON u.id = user_id WHERE email = '${email}' GROUP BY 1 ORDER BY 1`)
  assert.equal(agents, 'caf\u00e9|1\nnone|8')
  assert.equal(stack.psql("SELECT count(*) FROM auth_private.audit_log WHERE user_agent ~ '[^ -~\u00e9]'"), '0')
})
