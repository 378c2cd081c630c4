// A dump of an earlier state restores into the tree of today, and auth.install() adds what it lacks.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startStack } from '../../tools/stack.mjs'
import { PASSWORD } from '../support.mjs'

const DUMPS = join(dirname(fileURLToPath(import.meta.url)), 'dumps')

let stack
before(async () => {
  stack = await startStack({ postgrest: false, extension: false })
})
after(() => stack.stop())

// The installed script as a later version would have it: with one more column of accounts.
function addSyntheticColumn() {
  const script = join(stack.execute('pg_config', ['--sharedir']).trim(), 'extension/auth--1.0.sql')
  const text = readFileSync(script, 'utf8')
  const later = text.replace("\n\tCOMMENT ON TABLE auth.users IS", "\n\tALTER TABLE auth.users ADD COLUMN IF NOT EXISTS synthetic text NOT NULL DEFAULT 'later';\n\tCOMMENT ON TABLE auth.users IS")
  assert.notEqual(later, text)
  writeFileSync(script, later)
}

for (const name of readdirSync(DUMPS).filter((file) => file.endsWith('.sql')))
  test(`${name}: restored, completed, and everybody signs in`, () => {
    if (!stack.hasSyntheticColumn) addSyntheticColumn()
    stack.hasSyntheticColumn = true
    const database = `from_${name.replace(/\W/g, '_')}`
    const ask = (sql) => stack.psql(sql, { database })
    stack.execute('createdb', [database])
    const output = stack.execute('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', database, '-f', '-'], { input: readFileSync(join(DUMPS, name), 'utf8'), stdio: ['pipe', 'pipe', 'pipe'] })
    assert.doesNotMatch(output, /NOTICE|WARNING/)

    const columns = "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'auth.users'::regclass AND attnum > 0 AND attname IN ('avatar', 'synthetic')"
    assert.equal(ask(columns), 'avatar')
    const objects = "SELECT (SELECT count(*) FROM pg_policy), (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal), (SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'i', 'S') AND relnamespace::regnamespace::text ~ '^auth|^public')"
    ask('SELECT auth.install()')
    assert.equal(ask(columns), 'avatar,synthetic')
    const complete = ask(objects)
    ask('SELECT auth.install()')
    assert.equal(ask(objects), complete, 'nothing is there twice')
    // tables that came later
    assert.equal(ask("SELECT to_regclass('auth.mail_templates') IS NOT NULL"), 't')

    assert.equal(ask('SELECT email, first_name, status, avatar, synthetic FROM auth.users ORDER BY email'),
      'alice@example.org|Alice|active|cat|later\nbob@example.org|Bob|active|none|later\nkeyless@example.org||invited|none|later')
    assert.match(ask(`SELECT auth.login('alice@example.org', '${PASSWORD}')`), /access_token/)
    assert.match(ask("SELECT auth.login('bob@example.org', 'correct horse')"), /access_token/)
    assert.match(ask("SELECT auth.login('keyless@example.org', '')"), /invalid_credentials/)
    const asBob = `BEGIN; SELECT set_config('auth.user_id', id::text, true) FROM auth.users WHERE first_name = 'Bob' \\g /dev/null
      SET LOCAL ROLE authenticated;`
    const typed = (sql) => stack.execute('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', database], { input: `${asBob} ${sql}; ROLLBACK`, stdio: ['pipe', 'pipe', 'pipe'] }).trim()
    assert.equal(typed('SELECT email FROM auth.users'), 'bob@example.org')
    assert.equal(typed("INSERT INTO public.notes (text) VALUES ('new'); SELECT count(*) FROM public.notes WHERE written_by = auth.uid()"), '2')
    assert.equal(typed("INSERT INTO auth.posts (title) VALUES ('new') RETURNING id > (SELECT max(id) FROM auth.posts WHERE title = 'Hello')"), 't')
    assert.equal(ask("SELECT extconfig IS NULL FROM pg_extension WHERE extname = 'auth'"), 't')
  })
