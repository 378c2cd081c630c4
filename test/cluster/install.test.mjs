// Where the extension cannot be installed safely, it says why and changes nothing.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { freePort, startStack } from '../../tools/stack.mjs'
import { copyOfProject, until } from '../support.mjs'

let stack
let counter = 0
let database
before(async () => {
  stack = await startStack({ postgrest: false })
})
after(() => stack.stop())
beforeEach(() => {
  database = `site${++counter}`
  stack.execute('createdb', [database])
})

const sql = (text) => stack.psql(text, { database })
const install = 'CREATE EXTENSION auth CASCADE'

function assertRefused(pattern, before = '') {
  assert.throws(() => sql(`SET client_min_messages = error; ${before} ${install}`), (error) => {
    assert.match(error.stderr, pattern)
    return true
  })
  assert.equal(sql("SELECT count(*) FROM pg_extension WHERE extname = 'auth'"), '0')
}

test('one step, in an empty database, without shared_preload_libraries', () => {
  sql(`SET client_min_messages = warning; ${install}`)
  assert.equal(sql('SHOW shared_preload_libraries'), '')
  assert.equal(sql("SELECT auth.register_user('a@example.org', 'correct horse') ->> 'email'"), 'a@example.org')
})

test('a PostgREST that was there first serves it at once', async () => {
  await stack.startPostgrest() // unpacks the program, for one
  const port = await freePort()
  const config = join(stack.directory, 'first.conf')
  writeFileSync(config, `db-uri = "postgres://authenticator@/${database}?host=${stack.socketDirectory}"
    db-pre-config = "auth.postgrest_config"
    db-schemas = "auth, public"
    db-anon-role = "anon"
    server-host = "127.0.0.1"
    server-port = ${port}`.replace(/^ +/gm, ''))
  const server = stack.serve('first', join(stack.directory, 'postgrest'), [config])
  await until('it has looked for the schema in vain', () => /Schema cache loaded/.test(stack.tail(server)))
  sql(`SET client_min_messages = warning; ${install}`)
  await until('it serves the calls', () => fetch(`http://127.0.0.1:${port}/rpc/jwks`).then((answer) => answer.ok, () => false))
  server.child.kill()
})

test('without pgcrypto, PostgreSQL says what is missing', () => {
  assert.throws(() => sql('CREATE EXTENSION auth'), /required extension "pgcrypto" is not installed/)
})

test('not by a role that is no superuser, not even by the owner of the database', () => {
  sql(`CREATE ROLE regress_auth_owner; ALTER DATABASE ${database} OWNER TO regress_auth_owner; CREATE EXTENSION pgcrypto`)
  assertRefused(/permission denied to create extension "auth"/, 'SET ROLE regress_auth_owner;')
  sql(`ALTER DATABASE ${database} OWNER TO postgres; DROP ROLE regress_auth_owner`)
})

test("not into a schema of somebody else's", () => {
  sql('CREATE ROLE regress_auth_mallory; CREATE SCHEMA auth AUTHORIZATION regress_auth_mallory')
  assertRefused(/schema "auth" exists and its owner is not a superuser/)
  sql('DROP SCHEMA auth; CREATE SCHEMA auth_private AUTHORIZATION regress_auth_mallory')
  assertRefused(/schema "auth_private" exists and its owner is not a superuser/)
  sql('DROP SCHEMA auth_private; DROP ROLE regress_auth_mallory')
})

test('not beside what another system keeps there, as Supabase does', () => {
  sql('CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY, instance_id uuid)')
  assertRefused(/schema "auth" already holds something else: auth.users\n.*Supabase/)
  sql('DROP TABLE auth.users; CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS $$ SELECT NULL::uuid $$')
  assertRefused(/schema "auth" already holds something else: auth.uid/)
})

test('every name that it makes, squatted by somebody who may create in the schema, is an error', () => {
  sql(`SET client_min_messages = warning; ${install}`)
  const objects = sql(`
    SELECT 'CREATE FUNCTION ' || oid::regprocedure || ' RETURNS int LANGUAGE sql AS ''SELECT 1''' FROM pg_proc WHERE pronamespace = 'auth'::regnamespace AND prorettype <> 'trigger'::regtype
    UNION ALL SELECT format('CREATE TABLE %s ()', oid::regclass) FROM pg_class WHERE relnamespace IN ('auth'::regnamespace, 'auth_private'::regnamespace) AND relkind = 'r'`).split('\n')
  assert.ok(objects.length >= 20)
  sql('DROP EXTENSION auth CASCADE; DROP SCHEMA auth, auth_private CASCADE; CREATE SCHEMA auth; CREATE SCHEMA auth_private; CREATE ROLE regress_auth_mallory; GRANT ALL ON SCHEMA auth, auth_private TO regress_auth_mallory')
  for (const squat of objects) {
    const drop = squat.startsWith('CREATE TABLE') ? `DROP TABLE ${squat.split(' ')[2]}` : `DROP FUNCTION ${squat.slice(16, squat.indexOf(' RETURNS'))}`
    sql(`SET ROLE regress_auth_mallory; ${squat}`)
    assertRefused(/already holds something else/)
    sql(drop)
  }
  sql(`SET client_min_messages = warning; ${install}; DROP OWNED BY regress_auth_mallory; DROP ROLE regress_auth_mallory`)
})

test('not while a role of its names bypasses row-level security', () => {
  sql('ALTER ROLE authenticated BYPASSRLS')
  try {
    assertRefused(/role "authenticated" exists and bypasses row-level security\n.*ALTER ROLE authenticated/)
  } finally {
    sql('ALTER ROLE authenticated NOBYPASSRLS')
  }
})

test('not while somebody could become the owner of everything', () => {
  const owner = (change) => stack.psql(change, { database: 'postgres' })
  owner('ALTER ROLE auth_owner LOGIN')
  assertRefused(/role "auth_owner" exists, and other roles can become it/)
  owner('ALTER ROLE auth_owner NOLOGIN; CREATE ROLE regress_auth_mallory; GRANT auth_owner TO regress_auth_mallory')
  assertRefused(/role "auth_owner" exists, and other roles can become it/)
  owner('DROP ROLE regress_auth_mallory')
})

test("a site's default privileges open nothing", () => {
  sql(`CREATE ROLE regress_auth_reader;
    ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO anon, authenticated, regress_auth_reader, PUBLIC;
    ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO anon, authenticated, regress_auth_reader, PUBLIC;
    ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO anon, authenticated, regress_auth_reader;
    ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO anon, authenticated, regress_auth_reader, PUBLIC;
    SET client_min_messages = warning; ${install}`)
  const privileges = (database) => stack.psql(`
    SELECT json_agg((name, acl)::text ORDER BY name) FROM (
      SELECT oid::regprocedure::text, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(proacl) a)::text FROM pg_proc WHERE pronamespace::regnamespace::text LIKE 'auth%'
      UNION ALL SELECT oid::regclass::text, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(relacl) a)::text FROM pg_class WHERE relnamespace::regnamespace::text LIKE 'auth%' AND relkind IN ('r', 'S')
      UNION ALL SELECT nspname, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(nspacl) a)::text FROM pg_namespace WHERE nspname LIKE 'auth%') AS o (name, acl)`, { database })
  assert.equal(privileges(database), privileges('app'))
  sql('DROP OWNED BY regress_auth_reader; DROP ROLE regress_auth_reader')
})

test('not into a database of another encoding', () => {
  stack.execute('createdb', ['-E', 'LATIN1', '-T', 'template0', '--locale=C', 'latin'])
  assert.throws(() => stack.psql(install, { database: 'latin' }), /auth requires a database with the encoding UTF8/)
})

test('two databases of one cluster have their own accounts and keys', () => {
  sql(`SET client_min_messages = warning; ${install}; SELECT auth.register_user('a@example.org', 'correct horse')`)
  const token = JSON.parse(sql("SELECT auth.login('a@example.org', 'correct horse')"))
  assert.equal(stack.psql('SELECT count(*) FROM auth.users'), '0')
  assert.throws(() => stack.psql(`SELECT auth.authenticate('${token.access_token}')`), /invalid access token/)
})

test('a script that updates is installed like the others, and updates what has accounts', async (t) => {
  const copy = copyOfProject(t)
  for (const extension of ['auth', 'auth_directus']) writeFileSync(join(copy, `${extension}--1.0--1.1.sql`), `CREATE FUNCTION ${extension === 'auth' ? 'auth' : 'directus'}.answer() RETURNS int LANGUAGE sql AS 'SELECT 42'`)
  const { startStack: startNext } = await import(join(copy, 'tools/stack.mjs'))
  const next = await startNext({ postgrest: false })
  try {
    next.psql(`SELECT auth.register_user('alice@example.org', 'correct horse'); CREATE EXTENSION auth_directus`)
    next.psql(`ALTER EXTENSION auth UPDATE TO '1.1'; ALTER EXTENSION auth_directus UPDATE TO '1.1'`)
    assert.equal(next.psql(`SELECT auth.answer(), directus.answer(), auth.login('alice@example.org', 'correct horse') ? 'access_token'`), '42|42|t')
  } finally {
    await next.stop()
  }
})
