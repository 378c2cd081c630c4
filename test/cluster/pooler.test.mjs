// Direct connections through PgBouncer: many clients share a server connection, and none finds another's identity on it.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'
import { claimsOf, PASSWORD } from '../support.mjs'

const SERVER_CONNECTIONS = 4
const CLIENTS = 32
const TRANSACTIONS = 10_000

let stack, poolerDirectory, operator, identities
before(async () => {
  stack = await startStack({ postgrest: false })
  await startPooler()
  operator = new pg.Client({ host: stack.socketDirectory, user: 'postgres', database: stack.database })
  await operator.connect()
  identities = [NOBODY, ...(await makeUsers())]
})
after(async () => {
  await operator?.end()
  await stack.stop()
})

async function startPooler() {
  poolerDirectory = stack.makeOwnDirectory('pooler')
  const configuration = join(poolerDirectory, 'pgbouncer.ini')
  const server = `host=${stack.socketDirectory} port=5432 dbname=${stack.database}`
  writeFileSync(configuration, `
    [databases]
    ${stack.database} = ${server} user=authenticator
    superuser = ${server} user=postgres pool_size=1

    [pgbouncer]
    unix_socket_dir = ${poolerDirectory}
    listen_port = 6432
    auth_type = any
    pool_mode = transaction
    default_pool_size = ${SERVER_CONNECTIONS}`)
  const pooler = stack.serve('pooler', 'pgbouncer', [configuration], { env: { PATH: `${process.env.PATH}:/usr/sbin` } })
  await stack.waitUntil('PgBouncer', pooler, () => connect().then((client) => client.end()).then(() => true, () => false))
}

const throughPooler = (database) => new pg.Client({ host: poolerDirectory, port: 6432, user: 'authenticator', database })
async function connect(database = stack.database) {
  const client = throughPooler(database)
  // a client that is made to disconnect says so
  client.on('error', () => {})
  await client.connect()
  return client
}

// As the README has it for an application server.
async function signIn(client, email) {
  await client.query('BEGIN')
  await client.query('SET LOCAL ROLE anon')
  const { rows: [{ answer }] } = await client.query('SELECT auth.login($1, $2) AS answer', [email, PASSWORD])
  await client.query('COMMIT')
  return answer.access_token
}

// What a transaction sees of who is asking.
const LOOK = `
  SELECT auth.uid() AS user, auth.session_id() AS session, auth.role() AS role,
    (SELECT coalesce(json_agg(id), '[]') FROM auth.users) AS users,
    (SELECT coalesce(json_agg(id ORDER BY id), '[]') FROM auth.sessions) AS sessions`
const look = async (client) => (await client.query(LOOK)).rows[0]
const NOBODY = { sees: { user: null, session: null, role: null, users: [], sessions: [] } }

// Eight users of two roles; each is signed in twice.
async function makeUsers() {
  await operator.query('CREATE ROLE editor NOLOGIN')
  await operator.query('GRANT authenticated TO editor')
  await operator.query('GRANT editor TO authenticator')
  const client = await connect()
  const users = []
  for (let n = 0; n < 8; n++) {
    const email = `user${n}@example.org`
    const role = n % 2 ? 'editor' : 'authenticated'
    await operator.query('SELECT auth.register_user($1, $2)', [email, PASSWORD])
    const { rows: [{ id }] } = await operator.query('UPDATE auth.users SET role = $2 WHERE email = $1 RETURNING id', [email, role])
    const tokens = [await signIn(client, email), await signIn(client, email)]
    const [session, other] = tokens.map((token) => claimsOf(token).sid)
    users.push({ token: tokens[n % 3 ? 0 : 1], sees: { user: id, session: n % 3 ? session : other, role, users: [id], sessions: [session, other].sort() } })
  }
  await client.end()
  return users
}

async function begin(client) {
  await client.query('BEGIN')
  await client.query('SET LOCAL ROLE authenticated')
}

// A cancel request, sent as soon as there is something to cancel.
async function cancelAStatement(client) {
  const { rows: [{ pid }] } = await client.query('SELECT pg_backend_pid() AS pid')
  const cancelled = new Promise((resolve) => {
    const query = new pg.Query('SELECT pg_sleep(60)', (error) => resolve(error?.code))
    client.query(query)
    const send = async () => {
      const { rowCount } = await operator.query("SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'", [pid])
      if (rowCount === 0) return setImmediate(send)
      const canceller = throughPooler(stack.database)
      canceller.connection.on('error', () => {})
      canceller.cancel(client, query)
    }
    send()
  })
  assert.equal(await cancelled, '57014')
  await client.query('ROLLBACK')
}

const ENDINGS = {
  commit: (client) => client.query('COMMIT'),
  rollback: (client) => client.query('ROLLBACK'),
  error: async (client) => {
    await assert.rejects(client.query('SELECT 1 / 0'), { code: '22012' })
    await client.query('COMMIT')
  },
  cancel: cancelAStatement,
  disconnect: (client) => client.connection.stream.destroy(),
}

const serverConnections = async () => (await operator.query("SELECT pid FROM pg_stat_activity WHERE usename = 'authenticator'")).rows.map((row) => row.pid)

test('thirty-two clients in transactions of their own share four server connections', async () => {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connect()))
  const used = new Set()
  await Promise.all(clients.map(async (client) => {
    for (let n = 0; n < 10; n++) {
      await client.query('BEGIN')
      used.add((await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid)
      await client.query('COMMIT')
    }
    await client.end()
  }))
  assert.equal(used.size, SERVER_CONNECTIONS)
  assert.deepEqual((await serverConnections()).sort(), [...used].sort())
})

test('ten thousand transactions of eight users and of nobody: each sees its own user, and nobody before it is told', async () => {
  // one in twenty disconnects, fails, ...: a server connection lives long enough to serve everybody
  const endings = [...Object.keys(ENDINGS), ...Array(15).fill('commit')]
  const ended = {}
  const servedBy = new Map()
  const crossings = []
  const check = (seen, expected, when) => {
    if (JSON.stringify(seen) !== JSON.stringify(expected)) crossings.push({ when, seen, expected })
  }

  let started = 0
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    let client = await connect()
    for (let n = started++; n < TRANSACTIONS; n = started++) {
      const identity = identities[n % identities.length]
      const ending = endings[n % endings.length]
      await begin(client)
      check(await look(client), NOBODY.sees, `transaction ${n}, at its beginning`)
      if (identity !== NOBODY) {
        await client.query('SELECT auth.authenticate($1)', [identity.token])
        check(await look(client), identity.sees, `transaction ${n}`)
      }
      const { rows: [{ pid }] } = await client.query('SELECT pg_backend_pid() AS pid')
      servedBy.set(pid, (servedBy.get(pid) ?? new Set()).add(identity))
      await ENDINGS[ending](client)
      if (ending === 'disconnect') client = await connect()
      ended[ending] = (ended[ending] ?? 0) + 1
      check((await client.query('SELECT auth.uid() AS user')).rows[0].user, null, `after transaction ${n}, ended by ${ending}`)
    }
    await client.end()
  }))

  assert.deepEqual(crossings.slice(0, 3), [], `in ${TRANSACTIONS} transactions ${crossings.length} looks saw another's identity`)
  assert.equal(Object.values(ended).reduce((sum, count) => sum + count), TRANSACTIONS)
  for (const ending of Object.keys(ENDINGS)) assert.ok(ended[ending] >= TRANSACTIONS / endings.length, ending)
  assert.ok([...servedBy.values()].some((served) => served.size === identities.length), 'a server connection that served everybody')
})

test('the look would notice: what a superuser sets for the session, the next client finds', async () => {
  const [one, next] = [await connect('superuser'), await connect('superuser')]
  const { user } = identities[1].sees
  await one.query("SELECT set_config('auth.user_id', $1, false)", [user])
  await begin(next)
  assert.deepEqual(await look(next), { ...NOBODY.sees, user, users: [user], sessions: identities[1].sees.sessions })
  await next.query('COMMIT')
  await Promise.all([one.end(), next.end()])
})

test('what a client sets for the session stays on the connection, and makes nobody of the next client', async () => {
  const [, alice, bob] = identities
  const leftovers = {
    'request.jwt.claims': JSON.stringify({ sub: alice.sees.user, role: 'authenticated' }),
    'request.headers': JSON.stringify({ authorization: `Bearer ${alice.token}` }),
    'request.cookies': JSON.stringify({ '__Host-auth_session': alice.token }),
    role: 'authenticated',
  }
  // one transaction on each server connection at the same time
  const careless = await Promise.all(Array.from({ length: SERVER_CONNECTIONS }, () => connect()))
  for (const client of careless) await begin(client)
  for (const client of careless) {
    await client.query('SELECT auth.authenticate($1)', [alice.token])
    for (const [name, value] of Object.entries(leftovers)) await client.query('SELECT set_config($1, $2, false)', [name, value])
  }
  for (const client of careless) await client.query('COMMIT')
  await Promise.all(careless.map((client) => client.end()))

  const clients = await Promise.all(Array.from({ length: SERVER_CONNECTIONS }, () => connect()))
  for (const client of clients) await client.query('BEGIN')
  for (const client of clients) {
    for (const [name, value] of Object.entries(leftovers)) assert.equal((await client.query('SELECT current_setting($1) AS value', [name])).rows[0].value, value)
    assert.deepEqual(await look(client), NOBODY.sees)
    await client.query('SELECT auth.authenticate($1)', [bob.token])
    assert.deepEqual(await look(client), bob.sees)
    await client.query('ROLLBACK')
    await assert.rejects(client.query('SELECT auth.current_user()'), { code: '42501' })
  }
  await Promise.all(clients.map((client) => client.end()))
})
