// Passwords, tokens and keys are in no log, no statistics, no message and no copy; the same searches find what is there.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'
import { Client, SAME_SITE } from '../http/client.mjs'
import { freshEmail, until } from '../support.mjs'

// Everything that a server can be asked to say, short of the developer options.
const TALKATIVE = {
  log_statement: 'all', log_duration: 'on', log_min_duration_statement: 0, log_min_messages: 'debug5', log_min_error_statement: 'debug5',
  log_error_verbosity: 'verbose', log_parameter_max_length: -1, log_parameter_max_length_on_error: -1,
  log_lock_waits: 'on', deadlock_timeout: '50ms', log_temp_files: 0, track_activity_query_size: 65536, track_functions: 'all',
  'auto_explain.log_min_duration': 0, 'auto_explain.log_analyze': 'on', 'auto_explain.log_verbose': 'on',
  'auto_explain.log_nested_statements': 'on', 'auto_explain.log_triggers': 'on',
  'pg_stat_statements.track': 'all', 'pg_stat_statements.track_utility': 'on',
}
const NOT_AT_RELOAD = ['track_activity_query_size']
const QUIET = { log_statement: 'none', log_duration: 'off', log_min_duration_statement: -1, log_min_messages: 'warning', 'auto_explain.log_min_duration': -1 }

let stack, client, operator, keyFile, sampler
const copies = {}
before(async () => {
  stack = await startStack({ extension: false, postgrest: false, settings: { shared_preload_libraries: 'pg_stat_statements,auto_explain', track_activity_query_size: TALKATIVE.track_activity_query_size, wal_keep_size: '1GB' } })
  // The keys of this database are not sealed: they show that keys would be found.
  stack.execute('createdb', ['unsealed'])
  stack.psql('SET client_min_messages = warning; CREATE EXTENSION auth CASCADE', { database: 'unsealed' })
  for (const key of keysOf('unsealed')) keep('key of the other database', key)

  keyFile = join(stack.makeOwnDirectory('secret'), 'key')
  const key = randomBytes(32)
  writeFileSync(keyFile, key, { mode: 0o600 })
  if (stack.user.uid !== undefined) chownSync(keyFile, stack.user.uid, stack.user.gid)
  keep('content of the key file', key)
  await stack.configure({ 'auth.key_file': keyFile })
  stack.psql('SET client_min_messages = warning; CREATE EXTENSION auth CASCADE; CREATE EXTENSION pg_stat_statements')
  // what the extension gave to the role is stronger than what the database says
  stack.psql('ALTER DATABASE app SET log_parameter_max_length = -1; ALTER DATABASE app SET log_parameter_max_length_on_error = -1')
  await stack.startPostgrest({ PGRST_LOG_LEVEL: 'info' })
  client = new RecordingClient(stack)
  operator = await connect('postgres', QUIET)
})
after(async () => {
  await sampler?.stop()
  await operator?.end()
  await stack.stop()
})

// What must not be found, by what it is, in every spelling.
const secrets = new Map()
function keep(what, secret) {
  if (!secrets.has(what)) secrets.set(what, new Set())
  for (const spelling of spellings(secret)) secrets.get(what).add(spelling)
  return secret
}
const password = (what) => keep(what, `canary-${randomBytes(6).toString('hex')}`)

function keepToken(token) {
  const isAccessToken = token.startsWith('eyJ')
  const what = isAccessToken ? 'access token' : 'refresh token'
  const proof = isAccessToken ? Buffer.from(token.split('.')[2], 'base64url') : Buffer.from(token.slice('auth_rt_'.length), 'base64url').subarray(-32)
  keep(what, token)
  keep(`what proves the ${what}`, proof)
}

// As it is, in hex, and in base64 at each of the three places where it may begin inside of something longer.
function spellings(secret) {
  const bytes = Buffer.from(secret)
  const inBase64 = [0, 1, 2].map((start) => bytes.subarray(start, bytes.length - (bytes.length - start) % 3))
  return [
    bytes.toString('latin1'), bytes.toString('hex'), bytes.toString('hex').toUpperCase(),
    ...inBase64.flatMap((part) => [part.toString('base64'), part.toString('base64url')]),
  ]
}
const holds = (content, secret) => spellings(secret).some((spelling) => content.includes(spelling, 'latin1'))
function found(content, among = [...secrets.keys()]) {
  const bytes = Buffer.from(content)
  return among.filter((what) => [...secrets.get(what)].some((spelling) => bytes.includes(spelling, 'latin1'))).sort()
}

const keysOf = (database) => stack.psql("SELECT encode(secret_key, 'hex') FROM auth_private.signing_keys", { database }).split('\n').map((hex) => Buffer.from(hex, 'hex'))
const log = () => readFileSync(stack.postgres.logFile)
const assertHolds = (content, pattern) => assert.ok(pattern.test(content), `${pattern} is not there`)
const assertLogged = (pattern) => assertHolds(log().toString(), pattern)
let checked = 0
function assertNothingLogged() {
  const latest = log().subarray(checked)
  checked += latest.length
  assert.deepEqual(found(latest), [])
}

class RecordingClient extends Client {
  refusals = []

  async send(...request) {
    const answer = await super.send(...request)
    for (const token of [answer.body?.access_token, answer.body?.refresh_token, ...Object.values(answer.cookies).map(({ value }) => value)]) if (token) keepToken(token)
    if (answer.status >= 400) this.refusals.push(answer.text + JSON.stringify([...answer.headers]))
    return answer
  }
}

async function connect(user, settings = {}) {
  const connection = new pg.Client({
    host: stack.socketDirectory, user, database: stack.database,
    options: Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`).join(' '),
  })
  // a client that is made to disconnect says so
  connection.on('error', () => {})
  await connection.connect()
  return connection
}
const attempt = (sql) => {
  try {
    stack.psql(sql)
  } catch {
    // the error is what is wanted; the log is what is looked at
  }
}

// What others can see of statements while they run.
async function startSampler() {
  const connection = await connect('postgres', { ...QUIET, statement_timeout: 0 })
  const seen = new Set()
  let isOver = false
  const loop = (async () => {
    while (!isOver) {
      const { rows } = await connection.query('SELECT s::text AS line FROM (SELECT usename, application_name, state, query FROM pg_stat_activity) AS s')
      for (const { line } of rows) seen.add(line)
    }
  })()
  return {
    seen,
    async stop() {
      isOver = true
      await loop
      await connection.end()
    },
  }
}


// Statements that somebody types with a password in them; the log is as it is by default.

test('the search finds each spelling, and a statement that failed is in the log', () => {
  const control = randomBytes(20)
  for (const start of ['', 'a', 'ab'])
    for (const encoding of ['latin1', 'hex', 'base64', 'base64url']) assert.ok(holds(Buffer.from(Buffer.concat([Buffer.from(start), control, Buffer.from('z')]).toString(encoding), 'latin1'), control), encoding)
  assert.ok(!holds(randomBytes(1000), control))

  attempt("SELECT 1 / 0, 'control-error'")
  assertLogged(/control-error/)
})

test('mistakes in a typed call', () => {
  const typed = password('typed')
  attempt(`SELECT auth.login('alice@example.org', '${typed}', 'nonsense')`)
  attempt(`SELECT auth.login(NULL, '${typed}')`)
  attempt(`SELECT auth.register_user(NULL, '${typed}')`)
  attempt(`SELECT auth.refresh('${typed}', 'nonsense')`)
  attempt(`SELECT auth.logout('${typed}', 'nonsense')`)
  attempt(`SELECT auth.change_password('${typed}', '${typed}')`)
  attempt(`SELECT auth.authenticate('${typed}')`)
  attempt(`SELECT auth.import_user('alice@example.org', '${typed}')`)
  for (const message of [/unknown mode/, /unknown scope/, /not signed in/, /invalid access token/, /cannot import the account/]) assertLogged(message)
  assertNothingLogged()
})

test('a cancellation in the middle of the hash of a typed call', () => {
  attempt(`SET auth.password_memory = '1GB'; SET statement_timeout = '100ms'; SELECT auth.register_user('alice@example.org', '${password('typed')}')`)
  assertLogged(/canceling statement due to statement timeout/)
  assertNothingLogged()
})

test('a constraint of the site that fails inside a typed call', () => {
  stack.psql("ALTER TABLE auth.users ADD CONSTRAINT no_mallory CHECK (first_name <> 'Mallory')")
  attempt(`SELECT auth.register_user('mallory@example.org', '${password('typed')}', 'Mallory')`)
  assertLogged(/no_mallory/)
  assertNothingLogged()
})


// From here on the server logs all that it can.

test('statements are logged, with plans and the parameters of other roles', async () => {
  await stack.configure(Object.fromEntries(Object.entries(TALKATIVE).filter(([name]) => !NOT_AT_RELOAD.includes(name))))
  const other = await connect('postgres')
  await other.query('SELECT $1::text', ['control-parameter'])
  await other.query('SELECT 1 / $1::int', ['0']).catch(() => {})
  await other.end()
  stack.psql("SELECT 'control-' || 'plan'; DO $$ BEGIN PERFORM 'control-nested'; END $$")
  assertLogged(/LOG: .*execute .*SELECT \$1::text[^]*?DETAIL: +[Pp]arameters: \$1 = 'control-parameter'/)
  assertLogged(/CONTEXT: +unnamed portal with parameters/)
  assertLogged(/Output: 'control-plan'::text/)
  assertLogged(/Query Text: SELECT 'control-nested'\n/)

  sampler = await startSampler()
  await until('the sampler sees a statement that runs', async () => {
    await operator.query("SELECT pg_sleep(0.1), 'control-activity'")
    return [...sampler.seen].some((line) => line.includes('control-activity'))
  })
})

const user = { email: freshEmail(), password: password('password'), wrong: password('wrong password'), next: password('new password') }

test('every call in every mode', async () => {
  const { email } = user
  assert.equal((await client.call('register_user', { email, password: user.password, first_name: 'control-name' })).status, 200)
  const login = (mode) => client.call('login', { email, password: user.password, mode })
  const cookiesOf = (answer) => Object.fromEntries(Object.entries(answer.cookies).map(([name, { value }]) => [name, value]))

  const { body: tokens } = await login('json')
  const token = tokens.access_token
  assert.equal((await client.get('/rpc/current_user', { token })).body.email, email)
  assert.equal((await client.send('POST', '/posts', { token, body: { title: 'Hello' } })).status, 201)
  assert.equal((await client.get('/posts', { token })).status, 200)
  const refreshed = await client.call('refresh', { refresh_token: tokens.refresh_token })
  assert.equal(refreshed.status, 200)

  for (const mode of ['cookie', 'session']) {
    const first = cookiesOf(await login(mode))
    const renewed = await client.call('refresh', {}, { cookies: first, headers: SAME_SITE })
    assert.equal(renewed.status, 200, renewed.text)
    if (mode === 'session') assert.equal((await client.send('POST', '/posts', { cookies: cookiesOf(renewed), headers: SAME_SITE, body: { title: 'By cookie' } })).status, 201)
    assert.equal((await client.call('logout', {}, { cookies: cookiesOf(renewed), headers: SAME_SITE })).body.sessions_ended, 1)
  }

  const changed = await client.call('change_password', { current_password: user.password, new_password: user.next }, { token })
  assert.equal(changed.status, 200, changed.text)
  for (const scope of ['others', 'global']) assert.equal((await client.call('logout', { scope }, { token })).status, 200)
  const last = await client.call('login', { email, password: user.next })
  assert.deepEqual((await client.call('logout', { refresh_token: last.body.refresh_token })).body, { sessions_ended: 1 })
  assertNothingLogged()
})

test('every refusal', async () => {
  const codes = new Set()
  const refuse = async (...call) => codes.add((await client.call(...call)).body.code)
  const someone = { email: freshEmail(), password: password('password') }
  await client.call('register_user', someone)

  await refuse('login', { ...someone, password: user.wrong })
  await refuse('login', { email: freshEmail(), password: user.wrong })
  await refuse('register_user', { email: 'nobody', password: user.wrong })
  await refuse('register_user', { email: freshEmail(), password: user.wrong, last_name: 'x'.repeat(256) })
  await refuse('register_user', { email: freshEmail(), password: keep('weak password', 'c4n4R¥!') })
  await refuse('register_user', { email: freshEmail(), password: keep('long password', randomBytes(600).toString('hex')) })
  await refuse('refresh', { refresh_token: keep('wrong refresh token', `auth_rt_${randomBytes(52).toString('base64url')}`) })
  await refuse('refresh', {}, { cookies: { '__Host-auth_refresh': keep('wrong refresh token', `auth_rt_${randomBytes(52).toString('base64url')}`) }, headers: SAME_SITE })
  for (let i = 0; i < 8; i++) await refuse('login', { ...someone, password: user.wrong }, { headers: { 'x-real-ip': '192.0.2.1' } })

  const { body: tokens } = await client.call('login', someone)
  await refuse('change_password', { current_password: user.wrong, new_password: user.next }, { token: tokens.access_token })
  await refuse('change_password', { current_password: someone.password, new_password: 'c4n4R¥!' }, { token: tokens.access_token })
  await stack.configure({ 'auth.refresh_grace': 0, 'auth.registration_enabled': 'off', 'auth.max_concurrent_hashes': 1, 'auth.hash_wait_timeout': 0 })
  await client.call('refresh', { refresh_token: tokens.refresh_token })
  await refuse('refresh', { refresh_token: tokens.refresh_token })
  await refuse('register_user', { email: freshEmail(), password: user.wrong })
  await until('somebody found the server busy', async () => {
    await Promise.all(Array.from({ length: 40 }, () => refuse('login', { email: freshEmail(), password: user.wrong })))
    return codes.has('server_busy')
  })
  await stack.configure({ 'auth.refresh_grace': null, 'auth.registration_enabled': null, 'auth.max_concurrent_hashes': null, 'auth.hash_wait_timeout': null, 'auth.disclose_existing_accounts': 'on' })
  await refuse('register_user', { ...someone, password: user.wrong })
  await stack.configure({ 'auth.disclose_existing_accounts': null })
  stack.psql(`UPDATE auth.users SET status = 'suspended' WHERE email = '${someone.email}'; TRUNCATE auth_private.login_attempts`)
  await refuse('login', someone)

  assert.deepEqual([...codes].sort(), [
    'account_not_active', 'invalid_credentials', 'invalid_refresh_token', 'refresh_token_reused', 'registration_disabled',
    'server_busy', 'too_many_attempts', 'user_already_exists', 'validation_failed', 'weak_password',
  ])
  assertNothingLogged()
})

test('requests that are mistakes', async () => {
  const { email, wrong } = user
  const token = keep('wrong access token', `eyJhbGciOiJFZERTQSJ9.${Buffer.from('{"role":"anon"}').toString('base64url')}.${randomBytes(64).toString('base64url')}`)
  const mistakes = [
    ['login', { email, password: wrong, mode: 'nonsense' }],
    ['login', { email, password: wrong, extra: wrong }],
    ['login', { email: null, password: wrong }],
    ['login', [{ email, password: wrong }, { email, password: wrong }]],
    ['login', { email, password: [wrong] }],
    ['login?select=email', { email, password: wrong }],
    ['login', { email, password: wrong, mode: 'session' }, { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['login', { email, password: wrong }, { headers: { accept: 'text/csv' } }],
    ['login', { email, password: wrong }, { headers: { accept: 'application/vnd.pgrst.plan+json; options=verbose' } }],
    ['login', { email, password: wrong }, { headers: { 'content-profile': 'nonsense' } }],
    ['refresh', { refresh_token: wrong, mode: 'session' }],
    ['logout', { refresh_token: wrong, scope: 'nonsense' }],
    ['change_password', { current_password: wrong, new_password: wrong }],
    ['login', `{"email": "${email}", "password": ${wrong}}`],
    ['login', `{"email": "${email}", "password": "${wrong}\\ud83d"}`],
  ]
  for (const mistake of mistakes) {
    const { status, text } = await client.call(...mistake).catch(() => ({ status: 400 }))
    assert.ok(status >= 400, `${JSON.stringify(mistake)}: ${text}`)
  }
  assert.equal((await client.get('/posts', { token })).status, 401)
  assert.equal((await client.get('/posts', { cookies: { '__Host-auth_session': token } })).status, 401)
  assertNothingLogged()
})

test('a body that PostgreSQL cannot read, which it would quote', async () => {
  const { email, wrong } = user
  const login = await client.call('login', { email, password: user.next })
  const token = login.body.access_token
  const bodies = {
    login: [`{"email": "${email}", "password": "${wrong}\\u0000"}`, `{"password": "${wrong}", "email": "a\\u0000"}`],
    register_user: [`{"email": "${freshEmail()}", "password": "${wrong}", "last_name": "a\\u0000"}`],
    refresh: [`{"refresh_token": "${wrong}\\u0000"}`],
    logout: [`{"refresh_token": "${wrong}\\u0000"}`],
    change_password: [`{"new_password": "${wrong}\\u0000", "current_password": "${wrong}"}`],
  }
  for (const [name, all] of Object.entries(bodies))
    for (const body of all) assert.equal((await client.call(name, body, name === 'change_password' ? { token } : {})).body.code, '22P05')
  assert.equal((await client.send('POST', '/posts', { token, body: '{"title": "control-body\\u0000"}' })).body.code, '22P05')
  assertLogged(/JSON data, line 1:.*control-body/)
  assertNothingLogged()
})

test('errors in the middle of a call: the site’s constraints and triggers, a lock, a timeout', async () => {
  const { email } = user
  const register = (first_name) => client.call('register_user', { email: freshEmail(), password: password('password'), first_name })
  const login = () => client.call('login', { email, password: user.next })
  assert.equal((await register('Mallory')).body.code, '23514')

  for (const moment of ['BEFORE INSERT ON auth.sessions', 'AFTER INSERT ON auth.sessions DEFERRABLE INITIALLY DEFERRED']) {
    stack.psql(`
      CREATE OR REPLACE FUNCTION public.complain() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no sessions today' USING DETAIL = row_to_json(NEW); END $$;
      CREATE ${moment.includes('DEFERRED') ? 'CONSTRAINT' : ''} TRIGGER complain ${moment} FOR EACH ROW EXECUTE FUNCTION public.complain()`)
    assert.equal((await login()).body.code, 'P0001', moment)
    stack.psql('DROP TRIGGER complain ON auth.sessions')
  }

  await stack.configure({ lock_timeout: '200ms' })
  await operator.query('BEGIN')
  await operator.query('LOCK TABLE auth.users')
  assert.equal((await login()).body.code, '55P03')
  await operator.query('ROLLBACK')
  // PostgREST gives each request the timeout of its role, of which it hears by a reload
  const timeOut = (after) => stack.psql(`ALTER ROLE anon SET statement_timeout = '${after}'; NOTIFY pgrst, 'reload config'`)
  await stack.configure({ lock_timeout: null, 'auth.password_memory': '256MB', 'auth.password_passes': 8 })
  timeOut('200ms')
  await until('a registration takes too long', async () => (await register()).body.code === '57014')
  assert.equal((await login()).body.code, '57014')
  timeOut('10s')
  await until('a registration has the time that it takes', async () => (await register()).status === 200)
  for (const message of [/no_mallory/, /no sessions today/, /still waiting for/, /due to lock timeout/, /due to statement timeout/]) assertLogged(message)
  assertNothingLogged()
})

// A backend of PostgREST that has been in one statement for so long that it must be hashing.
const hashing = () => stack.psql("SELECT pid FROM pg_stat_activity WHERE usename = 'authenticator' AND state = 'active' AND query LIKE '%pgrst_call%' AND clock_timestamp() - query_start > '100 ms' LIMIT 1")

test('a cancelled and a terminated backend, in the middle of a hash', async () => {
  for (const [end, message] of [['pg_cancel_backend', /canceling statement due to user request/], ['pg_terminate_backend', /terminating connection due to administrator command/]]) {
    const answer = client.call('register_user', { email: freshEmail(), password: password('password') })
    stack.psql(`SELECT ${end}(${await until('a backend hashes', hashing)})`)
    assert.ok((await answer).status >= 500)
    assertLogged(message)
  }
  assertNothingLogged()
})

test('direct connections: bound, prepared, in a cursor, before an error, and in every notice', async () => {
  await stack.configure({ 'auth.password_memory': null, 'auth.password_passes': null })
  const connection = await connect('authenticator')
  const messages = []
  connection.on('notice', (notice) => messages.push(JSON.stringify({ ...notice, message: notice.message })))
  const fail = (...query) => assert.rejects(connection.query(...query), (error) => messages.push(JSON.stringify({ ...error, message: error.message })) > 0)
  const credentials = [user.email, user.next]

  await connection.query('SET client_min_messages = debug5')
  await connection.query("DO $$ BEGIN RAISE NOTICE 'control-notice'; END $$")
  await connection.query('SET ROLE anon')
  assert.equal((await connection.query('SHOW log_parameter_max_length')).rows[0].log_parameter_max_length, '0')
  let tokens
  for (let i = 0; i < 8; i++) {
    tokens = (await connection.query({ name: 'sign in', text: 'SELECT auth.login($1, $2) AS answer', values: credentials })).rows[0].answer
    keepToken(tokens.access_token)
    keepToken(tokens.refresh_token)
  }
  await connection.query('BEGIN')
  await connection.query('DECLARE answer CURSOR FOR SELECT auth.login($1, $2) AS answer', [user.email, user.wrong])
  await connection.query('FETCH answer')
  const own = JSON.stringify((await connection.query('SELECT statement FROM pg_cursors UNION ALL SELECT statement FROM pg_prepared_statements')).rows)
  await connection.query('COMMIT')
  assertHolds(own, /DECLARE answer CURSOR/)
  assertHolds(own, /auth\.login\(\$1, \$2\) AS answer"/)
  assert.deepEqual(found(own), [])

  await fail('SELECT auth.login($1, $2), 1 / (random() * 0)::int', credentials)
  await fail('SELECT auth.login($1, $2, $3)', [...credentials, 'nonsense'])
  await fail('SELECT auth.authenticate($1)', [user.wrong])
  await connection.query('SELECT auth.authenticate($1)', [tokens.access_token])
  const { rows: [{ answer }] } = await connection.query('SELECT auth.refresh($1) AS answer', [tokens.refresh_token])
  keepToken(answer.access_token)
  keepToken(answer.refresh_token)
  await connection.query('SELECT auth.logout($1)', [answer.refresh_token])
  await connection.end()

  assertHolds(messages.join(), /control-notice/)
  assertHolds(messages.join(), /division by zero/)
  assert.deepEqual(found(messages.join()), [])
  assertNothingLogged()
})

test('a refusal is logged with its reason, which no client can ask to see', async () => {
  const connection = await connect('authenticator')
  const notices = []
  connection.on('notice', (notice) => notices.push(notice.message, notice.detail ?? ''))
  await connection.query('SET ROLE anon')
  await connection.query('SET client_min_messages = debug1')
  // prints the plans of statements inside of calls, too, with bytes in decimal
  await connection.query('SET debug_print_plan = on')
  notices.length = 0
  await connection.query('SELECT auth.login($1, $2)', ['nobody@example.org', user.wrong])
  await connection.end()
  const inDecimal = [...Buffer.from('registered')].join(' ')
  assert.ok(notices.filter((notice) => notice === 'plan:').length > 3)
  assert.deepEqual(notices.filter((notice) => /refused|registered/.test(notice) || notice.includes(inDecimal)), [])
  assertLogged(/login refused: invalid_credentials\n.*DETAIL: +The address is not registered\./)
})

test('what an operator does: imports, rotated keys', async () => {
  await operator.query('CREATE TEMP TABLE legacy (email text, password text, hash text)')
  for (let i = 0; i < 2; i++) {
    const values = [freshEmail(), password('imported password')]
    const { rows: [{ hash }] } = await operator.query("INSERT INTO legacy SELECT $1, $2, crypt($2, gen_salt('bf', 4)) RETURNING hash", values)
    keep('password hash', hash)
  }
  await operator.query('BEGIN')
  for (const name of Object.keys(QUIET)) await operator.query(`SET LOCAL ${name} = '${TALKATIVE[name]}'`)
  assert.equal((await operator.query('SELECT auth.import_user(email, hash) FROM legacy')).rowCount, 2)
  // replaces the hashes
  const { rows } = await operator.query('SELECT auth.login(email, password) FROM legacy')
  for (const { login } of rows) keepToken(login.access_token)
  await operator.query('COMMIT')
  await operator.query('DROP TABLE legacy')

  stack.psql('SELECT auth.rotate_signing_key()')
  for (const { password_hash } of (await operator.query('SELECT password_hash FROM auth_private.credentials')).rows) keep('password hash', password_hash)
  for (const statement of ['INSERT INTO auth_private\\.credentials', 'UPDATE auth_private\\.credentials', 'INSERT INTO auth_private\\.signing_keys']) assertLogged(new RegExp(`Query Text: ${statement}`))
  assertNothingLogged()
})
test('statistics and the statements that run', async () => {
  stack.psql("DO $$ BEGIN PERFORM 'control-statistics'; END $$")
  await sampler.stop()
  const activity = [...sampler.seen].join('\n')
  assertHolds(activity, /control-activity/)
  for (const call of ['login', 'register_user', 'change_password']) assertHolds(activity, new RegExp(`authenticator,.*active.*pgrst_call.*"auth""\\.""${call}"`))
  const statistics = JSON.stringify((await operator.query('SELECT s FROM pg_stat_statements AS s')).rows)
  assertHolds(statistics, /control-statistics/)
  assertHolds(statistics, /INSERT INTO auth_private\.credentials/)
  assertHolds(statistics, /auth.{1,4}\..{1,4}login/)
  Object.assign(copies, { activity, statistics })
  for (const content of [activity, statistics]) assert.deepEqual(found(content), [])
})

test('another request on the same connections', async () => {
  await stack.define(`
    CREATE TABLE public.site (note text); GRANT SELECT ON public.site TO anon;
    CREATE FUNCTION auth.peek() RETURNS json LANGUAGE sql AS $$ SELECT json_build_object(
      'settings', (SELECT json_agg(s) FROM pg_settings s),
      'request', (SELECT json_object_agg(name, current_setting(name, true)) FROM unnest('{request.headers,request.cookies,request.jwt.claims,request.path,response.headers,response.status,pgrst.jwt_secret,auth.user_id,auth.session_id,auth.role}'::text[]) AS name),
      'roles', (SELECT json_agg(s) FROM pg_db_role_setting s),
      'prepared', (SELECT json_agg(s) FROM pg_prepared_statements s),
      'cursors', (SELECT json_agg(s) FROM pg_cursors s),
      'activity', (SELECT json_agg(s) FROM pg_stat_activity s)) $$;
    GRANT EXECUTE ON FUNCTION auth.peek TO anon, authenticated`)
  const seen = []
  await Promise.all(Array.from({ length: 60 }, async (_, i) => {
    if (i % 2) await client.call('login', { email: user.email, password: i % 4 === 1 ? user.next : user.wrong, mode: i % 8 === 1 ? 'session' : 'json' }, { headers: { 'x-real-ip': `192.0.2.${i}` } })
    seen.push((await client.call('peek', {}, { headers: { 'x-note': 'control-header' } })).text)
  }))
  await stack.configure({ 'auth.openapi_enabled': true })
  stack.psql("NOTIFY pgrst, 'reload config'")
  await until('PostgREST describes what it serves', async () => (await client.get('/')).status === 200)
  const openapi = [(await client.get('/')).text, (await client.get('/', { headers: { 'accept-profile': 'public' } })).text, (await client.get('/rpc/jwks')).text]
  assertHolds(seen.join(), /control-header/)
  assertHolds(seen.join(), /pgrst_call.{0,2000}login/)
  assertHolds(openapi.join(), /change_password/)
  Object.assign(copies, { seen: seen.join(), openapi: openapi.join() })
  for (const content of [copies.seen, copies.openapi]) assert.deepEqual(found(content), [])
})

test('a backend that is killed in the middle of a hash', async () => {
  await operator.end()
  await stack.configure({ 'auth.password_memory': '256MB', 'auth.password_passes': 4 })
  const answer = client.call('register_user', { email: freshEmail(), password: password('password') })
  process.kill(Number(await until('a backend hashes', hashing)), 'SIGKILL')
  assert.ok((await answer).status >= 500)
  await until('the server has recovered', () => /Failed process was running[^]*ready to accept connections/.test(log().toString()))
  await until('PostgREST is back', () => client.get('/rpc/jwks').then(({ status }) => status === 200, () => false))
  await stack.configure({ 'auth.password_memory': null, 'auth.password_passes': null })
  operator = await connect('postgres', QUIET)
  assertLogged(/Failed process was running: .*pgrst_call/)
  assertNothingLogged()
})

test('PostgREST’s log, and what it answers to a request that is refused', async () => {
  // What stands in an address is logged everywhere: the calls take POST only, but the address was sent.
  assert.equal((await client.get('/rpc/login?email=a&password=control-address')).status, 405)
  copies.postgrest = readFileSync(stack.postgrest.logFile)
  copies.refusals = client.refusals.join('\n')
  assertHolds(copies.postgrest.toString(), /control-address/)
  assertHolds(copies.postgrest.toString(), /POST \/rpc\/change_password/)
  assertHolds(copies.refusals, /invalid_credentials/)
  assert.deepEqual(found(copies.postgrest), [])
  // a new cookie comes with no refusal, and nobody is told what was sent
  assert.deepEqual(found(copies.refusals), [])
})

test('tables: no password and no token, and a hash of a password in one place only', async () => {
  for (const { password_hash } of (await operator.query('SELECT password_hash FROM auth_private.credentials')).rows) keep('password hash', password_hash)
  const { rows: tables } = await operator.query("SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname = 'information_schema') ORDER BY 1")
  const content = {}
  for (const { name } of tables) content[name] = (await operator.query(`SELECT t::text FROM ${name} AS t`)).rows.map(({ t }) => t).join('\n')
  assertHolds(content['auth.users'], /control-name/)
  assertHolds(content['auth_private.audit_log'], /change_password/)
  assert.deepEqual(Object.keys(content).filter((name) => found(content[name]).length > 0), ['auth_private.credentials'])
  assert.deepEqual(found(content['auth_private.credentials']), ['password hash'])
  copies.tables = Object.values(content).join('\n')
})

function filesBelow(path) {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesBelow(join(path, name))) : [readFileSync(path)]
}

test('dumps: a hash of a password, and nothing else', () => {
  copies.dump = stack.execute('pg_dump', ['app'], { maxBuffer: 1 << 30 })
  copies.dumps = stack.execute('pg_dumpall', [], { maxBuffer: 1 << 30 })
  for (const dump of [copies.dump, copies.dumps]) {
    assertHolds(dump, /control-name/)
    assert.deepEqual(found(dump), ['password hash'])
  }
  assertHolds(copies.dumps, /ALTER ROLE authenticator SET log_parameter_max_length TO '0'/)
})

test('a base backup with its write-ahead log: sealed keys only, where the key file was there first', async () => {
  const path = join(stack.makeOwnDirectory('backup'), 'copy')
  stack.execute('pg_basebackup', ['-D', path, '-c', 'fast', '-X', 'stream', '--no-sync'])
  copies.backup = Buffer.concat(filesBelow(path))
  // all of it, not only what a restore of the backup needs
  copies.wal = Buffer.concat(filesBelow(join(stack.dataDirectory, 'pg_wal')))
  for (const copy of [copies.backup, copies.wal]) assert.deepEqual(found(copy), ['key of the other database', 'password hash'])
})

test('the private keys: nowhere', async () => {
  // Only the extension can open them: have it store them as they are, once everything else is done.
  await stack.configure({ 'auth.key_file': null, 'auth.previous_key_file': keyFile })
  stack.psql('SELECT auth.rotate_signing_key()')
  copies.log = log()
  const keys = keysOf('app')
  assert.ok(keys.length >= 4 && keys.every((key) => key.length === 32))
  assertLogged(/Query Text: UPDATE auth_private\.signing_keys/)
  for (const key of keys) keep('private key', key)

  const findings = Object.entries(copies).map(([name, content]) => [name, found(content, ['private key', 'key of the other database'])])
  assert.deepEqual(Object.fromEntries(findings.filter(([, all]) => all.length > 0)), {
    backup: ['key of the other database'],
    wal: ['key of the other database'],
  })
  // once more for what was not known yet when it was logged
  assert.deepEqual(found(copies.log), [])
})

test('the settings of the role come with each installation', async () => {
  stack.psql('ALTER ROLE authenticator RESET ALL')
  stack.execute('createdb', ['second'])
  stack.psql('SET client_min_messages = warning; CREATE EXTENSION auth CASCADE', { database: 'second' })
  const connection = await connect('authenticator')
  const { rows } = await connection.query("SELECT current_setting('log_parameter_max_length') AS length, current_setting('log_parameter_max_length_on_error') AS on_error, current_setting('auto_explain.log_verbose') AS verbose, current_setting('auto_explain.log_parameter_max_length', true) AS explained, current_setting('server_version_num')::int AS version")
  await connection.end()
  const [{ version, ...settings }] = rows
  assert.deepEqual(settings, { length: '0', on_error: '0', verbose: 'off', explained: version >= 160000 ? '0' : null })
})
