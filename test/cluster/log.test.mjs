// A password or a token is not written to the server's log by an error or a cancellation.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'

const CANARY = 'canary-7f3a9c'
let stack
before(async () => {
  stack = await startStack({ postgrest: false, settings: { log_min_error_statement: 'error', log_error_verbosity: 'verbose' } })
})
after(() => stack.stop())

const log = () => readFileSync(stack.postgres.logFile, 'utf8')
const attempt = (sql) => {
  try {
    stack.psql(sql)
  } catch {
    // the error is what is wanted; the log is what is looked at
  }
}

test('the search would find it: a statement of nobody in particular is logged', () => {
  attempt(`SELECT 1 / 0, '${CANARY}-control'`)
  assert.match(log(), new RegExp(`${CANARY}-control`))
})

test('mistakes in a call', () => {
  attempt(`SELECT auth.login('alice@example.org', '${CANARY}', 'nonsense')`)
  attempt(`SELECT auth.login(NULL, '${CANARY}')`)
  attempt(`SELECT auth.register_user(NULL, '${CANARY}')`)
  attempt(`SELECT auth.refresh('${CANARY}', 'nonsense')`)
  attempt(`SELECT auth.logout('${CANARY}', 'nonsense')`)
  attempt(`SELECT auth.change_password('${CANARY}', '${CANARY}')`)
  attempt(`SELECT auth.authenticate('${CANARY}')`)
  const text = log()
  assert.match(text, /unknown mode/)
  assert.match(text, /unknown scope/)
  assert.match(text, /invalid access token/)
  assert.doesNotMatch(text, new RegExp(`${CANARY}(?!-control)`))
})

test('a cancellation in the middle of a hash', () => {
  attempt(`SET auth.password_memory = '1GB'; SET statement_timeout = '100ms'; SELECT auth.register_user('alice@example.org', '${CANARY}')`)
  const text = log()
  assert.match(text, /canceling statement due to statement timeout/)
  assert.doesNotMatch(text, new RegExp(`${CANARY}(?!-control)`))
})

test('a constraint of the site that fails inside a call', () => {
  stack.psql("ALTER TABLE auth.users ADD CONSTRAINT no_mallory CHECK (first_name <> 'Mallory')")
  attempt(`SELECT auth.register_user('mallory@example.org', '${CANARY}', 'Mallory')`)
  const text = log()
  assert.match(text, /no_mallory/)
  assert.doesNotMatch(text, new RegExp(`${CANARY}(?!-control)`))
})

test('PostgREST’s role: bound parameters stay out of a log of all statements', async () => {
  await stack.configure({ log_statement: 'all', log_min_duration_statement: 0 })
  const client = new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database })
  await client.connect()
  await client.query('SET ROLE anon')
  await client.query('SELECT auth.login($1, $2)', ['alice@example.org', CANARY])
  await client.query('SELECT auth.authenticate($1)', [CANARY]).catch(() => {})
  await client.end()
  const text = log()
  assert.match(text, /SELECT auth\.login\(\$1, \$2\)/)
  assert.doesNotMatch(text, new RegExp(`${CANARY}(?!-control)`))
})

test('a refusal is logged with its reason, which no client can ask to see', async () => {
  const client = new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database })
  const notices = []
  client.on('notice', (notice) => notices.push(notice.message))
  await client.connect()
  await client.query('SET ROLE anon')
  await client.query('SET client_min_messages = debug1')
  notices.length = 0
  await client.query('SELECT auth.login($1, $2)', ['nobody@example.org', CANARY])
  await client.end()
  assert.deepEqual(notices.filter((notice) => /refused|registered/.test(notice)), [])
  assert.match(log(), /login refused: invalid_credentials\n.*DETAIL: +The address is not registered\./)
})
