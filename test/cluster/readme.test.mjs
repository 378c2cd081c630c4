// What the README says to type works as written.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'

const README = readFileSync(join(dirname(fileURLToPath(import.meta.url)), '../../README.md'), 'utf8')
const blocks = (language) => [...README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1])

let stack
before(async () => {
  stack = await startStack({ postgrest: false, extension: false })
})
after(() => stack.stop())

test('the SQL, block by block, in an empty database', () => {
  const all = blocks('sql')
  assert.ok(all.length >= 6)
  for (const block of all) stack.psql(`SET client_min_messages = error; ${block}`)
  assert.equal(stack.psql("SELECT count(*) FROM pg_policy WHERE polrelid = 'public.notes'::regclass"), '6')
})

test('the transcript on its first screen', () => {
  const transcript = blocks('').find((block) => block.startsWith('app=#'))
  const commands = transcript.split('\n').filter((line) => line.startsWith('app=# ')).map((line) => line.slice(6))
  const expected = transcript.split('\n').filter((line) => line.startsWith(' ')).map((line) => line.trim())
  assert.equal(commands[0], 'CREATE EXTENSION auth CASCADE;')
  const output = stack.execute('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'], { input: commands.slice(1).join('\n'), stdio: ['pipe', 'pipe', 'pipe'] })
  assert.deepEqual(output.trim().split('\n'), expected)
})

test('the JavaScript for a direct connection', async () => {
  stack.psql("SELECT auth.register_user('js@example.org', 'correct horse battery')")
  const client = new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database })
  await client.connect()
  const AsyncFunction = (async () => {}).constructor
  const rows = await new AsyncFunction('client', 'email', 'password', `${blocks('js')[0]}; return rows`)(client, 'js@example.org', 'correct horse battery')
  assert.deepEqual(rows, [])
  assert.equal((await client.query('SELECT auth.uid() AS uid')).rows[0].uid, null)
  await client.end()
})

test('settings for the database and for the server, in units, before the library is loaded', () => {
  stack.psql("ALTER DATABASE app SET auth.access_token_ttl = '10min'")
  assert.equal(stack.psql("SELECT auth.uid(); SHOW auth.access_token_ttl").trim(), '10min')
  stack.psql('ALTER DATABASE app RESET auth.access_token_ttl')

  const settings = README.slice(README.indexOf('## Settings'), README.indexOf('## Direct connections'))
  const names = [...settings.matchAll(/^\| `(auth\.[a-z_]+)` \| ([^|]*)\|/gm)].map((match) => match[1])
  assert.deepEqual(names.sort(), stack.psql("SELECT auth.uid(); SELECT name FROM pg_settings WHERE name LIKE 'auth.%' ORDER BY name COLLATE \"C\"").trim().split('\n').filter((name) => !['auth.user_id', 'auth.session_id', 'auth.user_role'].includes(name)))
})
