// The query language: fields, filter, sort, pages, search, aggregates; and that it shows nothing hidden.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertError, Client, startDirectus } from './client.mjs'

let stack, client, user, other
before(async () => {
  stack = await startDirectus()
  client = new Client(stack)
  await stack.define(`
    CREATE TYPE public.colour AS ENUM ('red', 'green');
    CREATE TABLE public.things (
      id integer PRIMARY KEY,
      owner uuid REFERENCES auth.users,
      name text,
      amount numeric,
      at timestamptz,
      is_good boolean,
      colour public.colour,
      data json,
      parent integer REFERENCES public.things,
      secret text DEFAULT 'hidden'
    );
    CREATE INDEX ON public.things (owner);
    SELECT auth.protect('public.things', 'owner', '{}', '{id,name,amount,at,is_good,colour,data,parent}', 'authenticated');
    CREATE TABLE public.oddities (t integer PRIMARY KEY, r text, key text, n integer, wanted text, s text, type char(3), "Order ""by""" text, owner uuid REFERENCES auth.users);
    CREATE INDEX ON public.oddities (owner);
    SELECT auth.protect('public.oddities', 'owner', '{}', ARRAY['t', 'r', 'key', 'n', 'wanted', 's', 'type', 'Order "by"']);
    CREATE TABLE public.closed (id integer PRIMARY KEY);
    CREATE TABLE public.drawers (id integer PRIMARY KEY, closed integer REFERENCES public.closed, owner uuid REFERENCES auth.users);
    CREATE INDEX ON public.drawers (owner);
    SELECT auth.protect('public.drawers', 'owner', '{}', '{id}', 'authenticated');
    INSERT INTO public.closed VALUES (1);
    CREATE TABLE public.visits (id integer PRIMARY KEY, at timestamp, owner uuid REFERENCES auth.users);
    CREATE INDEX ON public.visits (owner);
    SELECT auth.protect('public.visits', 'owner', '{}', '{id,at}');
    CREATE DOMAIN public.price AS bigint;
    CREATE TABLE public.numbers (id bigint PRIMARY KEY, amount numeric, price public.price, owner uuid REFERENCES auth.users);
    CREATE INDEX ON public.numbers (owner);
    SELECT auth.protect('public.numbers', 'owner', '{}', '{id,amount,price}');
    REVOKE SELECT ON public.things FROM authenticated;
    GRANT SELECT (id, owner, name, amount, at, is_good, colour, data, parent) ON public.things TO authenticated`)
  user = await client.enter('user')
  other = await client.enter('other')
  await data('POST', '/items/things', [
    { id: 1, name: 'Apple', amount: 1.5, at: '2024-01-01T00:00:00Z', is_good: true, colour: 'red', data: { a: 1 } },
    { id: 2, name: 'apple pie', amount: 10, at: '2024-02-01T12:00:00.500789Z', is_good: false, colour: 'green', parent: 1 },
    { id: 3, name: '100%', amount: -3, at: '2024-03-01T00:00:00Z', is_good: true, parent: 1 },
    { id: 4, name: '', amount: 0, parent: 2 },
    { id: 5, name: null },
  ])
  stack.psql(`INSERT INTO public.drawers VALUES (1, 1, '${user.id}')`)
  await client.data('POST', '/items/things', { token: other.token, body: { id: 6, name: 'theirs' } })
})
after(() => stack.stop())

const data = (method, path, body) => client.data(method, path, { token: user.token, body })
const get = (query) => client.send('GET', `/items/things?${query}`, { token: user.token })
const read = (query) => data('GET', `/items/things?${query}`)
const json = (value) => encodeURIComponent(JSON.stringify(value))
const ids = async (filter) => (await read(`fields=id&filter=${json({ _and: [{ id: { _lt: 6 } }, filter] })}`)).map((thing) => thing.id).join()
const idsOf = async (query) => (await read(`fields=id&${query}`)).map((thing) => thing.id).join()
const noField = (field, collection, place = 'root') => `You don't have permission to access field "${field}" in collection "${collection}" or it does not exist. Queried in ${place}.`

test('every operator, on every type that has it', async () => {
  for (const [filter, expected] of [
    [{ name: { _eq: 'Apple' } }, '1'],
    [{ name: 'Apple' }, '1'],
    [{ name: { _eq: null } }, ''],
    [{ name: { _neq: 'Apple' } }, '2,3,4'],
    [{ name: { _in: ['Apple', '100%'] } }, '1,3'],
    [{ name: { _in: 'Apple,100%' } }, '1,3'],
    [{ name: { _in: ['Apple,100%'] } }, ''],
    [{ name: { _in: [] } }, ''],
    [{ name: { _nin: ['Apple', '100%'] } }, '2,4'],
    [{ name: { _nin: [] } }, '1,2,3,4,5'],
    [{ name: { _contains: 'pple' } }, '1,2'],
    [{ name: { _contains: 'APPLE' } }, ''],
    [{ name: { _contains: '%' } }, '3'],
    [{ name: { _contains: '_' } }, ''],
    [{ name: { _contains: '\\' } }, ''],
    [{ name: { _ncontains: 'pple' } }, '3,4'],
    [{ name: { _icontains: 'APPLE' } }, '1,2'],
    [{ name: { _nicontains: 'APPLE' } }, '3,4'],
    [{ name: { _starts_with: 'App' } }, '1'],
    [{ name: { _nstarts_with: 'App' } }, '2,3,4'],
    [{ name: { _istarts_with: 'APP' } }, '1,2'],
    [{ name: { _nistarts_with: 'APP' } }, '3,4'],
    [{ name: { _ends_with: 'pie' } }, '2'],
    [{ name: { _nends_with: 'pie' } }, '1,3,4'],
    [{ name: { _iends_with: 'PIE' } }, '2'],
    [{ name: { _niends_with: 'PIE' } }, '1,3,4'],
    [{ name: { _empty: true } }, '4,5'],
    [{ name: { _empty: false } }, '1,2,3'],
    [{ name: { _nempty: true } }, '1,2,3'],
    [{ name: { _null: true } }, '5'],
    [{ name: { _null: false } }, '1,2,3,4'],
    [{ name: { _nnull: true } }, '1,2,3,4'],
    [{ amount: { _eq: 10 } }, '2'],
    [{ amount: { _neq: '10' } }, '1,3,4'],
    [{ amount: { _lt: 0 } }, '3'],
    [{ amount: { _lte: 0 } }, '3,4'],
    [{ amount: { _gt: 1.4 } }, '1,2'],
    [{ amount: { _gte: 1.5 } }, '1,2'],
    [{ amount: { _between: [0, 2] } }, '1,4'],
    [{ amount: { _nbetween: '0,2' } }, '2,3'],
    [{ id: { _in: [1, 2, 99] } }, '1,2'],
    [{ id: { _nin: [1, 2] } }, '3,4,5'],
    [{ at: { _gt: '2024-01-15' } }, '2,3'],
    [{ at: { _between: ['2024-01-01T00:00:00Z', '2024-02-01T12:00:00.500Z'] } }, '1,2'],
    [{ at: { _lt: '$NOW' } }, '1,2,3'],
    [{ is_good: { _eq: true } }, '1,3'],
    [{ is_good: { _neq: true } }, '2'],
    [{ colour: { _eq: 'red' } }, '1'],
    [{ colour: { _nin: ['red'] } }, '2'],
    [{ data: { _nnull: true } }, '1'],
    [{ owner: { _eq: '$CURRENT_USER' } }, '1,2,3,4,5'],
    [{ owner: { _neq: '$CURRENT_USER' } }, ''],
    [{ owner: { role: { _eq: '$CURRENT_ROLE' } } }, '1,2,3,4,5'],
    [{ at: { _eq: '2024-02-01T12:00:00.500Z' } }, '2'],
    [{ at: { _neq: '2024-02-01T12:00:00.500Z' } }, '1,3'],
    [{ at: { _gt: '2024-02-01T12:00:00.500Z' } }, '3'],
    [{ at: { _gte: '2024-02-01T12:00:00.500Z' } }, '2,3'],
    [{ at: { _lt: '2024-02-01T12:00:00.500Z' } }, '1'],
    [{ at: { _lte: '2024-02-01T12:00:00.500Z' } }, '1,2'],
    [{ at: { _nbetween: ['2024-01-01T00:00:00Z', '2024-02-01T12:00:00.500Z'] } }, '3'],
    [{ at: { _in: ['2024-02-01T12:00:00.500Z'] } }, '2'],
    [{ at: { _nin: ['2024-02-01T12:00:00.500Z'] } }, '1,3'],
    [{ at: { _in: [] } }, ''],
    [{ at: { _nin: [] } }, '1,2,3,4,5'],
    [{ at: { _eq: null } }, ''],
    [{ at: { _lt: '$NOW(-7 days)' } }, '1,2,3'],
    [{ at: { _gt: '$NOW(-100 years)' } }, '1,2,3'],
    [{ at: { _between: ['$NOW(-1200mo)', '$NOW(+1 week)'] } }, '1,2,3'],
    [{ at: { _gt: '$NOW(-1.5 h)' } }, ''],
    [{ at: { _gt: '$NOW(1)' } }, ''],
    [{ parent: { name: { _null: true } } }, '1,5'],
    [{ parent: { name: { _nnull: false } } }, '1,5'],
    [{ parent: { name: { _nnull: true } } }, '2,3,4'],
    [{ parent: { _or: [{ name: { _empty: true } }, { id: 2 }] } }, '1,4,5'],
    [{ parent: { parent: { name: { _null: true } } } }, '1,2,3,5'],
    [{ name: { _or: [{ _eq: 'Apple' }, { _eq: '100%' }] } }, '1,3'],
    [{ id: { _and: [{ _gt: 1 }, { _lt: 4 }] } }, '2,3'],
    [{ id: { _or: [{ _and: [{ _gt: 1 }, { _lt: 3 }] }, { _eq: 5 }] } }, '2,5'],
    [{ parent: { _or: [{ _eq: 2 }, { _null: true }] } }, '1,4,5'],
    [{ id: { _or: [] } }, '1,2,3,4,5'],
    [{ parent: { name: { _eq: 'Apple' } } }, '2,3'],
    [{ parent: { parent: { name: 'Apple' } } }, '4'],
    [{ parent: { _eq: 1, name: { _starts_with: 'A' } } }, '2,3'],
    [{ parent: { _or: [{ name: 'Apple' }, { id: 2 }] } }, '2,3,4'],
    [{ _or: [{ id: 1 }, { name: '100%' }] }, '1,3'],
    [{ _and: [{ _or: [{ id: 1 }, { id: 2 }] }, { is_good: false }] }, '2'],
    [{ _and: [] }, '1,2,3,4,5'],
    [{ _or: [] }, '1,2,3,4,5'],
    [{ id: { _gt: 1, _lt: 4 } }, '2,3'],
    [{}, '1,2,3,4,5'],
  ])
    assert.equal(await ids(filter), expected, JSON.stringify(filter))
})

test('what was read of a time finds the row again, and not the same one twice', async () => {
  stack.psql(`INSERT INTO public.visits VALUES (1, '2024-01-01 10:00:00.123456', '${user.id}'), (2, '2024-01-01 10:00:00.999999', '${user.id}'), (3, '2024-01-01 10:00:01', '${user.id}')`)
  const found = async (filter) => (await data('GET', `/items/visits?fields=id&filter=${json({ at: filter })}`)).map((visit) => visit.id).join()
  const { at } = await data('GET', '/items/visits/1?fields=at')
  assert.equal(at, '2024-01-01T10:00:00')
  for (const [filter, expected] of [[{ _eq: at }, '1,2'], [{ _gt: at }, '3'], [{ _lte: at }, '1,2'], [{ _in: [at] }, '1,2'], [{ _neq: at }, '3']])
    assert.equal(await found(filter), expected, JSON.stringify(filter))

  const created = await data('POST', '/items/posts', { title: 'new' })
  assert.deepEqual(await data('GET', `/items/posts?filter[date_created][_gt]=${created.date_created}`), [])
  assert.deepEqual(await data('GET', `/items/posts?filter[date_created][_eq]=${created.date_created}`), [created])
})

test('a filter is JSON or brackets', async () => {
  const names = async (query) => (await read(`fields=id&${query}`)).map((thing) => thing.id).join()
  assert.equal(await names('filter[name][_eq]=Apple'), '1')
  assert.equal(await names('filter%5Bname%5D%5B_icontains%5D=apple&filter[is_good]=false'), '2')
  assert.equal(await names('filter[_or][0][id][_eq]=1&filter[_or][1][id][_eq]=3'), '1,3')
  assert.equal(await names('filter[id][_in][]=1&filter[id][_in][]=2'), '1,2')
  assert.equal(await names('filter[name][_eq]=apple+pie'), '2')
  assert.equal(await names('filter[parent][name][_eq]=Apple'), '2,3')
})

test('a key that is repeated is a list', async () => {
  for (const fields of ['fields=id&fields=name', 'fields=id,name', 'fields[]=id&fields[]=name', 'fields[]=id,name', 'fields=id&fields[]=name', 'fields[0]=id&fields[1]=name', 'fields=id,name&fields=id'])
    assert.deepEqual(await read(`filter[id]=1&${fields}`), [{ id: 1, name: 'Apple' }], fields)
  assert.equal(await idsOf('filter[id][_in]=1&filter[id][_in]=3&filter[id][_in]=4'), '1,3,4')
  assert.equal(await idsOf('filter[_and][0][id][_in]=1&filter[_and][0][id][_in]=3'), '1,3')
  assert.equal(await idsOf('filter[id][_lt]=5&sort=parent&sort=-id'), '3,2,4,1')
  assert.deepEqual(await read('filter[id][_lt]=4&aggregate[count]=*&groupBy=is_good&groupBy=parent'), [{ is_good: false, parent: 1, count: '1' }, { is_good: true, parent: 1, count: '1' }, { is_good: true, parent: null, count: '1' }])
  assert.deepEqual((await get('fields=id&filter[id]=1&meta=total_count&meta=filter_count')).body.meta, { total_count: 6, filter_count: 1 })
})

test('an empty filter is none', async () => {
  for (const query of ['filter=', 'filter={}', 'deep=', 'alias=']) assert.equal((await read(query)).length, 6, query)
})

test('a filter in a body may be a text that holds JSON', async () => {
  const query = { fields: ['id'], filter: '{"id":{"_lt":3}}' }
  assert.deepEqual(await data('SEARCH', '/items/things', { query }), [{ id: 1 }, { id: 2 }])
  assert.deepEqual(await data('SEARCH', '/items/things', { query: { aggregate: '{"count":"*"}' } }), [{ count: '6' }])
  assert.equal((await data('PATCH', '/items/things', { query, data: { colour: 'red' } })).length, 2)
  await data('PATCH', '/items/things/2', { colour: 'green' })
  await data('POST', '/items/things', { id: 7 })
  assert.equal(await data('DELETE', '/items/things', { query: { filter: '{"id":7}' } }), undefined)
  assert.equal(await idsOf('filter[id]=7'), '')
  for (const [bad, code] of [[{ filter: '{' }, 'INVALID_QUERY'], [5, 'INVALID_PAYLOAD'], [[], 'INVALID_PAYLOAD'], ['filter', 'INVALID_PAYLOAD']])
    assertError(await client.send('SEARCH', '/items/things', { token: user.token, body: { query: bad } }), 400, code)
})

test('what is no query is INVALID_QUERY, and says why', async () => {
  for (const [query, reason] of [
    ['filter={', 'Invalid JSON for filter object'],
    ['filter=5', 'A filter is an object'],
    ['filter={"_and":[5]}', 'A filter is an object'],
    ['filter={"name":{"_lt":"x"}}', '"string" field type does not contain the "_lt" filter operator'],
    ['filter={"amount":{"_contains":"x"}}', '"integer" field type does not contain the "_contains" filter operator'],
    ['filter={"name":{"_nope":"x"}}', '"string" field type does not contain the "_nope" filter operator'],
    ['filter={"data":{"_eq":"x"}}', '"json" field type does not contain the "_eq" filter operator'],
    ['filter={"name":{"_eq":""}}', '"_eq" must not be empty. Use "_empty" or "_nempty" instead'],
    ['filter={"name":{"_eq":{"a":1}}}', '"_eq" takes one value'],
    ['filter={"amount":{"_between":[1]}}', '"_between" takes two values'],
    ['filter={"amount":{"_eq":"many"}}', 'A value is not acceptable'],
    ['filter={"id":{"_eq":99999999999}}', 'A value is not acceptable'],
    ['filter={"owner":{"_eq":"nobody"}}', 'A value is not acceptable'],
    ['filter={"at":{"_eq":"someday"}}', 'A value is not acceptable'],
    ['filter={"colour":{"_eq":"blue"}}', 'A value is not acceptable'],
    ['filter={"at":{"_gt":"$NOW(soon)"}}', '"$NOW" takes a number and a unit of time'],
    ['filter={"at":{"_gt":"$NOW(-1 stone)"}}', 'A value is not acceptable'],
    ['limit=abc', '"limit" must be a number'],
    ['limit=-5', '"limit" must be greater than or equal to -1'],
    ['offset=-1', '"offset" must be greater than or equal to 0'],
    ['page=-1', '"page" must be greater than or equal to 0'],
    ['limit=1;', '"limit" must be a number'],
    ['fields=a..b', '"a..b" is no field'],
    ['aggregate[median]=amount', '"median" is no aggregate function'],
    ['aggregate[sum]=name', '"sum" takes numbers'],
    ['aggregate[max]=is_good', '"max" takes numbers'],
    ['aggregate=5', '"aggregate" must be an object, and not too large'],
    ['sort=data', 'A value is not acceptable'],
    ['groupBy=data', 'A value is not acceptable'],
  ]) {
    const answer = await get(query)
    assertError(answer, 400, 'INVALID_QUERY', `Invalid query. ${reason}.`)
    assert.equal(answer.body.errors[0].extensions.reason, reason)
  }
})

test('fields select, also of related rows', async () => {
  const [thing] = await read('filter[id]=2')
  assert.deepEqual(thing, { id: 2, owner: user.id, name: 'apple pie', amount: '10', at: '2024-02-01T12:00:00.500Z', is_good: false, colour: 'green', data: null, parent: 1 })
  for (const query of ['fields=*', 'fields[]=*', 'deep={"parent":{"_limit":1}}', 'alias={"all":"parent"}', 'version=main', 'nope=1']) assert.deepEqual(await read(`filter[id]=2&${query}`), [thing])
  assert.deepEqual(await read('filter[id]=2&fields=name,id'), [{ id: 2, name: 'apple pie' }])
  assert.deepEqual(await read('filter[id]=2&fields[]=name&fields[]=parent.name'), [{ name: 'apple pie', parent: { name: 'Apple' } }])
  assert.deepEqual((await read('filter[id]=4&fields=parent.*,parent.parent.name'))[0].parent,
    { id: 2, owner: user.id, name: 'apple pie', amount: '10', at: '2024-02-01T12:00:00.500Z', is_good: false, colour: 'green', data: null, parent: { name: 'Apple' } })
  assert.deepEqual((await read('filter[id]=2&fields=*.*'))[0].owner.email, user.email)
  assert.deepEqual(await data('GET', '/items/things/1?fields=name'), { name: 'Apple' })
  assert.deepEqual(await data('GET', '/items/things/1?fields=parent.name'), { parent: null })
  for (const [fields, message] of [['nope', noField('nope', 'things')], ['name.x', noField('x', 'name', '"name"')], ['owner.nope', noField('nope', 'directus_users', '"owner"')]])
    assertError(await get(`fields=${fields}`), 403, 'FORBIDDEN', message)
})

test('fields of users that only Directus has are null, and what a reference hides is left out', async () => {
  assert.deepEqual(await read('filter[id]=1&fields=name,owner.first_name,owner.avatar,owner.tags'), [{ name: 'Apple', owner: { first_name: 'user', avatar: null, tags: null } }])
  assert.deepEqual(await read('filter[id]=1&fields=name,owner.first_name,owner.role.name,owner.policies'), [{ name: 'Apple', owner: { first_name: 'user' } }])
  assert.deepEqual((await read('filter[id]=1&fields=*,owner.avatar'))[0].owner, { avatar: null })
  assert.deepEqual(await data('GET', '/users?fields=id,avatar,role.name'), [{ id: user.id, avatar: null }])
  assert.deepEqual(await data('GET', '/items/drawers/1?fields=id,closed.id'), { id: 1 })
  assert.deepEqual(await data('GET', '/items/drawers/1?fields=*.*'), { id: 1, closed: 1, owner: { ...(await data('GET', '/users/me')) } })
  assertError(await client.send('GET', '/items/drawers?fields=closed.id', { token: user.token }), 403, 'FORBIDDEN', noField('closed', 'drawers'))
  assertError(await get('fields=name,avatar'), 403, 'FORBIDDEN', noField('avatar', 'things'))
})

test('big integers and decimals are texts, with every digit', async () => {
  const row = { id: '9007199254740993', amount: '0.1234567890123456789', price: '9223372036854775807' }
  assert.deepEqual(await data('POST', '/items/numbers?fields=id,amount,price', row), row)
  assert.deepEqual(await data('GET', `/items/numbers/${row.id}?fields=id,amount,price`), row)
  assert.deepEqual(await data('GET', `/items/numbers?fields=id&filter=${json({ id: { _in: [row.id] }, price: row.price, amount: { _gte: row.amount } })}`), [{ id: row.id }])
  assert.deepEqual(await data('PATCH', `/items/numbers/${row.id}?fields=amount`, { amount: 1.5 }), { amount: '1.5' })
  assert.deepEqual(await data('PATCH', '/items/numbers?fields=id,amount', [{ id: row.id, amount: null }]), [{ id: row.id, amount: null }])
  assert.equal(await data('DELETE', '/items/numbers', [row.id]), undefined)
})

test('sorted and cut', async () => {
  const order = async (query) => (await read(`fields=id&filter[id][_lt]=6&${query}`)).map((thing) => thing.id).join()
  assert.equal(await order(''), '1,2,3,4,5')
  assert.equal(await order('sort=-id'), '5,4,3,2,1')
  assert.equal(await order('sort=parent,-id'), '3,2,4,5,1')
  assert.equal(await order('sort[]=parent.name&sort[]=-id'), '3,2,4,5,1')
  assert.equal(await order('limit=2'), '1,2')
  assert.equal(await order('limit=0'), '')
  assert.equal(await order('limit=-1'), '1,2,3,4,5')
  assert.equal(await order('limit=2&offset=3'), '4,5')
  assert.equal(await order('limit=2&page=3'), '5')
  assert.equal(await order('limit=2&page=999999999'), '')
  assert.equal(await order('limit=2&page=2&offset=4'), '3,4', 'a page goes before an offset')
  assert.equal(await order('limit=2&page=0'), '1,2')
  assert.equal(await order('limit='), '')
  assert.equal(await order('sort=-parent.parent.name,id'), '1,2,3,5,4')
  for (const sort of ['nope', 'parent.nope', 'name.x', 'parent.parent.nope', 'parent.parent.secret', 'parent.parent.parent.parent.id', '-', 'secret']) assertError(await get(`sort=${sort}`), 403, 'FORBIDDEN')
})

test('a hundred rows unless more are asked for', async () => {
  stack.psql(`INSERT INTO public.things (id, owner, name) SELECT n, '${user.id}', 'many' FROM generate_series(1001, 1150) AS n`)
  assert.equal((await read('')).length, 100)
  assert.equal((await read('limit=-1')).length, 156)
  assert.equal((await read('limit=120')).length, 120)
  stack.psql('DELETE FROM public.things WHERE id > 1000')
})

test('search looks at readable texts, and at numbers', async () => {
  const found = async (text) => (await read(`fields=id&search=${encodeURIComponent(text)}`)).map((thing) => thing.id).join()
  assert.equal(await found('APPLE'), '1,2')
  assert.equal(await found('%'), '3')
  assert.equal(await found('_'), '')
  assert.equal(await found('10'), '2,3')
  assert.equal(await found('1.5'), '1')
  assert.equal(await found('1.50'), '1')
  assert.equal(await found(user.id), '1,2,3,4,5')
  assert.equal(await found(other.id.toUpperCase()), '6')
  assert.equal(await found('hidden'), '')
  assert.equal(await found("'"), '')
  assert.equal(await found(''), '1,2,3,4,5,6')
})

test('meta counts what may be read', async () => {
  const { body } = await get('filter[name][_icontains]=apple&limit=1&meta=*&fields=id')
  assert.deepEqual(body, { meta: { total_count: 6, filter_count: 2 }, data: [{ id: 1 }] })
  assert.deepEqual((await get('limit=0&meta=filter_count')).body.meta, { filter_count: 6 })
  assert.deepEqual((await get('limit=0&meta=total_count')).body, { meta: { total_count: 6 }, data: [] })
  assert.deepEqual((await get('limit=0')).body, { data: [] })
})

test('aggregates and groups', async () => {
  const five = 'filter[id][_lt]=6'
  assert.deepEqual(await read(`${five}&aggregate[count]=*`), [{ count: '5' }])
  assert.deepEqual(await read(`${five}&aggregate=${json({ count: ['*'] })}`), [{ count: '5' }])
  assert.deepEqual(await read(`${five}&aggregate[count]=id,name`), [{ count: { id: '5', name: '4' } }])
  assert.deepEqual(await read(`${five}&aggregate[sum]=amount&aggregate[min][]=amount&aggregate[max][]=at`), [{ max: { at: '2024-03-01T00:00:00.000Z' }, min: { amount: '-3' }, sum: { amount: '8.5' } }])
  assert.deepEqual(await read(`${five}&aggregate=${json({ countDistinct: 'parent', avg: 'amount', sumDistinct: 'parent', countAll: '*' })}`),
    [{ avg: { amount: '2.1250000000000000' }, countAll: '5', sumDistinct: { parent: '3' }, countDistinct: { parent: '2' } }])
  assert.deepEqual(await read(`${five}&aggregate[count]=*&groupBy=is_good`), [{ is_good: false, count: '1' }, { is_good: true, count: '2' }, { is_good: null, count: '2' }])
  assert.deepEqual(await read(`${five}&aggregate[count]=*&groupBy[]=is_good&groupBy[]=parent&sort=-is_good,parent&limit=2&offset=1`), [{ is_good: null, parent: null, count: '1' }, { is_good: true, parent: 1, count: '1' }])
  assert.deepEqual(await read(`${five}&groupBy=parent&limit=1`), [{ parent: 1 }])
  assert.deepEqual(await read(`${five}&aggregate[min]=name&aggregate[max]=name`), [{ max: { name: 'apple pie' }, min: { name: '' } }])
  const parents = async (sort) => (await read(`${five}&aggregate[count]=*&aggregate[max]=id&groupBy=parent&sort=${sort}`)).map((group) => group.parent)
  assert.deepEqual(await parents('count'), [2, 1, null])
  assert.deepEqual(await parents('-max'), [null, 2, 1])
  assert.deepEqual(await parents('-count,-max.id'), [null, 1, 2])
  assertError(await get('aggregate[count]=*&groupBy=parent&sort=-sum'), 400, 'INVALID_QUERY')
})

test('a hidden column cannot be read, filtered, sorted, searched, grouped or counted', async () => {
  const message = noField('secret', 'things')
  for (const query of [
    'fields=secret', 'filter[secret][_eq]=hidden', 'filter[secret][_null]=true', 'filter[_or][0][secret]=hidden', 'sort=secret', 'sort=-secret',
    'aggregate[count]=secret', 'aggregate[max]=secret', 'groupBy=secret',
  ]) assertError(await get(query), 403, 'FORBIDDEN', message)
  for (const query of ['fields=parent.secret', 'filter[parent][secret][_starts_with]=h', 'sort=parent.secret'])
    assertError(await get(query), 403, 'FORBIDDEN', noField('secret', 'things', '"parent"'))
  assert.deepEqual((await get('search=hidden')).body, { data: [] })
  assert.ok(!(await get('fields=*,parent.*')).text.includes('hidden'))
  for (const body of [{ id: 7, secret: 'x' }]) assertError(await client.send('POST', '/items/things', { token: user.token, body }), 403, 'FORBIDDEN', message)
})

test('a hidden row of another table is not there for filters, sorts and fields', async () => {
  const [theirs] = await read('filter[id]=6&fields=id,owner.email,owner.first_name')
  assert.deepEqual(theirs, { id: 6, owner: null })
  for (const filter of [{ email: { _starts_with: 'other' } }, { email: { _nstarts_with: 'x' } }, { email: { _nnull: true } }, { first_name: 'other' }, { role: 'authenticated' }, { id: other.id }])
    assert.deepEqual(await read(`filter=${json({ id: 6, owner: filter })}`), [], JSON.stringify(filter))
  assert.equal((await read(`filter=${json({ id: 6, owner: { email: { _null: true } } })}`)).length, 1, 'as it is shown: null')
  assert.equal((await read(`filter=${json({ id: 6, owner: other.id })}`)).length, 1, 'its key is a column of the row itself')
  // sorted by an address that sorts first and by one that sorts last, the hidden ones stay where they are
  const order = async () => (await read('sort=owner.email&fields=id')).map((thing) => thing.id).join()
  const before = await order()
  for (const email of ['0@example.org', '~@example.org']) {
    stack.psql(`UPDATE auth.users SET email = '${email}' WHERE id = '${other.id}'`)
    assert.equal(await order(), before)
  }
})

test('columns may be called what a query calls its parts', async () => {
  const row = { t: 1, r: 'r', key: 'k', n: 1, wanted: 'w', s: 's', type: 'abc', 'Order "by"': 'o', owner: user.id }
  const { owner, ...sent } = row
  assert.deepEqual(await data('POST', '/items/oddities', [sent]), [row])
  assert.deepEqual(await data('GET', '/items/oddities?fields=r,n,t'), [{ t: 1, r: 'r', n: 1 }])
  assert.deepEqual(await data('GET', '/items/oddities/1'), row)
  assert.deepEqual(await data('PATCH', '/items/oddities', { keys: [1], data: { r: 'R', 'Order "by"': 'O' } }), [{ ...row, r: 'R', 'Order "by"': 'O' }])
  const filter = { key: 'k', owner: { first_name: 'user' }, 'Order "by"': { _in: ['O'] } }
  assert.deepEqual(await data('GET', `/items/oddities?fields=r&sort=-r,key&search=w&filter=${json(filter)}`), [{ r: 'R' }])
  assert.deepEqual(await data('GET', '/items/oddities?aggregate[max]=n&groupBy=r,key'), [{ r: 'R', key: 'k', max: { n: '1' } }])
  assert.deepEqual(await data('GET', '/items/oddities?fields=type&filter[type][_eq]=abc'), [{ type: 'abc' }], 'all characters of a character(n) count')
})
