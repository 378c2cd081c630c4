// What each setting changes over HTTP, at its edges.

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'
import { Client, SAME_SITE } from './client.mjs'
import { claimsOf, freshEmail, PASSWORD, until, untilAfter } from '../support.mjs'

let stack, client
before(async () => {
  stack = await startStack()
  client = new Client(stack)
})
after(() => stack.stop())

let changed = {}
async function set(settings) {
  const prefixed = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`auth.${name}`, value]))
  Object.assign(changed, prefixed)
  await stack.configure(prefixed)
}
afterEach(async () => {
  const names = Object.keys(changed)
  changed = {}
  if (names.length > 0) await stack.configure(Object.fromEntries(names.map((name) => [name, null])))
})

// PostgREST reads its part of the settings when it is told to.
async function reloadPostgrest(what, isSo) {
  stack.psql("NOTIFY pgrst, 'reload config'; NOTIFY pgrst, 'reload schema'")
  await until(what, isSo)
}

// Let time pass for every session, by moving them into the past.
const age = (interval) =>
  stack.psql(['refreshed_at', 'expires_at', 'not_after'].map((column) => `${column} = ${column} - interval '${interval}'`).reduce((all, one) => `${all}, ${one}`, 'UPDATE auth.sessions SET created_at = created_at'))
const me = (token) => client.get('/rpc/current_user', { token })
const refresh = (token) => client.call('refresh', { refresh_token: token })

test('cookies: every valid combination of settings sets and clears with the same attributes, every other is an error', async () => {
  const email = await client.register()
  let valid = 0
  let invalid = 0
  for (const prefix of ['__Host-', '__Secure-', ''])
    for (const domain of ['', 'example.org'])
      for (const secure of [true, false])
        for (const sameSite of ['Lax', 'Strict', 'None']) {
          const names = { session: `${prefix}sid`, cookie: `${prefix}rid` }
          const combination = JSON.stringify({ prefix, domain, secure, sameSite })
          await set({
            session_cookie_name: names.session, refresh_cookie_name: names.cookie,
            cookie_domain: domain, cookie_secure: secure, cookie_same_site: sameSite.toLowerCase(),
          })
          const isValid = secure ? prefix !== '__Host-' || domain === '' : prefix === '' && sameSite !== 'None'
          const attributes = [...(domain ? [`Domain=${domain}`] : []), 'HttpOnly', 'Max-Age=0', 'Path=/', `SameSite=${sameSite}`, ...(secure ? ['Secure'] : [])]
          const isCleared = (answer, name) => assert.deepEqual(answer.cookies, { [name]: { value: '', attributes } }, `${combination} ${answer.text}`)
          const lasting = ({ attributes }) => attributes.map((attribute) => attribute.replace(/^Max-Age=[1-9]\d*$/, 'Max-Age=0'))

          for (const [mode, name] of Object.entries(names)) {
            const login = await client.call('login', { email, password: PASSWORD, mode })
            if (!isValid) {
              assert.deepEqual([login.status, login.body.message, login.cookies], [500, `browsers would refuse the cookie "${name}"`, {}], combination)
              assert.match(login.body.details, /auth\.cookie_secure on/)
              invalid++
              continue
            }
            const cookies = { [name]: login.cookies[name].value }
            assert.deepEqual([Object.keys(login.cookies), lasting(login.cookies[name])], [[name, 'auth_device'], attributes], combination)
            assert.deepEqual(lasting(login.cookies.auth_device), attributes, combination)
            const renewed = await client.call('refresh', {}, { cookies, headers: SAME_SITE })
            assert.deepEqual([Object.keys(renewed.cookies), lasting(renewed.cookies[name])], [[name], attributes], combination)
            isCleared(await client.call('refresh', {}, { cookies: { [name]: 'x' }, headers: SAME_SITE }), name)
            const logout = await client.call('logout', {}, { cookies: { [name]: renewed.cookies[name].value }, headers: SAME_SITE })
            assert.deepEqual(logout.body, { sessions_ended: 1 }, combination)
            isCleared(logout, name)
            valid++
          }
        }
  assert.deepEqual([valid, invalid], [2 * 19, 2 * 17])
  assert.equal((await client.call('login', { email, password: PASSWORD })).status, 200, 'mode json sets no cookie, so none is refused')
})

test('cookies of one name would overwrite each other: an error', async () => {
  const email = await client.register()
  await set({ session_cookie_name: '__Host-sid', refresh_cookie_name: '__Host-sid' })
  for (const mode of ['session', 'cookie']) {
    const login = await client.call('login', { email, password: PASSWORD, mode })
    assert.deepEqual([login.status, login.body.message, login.cookies], [500, 'two cookies have the name "__Host-sid"', {}])
  }
})

test('cookies that can no longer be cleared keep no session alive', async () => {
  const email = await client.register()
  const enter = async () => ({ '__Host-auth_session': (await client.login(email, { mode: 'session' })).cookies['__Host-auth_session'].value })
  const [first, second] = [await enter(), await enter()]
  assert.equal((await client.call('refresh', {}, { cookies: second, headers: SAME_SITE })).status, 200)
  stack.psql("UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '1 min'")

  await set({ cookie_secure: 'off' })
  assert.deepEqual((await client.call('logout', {}, { cookies: first, headers: SAME_SITE })).body, { sessions_ended: 1 })
  assert.equal((await client.call('refresh', {}, { cookies: second, headers: SAME_SITE })).body.code, 'refresh_token_reused')
  assert.equal(stack.psql(`SELECT count(*) FROM auth.sessions JOIN auth.users u ON u.id = user_id WHERE email = '${email}'`), '0')
})

test('issuer: in every token, and a token of another one is refused', async () => {
  const email = await client.register()
  const { access_token: before } = await client.login(email)
  for (const issuer of ['https://example.org/auth', 'caf\u00e9 "quoted" \\']) {
    await set({ issuer })
    const { access_token: token } = await client.login(email)
    assert.equal(claimsOf(token).iss, issuer)
    assert.equal((await me(token)).status, 200)
    const answer = await me(before)
    assert.deepEqual([answer.status, answer.body.message], [401, 'invalid access token'])
  }
  await set({ issuer: null })
  assert.equal((await me(before)).status, 200)
})

test('audience: in every token, handed to PostgREST, and another one or none is refused', async () => {
  const email = await client.register()
  const login = async () => (await client.login(email)).access_token
  const refusal = async (token) => {
    const { status, body } = await me(token)
    return [status, body.message]
  }
  const without = await login()
  assert.equal('aud' in claimsOf(without), false)

  await set({ audience: 'a site' })
  const forASite = await login()
  assert.equal(claimsOf(forASite).aud, 'a site')
  await reloadPostgrest('tokens for a site are accepted', async () => (await me(forASite)).status === 200)
  assert.deepEqual(await refusal(without), [401, 'invalid access token'])

  await set({ audience: 'another site' })
  const forAnother = await login()
  await reloadPostgrest('tokens for another site are accepted', async () => (await me(forAnother)).status === 200)
  assert.deepEqual(await refusal(without), [401, 'invalid access token'])
  // by PostgREST, before the database is asked
  const refused = await me(forASite)
  assert.equal(refused.status, 401)
  assert.match(refused.body.code, /^PGRST30[13]$/)

  await set({ audience: '' })
  await reloadPostgrest('tokens for nobody are accepted', async () => (await me(without)).status === 200)
  assert.deepEqual(await refusal(forAnother), [401, 'invalid access token'])
})

test('exposed_schemas: what PostgREST serves, the first by default', async () => {
  const status = async (profile) => (await client.get('/rpc/jwks', profile ? { headers: { 'accept-profile': profile } } : {})).status
  assert.deepEqual([await status(), await status('auth'), await status('public')], [200, 200, 404])
  await set({ exposed_schemas: 'auth' })
  await reloadPostgrest('public is closed', async () => (await status('public')) === 406)
  assert.deepEqual([await status(), await status('auth'), await status('auth_private')], [200, 200, 406])
  await set({ exposed_schemas: 'public, auth' })
  await reloadPostgrest('public is the default', async () => (await status()) === 404)
  assert.deepEqual([await status('auth'), await status('public'), await status('auth_private')], [200, 404, 406])
  await set({ exposed_schemas: null })
  await reloadPostgrest('auth is the default', async () => (await status()) === 200)
})

test('client_address_header: the address that the header names, and none otherwise', async () => {
  const email = await client.register()
  const address = async (headers) => {
    await client.call('login', { email, password: PASSWORD }, { headers })
    return stack.psql('SELECT ip FROM auth.sessions ORDER BY created_at DESC LIMIT 1')
  }
  const spellings = {
    '192.0.2.1': '192.0.2.1', '2001:DB8:0:0:0:0:0:1': '2001:db8::1', '::ffff:192.0.2.1': '192.0.2.1', '::1': '::1',
    'nonsense': '', '192.0.2.1, 192.0.2.2': '', '192.0.2.1:443': '', '[2001:db8::1]': '', 'fe80::1%eth0': '', '192.0.2': '', '192.0.2.256': '', '0x7f.1': '', '192.0.2.1/24': '',
  }
  for (const [text, expected] of Object.entries(spellings)) assert.equal(await address({ 'x-real-ip': text }), expected, text)
  assert.equal(await address({}), '')
  assert.equal(await address({ 'x-forwarded-for': '192.0.2.1' }), '')

  await set({ client_address_header: 'cf-connecting-ip' })
  assert.equal(await address({ 'CF-Connecting-IP': '192.0.2.3', 'x-real-ip': '192.0.2.1' }), '192.0.2.3')
  assert.equal(await address({ 'x-real-ip': '192.0.2.1' }), '')
  await set({ client_address_header: '' })
  assert.equal(await address({ 'x-real-ip': '192.0.2.1', 'cf-connecting-ip': '192.0.2.3' }), '')

  // nobody gets another address, and so new attempts, by naming one
  stack.psql('TRUNCATE auth_private.login_attempts')
  const codes = []
  for (let i = 0; i < 5; i++) codes.push((await client.call('login', { email: 'nobody@example.org', password: 'x' }, { headers: { 'x-real-ip': `192.0.2.${i}` } })).body.code)
  stack.psql("UPDATE auth_private.login_attempts SET last_at = clock_timestamp() + interval '1 min'")
  codes.push((await client.call('login', { email: 'nobody@example.org', password: 'x' }, { headers: { 'x-real-ip': '192.0.2.9' } })).body.code)
  assert.deepEqual(codes, [...Array(5).fill('invalid_credentials'), 'too_many_attempts'])
  stack.psql('TRUNCATE auth_private.login_attempts')
})

test('default_role: the role of new accounts and of their tokens; a misspelt one opens no account', async () => {
  await stack.define('CREATE ROLE "Back Office" NOLOGIN; GRANT authenticated TO "Back Office"; GRANT "Back Office" TO authenticator')
  const old = await client.enter()
  await set({ default_role: 'Back Office' })
  const user = await client.enter()
  assert.deepEqual([claimsOf(user.token).role, (await me(user.token)).body.role], ['Back Office', 'Back Office'])
  assert.equal((await me(old.token)).body.role, 'authenticated')

  await set({ default_role: 'back office' })
  const email = freshEmail()
  const answer = await client.call('register_user', { email, password: PASSWORD })
  assert.deepEqual([answer.status, answer.body.message], [400, 'role "back office" does not exist'])
  assert.equal(stack.psql(`SELECT count(*) FROM auth.users WHERE email = '${email}'`), '0')
})

test('access_token_ttl and session_token_ttl: how long tokens say that they are good', async () => {
  const email = await client.register()
  for (const seconds of [1, 61, 86_400]) {
    await set({ access_token_ttl: seconds, session_token_ttl: seconds })
    for (const mode of ['json', 'cookie']) {
      const answer = await client.login(email, { mode })
      const { exp, iat } = claimsOf(answer.access_token)
      assert.deepEqual([exp - iat, answer.expires, answer.expires_at], [seconds, seconds * 1000, exp], mode)
    }
    const session = await client.login(email, { mode: 'session' })
    const { value, attributes } = session.cookies['__Host-auth_session']
    const { exp, iat } = claimsOf(value)
    assert.deepEqual([exp - iat, session.expires, session.expires_at], [seconds, seconds * 1000, exp])
    assert.ok(attributes.includes(`Max-Age=${seconds}`), attributes.join())
  }
})

test('session_token_ttl: a session cookie that has expired neither reads nor renews, one renewed in time does', async () => {
  await set({ session_token_ttl: '2s' })
  const { cookies, expires_at: expiresAt } = await client.login(await client.register(), { mode: 'session' })
  const expired = { '__Host-auth_session': cookies['__Host-auth_session'].value }
  await set({ session_token_ttl: null })
  const renewed = await client.call('refresh', {}, { cookies: expired, headers: SAME_SITE })
  const next = { '__Host-auth_session': renewed.cookies['__Host-auth_session'].value }
  await untilAfter(expiresAt * 1000)
  assert.equal((await client.get('/rpc/current_user', { cookies: expired })).status, 401)
  const refused = await client.call('refresh', {}, { cookies: expired, headers: SAME_SITE })
  assert.deepEqual([refused.status, refused.body.code, refused.cookies['__Host-auth_session'].value], [401, 'invalid_refresh_token', ''])
  assert.equal((await client.get('/rpc/current_user', { cookies: next })).status, 200)
})

// Far enough from the edge for a slow machine, close enough to be nothing else's.
const JUST_BEFORE = 10

for (const [mode, setting] of [['json', 'refresh_token_ttl'], ['session', 'session_token_ttl']])
  test(`${setting}: a session in mode ${mode} ends when it was not refreshed for so long, and each refresh starts it anew`, async () => {
    await set({ [setting]: 3600, session_max_age: '1d' })
    const email = await client.register()
    const login = await client.login(email, { mode })
    const tokens = ({ body, cookies }) => ({ token: body.refresh_token, cookies: { '__Host-auth_session': cookies['__Host-auth_session']?.value } })
    let held = tokens({ body: login, cookies: login.cookies })
    const renew = () => (mode === 'json' ? refresh(held.token) : client.call('refresh', {}, { cookies: held.cookies, headers: SAME_SITE }))
    for (let i = 0; i < 3; i++) {
      age(`${3600 - JUST_BEFORE} s`)
      const answer = await renew()
      assert.equal(answer.status, 200, answer.text)
      held = tokens(answer)
    }
    age('3600 s')
    assert.equal((await renew()).body.code, 'invalid_refresh_token')
    const answer = mode === 'json' ? await me(login.access_token) : await client.get('/rpc/current_user', { cookies: held.cookies })
    assert.deepEqual([answer.status, answer.body.message], [401, 'session has ended'])
  })

test('session_max_age: an end that no refresh extends', async () => {
  await set({ session_max_age: 7200, refresh_token_ttl: 3600 })
  const user = await client.enter()
  let { refreshToken: token } = user
  for (const minutes of [50, 50]) {
    age(`${minutes} min`)
    token = (await refresh(token)).body.refresh_token
  }
  age(`${20 * 60 - JUST_BEFORE} s`)
  const last = await refresh(token)
  assert.equal(last.status, 200)
  const left = last.body.expires / 1000
  assert.ok(left > 0 && left <= JUST_BEFORE, `an access token outlives its session: ${left} s`)
  assert.equal((await me(last.body.access_token)).status, 200)
  age(`${JUST_BEFORE} s`)
  assert.equal((await refresh(last.body.refresh_token)).body.code, 'invalid_refresh_token')
  const answer = await me(user.token)
  assert.deepEqual([answer.status, answer.body.message], [401, 'session has ended'])

  // a greatest age below the idle time: the cookie says so
  await set({ session_max_age: 600, session_token_ttl: 3600 })
  for (const [mode, name] of [['cookie', '__Host-auth_refresh'], ['session', '__Host-auth_session']]) {
    const { attributes } = (await client.login(user.email, { mode })).cookies[name]
    const maxAge = Number(attributes.find((attribute) => attribute.startsWith('Max-Age=')).slice(8))
    assert.ok(maxAge > 500 && maxAge <= 600, `${mode}: Max-Age=${maxAge}`)
  }
})

test('refresh_grace: within it the same successor, after it a theft', async () => {
  for (const grace of [60, 300]) {
    await set({ refresh_grace: grace })
    const { refreshToken } = await client.enter()
    const first = await refresh(refreshToken)
    age(`${grace - JUST_BEFORE} s`)
    assert.equal((await refresh(refreshToken)).body.refresh_token, first.body.refresh_token)
    age(`${JUST_BEFORE} s`)
    assert.equal((await refresh(refreshToken)).body.code, 'refresh_token_reused')
    assert.equal((await refresh(first.body.refresh_token)).body.code, 'invalid_refresh_token')
  }
  await set({ refresh_grace: 0 })
  const { refreshToken } = await client.enter()
  assert.equal((await refresh(refreshToken)).status, 200)
  assert.equal((await refresh(refreshToken)).body.code, 'refresh_token_reused')
})

test('max_sessions: the hundred and first ends the oldest', async () => {
  const user = await client.enter()
  const count = () => Number(stack.psql(`SELECT count(*) FROM auth.sessions WHERE user_id = '${user.id}'`))
  stack.psql(`INSERT INTO auth.sessions (user_id, refreshed_at, expires_at, not_after)
    SELECT '${user.id}', now(), now() + interval '1 h', now() + interval '1 h' FROM generate_series(1, 99)`)
  assert.deepEqual([count(), (await me(user.token)).status], [100, 200])
  const { access_token: next } = await client.login(user.email)
  assert.deepEqual([count(), (await me(user.token)).status, (await me(next)).status], [100, 401, 200])

  await set({ max_sessions: 1 })
  const { access_token: only } = await client.login(user.email)
  assert.deepEqual([count(), (await me(next)).status, (await me(only)).status], [1, 401, 200])
})

test('max_sessions: thirty-two sign-ins at once leave no more', async () => {
  await set({ max_sessions: 5, max_concurrent_hashes: 32, hash_wait_timeout: '60s', password_memory: '8MB', password_passes: 1 })
  const email = await client.register()
  // between the new session and the end of the oldest, so that sign-ins that do not wait for each other overlap
  stack.psql(`CREATE FUNCTION public.linger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$;
    CREATE TRIGGER linger AFTER INSERT ON auth.sessions FOR EACH ROW EXECUTE FUNCTION public.linger()`)
  const connections = Array.from({ length: 32 }, () => new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database }))
  await Promise.all(connections.map((connection) => connection.connect()))
  await Promise.all(connections.map((connection) => connection.query('SET ROLE anon; SELECT auth.uid()')))
  const answers = await Promise.all(connections.map((connection) => connection.query('SELECT auth.login($1, $2) AS answer', [email, PASSWORD])))
  assert.ok(answers.every(({ rows: [{ answer }] }) => answer.access_token))
  assert.equal(stack.psql(`SELECT count(*) FROM auth.sessions JOIN auth.users u ON u.id = user_id WHERE email = '${email}'`), '5')
  stack.psql('DROP FUNCTION public.linger CASCADE')
  await Promise.all(connections.map((connection) => connection.end()))
})

// A slot to hash in is a lock of a kind that SQL cannot take.
const HELD_SLOTS = "SELECT json_agg(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 3 AND granted"
const holders = () => JSON.parse(stack.psql(HELD_SLOTS) || '[]')

test('max_concurrent_hashes: so many hash at once, and no more', async () => {
  await set({ max_concurrent_hashes: 3, hash_wait_timeout: '60s', password_memory: '64MB', password_passes: 4 })
  // only a registration costs what the settings say now: a sign-in costs what they said when its account came
  const registrations = Promise.all(Array.from({ length: 12 }, () => client.register()))
  let isDone = false
  registrations.finally(() => (isDone = true))
  let most = 0
  while (!isDone) {
    most = Math.max(most, holders().length)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.equal(most, 3)
  await registrations
})

test('hash_wait_timeout: who gets no turn waits so long, and is then told that the server is busy', async () => {
  await set({ max_concurrent_hashes: 1, password_memory: '256MB', password_passes: 16 })
  const slow = client.register()
  let pid
  await until('the only slot is taken', () => ([pid] = holders()).length > 0)
  process.kill(pid, 'SIGSTOP')
  const resume = () => {
    if (pid) process.kill(pid, 'SIGCONT')
    pid = undefined
  }
  try {
    await set({ hash_wait_timeout: 400 })
    const began = Date.now()
    const answer = await client.call('login', { email: freshEmail(), password: 'x' })
    assert.deepEqual([answer.status, answer.body.code], [429, 'server_busy'])
    assert.ok(Date.now() - began >= 400)
    await set({ hash_wait_timeout: '60s', password_memory: '8MB', password_passes: 1 })
    const patient = client.call('login', { email: freshEmail(), password: 'x' })
    await until('another one waits', () => stack.psql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") === '1')
    resume()
    assert.equal((await patient).status, 401)
    stack.psql(`DELETE FROM auth.users WHERE email = '${await slow}'`) // nobody's stand-in is to be so slow
  } finally {
    resume()
  }
})

test("a connection cannot replace the operator's settings, and not even bring back the defaults", async () => {
  // the superuser's values, other than the defaults
  const settings = JSON.parse(stack.psql(`LOAD 'auth'; SELECT json_object_agg(substr(name, 6),
    CASE vartype WHEN 'integer' THEN max_val WHEN 'bool' THEN CASE setting WHEN 'on' THEN 'off' ELSE 'on' END WHEN 'enum' THEN 'strict'
      ELSE CASE WHEN name LIKE '%key_file' OR name LIKE 'auth.path_%' THEN '/operator' WHEN name = 'auth.site_url' THEN 'https://operator' ELSE 'operator' END END)
    FROM pg_settings WHERE name LIKE 'auth.%'`))
  assert.ok(Object.keys(settings).length > 20)
  await set(settings)
  const connect = async (options) => {
    const connection = new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database, options })
    await connection.connect()
    await connection.query('SET ROLE anon')
    return connection
  }
  const holds = async (connection) => {
    await connection.query('SELECT auth.uid()')
    const { rows } = await connection.query("SELECT substr(name, 6) AS name, setting FROM pg_settings WHERE name LIKE 'auth.%'")
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
  }

  const plain = await connect()
  assert.deepEqual(await holds(plain), settings)
  await plain.end()

  // in the options of the connection: there is no library in such a session
  for (const name of Object.keys(settings))
    for (const spelling of [`auth.${name}`, `AUTH.${name.toUpperCase()}`]) {
      const connection = await connect(`-c ${spelling}=1`)
      for (let i = 0; i < 2; i++)
        await assert.rejects(connection.query("SELECT auth.register_user('a@example.org', 'x')"), { code: '42501', message: `permission denied to set parameter "auth.${name}"` })
      await connection.end()
    }
  // for whole transactions or a part of them, before the library is loaded
  for (const way of ['SET', 'SET LOCAL', 'SET SESSION'])
    for (const end of ['COMMIT', 'ROLLBACK']) {
      const connection = await connect()
      await connection.query('BEGIN')
      for (const name of Object.keys(settings)) await connection.query(`${way} auth.${name} = '1'`)
      await connection.query('SAVEPOINT a')
      for (const name of Object.keys(settings)) await connection.query(`${way} auth.${name} = '2'`)
      assert.deepEqual(await holds(connection), settings, way)
      await connection.query('ROLLBACK TO a')
      assert.deepEqual(await holds(connection), settings, way)
      await connection.query(end)
      for (const after of ['SELECT', 'RESET ALL', 'DISCARD ALL', 'SET ROLE anon']) {
        await connection.query(after)
        assert.deepEqual(await holds(connection), settings, `${way}, ${end}, ${after}`)
      }
      await connection.end()
    }
})

test('a superuser may bring settings along', () => {
  const env = { ...stack.env, PGOPTIONS: '-c auth.refresh_grace=20s' }
  assert.equal(stack.execute('psql', ['-X', '-q', '-A', '-t', '-c', "LOAD 'auth'", '-c', 'SHOW auth.refresh_grace'], { env }).trim(), '20s')
})
