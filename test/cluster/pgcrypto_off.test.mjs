// PostgreSQL 18 can tell pgcrypto to compute nothing by itself: then bcrypt accounts cannot sign in, and nobody learns which they are.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStack } from '../../tools/stack.mjs'
import { freshEmail } from '../support.mjs'
import { Client } from '../http/client.mjs'

const BCRYPT = '$2a$05$YsVCSJtfaaeg.FWf9Hss7.8Q2HR1G17Xebn3cR0BH0arS.laBvnmy' // correct horse

let stack, client, isThere
before(async () => {
  stack = await startStack()
  client = new Client(stack)
  isThere = Number(stack.psql('SHOW server_version_num')) >= 180000
})
after(() => stack.stop())

for (const value of ['off', 'fips'])
  test(`pgcrypto.builtin_crypto_enabled = ${value}`, async (t) => {
    if (!isThere) return t.skip('PostgreSQL has this setting from 18 on')
    const email = freshEmail('bcrypt')
    stack.psql(`TRUNCATE auth_private.login_attempts; SELECT auth.import_user('${email}', '${BCRYPT}')`)
    const failures = () => stack.psql('SELECT coalesce(sum(failures), 0) FROM auth_private.login_attempts')
    assert.equal((await client.call('login', { email, password: 'wrong' })).status, 401)
    assert.equal(failures(), '2')

    stack.psql("CREATE EXTENSION IF NOT EXISTS pgcrypto; LOAD 'pgcrypto'")
    await stack.configure({ 'pgcrypto.builtin_crypto_enabled': value })
    t.after(() => stack.configure({ 'pgcrypto.builtin_crypto_enabled': null }))
    // with fips it goes by what OpenSSL says, which is not in that mode here
    const isOff = value === 'off'
    const known = await client.call('login', { email, password: 'correct horse' })
    const unknown = await client.call('login', { email: freshEmail(), password: 'correct horse' })
    assert.deepEqual([known.status, unknown.status], [isOff ? 401 : 200, 401], known.text)
    if (!isOff) return

    assert.equal(known.text, unknown.text)
    assert.equal(failures(), '6', 'each counts for the account from here and from anywhere')
    assert.match(stack.tail(stack.postgres), /could not compute a bcrypt hash, so the password counts as wrong/)
    assert.match(stack.psql(`SELECT auth.import_problem('new@example.org', '${BCRYPT}')`), /This server does not compute bcrypt hashes/)
    assert.throws(() => stack.psql(`SELECT auth.import_user('new@example.org', '${BCRYPT}')`), /Set pgcrypto\.builtin_crypto_enabled to on/)
  })
