// A streaming standby serves reads, hears of every revocation and key, and writes nothing; promoted, it goes on from there.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { postgrestVersion, startStack } from '../../tools/stack.mjs'
import { startStandby } from '../../tools/standby.mjs'
import { Client } from '../http/client.mjs'
import { freshEmail, PASSWORD } from '../support.mjs'

let primary, standby, onPrimary, onStandby, connection
before(async () => {
  primary = await startStack()
  primary.psql(`
    CREATE ROLE editor NOLOGIN;
    GRANT authenticated TO editor;
    GRANT editor TO authenticator;
    CREATE FUNCTION public.my_role() RETURNS name LANGUAGE sql STABLE AS 'SELECT current_role'`)
  // One connection: every request is served by a backend that served the one before.
  standby = await startStandby(primary, { postgrest: { PGRST_DB_POOL: '1' } })
  onPrimary = new Client(primary)
  onStandby = new Client(standby)
  connection = new pg.Client({ host: standby.socketDirectory, user: 'postgres', database: standby.database })
  await connection.connect()
})
after(async () => {
  await connection.end()
  await primary.stop()
})

// A new account, signed in on the primary and known to the standby.
async function enter({ mode = 'json' } = {}) {
  const email = await onPrimary.register()
  const answer = await onPrimary.login(email, { mode })
  await standby.waitUntilCaughtUp()
  return {
    email,
    id: primary.psql(`SELECT id FROM auth.users WHERE email = '${email}'`),
    token: answer.access_token,
    refreshToken: answer.refresh_token,
    cookies: Object.fromEntries(Object.entries(answer.cookies).map(([name, { value }]) => [name, value])),
  }
}

// Make a key that signs from now on, instead of in ten seconds.
function rotate() {
  const kid = primary.psql('SELECT auth.rotate_signing_key()')
  primary.psql(`UPDATE auth_private.signing_keys SET signs_from = clock_timestamp() WHERE kid = '${kid}'`)
  return kid
}

// A key of which PostgREST has not heard is good for the database only.
async function showKeysToPostgrest(token) {
  process.kill(standby.postgrest.child.pid, 'SIGUSR2')
  await standby.waitFor('PostgREST to read the keys', async () => (await me({ token })).status === 200)
}

const me = (credentials) => onStandby.get('/rpc/current_user', credentials)
const myRole = async (token) => (await onStandby.get('/rpc/my_role', { token, headers: { 'accept-profile': 'public' } })).body
const publishedKeys = async () => (await connection.query('SELECT auth.jwks() AS jwks')).rows[0].jwks.keys.map(({ kid }) => kid)
const verify = async (token) => {
  try {
    return (await connection.query('SELECT auth.authenticate($1) AS id', [token])).rows[0].id
  } catch (error) {
    return error.message
  }
}

test('who is signed in reads posts, the own account and the own sessions, and nobody else reads anything', async () => {
  const [alice, bob] = [await enter(), await enter()]
  primary.psql(`INSERT INTO auth.posts (title, author) VALUES ('Hello', '${alice.id}')`)
  await standby.waitUntilCaughtUp()

  const read = async (path) => (await onStandby.get(path, { token: bob.token })).body
  assert.deepEqual(await read('/posts?select=title,author'), [{ title: 'Hello', author: alice.id }])
  assert.deepEqual(await read('/users?select=id'), [{ id: bob.id }])
  assert.deepEqual(await read('/sessions?select=user_id'), [{ user_id: bob.id }])
  assert.equal((await read('/rpc/current_user')).email, bob.email)
  assert.equal((await onStandby.get('/posts')).status, 401)
})

test('the session cookie is as good as the bearer token', async () => {
  const user = await enter({ mode: 'session' })
  assert.equal((await me({ cookies: user.cookies })).body.id, user.id)
})

test('a server with a connection of its own has an identity for one transaction', async () => {
  const user = await enter()
  await connection.query('BEGIN')
  assert.equal(await verify(user.token), user.id)
  await connection.query('SET LOCAL ROLE authenticated')
  assert.deepEqual((await connection.query('SELECT email FROM auth.users')).rows, [{ email: user.email }])
  await connection.query('COMMIT')
  assert.equal((await connection.query('SELECT auth.uid() AS id')).rows[0].id, null)
})

const endings = {
  'a sign-out': (user) => onPrimary.call('logout', { refresh_token: user.refreshToken }),
  'a suspension': (user) => primary.psql(`UPDATE auth.users SET status = 'suspended' WHERE id = '${user.id}'`),
  'the deletion of a session': (user) => primary.psql(`DELETE FROM auth.sessions WHERE user_id = '${user.id}'`),
  'the deletion of an account': (user) => primary.psql(`DELETE FROM auth.users WHERE id = '${user.id}'`),
}
for (const [ending, end] of Object.entries(endings))
  test(`${ending} on the primary: once replayed, the next request is refused, though the backend knows the token`, async () => {
    const user = await enter()
    assert.deepEqual([(await me({ token: user.token })).status, await verify(user.token)], [200, user.id])

    await end(user)
    await standby.waitUntilCaughtUp()
    const answer = await me({ token: user.token })
    assert.deepEqual([answer.status, answer.body.message], [401, 'session has ended'])
    assert.equal(await verify(user.token), 'session has ended')
  })

test('a change of role on the primary: once replayed, the next request runs in the new role', async () => {
  const user = await enter()
  assert.equal(await myRole(user.token), 'authenticated')
  primary.psql(`UPDATE auth.users SET role = 'editor' WHERE id = '${user.id}'`)
  await standby.waitUntilCaughtUp()
  assert.equal(await myRole(user.token), 'editor')
})

test('a rotation on the primary: once replayed, a backend that knew the keys publishes and verifies by the new one', async () => {
  const old = await enter()
  assert.equal(await verify(old.token), old.id)

  const kid = rotate()
  await standby.waitUntilCaughtUp()
  assert.equal((await publishedKeys())[0], kid)
  assert.equal(await verify(old.token), old.id)
  const user = await enter()
  assert.equal(await verify(user.token), user.id)
})

test('after a rotation the session cookie is good at once, and a bearer token when PostgREST was sent SIGUSR2', async () => {
  rotate()
  const user = await enter()
  const byCookie = await enter({ mode: 'session' })
  assert.equal((await me({ cookies: byCookie.cookies })).body.id, byCookie.id)
  await showKeysToPostgrest(user.token)
})

// PostgREST 13 and later listen on the server that takes writes, of those that db-uri names.
const listensElsewhere = postgrestVersion() >= 13 ? {} : { skip: 'PostgREST 12 listens where it reads' }
test('PostgREST that is told of both servers hears of a new key from the primary, and reads from the standby', listensElsewhere, async () => {
  const { postgrest, postgrestUrl } = standby
  await standby.startPostgrest({
    PGRST_DB_URI: `postgres://authenticator@/${standby.database}?host=${standby.socketDirectory},${primary.socketDirectory}&target_session_attrs=read-only`,
  })
  rotate()
  const user = await enter()
  await standby.waitFor('PostgREST to hear of the key', async () => (await me({ token: user.token })).status === 200)
  assert.equal((await onStandby.send('POST', '/posts', { token: user.token, body: { title: 'Hello' } })).body.code, '0A000')
  standby.postgrest.child.kill()
  Object.assign(standby, { postgrest, postgrestUrl })
})

test('a key withdrawn on the primary: once replayed, its tokens are refused by the backends that knew them', async () => {
  const user = await enter()
  const byCookie = await enter({ mode: 'session' })
  const [withdrawn] = await publishedKeys()
  assert.deepEqual([await verify(user.token), (await me({ token: user.token })).status], [user.id, 200])
  assert.equal((await me({ cookies: byCookie.cookies })).status, 200)

  rotate()
  primary.psql(`UPDATE auth_private.signing_keys SET verifies_until = clock_timestamp() WHERE kid = '${withdrawn}'`)
  await standby.waitUntilCaughtUp()
  assert.equal((await publishedKeys()).includes(withdrawn), false)
  assert.equal(await verify(user.token), 'invalid access token')
  // PostgREST has not heard of it and lets the token through; the database does not.
  for (const credentials of [{ token: user.token }, { cookies: byCookie.cookies }]) {
    const answer = await me(credentials)
    assert.deepEqual([answer.status, answer.body.message], [401, 'invalid access token'])
  }
})

test('over HTTP what would write is refused as a whole', async () => {
  const user = await enter()
  await showKeysToPostgrest(user.token)

  const writes = [
    ['POST', '/rpc/register_user', { email: freshEmail(), password: PASSWORD }],
    ['POST', '/rpc/login', { email: user.email, password: PASSWORD }],
    ['POST', '/rpc/refresh', { refresh_token: user.refreshToken }],
    ['POST', '/rpc/logout', { refresh_token: user.refreshToken }],
    ['POST', '/rpc/change_password', { current_password: PASSWORD, new_password: `${PASSWORD} 2` }],
    ['POST', '/posts', { title: 'Hello' }],
    ['PATCH', `/users?id=eq.${user.id}`, { first_name: 'Alice' }],
    ['DELETE', `/sessions?user_id=eq.${user.id}`],
  ]
  for (const [method, path, body] of writes) {
    const answer = await onStandby.send(method, path, { token: user.token, body })
    assert.deepEqual([answer.status, answer.body.code, answer.body.message], [400, '0A000', 'cannot set transaction read-write mode during recovery'], path)
  }

  // Nor does it answer that somebody it does not know is signed out.
  const answer = await onStandby.get('/rpc/logout?refresh_token=x')
  assert.deepEqual([answer.status, answer.body.code, answer.body.message], [405, '25006', 'cannot execute auth.logout() in a read-only transaction'])
})

test('in SQL the calls that would write are refused by name, before they do anything', async () => {
  const calls = [
    `auth.register_user('${freshEmail()}', '${PASSWORD}')`,
    `auth.login('nobody@example.org', '${PASSWORD}')`,
    "auth.refresh('x')",
    "auth.logout('x')",
    `auth.change_password('${PASSWORD}', '${PASSWORD} 2')`,
    'auth.rotate_signing_key()',
  ]
  for (const call of calls) {
    const { code, message, where } = await connection.query(`SELECT ${call}`).catch((error) => error)
    const name = call.replace(/\(.*/, '()')
    assert.deepEqual({ code, message, where }, { code: '25006', message: `cannot execute ${name} in a read-only transaction`, where: undefined })
  }
})

test('in SQL a user who is signed in writes no table', async () => {
  const user = await enter()
  for (const statement of ["INSERT INTO auth.posts (title) VALUES ('Hello')", 'DELETE FROM auth.sessions', "UPDATE auth.users SET first_name = 'Alice'"]) {
    await connection.query('BEGIN')
    await connection.query('SELECT auth.authenticate($1)', [user.token])
    await connection.query('SET LOCAL ROLE authenticated')
    await assert.rejects(connection.query(statement), { code: '25006' }, statement)
    await connection.query('ROLLBACK')
  }
})

// With replay paused the standby lags for as long as a test wants.
const lag = {
  async begin() {
    standby.psql('SELECT pg_wal_replay_pause()')
    await standby.waitFor('replay to pause', () => standby.psql('SELECT pg_get_wal_replay_pause_state()') === 'paused')
  },
  end: () => standby.psql('SELECT pg_wal_replay_resume()'),
}

test('a standby that lags sees a sign-out late', async () => {
  const user = await enter()
  await lag.begin()
  assert.equal((await onPrimary.call('logout', { refresh_token: user.refreshToken })).body.sessions_ended, 1)
  assert.equal(await verify(user.token), user.id)
  lag.end()
  await standby.waitUntilCaughtUp()
  assert.equal(await verify(user.token), 'session has ended')
})

test('with synchronous_commit = remote_apply a sign-out that was answered is seen on the standby', async () => {
  const user = await enter()
  await primary.configure({ synchronous_standby_names: '*', synchronous_commit: 'remote_apply' })
  try {
    await standby.waitFor('the standby to be synchronous', () => primary.psql('SELECT sync_state FROM pg_stat_replication') === 'sync')
    await lag.begin()
    const logout = onPrimary.call('logout', { refresh_token: user.refreshToken })
    await standby.waitFor('the sign-out to wait for the standby', () => primary.psql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") === '1')
    assert.equal(await verify(user.token), user.id)
    lag.end()
    assert.equal((await logout).body.sessions_ended, 1)
    assert.equal(await verify(user.token), 'session has ended')
  } finally {
    lag.end()
    await primary.configure({ synchronous_standby_names: null, synchronous_commit: null })
  }
})

// The last: from here on there are two primaries.
describe('after a promotion', () => {
  const refreshOn = async (client, token) => {
    const { status, body } = await client.call('refresh', { refresh_token: token })
    return { status, code: body.code, token: body.refresh_token, accessToken: body.access_token }
  }
  let user, robbed, ahead

  before(async () => {
    user = await enter()
    robbed = await enter()
    robbed.next = await refreshOn(onPrimary, robbed.refreshToken)
    robbed.last = await refreshOn(onPrimary, robbed.next.token)
    ahead = await enter()
    await standby.waitUntilCaughtUp()

    await standby.disconnect()
    ahead.lost = await refreshOn(onPrimary, ahead.refreshToken)
    ahead.last = await refreshOn(onPrimary, ahead.lost.token)
    standby.promote()
  })

  test('a session goes on: it is refreshed and writes', async () => {
    const refreshed = await refreshOn(onStandby, user.refreshToken)
    assert.equal(refreshed.status, 200)
    assert.equal(await verify(refreshed.accessToken), user.id)
    await connection.query('BEGIN')
    await connection.query('SELECT auth.authenticate($1)', [refreshed.accessToken])
    await connection.query('SET LOCAL ROLE authenticated')
    assert.equal((await connection.query("INSERT INTO auth.posts (title) VALUES ('Hello') RETURNING author")).rows[0].author, user.id)
    await connection.query('COMMIT')
  })

  test('a refresh token that was used on the old primary is refused as reused, and the session ends', async () => {
    assert.equal((await refreshOn(onStandby, robbed.refreshToken)).code, 'refresh_token_reused')
    assert.equal(await verify(robbed.last.accessToken), 'session has ended')
    assert.equal((await refreshOn(onStandby, robbed.last.token)).code, 'invalid_refresh_token')
  })

  test('a refresh token whose making was lost with the old primary is good, and those before it are not', async () => {
    assert.equal(standby.psql(`SELECT generation FROM auth.sessions WHERE user_id = '${ahead.id}'`), '1')
    assert.equal(await verify(ahead.last.accessToken), ahead.id)
    assert.equal((await refreshOn(onStandby, ahead.last.token)).status, 200)
    assert.equal(standby.psql(`SELECT generation FROM auth.sessions WHERE user_id = '${ahead.id}'`), '4')
    assert.equal((await refreshOn(onStandby, ahead.lost.token)).code, 'refresh_token_reused')
  })

  test('wrong passwords are counted anew, and sign-in, registration and a change of password work', async () => {
    assert.notEqual(primary.psql('SELECT count(*) FROM auth_private.login_attempts'), '0')
    assert.equal(standby.psql('SELECT count(*) FROM auth_private.login_attempts'), '0')
    const email = await onStandby.register()
    const attempt = async (password) => (await onStandby.call('login', { email, password })).status
    for (let i = 0; i < 5; i++) assert.equal(await attempt('wrong password'), 401)
    assert.equal(await attempt('wrong password'), 429)

    await onStandby.login(user.email)
    const { rows } = await connection.query(`SELECT auth.login('${user.email}', '${PASSWORD}') ->> 'access_token' AS token`)
    await connection.query('BEGIN')
    await connection.query('SELECT auth.authenticate($1)', [rows[0].token])
    const { answer } = (await connection.query('SELECT auth.change_password($1, $2) AS answer', [PASSWORD, `${PASSWORD} 2`])).rows[0]
    await connection.query('COMMIT')
    assert.equal(answer.sessions_ended, 2)
  })

  test('a rotation works, and the new key counts at once', async () => {
    const kid = standby.psql('SELECT auth.rotate_signing_key()')
    assert.equal((await publishedKeys())[0], kid)
  })
})
