// Rotation under load: no request fails, each token is by the key in force, and a withdrawn key is refused at once.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStack } from '../../tools/stack.mjs'
import { Client, SAME_SITE } from './client.mjs'
import { claimsOf, headerOf, PASSWORD, until } from '../support.mjs'
import { assertForgeriesAreRefused } from './forge.mjs'

const CLIENTS = 12
const ROTATIONS = 3
const POOL = 10
const SESSION_COOKIE = '__Host-auth_session'

let stack, client
before(async () => {
  stack = await startStack({ postgrest: { PGRST_DB_POOL: String(POOL) } })
  client = new Client(stack)
  // the first sign-ins come all at once
  await stack.configure({ 'auth.hash_wait_timeout': '1min' })
})
after(() => stack.stop())

// Somebody with a token by each key that has signed yet, a refresh token and a session cookie.
class User {
  constructor(load) {
    this.load = load
    this.tokens = new Map()
  }

  async enter() {
    this.email = await client.register()
    await this.signIn()
    this.cookies = { [SESSION_COOKIE]: (await client.login(this.email, { mode: 'session' })).cookies[SESSION_COOKIE].value }
    return this
  }

  keep({ access_token: token, refresh_token: refreshToken }) {
    this.tokens.set(headerOf(token).kid, token)
    this.id = claimsOf(token).sub
    this.refreshToken = refreshToken
    this.load.issued.push(token)
  }

  // One request; whatever is not answered as it should be is a failure.
  async expect(status, answer) {
    const { status: found, text, body, cookies } = await answer
    this.load.answered++
    if (found === status) return { body, cookies }
    this.load.failures.push(`${found}: ${text}`)
    return {}
  }

  async signIn() {
    const { body } = await this.expect(200, client.call('login', { email: this.email, password: PASSWORD }))
    if (body) this.keep(body)
  }

  async refresh() {
    const { body } = await this.expect(200, client.call('refresh', { refresh_token: this.refreshToken }))
    if (body) this.keep(body)
  }

  async renewCookie() {
    const { cookies } = await this.expect(200, client.call('refresh', {}, { cookies: this.cookies, headers: SAME_SITE }))
    if (cookies) this.cookies = { [SESSION_COOKIE]: cookies[SESSION_COOKIE].value }
  }

  async askWhoIAm(options) {
    const { body } = await this.expect(200, client.get('/rpc/current_user', options))
    if (body && body.id !== this.id) this.load.failures.push(`answered as ${body.id} instead of ${this.id}`)
  }

  // Mostly reads by token, of the old keys as of the new; the rest now and then.
  async work(n) {
    if (n % 500 === 499) return this.signIn()
    if (n % 50 === 49) return this.refresh()
    if (n % 100 === 98) return this.renewCookie()
    if (n % 10 === 1) return this.askWhoIAm({ cookies: this.cookies })
    if (n % 10 === 2) return this.expect(204, client.send('PATCH', '/posts?id=eq.0', { cookies: this.cookies, headers: SAME_SITE, body: { title: 'x' } }))
    const tokens = [...this.tokens.values()]
    return this.askWhoIAm({ token: tokens[n % tokens.length] })
  }
}

// Clients that send one request after the other until they are stopped.
const newLoad = () => ({ answered: 0, failures: [], issued: [], isStopping: false })
async function startLoad() {
  const load = newLoad()
  load.users = await Promise.all(Array.from({ length: CLIENTS }, () => new User(load).enter()))
  const workers = load.users.map(async (user, index) => {
    for (let n = index * 7; !load.isStopping; n++) await user.work(n)
  })
  load.stop = () => {
    load.isStopping = true
    return Promise.all(workers)
  }
  return load
}

async function rotate(probe) {
  const kid = stack.psql('SELECT auth.rotate_signing_key()')
  await until('the new key signs', async () => {
    await probe.refresh()
    return probe.tokens.has(kid)
  })
  return kid
}

// A token says in whole seconds when it was issued: either key is right in the second of the change.
function assertSignedByKeyInForce(tokens) {
  const keys = JSON.parse(stack.psql(`
    SELECT json_agg(json_build_object('kid', kid, 'public', extract(epoch FROM created_at), 'signs', extract(epoch FROM signs_from)) ORDER BY signs_from DESC)
    FROM auth_private.signing_keys WHERE purpose = 'access_token'`))
  const keyAt = (second) => keys.find((key) => key.signs <= second)
  for (const token of tokens) {
    const { iat } = claimsOf(token)
    const key = [keyAt(iat), keyAt(iat + 1)].find((inForce) => inForce?.kid === headerOf(token).kid)
    assert.ok(key, `${headerOf(token).kid} at ${iat}, of ${JSON.stringify(keys)}`)
    // whoever holds a copy of the public keys has had ten seconds, less what was rounded, to fetch this one
    if (key !== keys.at(-1)) assert.ok(iat - key.public > 8, `${iat - key.public} seconds after the key was public`)
  }
}

test('three rotations: no request fails, tokens are by the key in force, and those of the old keys stay good', async (t) => {
  const load = await startLoad()
  const probe = await new User(load).enter()
  const first = headerOf(load.issued[0]).kid
  const kids = [first]
  for (let n = 0; n < ROTATIONS; n++) {
    kids.push(await rotate(probe))
    // PostgREST holds several keys now
    await assertForgeriesAreRefused(client, probe.tokens.get(kids[n]))
  }
  await load.stop()

  t.diagnostic(`${load.answered} requests, ${load.issued.length} tokens`)
  assert.deepEqual(load.failures.slice(0, 3), [], `${load.failures.length} of ${load.answered} requests failed`)
  assert.equal(new Set(kids).size, ROTATIONS + 1)
  assert.deepEqual([...new Set(load.issued.map((token) => headerOf(token).kid))].sort(), [...kids].sort())
  assertSignedByKeyInForce(load.issued)
  for (const user of load.users)
    assert.equal((await client.get('/rpc/current_user', { token: user.tokens.get(first) })).status, 200)
})

test('a withdrawn key is refused at once on every connection, while others go on', async () => {
  await stack.define("CREATE FUNCTION public.backend() RETURNS int LANGUAGE sql AS 'SELECT pg_backend_pid() FROM pg_sleep(0.05)'")
  const user = await new User(newLoad()).enter()
  const [withdrawn] = user.tokens.values()
  await rotate(user)

  const load = await startLoad()
  const backends = new Set()
  await until("all connections of PostgREST's pool have verified the token", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.get('/rpc/backend', { token: withdrawn, headers: { 'accept-profile': 'public' } })))
    for (const { status, body } of answers) {
      assert.equal(status, 200)
      backends.add(body)
    }
    return backends.size === POOL
  })

  stack.psql(`UPDATE auth_private.signing_keys SET verifies_until = clock_timestamp() WHERE kid = '${headerOf(withdrawn).kid}'`)
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.get('/rpc/current_user', { token: withdrawn })))
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [401])
  }

  // told of it, PostgREST refuses it by itself
  stack.psql("NOTIFY pgrst, 'reload config'")
  await until('PostgREST forgets the key', async () => {
    const { status, body } = await client.get('/rpc/current_user', { token: withdrawn })
    assert.equal(status, 401)
    return body.code === 'PGRST301'
  })
  await assertForgeriesAreRefused(client, withdrawn)
  await load.stop()
  assert.deepEqual(load.failures.slice(0, 3), [], `${load.failures.length} of ${load.answered} requests failed`)
})
