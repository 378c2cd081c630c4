// A dump brings back every row and object that a site has, and no key and no session with it.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { startStack } from '../../tools/stack.mjs'
import { PASSWORD } from '../support.mjs'

let stack, tokens, expected

// Everything that a site would miss: rows, columns, defaults, constraints, indexes, policies, triggers, grants.
const SNAPSHOT = `
  SELECT json_build_object(
    'users', (SELECT json_agg(t ORDER BY t.id) FROM auth.users t),
    'credentials', (SELECT json_agg(t ORDER BY t.user_id) FROM auth_private.credentials t),
    'sessions', (SELECT json_agg(t ORDER BY t.id) FROM auth.sessions t),
    'posts', (SELECT json_agg(t ORDER BY t.id) FROM auth.posts t),
    'audit_log', (SELECT json_agg(t ORDER BY t.id) FROM auth_private.audit_log t),
    'shop', (SELECT json_agg(t ORDER BY t.id) FROM public.orders t),
    'columns', (SELECT json_agg((attrelid::regclass, attname, atttypid::regtype, attnotnull, pg_get_expr(adbin, adrelid), attacl)::text ORDER BY attrelid::regclass::text, attname)
      FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = ANY (tables) AND attnum > 0 AND NOT attisdropped),
    'tables', (SELECT json_agg((oid::regclass, relowner::regrole, relrowsecurity, coalesce(relacl, acldefault('r', relowner)), reloptions, relpersistence, obj_description(oid))::text ORDER BY oid::regclass::text) FROM pg_class WHERE oid = ANY (tables)),
    'constraints', (SELECT json_agg((conrelid::regclass, conname, pg_get_constraintdef(oid))::text ORDER BY conrelid::regclass::text, conname) FROM pg_constraint WHERE conrelid = ANY (tables)),
    'indexes', (SELECT json_agg(pg_get_indexdef(indexrelid) ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = ANY (tables)),
    'policies', (SELECT json_agg((polrelid::regclass, polname, polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))::text ORDER BY polrelid::regclass::text, polname) FROM pg_policy),
    'triggers', (SELECT json_agg((tgrelid::regclass, tgname, pg_get_triggerdef(oid))::text ORDER BY tgrelid::regclass::text, tgname) FROM pg_trigger WHERE NOT tgisinternal),
    'functions', (SELECT json_agg((oid::regprocedure, proowner::regrole, proacl, prosecdef, proconfig)::text ORDER BY oid::regprocedure::text) FROM pg_proc WHERE pronamespace::regnamespace::text LIKE 'auth%'),
    'schemas', (SELECT json_agg((nspname, nspowner::regrole, nspacl)::text ORDER BY nspname) FROM pg_namespace WHERE nspname LIKE 'auth%'),
    'sequences', (SELECT json_agg((schemaname, sequencename, last_value)::text ORDER BY schemaname, sequencename) FROM pg_sequences),
    'members', (SELECT json_agg(pg_describe_object(classid, objid, objsubid) ORDER BY pg_describe_object(classid, objid, objsubid)) FROM pg_depend WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'auth'))
  ) FROM (SELECT array_agg(oid) AS tables FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('auth', 'auth_private', 'public')) AS t`

const snapshot = (on, database) => JSON.parse(on.psql(SNAPSHOT, { database }))
const call = (on, database, sql) => JSON.parse(on.psql(`SELECT ${sql}`, { database }))

before(async () => {
  stack = await startStack({ postgrest: false })
  stack.psql(`
    SELECT auth.register_user('user' || n || '@example.org', '${PASSWORD}', 'Number ' || n) FROM generate_series(1, 5) AS n;
    ALTER TABLE auth.users ADD COLUMN avatar text DEFAULT 'owl';
    GRANT UPDATE (avatar) ON auth.users TO authenticated;
    UPDATE auth.users SET avatar = 'cat' WHERE email LIKE 'user1%';
    ALTER TABLE auth.posts ADD COLUMN published bool NOT NULL DEFAULT false;
    CREATE INDEX posts_published_idx ON auth.posts (published);
    CREATE POLICY published_posts_are_public ON auth.posts FOR SELECT TO anon USING (published);
    CREATE TABLE public.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, buyer uuid REFERENCES auth.users ON DELETE CASCADE, article text);
    SELECT auth.protect('public.orders', 'buyer', '{}', '{article}');
    CREATE FUNCTION public.shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.title := upper(NEW.title); RETURN NEW; END';
    CREATE TRIGGER shout BEFORE INSERT ON auth.posts FOR EACH ROW EXECUTE FUNCTION public.shout();
    INSERT INTO auth.posts (title, author) SELECT 'post ' || first_name, id FROM auth.users;
    INSERT INTO public.orders (buyer, article) SELECT id, 'pencil' FROM auth.users;`)
  tokens = call(stack, 'app', `auth.login('user1@example.org', '${PASSWORD}')`)
  expected = snapshot(stack, 'app')
  stack.dumps = stack.makeOwnDirectory('dumps')
})
after(() => stack.stop())

// What a restored database must be, in the old cluster or a new one.
function assertRestored(on, database) {
  assert.deepEqual(snapshot(on, database), expected)

  const refused = call(on, database, `auth.refresh('${tokens.refresh_token}')`)
  assert.equal(refused.code, 'invalid_refresh_token')
  assert.throws(() => on.psql(`SELECT auth.authenticate('${tokens.access_token}')`, { database }), /invalid access token/)

  const again = call(on, database, `auth.login('user1@example.org', '${PASSWORD}')`)
  assert.ok(again.access_token)
  assert.equal(on.psql(`BEGIN; SELECT auth.authenticate('${again.access_token}') IS NOT NULL; SET LOCAL ROLE authenticated; INSERT INTO auth.posts (title) VALUES ('more') RETURNING id; COMMIT`, { database }), 't\n6')
}

const formats = {
  plain: { dump: [], restore: (on, file, database) => on.execute('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', database, '-f', file]) },
  custom: { dump: ['-Fc'], restore: (on, file, database) => on.execute('pg_restore', ['--exit-on-error', '-d', database, file]) },
  directory: { dump: ['-Fd', '-j2'], restore: (on, file, database) => on.execute('pg_restore', ['--exit-on-error', '-j2', '-d', database, file]) },
}

for (const [format, { dump, restore }] of Object.entries(formats))
  test(`a ${format} dump restores into a new database`, () => {
    const file = join(stack.dumps, format)
    stack.execute('pg_dump', [...dump, '-f', file, 'app'])
    stack.execute('createdb', [format])
    restore(stack, file, format)
    assertRestored(stack, format)
  })

test('a dump restores into a new cluster, in which no role exists yet', async () => {
  const other = await startStack({ postgrest: false, extension: false })
  try {
    other.execute('pg_restore', ['--exit-on-error', '-d', 'app', join(stack.dumps, 'custom')])
    assertRestored(other, 'app')
  } finally {
    await other.stop()
  }
})

test('a dump contains no key', () => {
  const keys = stack.psql("SELECT encode(secret_key, 'hex') FROM auth_private.signing_keys").split('\n').map((hex) => Buffer.from(hex, 'hex'))
  assert.equal(keys.length, 4)
  const read = (path) => (statSync(path).isDirectory() ? Buffer.concat(readdirSync(path).map((name) => read(join(path, name)))) : path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path))
  const dumps = ['plain', 'directory'].map((format) => read(join(stack.dumps, format)))
  const contains = (needle) => dumps.some((dump) => dump.includes(needle))

  assert.ok(contains('user1@example.org'), 'the search finds what is there')
  for (const key of keys)
    for (const spelling of [key, key.toString('hex'), key.toString('base64'), key.toString('base64url')]) assert.ok(!contains(spelling))
  for (const token of [tokens.access_token, tokens.refresh_token]) assert.ok(!contains(token))
  assert.ok(existsSync(join(stack.dumps, 'custom')))
})
