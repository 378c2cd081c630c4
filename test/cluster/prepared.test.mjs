// Prepared statements on one connection: the plan that one user's statement left behind never shows or changes another's rows.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'
import { PASSWORD } from '../support.mjs'

const TRANSACTIONS = 10_000

// Notes are their owner's; pinned ones are those of anon, too.
const SCHEMA = `
  CREATE TABLE public.notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    written_by uuid REFERENCES auth.users ON DELETE CASCADE,
    text text,
    pinned boolean NOT NULL DEFAULT false
  );
  CREATE INDEX ON public.notes (written_by);
  SELECT auth.protect('public.notes', owner_column => 'written_by', writable_columns => '{text}');
  CREATE POLICY pinned_notes_are_public ON public.notes FOR SELECT TO anon USING (pinned);
  GRANT SELECT ON public.notes TO anon;

  CREATE VIEW public.note_list WITH (security_invoker) AS SELECT * FROM public.notes;
  GRANT SELECT ON public.note_list TO anon, authenticated;
  CREATE FUNCTION public.inlined_notes() RETURNS SETOF public.notes LANGUAGE sql STABLE AS 'SELECT * FROM public.notes';
  CREATE FUNCTION public.called_notes() RETURNS SETOF public.notes LANGUAGE sql VOLATILE AS 'SELECT * FROM public.notes';
  CREATE FUNCTION public.planned_notes() RETURNS SETOF public.notes LANGUAGE plpgsql AS 'BEGIN RETURN QUERY SELECT * FROM public.notes; END'`

const QUERIES = {
  'a list': 'SELECT id FROM public.notes',
  'a list with a parameter': 'SELECT id FROM public.notes WHERE text <> $1',
  'a CTE': 'WITH all_notes AS MATERIALIZED (SELECT * FROM public.notes) SELECT id FROM all_notes',
  'a subquery': 'SELECT n.id FROM (SELECT * FROM public.notes OFFSET 0) n WHERE (SELECT count(*) FROM public.notes m WHERE m.id = n.id) = 1',
  'a view of the invoker': 'SELECT id FROM public.note_list',
  'an SQL function that is inlined': 'SELECT id FROM public.inlined_notes()',
  'an SQL function that is called': 'SELECT id FROM public.called_notes()',
  'a PL/pgSQL function': 'SELECT id FROM public.planned_notes()',
}
const merge = (table, column, key) => `
  MERGE INTO ${table} t USING (SELECT $1::${key} AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET ${column} = $2`
const MERGES = {
  'a merge into one of the notes': merge('public.notes', 'text', 'uuid'),
  'a merge into one of the posts': merge('auth.posts', 'content', 'bigint'),
}

let stack, users
before(async () => {
  stack = await startStack({ postgrest: false })
  stack.psql(SCHEMA)
  users = ['alice', 'bob', 'carol'].map(makeUser)
})
after(() => stack.stop())

function makeUser(name) {
  const email = `${name}@example.org`
  stack.psql(`SELECT auth.register_user('${email}', '${PASSWORD}')`)
  const id = stack.psql(`SELECT id FROM auth.users WHERE email = '${email}'`)
  const note = (pinned) => stack.psql(`INSERT INTO public.notes (written_by, text, pinned) VALUES ('${id}', 'new', ${pinned}) RETURNING id`)
  return {
    name, id, role: 'authenticated',
    token: stack.psql(`SELECT auth.login('${email}', '${PASSWORD}') ->> 'access_token'`),
    pinned: note(true), notes: [note(false), note(false)],
    post: stack.psql(`INSERT INTO auth.posts (title, content, author) VALUES ('Hello', 'new', '${id}') RETURNING id`),
  }
}

test('ten thousand transactions that alternate between users and nobody', async () => {
  const nobody = { name: 'nobody', role: 'authenticated', notes: [] }
  const anon = { name: 'anon', role: 'anon', notes: users.map((user) => user.pinned) }
  const identities = [...users.map((user) => ({ ...user, notes: [...user.notes, user.pinned] })), nobody, anon]

  // Each statement with what must come of it: ids, how many rows were merged, or an error.
  const statements = [
    ...Object.entries(QUERIES).map(([name, text]) => ({
      name, text, values: () => (text.includes('$1') ? ['nothing'] : []),
      expected: (identity) => [...identity.notes].sort(),
      seen: ({ rows }) => rows.map((row) => row.id).sort(),
    })),
    ...users.map((owner) => ({
      name: 'a merge into one of the notes', text: MERGES['a merge into one of the notes'],
      values: (identity) => [owner.notes[0], identity.name],
      expected: (identity) => (identity === anon ? '42501' : identity.id === owner.id ? 1 : 0),
      seen: ({ rowCount }) => rowCount,
    })),
    // everybody who is signed in sees the post, so that a change is an error
    ...users.map((owner) => ({
      name: 'a merge into one of the posts', text: MERGES['a merge into one of the posts'],
      values: (identity) => [owner.post, identity.name],
      expected: (identity) => (identity === nobody ? 0 : identity.id === owner.id ? 1 : '42501'),
      seen: ({ rowCount }) => rowCount,
    })),
  ]

  const client = new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database })
  await client.connect()
  await client.query('SET plan_cache_mode = force_generic_plan')

  const wrong = []
  for (let n = 0; n < TRANSACTIONS; n++) {
    // each statement meets each identity, and twice in a row never the same
    const identity = identities[n % identities.length]
    const { name, text, values, expected, seen } = statements[n % statements.length]
    await client.query('BEGIN')
    await client.query(`SET LOCAL ROLE ${identity.role}`)
    if (identity.token) await client.query('SELECT auth.authenticate($1)', [identity.token])
    const outcome = await client.query({ name, text, values: values(identity) }).then(seen, (error) => error.code)
    await client.query('COMMIT')
    if (JSON.stringify(outcome) !== JSON.stringify(expected(identity))) wrong.push({ n, name, identity: identity.name, outcome })
  }
  assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} of ${TRANSACTIONS} transactions`)

  const { rows: plans } = await client.query('SELECT name, generic_plans::int AS generic, custom_plans::int AS custom FROM pg_prepared_statements ORDER BY name')
  await client.end()
  assert.deepEqual(plans.map((plan) => plan.name), [...Object.keys(QUERIES), ...Object.keys(MERGES)].sort())
  for (const { name, generic, custom } of plans) assert.ok(generic > 100 && custom === 0, `${name}: ${generic} generic plans, ${custom} custom ones`)

  // and what was changed was changed by its owner
  const changed = (table, column, owner) => stack.psql(`
    SELECT string_agg(DISTINCT u.email || ' ' || t.${column}, ', ' ORDER BY u.email || ' ' || t.${column})
    FROM ${table} t JOIN auth.users u ON u.id = t.${owner} WHERE t.${column} <> 'new'`)
  const byOwner = 'alice@example.org alice, bob@example.org bob, carol@example.org carol'
  assert.equal(changed('public.notes', 'text', 'written_by'), byOwner)
  assert.equal(changed('auth.posts', 'content', 'author'), byOwner)
})
