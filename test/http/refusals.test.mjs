// Every refusal: its status over HTTP, the same body from SQL, and what it leaves behind.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStack } from '../../tools/stack.mjs'
import { Client } from './client.mjs'
import { freshEmail, PASSWORD, until } from '../support.mjs'

let stack, client
before(async () => {
  stack = await startStack()
  client = new Client(stack)
})
after(() => stack.stop())

const literal = (value) => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`)
const fromSql = (name, ...args) => JSON.parse(stack.psql(`SELECT auth.${name}(${args.map(literal).join(', ')})`))

// A setting of auth for the whole server, until the test ends.
async function setting(t, name, value) {
  t.after(() => stack.configure({ [`auth.${name}`]: null }))
  await stack.configure({ [`auth.${name}`]: value })
}

function assertRefused(answer, status, code, details = null) {
  assert.deepEqual([answer.status, answer.body.code], [status, code], answer.text)
  assert.deepEqual(Object.keys(answer.body).sort(), ['code', 'details', 'hint', 'message'])
  assert.equal(answer.body.details, details)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
}

const lastAudit = (event) =>
  JSON.parse(stack.psql(`SELECT detail FROM auth_private.audit_log WHERE event = '${event}' ORDER BY id DESC LIMIT 1`))

test('invalid_credentials: known, unknown and impossible addresses are told apart by nothing', async () => {
  const email = await client.register()
  const known = await client.call('login', { email, password: 'wrong password' })
  assertRefused(known, 401, 'invalid_credentials')
  assert.equal(lastAudit('login').reason, 'The password is wrong, or the account has none')
  const unknown = await client.call('login', { email: freshEmail(), password: 'wrong password' })
  assert.equal(lastAudit('login').reason, 'The address is not registered')
  const impossible = await client.call('login', { email: 'x', password: 'wrong password' })

  const visible = ({ status, text, headers }) => [status, text, [...headers].filter(([name]) => name !== 'date')]
  assert.deepEqual(visible(unknown), visible(known))
  assert.deepEqual(visible(impossible), visible(known))
  assert.deepEqual(fromSql('login', freshEmail(), 'wrong password'), known.body)
})

test('account_not_active: only for who knows the password', async () => {
  const email = await client.register()
  stack.psql(`UPDATE auth.users SET status = 'suspended' WHERE email = '${email}'`)
  const answer = await client.call('login', { email, password: PASSWORD })
  assertRefused(answer, 401, 'account_not_active')
  assert.deepEqual(fromSql('login', email, PASSWORD), answer.body)
  assertRefused(await client.call('login', { email, password: 'wrong password' }), 401, 'invalid_credentials')
})

test('too_many_attempts: counted although refused, with a true Retry-After, and not for the owner elsewhere', async () => {
  const email = await client.register()
  const from = (address) => ({ headers: { 'x-real-ip': address } })
  for (let i = 0; i < 5; i++)
    assertRefused(await client.call('login', { email, password: 'wrong password' }, from('192.0.2.1')), 401, 'invalid_credentials')
  // four minutes, and a little more
  stack.psql('UPDATE auth_private.login_attempts SET failures = failures + 8')
  const letPass = (seconds) => stack.psql(`UPDATE auth_private.login_attempts SET last_at = last_at - interval '${seconds} s'`)

  const answer = await client.call('login', { email, password: PASSWORD }, from('192.0.2.1'))
  assertRefused(answer, 429, 'too_many_attempts')
  const retryAfter = Number(answer.headers.get('retry-after'))
  assert.ok(retryAfter > 128 && retryAfter <= 256, `Retry-After: ${retryAfter}`)
  assert.equal((await client.call('login', { email, password: PASSWORD }, from('192.0.2.2'))).status, 200)

  letPass(retryAfter / 2)
  assertRefused(await client.call('login', { email, password: PASSWORD }, from('192.0.2.1')), 429, 'too_many_attempts')
  letPass(retryAfter / 2)
  assert.equal((await client.call('login', { email, password: PASSWORD }, from('192.0.2.1'))).status, 200)
})

test('two hundred parallel guesses on one account cost no more hashes than the limit', async () => {
  const email = await client.register()
  stack.psql('TRUNCATE auth_private.login_attempts')
  const began = Date.now()
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => client.call('login', { email, password: `guess ${i}` }, { headers: { 'x-real-ip': '192.0.2.3' } })))
  const count = (code) => answers.filter((answer) => answer.body.code === code).length
  assert.equal(count('invalid_credentials') + count('too_many_attempts') + count('server_busy'), 200)
  // five are free, and then one comes due after each delay, which doubles from a second on
  const seconds = (Date.now() - began) / 1000
  assert.ok(count('invalid_credentials') <= 5 + Math.ceil(Math.log2(seconds + 1)), `${count('invalid_credentials')} guesses were hashed in ${seconds} s`)
})

test('server_busy: no slot to hash in, and the attempt does not count', async (t) => {
  await setting(t, 'hash_wait_timeout', '0')
  await setting(t, 'max_concurrent_hashes', '1')
  stack.psql('TRUNCATE auth_private.login_attempts')
  let hashed = 0
  const busy = await until('somebody found the server busy', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => client.call('login', { email: freshEmail(), password: 'wrong password' })))
    const refused = answers.filter((answer) => answer.status === 429)
    hashed += answers.filter((answer) => answer.status === 401).length
    assert.equal(refused.length + answers.filter((answer) => answer.status === 401).length, 40)
    return refused[0]
  })
  assertRefused(busy, 429, 'server_busy')
  assert.equal(busy.headers.get('retry-after'), '1')
  assert.ok(hashed > 0)
  assert.equal(stack.psql('SELECT sum(failures) FROM auth_private.login_attempts'), String(2 * hashed))
})

test('validation_failed and weak_password', async () => {
  const email = freshEmail()
  assertRefused(await client.call('register_user', { email: 'x y', password: PASSWORD }), 400, 'validation_failed', 'email')
  assertRefused(await client.call('register_user', { email, password: PASSWORD, first_name: 'x'.repeat(256) }), 400, 'validation_failed', 'first_name')
  assertRefused(await client.call('register_user', { email, password: 'short' }), 400, 'weak_password', 'A password must have at least 8 characters.')
  assertRefused(await client.call('register_user', { email, password: 'x'.repeat(1025) }), 400, 'weak_password', 'A password can have at most 1024 bytes.')
  assert.deepEqual(fromSql('register_user', 'x y', PASSWORD), (await client.call('register_user', { email: 'x y', password: PASSWORD })).body)
})

test('registration_disabled', async (t) => {
  await setting(t, 'registration_enabled', 'off')
  assertRefused(await client.call('register_user', { email: freshEmail(), password: PASSWORD }), 403, 'registration_disabled')
})

test('an address that is taken is answered like a new one, unless the site discloses it', async (t) => {
  const email = await client.register()
  const again = await client.call('register_user', { email, password: 'another password' })
  const fresh = freshEmail()
  const first = await client.call('register_user', { email: fresh, password: 'another password' })
  const visible = ({ status, text, headers }, own) => [status, text.replace(own, '*'), [...headers].filter(([name]) => name !== 'date')]
  assert.deepEqual(visible(again, email), visible(first, fresh))
  assert.equal((await client.call('login', { email, password: 'another password' })).status, 401)

  await setting(t, 'disclose_existing_accounts', 'on')
  const disclosed = await client.call('register_user', { email, password: 'another password' })
  assertRefused(disclosed, 409, 'user_already_exists')
  assert.deepEqual(fromSql('register_user', email, PASSWORD), disclosed.body)
})

test('invalid_refresh_token and refresh_token_reused: the session ends although the call is refused', async () => {
  assertRefused(await client.call('refresh', { refresh_token: 'x' }), 401, 'invalid_refresh_token')
  assertRefused(await client.call('refresh'), 401, 'invalid_refresh_token')

  const { token, refreshToken } = await client.enter()
  assert.equal((await client.call('refresh', { refresh_token: refreshToken })).status, 200)
  stack.psql("UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '1 min'")
  const stolen = await client.call('refresh', { refresh_token: refreshToken })
  assertRefused(stolen, 401, 'refresh_token_reused')
  assert.equal(lastAudit('refresh').refusal, 'refresh_token_reused')
  assert.equal((await client.get('/posts', { token })).status, 401)
})

test('a client cannot undo a refusal by reshaping its result', async () => {
  const user = await client.enter()
  const rows = () => stack.psql('SELECT (SELECT count(*) FROM auth_private.audit_log), (SELECT sum(failures) FROM auth_private.login_attempts), (SELECT generation FROM auth.sessions ORDER BY created_at DESC LIMIT 1)')
  const before = rows()
  const reshaped = [
    'select=pgrst_scalar:pgrst_scalar->>code::int',
    'select=*,x:pgrst_scalar->>refresh_token::int',
    'select=pgrst_scalar::int',
    'pgrst_scalar->>code=match.(',
    'pgrst_scalar->>code=eq.x',
    'order=pgrst_scalar',
    'order=pgrst_scalar&limit=1',
    'select=x:pgrst_scalar&order=pgrst_scalar->"(SELECT \\"login\\".* FROM \\"pgrst_source\\" AS \\"login\\") _postgrest_t"',
  ]
  for (const query of reshaped) {
    const [name, ...value] = query.split('=')
    const url = (call) => `/rpc/${call}?${query.split('&').map((pair) => { const [key, ...rest] = pair.split('='); return `${encodeURIComponent(key)}=${encodeURIComponent(rest.join('='))}` }).join('&')}`
    const answers = [
      await client.send('POST', url('login'), { body: { email: user.email, password: 'wrong password' } }),
      await client.send('POST', url('login'), { body: { email: user.email, password: PASSWORD } }),
      await client.send('POST', url('refresh'), { body: { refresh_token: user.refreshToken } }),
      await client.send('POST', url('logout'), { body: { refresh_token: user.refreshToken } }),
      await client.send('POST', url('register_user'), { body: { email: user.email, password: PASSWORD } }),
    ]
    for (const answer of answers) {
      assert.equal(answer.status, 400, `${name}=${value}: ${answer.text}`)
      assert.doesNotMatch(answer.text, /invalid_credentials|auth_rt_/)
    }
  }
  // a media type whose function fails, as PostGIS' does for what is no geometry
  stack.psql(`CREATE FUNCTION public.st_asgeojson(record) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'geometry column is missing'; END $$; GRANT EXECUTE ON FUNCTION public.st_asgeojson TO PUBLIC`)
  const geo = await client.call('login', { email: user.email, password: 'wrong password' }, { headers: { accept: 'application/geo+json' } })
  assert.deepEqual([geo.status, geo.body.message], [400, 'this call takes no query parameters'])
  stack.psql('DROP FUNCTION public.st_asgeojson')

  assert.equal(rows(), before)
  assert.equal((await client.call('refresh', { refresh_token: user.refreshToken })).status, 200)
})

test("what PostgREST may do to a call's answer does not get in its way", async () => {
  const email = await client.register()
  for (const headers of [{ accept: 'application/vnd.pgrst.object+json' }, { prefer: 'count=exact' }, { prefer: 'return=minimal' }, { prefer: 'tx=rollback' }])
    assert.equal((await client.call('login', { email, password: PASSWORD }, { headers })).status, 200, JSON.stringify(headers))
  assert.equal((await client.call('login', { email, password: 'wrong password' }, { headers: { prefer: 'tx=rollback' } })).status, 401)
  assert.equal(lastAudit('login').reason, 'The password is wrong, or the account has none')

  // limits cannot fail, but a wrong password counts
  const failures = () => Number(stack.psql('SELECT sum(failures) FROM auth_private.login_attempts'))
  for (const query of ['limit=1', 'limit=1&offset=1']) {
    const before = failures()
    await client.send('POST', `/rpc/login?${query}`, { body: { email, password: 'wrong password' } })
    assert.equal(failures(), before + 2, query)
  }

  // a function of the site that calls ours
  await stack.define(`CREATE FUNCTION public.sign_in(email text, password text) RETURNS jsonb LANGUAGE sql AS 'SELECT auth.login(email, password)'`)
  const signedIn = await client.call('sign_in', { email, password: PASSWORD }, { headers: { 'content-profile': 'public' } })
  assert.equal(signedIn.status, 200, signedIn.text)
})

test('db-max-rows, which adds a limit to every statement, is no reshaping', async () => {
  const limited = await startStack({ postgrest: { PGRST_DB_MAX_ROWS: '100' } })
  try {
    const user = await new Client(limited).enter()
    assert.ok(user.token)
  } finally {
    await limited.stop()
  }
})

test("the caller's mistakes are 400, 404 or 405, and never 500", async () => {
  const status = async (...args) => (await client.send(...args)).status
  assert.equal((await client.call('login', { email: null, password: 'x' })).body.code, '22004')
  assert.equal((await client.call('login', { email: 'x', password: 'x', mode: 'other' })).body.code, '22023')
  assert.equal(await status('POST', '/rpc/login', { body: { email: null, password: 'x' } }), 400)
  assert.equal(await status('POST', '/rpc/login', { body: { email: 'x' } }), 404)
  assert.equal(await status('POST', '/rpc/login', { body: { email: 'x', password: 'x', user_id: 'x' } }), 404)
  assert.equal(await status('POST', '/rpc/login', { body: '{"email":' }), 400)
  assert.equal(await status('POST', '/rpc/login', { body: { email: 'a\u0000b', password: 'x' } }), 400)
  assert.equal(await status('GET', '/rpc/login?email=x&password=x'), 405)
  assert.equal(await status('GET', '/rpc/rotate_signing_key'), 401)
  assert.equal(await status('POST', '/rpc/logout', { body: { scope: 'everywhere' } }), 400)
  assert.equal(await status('POST', '/rpc/login', { body: { email: 'x'.repeat(1e6), password: 'x'.repeat(1e6) } }), 401)
  assert.equal(await status('POST', '/rpc/login', { body: { email: 'x', password: 'x' }, headers: { 'x-real-ip': 'nonsense' } }), 401)
})

test('the user agent is written down cut at a character, with control characters escaped', async () => {
  // fetch sends each character of a header as a byte
  const utf8 = (text) => Buffer.from(text).toString('latin1')
  const email = await client.register()
  await client.login(email)
  const agent = async (text) => {
    await client.call('login', { email, password: PASSWORD }, { headers: { 'user-agent': utf8(text), 'x-real-ip': '2001:DB8::1' } })
    return JSON.parse(stack.psql('SELECT to_json(s) FROM auth.sessions s ORDER BY created_at DESC LIMIT 1'))
  }
  const session = await agent('a\tb \u00e9')
  assert.equal(session.user_agent, 'a\\u0009b \u00e9')
  assert.equal(session.ip, '2001:db8::1')
  assert.equal((await agent(`x${'\u00e9'.repeat(200)}`)).user_agent, `x${'\u00e9'.repeat(127)}`)
})
