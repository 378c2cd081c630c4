// A view that means to be one is a collection: it shows what its columns and rows are, and nothing else of what is below it.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { assertError, Client, startDirectus } from './client.mjs'

let stack, client, alice, bob, names
before(async () => {
  stack = await startDirectus()
  client = new Client(stack)
  await stack.define(readFileSync(new URL('../../examples/authors.sql', import.meta.url), 'utf8'))
  alice = await client.enter('Alice')
  bob = await client.enter('Bob')
  await client.data('POST', '/items/posts', { token: alice.token, body: { title: 'By Alice' } })
  names = [{ id: alice.id, name: 'Alice' }]
})
after(() => stack?.stop())

test('whoever is signed in reads the names of those who wrote something', async () => {
  for (const { token } of [alice, bob]) {
    assert.deepEqual(await client.data('GET', '/items/authors', { token }), names)
    assert.deepEqual(await client.data('GET', `/items/authors/${alice.id}`, { token }), names[0])
    assert.deepEqual(await client.data('GET', `/items/authors?filter[id][_eq]=${alice.id}&fields=name`, { token }), [{ name: 'Alice' }])
    assertError(await client.send('GET', `/items/authors/${bob.id}`, { token }), 403, 'FORBIDDEN')
  }
  // a name follows its account
  await client.data('PATCH', '/users/me', { token: alice.token, body: { last_name: 'Liddell' } })
  assert.deepEqual(await client.data('GET', '/items/authors?fields=name', { token: bob.token }), [{ name: 'Alice Liddell' }])
  await client.data('PATCH', '/users/me', { token: alice.token, body: { last_name: null } })
})

test('nobody else, nothing else, and nobody writes', async () => {
  assertError(await client.send('GET', '/items/authors'), 403, 'FORBIDDEN')
  const { token } = bob
  for (const query of ['fields=email', 'fields=*,email', 'filter[email][_starts_with]=a', 'sort=email', 'fields=id.email', 'filter[id][email][_nnull]=true'])
    assertError(await client.send('GET', `/items/authors?${query}`, { token }), 403, 'FORBIDDEN')
  assert.deepEqual(await client.data('GET', '/items/authors?search=example.org', { token }), [])
  for (const [method, path, body] of [
    ['POST', '/items/authors', { name: 'Mallory' }],
    ['PATCH', `/items/authors/${alice.id}`, { name: 'Mallory' }],
    ['DELETE', `/items/authors/${alice.id}`],
  ]) assertError(await client.send(method, path, { token, body }), 403, 'FORBIDDEN')
  assert.deepEqual(await client.data('GET', '/items/authors', { token }), names)
})

test('a condition of the caller sees no row that the view does not show', () => {
  stack.psql(`
    CREATE TABLE public.seen (name text);
    CREATE FUNCTION public.see(name text) RETURNS bool LANGUAGE plpgsql SECURITY DEFINER COST 0.0001
      AS $$ BEGIN INSERT INTO public.seen VALUES (name); RETURN true; END $$;
    SET ROLE authenticated;
    SELECT count(*) FROM public.authors WHERE public.see(name);`)
  assert.equal(stack.psql('SELECT string_agg(name, NULL) FROM public.seen'), 'Alice')
})

test('a view is a collection only if it says security_barrier, has an id, and is granted', async () => {
  for (const [name, options, column, grant] of [
    ['plain', '', 'id', true], ['off', 'WITH (security_barrier = off)', 'id', true],
    ['nameless', 'WITH (security_barrier)', 'name', true], ['private', 'WITH (security_barrier)', 'id', false],
  ]) {
    stack.psql(`CREATE VIEW public.${name} ${options} AS SELECT 1 AS ${column}; ${grant ? `GRANT SELECT ON public.${name} TO authenticated` : ''}`)
    assertError(await client.send('GET', `/items/${name}`, { token: alice.token }), 403, 'FORBIDDEN')
  }
})
