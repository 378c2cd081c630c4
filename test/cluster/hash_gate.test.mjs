// Who hashes a password waits for a turn, in order and for a while, and leaves nothing behind.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'
import { PASSWORD, until as eventually } from '../support.mjs'

let stack
before(async () => {
  stack = await startStack({ postgrest: false })
  stack.psql(`SELECT auth.register_user('user' || n || '@example.org', '${PASSWORD}') FROM generate_series(1, 8) AS n`)
})
after(() => stack.stop())

async function connect(t, settings = {}) {
  const client = new pg.Client({ host: stack.socketDirectory, user: 'postgres', database: stack.database })
  await client.connect()
  t.after(() => client.end())
  for (const [name, value] of Object.entries({ max_concurrent_hashes: 1, ...settings })) await client.query(`SELECT auth.uid(); SET auth.${name} = '${value}'`)
  return client
}
const login = async (client, n, password = PASSWORD) => (await client.query('SELECT auth.login($1, $2) AS answer', [`user${n}@example.org`, password])).rows[0].answer

// Locks of the gate by kind: slots (3), places (4), places of one address (5); granted or not.
const locks = (kind, granted = true) => Number(stack.psql(`SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = 0 AND objsubid = ${kind} AND granted = ${granted}`))
const until = (condition) => eventually(String(condition), condition)

// Somebody who hashes for seconds, and is stopped in the middle of it until the test goes on.
async function occupySlot(t) {
  const client = await connect(t, { password_memory: '1GB', password_passes: 4 })
  const { pid } = (await client.query('SELECT pg_backend_pid() AS pid')).rows[0]
  const isDone = client.query("SELECT auth.register_user('slow' || gen_random_uuid() || '@example.org', $1)", [PASSWORD])
  await until(() => locks(3) === 1)
  process.kill(pid, 'SIGSTOP')
  let isStopped = true
  const goOn = () => {
    if (isStopped) process.kill(pid, 'SIGCONT')
    isStopped = false
    return isDone
  }
  // or its connection would never be closed
  t.after(goOn)
  return { goOn }
}

test('who gets no turn in time is refused, and the attempt does not count', async (t) => {
  const clients = await Promise.all([1, 2, 3].map(() => connect(t, { hash_wait_timeout: '200ms' })))
  const slow = await occupySlot(t)
  const answers = await Promise.all(clients.map((client, i) => login(client, i + 1)))
  assert.deepEqual(answers.map((answer) => answer.code), ['server_busy', 'server_busy', 'server_busy'])
  assert.equal(stack.psql("SELECT coalesce(sum(failures), 0) FROM auth_private.login_attempts"), '0')
  for (const client of clients) assert.equal((await client.query('SHOW lock_timeout')).rows[0].lock_timeout, '0')
  await slow.goOn()
})

test('who has time waits, and all get their turn', async (t) => {
  const clients = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => connect(t, { hash_wait_timeout: '60s' })))
  const slow = await occupySlot(t)
  const answers = clients.map((client, i) => login(client, i + 1))
  await until(() => locks(3, false) === 8)
  assert.deepEqual([locks(3), locks(4)], [1, 9])
  slow.goOn()
  for (const answer of await Promise.all(answers)) assert.ok(answer.access_token, JSON.stringify(answer))
  await slow.goOn()
  assert.deepEqual([locks(3), locks(4)], [0, 0])
})

test('who had to wait, or was refused, holds nobody up although its transaction goes on', async (t) => {
  const waiter = await connect(t, { hash_wait_timeout: '60s' })
  const refused = await connect(t, { hash_wait_timeout: '200ms' })
  const first = await connect(t, { hash_wait_timeout: '60s' })
  const slow = await occupySlot(t)
  const firstAnswer = login(first, 1)
  await until(() => locks(3, false) === 1)
  await Promise.all([waiter, refused].map((client) => client.query('BEGIN')))
  const answer = login(waiter, 2)
  await until(() => locks(3, false) === 2)
  const { rows } = await refused.query("SELECT auth.register_user('late@example.org', $1) AS answer", [PASSWORD])
  assert.equal(rows[0].answer.code, 'server_busy')
  slow.goOn()
  assert.ok((await firstAnswer).access_token)
  assert.ok((await answer).access_token)
  assert.deepEqual([locks(3), locks(4)], [0, 0])
  await Promise.all([waiter, refused].map((client) => client.query('COMMIT')))
})

test('who waits for a locked account does not wait in a slot', async (t) => {
  const [owner, changer, other] = await Promise.all([1, 2, 3].map(() => connect(t)))
  const { access_token: token } = await login(owner, 5)
  await owner.query("BEGIN; UPDATE auth.users SET first_name = 'Eve' WHERE email = 'user5@example.org'")
  await changer.query('BEGIN')
  await changer.query('SELECT auth.authenticate($1)', [token])
  const changed = changer.query('SELECT auth.change_password($1, $2) AS answer', [PASSWORD, 'another horse battery'])
  await until(() => stack.psql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") === '1')
  assert.ok((await login(other, 6)).access_token)
  await owner.query('COMMIT')
  assert.ok((await changed).rows[0].answer.sessions_ended > 0)
  await changer.query('ROLLBACK')
})

test('where the queue is full, the next is refused at once', async (t) => {
  const client = await connect(t, { hash_wait_timeout: '60s', max_waiting_hashes: 1 })
  const next = await connect(t, { hash_wait_timeout: '60s', max_waiting_hashes: 1 })
  const slow = await occupySlot(t)
  const waits = login(client, 1)
  await until(() => locks(4) === 2)
  const refused = await login(next, 2)
  assert.deepEqual([refused.code, locks(3)], ['server_busy', 1])
  slow.goOn()
  assert.ok((await waits).access_token)
  await slow.goOn()
})

test('a cancelled or killed waiter is out of the queue, and so is one who was refused inside a transaction', async (t) => {
  const cancelled = await connect(t, { hash_wait_timeout: '60s' })
  const killed = await connect(t, { hash_wait_timeout: '60s' })
  killed.on('error', () => {})
  const patient = await connect(t, { hash_wait_timeout: '60s' })
  const slow = await occupySlot(t)
  await cancelled.query("SET statement_timeout = '100ms'")
  const pid = (await killed.query('SELECT pg_backend_pid() AS pid')).rows[0].pid
  const patientAnswer = login(patient, 1)
  const killedAnswer = assert.rejects(login(killed, 2))
  await until(() => locks(3, false) === 2)
  await assert.rejects(login(cancelled, 3), /statement timeout/)
  stack.psql(`SELECT pg_terminate_backend(${pid})`)
  await killedAnswer
  await until(() => locks(4) === 2)
  slow.goOn()
  assert.ok((await patientAnswer).access_token)
  await slow.goOn()
  await cancelled.query('RESET statement_timeout')
  assert.ok((await login(cancelled, 3)).access_token)

  const throttled = await connect(t, { failed_logins_before_delay: 1 })
  await login(throttled, 4, 'wrong')
  await throttled.query('BEGIN')
  assert.equal((await login(throttled, 4, 'wrong')).code, 'too_many_attempts')
  assert.equal(locks(4), 0)
  await throttled.query('ROLLBACK')
})
