// auth.key_file seals secret keys: without the very file nothing is signed, and nothing is made up.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startStack } from '../../tools/stack.mjs'
import { Client } from '../http/client.mjs'
import { PASSWORD, until } from '../support.mjs'

let stack, client, directory
before(async () => {
  stack = await startStack()
  client = new Client(stack)
  directory = stack.makeOwnDirectory('secret')
})
after(() => stack.stop())

function writeKeyFile(name, content = randomBytes(32), mode = 0o600) {
  const path = name.startsWith('/') ? name : join(directory, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  if (stack.user.uid !== undefined) chownSync(path, stack.user.uid, stack.user.gid)
  return path
}
const useFile = (path, previous = null) => stack.configure({ 'auth.key_file': path, 'auth.previous_key_file': previous })
const keys = () => stack.psql("SELECT kid, encode(secret_key, 'hex') FROM auth_private.signing_keys ORDER BY kid").split('\n').map((line) => line.split('|'))
const lengths = () => [...new Set(keys().map(([, hex]) => hex.length / 2))]
const statusOf = async (token) => (await client.get('/rpc/current_user', { token })).status
const problem = (sql) => {
  try {
    stack.psql(sql)
  } catch (error) {
    return error.stderr
  }
  return 'none'
}

// PostgREST that was given no keys, because none could be opened, must be told to ask again.
async function assertEverythingWorks(user) {
  stack.psql("NOTIFY pgrst, 'reload config'")
  await until('PostgREST has the keys', async () => (await statusOf(user.token)) === 200)
  const { status, body } = await client.call('refresh', { refresh_token: user.refreshToken })
  assert.equal(status, 200, JSON.stringify(body))
  user.refreshToken = body.refresh_token
  assert.equal((await client.call('login', { email: user.email, password: PASSWORD })).status, 200)
}

test('sealing begins with the first rotation, and nobody is signed out by it', async () => {
  const user = await client.enter()
  const before = keys()
  await useFile(writeKeyFile('key'))
  assert.match(problem('SELECT auth.jwks()'), /auth\.key_file is set, but there are keys that are not sealed/)
  assert.deepEqual(keys(), before)

  stack.psql('SELECT auth.rotate_signing_key()')
  assert.deepEqual(lengths(), [72])
  assert.deepEqual(keys().map(([kid]) => kid).filter((kid) => before.some(([old]) => old === kid)).length, before.length)
  await assertEverythingWorks(user)
})

test('missing, short, open to others, somewhere else, or another: 500, the reason for a superuser only, and no key is touched', async () => {
  const user = await client.enter()
  const good = join(directory, 'key')
  const other = writeKeyFile('other')
  execFileSync('mkfifo', ['-m', '600', join(directory, 'pipe')])
  if (stack.user.uid !== undefined) chownSync(join(directory, 'pipe'), stack.user.uid, stack.user.gid)
  const bad = {
    [join(directory, 'absent')]: /absent" could not be opened: No such file/,
    [writeKeyFile('empty', '')]: /empty" has fewer than 32 bytes/,
    [writeKeyFile('short', randomBytes(31))]: /short" has fewer than 32 bytes/,
    [writeKeyFile('long', randomBytes(65537))]: /long" has more than 65536 bytes/,
    [writeKeyFile('group', readFileSync(good), 0o640)]: /group" can be read or written by users other than its owner/,
    [writeKeyFile('world', readFileSync(good), 0o604)]: /world" can be read or written by users other than its owner/,
    [writeKeyFile(join(stack.dataDirectory, 'inside'), readFileSync(good))]: /inside" is in the data directory/,
    [directory]: /" is not a regular file/,
    [join(directory, 'pipe')]: /pipe" is not a regular file/,
    [other]: /was sealed with a different file than auth\.key_file/,
    [writeKeyFile('longer', Buffer.concat([readFileSync(good), Buffer.from('\n')]))]: /was sealed with a different file/,
    '': /The keys are sealed, but auth\.key_file is not set/,
  }
  symlinkSync(join(stack.dataDirectory, 'inside'), join(directory, 'link'))
  bad[join(directory, 'link')] = /link" is in the data directory/

  const untouched = keys()
  for (const [path, reason] of Object.entries(bad)) {
    await useFile(path)
    const { status, body } = await client.call('login', { email: user.email, password: PASSWORD })
    assert.deepEqual([status, body.message, body.details, body.hint], [500, 'the keys are not available', null, null], path)
    assert.equal((await client.call('refresh', { refresh_token: user.refreshToken })).status, 500, path)
    for (const sql of [`SELECT auth.login('${user.email}', '${PASSWORD}')`, 'SELECT auth.rotate_signing_key()', `SELECT auth.authenticate('${user.token}')`])
      assert.match(problem(sql), reason, `${path}: ${sql}`)
    assert.doesNotMatch(problem(`SET SESSION AUTHORIZATION authenticator; SET ROLE anon; SELECT auth.login('${user.email}', '${PASSWORD}')`), /\/|key_file/)
    assert.match(readFileSync(stack.postgres.logFile, 'utf8').slice(-3000), reason)
    assert.equal(stack.psql("BEGIN; SELECT FROM auth.postgrest_config(); SELECT current_setting('pgrst.jwt_secret'); COMMIT").trim(), '{"keys":[]}')
  }
  assert.deepEqual(keys(), untouched)

  await useFile(good)
  await assertEverythingWorks(user)
})

test('a sealed key does not open in the place of another, and a key that is not sealed is none', async () => {
  const mac = (purpose) => `(SELECT secret_key FROM auth_private.signing_keys WHERE kid = '${purpose}')`
  const inPlaceOf = (value) => problem(`BEGIN; UPDATE auth_private.signing_keys SET secret_key = ${value} WHERE kid = 'refresh_token'; SELECT auth.jwks()`)
  assert.equal(inPlaceOf(mac('refresh_token')), 'none')
  assert.match(inPlaceOf(mac('login_attempt')), /The key "refresh_token" was sealed with a different file/)
  assert.match(inPlaceOf(`'\\x${randomBytes(32).toString('hex')}'`), /there are keys that are not sealed/)
  const planted = `INSERT INTO auth_private.signing_keys (kid, purpose, secret_key, signs_from) VALUES ('mine', 'access_token', '\\x${randomBytes(32).toString('hex')}', now())`
  assert.match(problem(`BEGIN; ${planted}; SELECT auth.jwks()`), /there are keys that are not sealed/)
  assert.match(problem(`BEGIN; ${planted}; SELECT auth.rotate_signing_key()`), /Some keys are sealed and some are not/)
  assert.match(problem(`BEGIN; UPDATE auth_private.signing_keys SET secret_key = '\\x${randomBytes(32).toString('hex')}'; SELECT auth.jwks()`), /there are keys that are not sealed/)
})

test('the file can be changed, and sealing given up, by way of auth.previous_key_file', async () => {
  const user = await client.enter()
  const [first, second] = [join(directory, 'key'), writeKeyFile('second')]
  const sealed = keys()

  await useFile(second, first)
  await assertEverythingWorks(user)
  stack.psql('SELECT auth.rotate_signing_key()')
  for (const [kid, hex] of sealed) assert.notEqual(keys().find(([id]) => id === kid)[1], hex)
  await useFile(second)
  rmSync(first)
  await assertEverythingWorks(user)

  await useFile(null, second)
  await assertEverythingWorks(user)
  stack.psql('SELECT auth.rotate_signing_key()')
  assert.deepEqual(lengths(), [32])
  await useFile(null)
  await assertEverythingWorks(user)
})

test('it is a setting of the whole server, and an absolute path', async () => {
  assert.match(problem("SELECT auth.uid(); SET auth.key_file = '/tmp/x'"), /cannot be changed now/)
  assert.match(problem("LOAD 'auth'; SET auth.key_file = 'key'"), /cannot be changed now/)
  await assert.rejects(stack.configure({ 'auth.key_file': 'key' }), /must be empty or an absolute path/)
})

// Whether any file below a directory contains a key as it is.
function contains(path, needles) {
  if (statSync(path).isDirectory()) return readdirSync(path).some((name) => contains(join(path, name), needles))
  const content = readFileSync(path)
  return needles.some((needle) => content.includes(needle))
}

test('a base backup of sealed keys has none of them', async () => {
  const backup = (name) => {
    const path = join(stack.makeOwnDirectory(name), 'copy')
    stack.execute('pg_basebackup', ['-D', path, '-c', 'fast', '-X', 'none', '--no-sync'])
    return path
  }
  const plain = keys().map(([, hex]) => Buffer.from(hex, 'hex'))
  assert.equal(contains(backup('unsealed'), plain), true)

  await useFile(writeKeyFile('third'))
  stack.psql('SELECT auth.rotate_signing_key()')
  // what the table held before is gone from its file only after a rewrite
  stack.psql('VACUUM FULL auth_private.signing_keys')
  stack.psql('CHECKPOINT')
  assert.equal(contains(backup('sealed'), plain), false)
})
