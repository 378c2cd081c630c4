// Whatever is sent, the answer is one of Directus', holds no SQL, and nothing else happens.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { assertError, Client, freshEmail, PASSWORD, startDirectus } from './client.mjs'

let stack, client, user
before(async () => {
  stack = await startDirectus()
  client = new Client(stack)
  user = await client.enter('user')
  await client.data('POST', '/items/posts', { token: user.token, body: [{ title: 'one' }, { title: 'two' }] })
})
after(() => stack.stop())

const SQL = /syntax|relation|column "|operator does not|pg_catalog|directus_private|SELECT|PGRST|SQLSTATE|CONTEXT/
const NAMES = [
  "'", '"', '";', "id'; DROP TABLE auth.posts; --", 'id") FROM auth.users --', '"id"', 'id::text', 'id,id', '(select 1)', '$1', '%I', '%s', '%%', '\\',
  'ctid', 'xmin', 'tableoid', '*', 't', 't.id', 'posts.id', 'a'.repeat(63), 'a'.repeat(64), 'x'.repeat(5000), 'ä'.repeat(40), '\u202e', '😀', ' id', 'id ', 'ID', '_eq', '_and', '__proto__',
  'title.'.repeat(3) + 'title', '{id}', '[id]', '$CURRENT_USER',
]
const VALUES = ["'", "''", "\\'", "' OR true --", "'; SELECT pg_sleep(9); --", '$$', '$1', '%L', '\\', 'E\\', '%', '_', '{}', '{1,2}', 'NULL', '\u0001', '😀', 'x'.repeat(5000)]

async function send(method, path, options = {}) {
  const answer = await client.send(method, path, { token: user.token, ...options })
  assert.ok(answer.status < 500, `${method} ${path.slice(0, 200)}: ${answer.status} ${answer.text.slice(0, 500)}`)
  if (answer.status >= 400) {
    assertError(answer, answer.status, answer.body.errors[0].extensions.code)
    assert.ok(answer.text.length < 2000, 'a bounded echo')
    const words = answer.text.replaceAll(/\\?"[^"]*\\?"/g, '')
    assert.doesNotMatch(words, SQL)
  }
  return answer
}

test('a name is a name, wherever one is taken', async () => {
  for (const name of NAMES) {
    const q = encodeURIComponent(name)
    for (const path of [
      `/items/posts?fields=${q}`, `/items/posts?fields[]=${q}`, `/items/posts?fields=author.${q}`, `/items/posts?sort=${q}`, `/items/posts?sort=-${q}`, `/items/posts?sort=author.${q}`,
      `/items/posts?filter[${q}][_eq]=1`, `/items/posts?filter[author][${q}][_eq]=1`, `/items/posts?filter[title][${q}]=1`, `/items/posts?filter[title][_${q}]=1`,
      `/items/posts?groupBy=${q}`, `/items/posts?groupBy[]=${q}`, `/items/posts?aggregate[count]=${q}`, `/items/posts?aggregate[${q}]=id`, `/items/posts?aggregate[sum][]=${q}`,
      `/items/posts?meta=${q}`, `/items/posts?${q}=1`, `/items/posts?deep=${q}`, `/items/posts?alias[${q}]=id`,
      `/items/${q}`, `/items/${q}/1`, `/items/posts/${q}`, `/users/${q}`, `/${q}`, `/users/me?fields=${q}`, `/users/me/sessions/${q}`,
    ]) await send('GET', path)
    for (const body of [{ title: 'x', [name]: 1 }, [{ [name]: 1 }]]) {
      const answer = await send('POST', '/items/posts', { body })
      assert.equal(answer.status, 403, name)
    }
    await send('PATCH', '/items/posts/1', { body: { [name]: 1 } })
    await send('PATCH', '/users/me', { body: { [name]: 1 } })
    await send('PATCH', '/items/posts', { body: { keys: [name], data: { title: 'x' } } })
    await send('DELETE', '/items/posts', { body: [name] })
    await send('SEARCH', '/items/posts', { body: { query: { filter: { [name]: { [name]: name } }, fields: [name], sort: [name] } } })
    await send('POST', '/auth/login', { body: { email: name, password: name, mode: name }, token: undefined })
  }
  assert.equal(stack.psql('SELECT count(*) FROM auth.posts'), '2')
})

test('a value is a value, wherever one is taken', async () => {
  for (const value of VALUES) {
    const q = encodeURIComponent(value)
    for (const operator of ['_eq', '_neq', '_in', '_nin', '_contains', '_icontains', '_starts_with', '_niends_with', '_lt', '_between', '_null', '_empty'])
      for (const field of ['title', 'id', 'author', 'date_created', '[author][email]'])
        await send('GET', `/items/posts?filter${field.startsWith('[') ? field : `[${field}]`}[${operator}]=${q}`)
    for (const parameter of ['search', 'limit', 'offset', 'page', 'filter', 'aggregate']) await send('GET', `/items/posts?${parameter}=${q}`)
    const { body } = await send('POST', '/items/posts', { body: { title: value } })
    assert.equal(body.data.title, value)
    assert.equal((await send('GET', `/items/posts?filter[title][_eq]=${q}`)).body.data.length, 1)
    assert.equal((await send('GET', `/items/posts?filter[title][_starts_with]=${encodeURIComponent(value.slice(0, 255))}&filter[id][_gt]=2`)).body.data.length, 1)
    await send('DELETE', `/items/posts/${body.data.id}`)
    assert.equal((await send('PATCH', '/users/me', { body: { first_name: value.slice(0, 255) } })).body.data.first_name, value.slice(0, 255))
  }
  assert.equal(stack.psql('SELECT count(*) FROM auth.posts'), '2')
})

test('depth, length and number are bounded', async () => {
  const nested = (depth, inner) => `${'{"_and":['.repeat(depth)}${inner}${']}'.repeat(depth)}`
  const search = (filter) => send('SEARCH', '/items/posts', { body: `{"query":{"filter":${filter}}}` })
  assert.equal((await search(nested(8, '{"id":1}'))).status, 200)
  for (const depth of [20, 1000, 100_000]) assert.equal((await search(nested(depth, '{"id":1}'))).status, 400)
  assert.equal((await search(`{"id":{"_in":[${Array(10_000).fill(7)}]}}`)).status, 200)
  for (const filter of [
    `{"id":{"_in":[${Array(100_000).fill(7)}]}}`, `{"title":{"_eq":"${'x'.repeat(100_001)}"}}`, `{"_or":[${Array(20_000).fill('{"id":1}')}]}`,
    `{${Array.from({ length: 9000 }, (_, i) => `"author${i}":1`)}}`, '['.repeat(100_000),
  ]) assert.ok([400, 403].includes((await search(filter)).status))
  await send('GET', `/items/posts?${'filter[_and][0]'.padEnd(15)}${'[_or][0]'.repeat(200)}[id]=1`)
  await send('GET', `/items/posts?${'a[b]=1&'.repeat(1500)}`)
  await send('GET', `/items/posts?filter=${'['.repeat(10_000)}`)
  await send('GET', `/items/posts?fields=${'id,'.repeat(4000)}`)
  await send('GET', `/items/posts?fields=${'author.'.repeat(1000)}id`)
  await send('GET', `/items/posts?sort=${'id,'.repeat(1000)}id`)
  await send('GET', `/items/posts?groupBy=${'id,'.repeat(1000)}id`)
  await send('SEARCH', '/items/posts', { body: { query: { fields: Array.from({ length: 50_000 }, (_, i) => `f${i}`) } } })
  await send('SEARCH', '/items/posts', { body: { query: { aggregate: { sum: Array(5000).fill('id') } } } })
  await send('POST', '/items/posts', { body: Array(2000).fill({ title: 'x' }) })
  await send('POST', '/items/posts', { body: '['.repeat(200_000) })
  await send('POST', '/items/posts', { body: `{"title":"${'x'.repeat(1_100_000)}"}` })
  await send('GET', `/items/posts?x=${'y'.repeat(20_000)}`)
  for (const length of [7000, 14_000]) {
    const large = 'y'.repeat(length)
    for (const headers of [{ 'user-agent': large, cookie: `directus_session_token=${large}` }, { origin: large }, { 'sec-fetch-site': large }])
      await send('GET', `/items/posts?x=${large}`, { token: large, headers })
  }
  assert.equal(stack.psql('SELECT count(*) FROM auth.posts'), '2')
})

// To look for 100 kB in 1 MB, or to plan 1600 references, took PostgreSQL minutes.
test('what would take minutes is refused', async () => {
  const search = (query) => send('SEARCH', '/items/posts', { body: { query } })
  for (const operator of ['_contains', '_ncontains', '_icontains', '_nicontains', '_starts_with', '_nistarts_with', '_ends_with', '_niends_with']) {
    assert.equal((await search({ filter: { title: { [operator]: 'x'.repeat(255) } } })).status, 200)
    assertError(await search({ filter: { title: { [operator]: 'x'.repeat(256) } } }), 400, 'INVALID_QUERY', 'Invalid query. A text to look for has at most 255 characters.')
  }
  assertError(await search({ search: 'x'.repeat(256) }), 400, 'INVALID_QUERY')
  assertError(await send('GET', `/items/posts?search=${'x'.repeat(256)}`), 400, 'INVALID_QUERY')
  assert.equal((await search({ filter: { title: { _eq: 'x'.repeat(5000) } } })).status, 200)

  const texts = (number) => ({ _or: Array.from({ length: number }, (_, i) => ({ title: { [['_contains', '_nicontains', '_istarts_with', '_ends_with'][i % 4]]: 'x' } })) })
  assert.equal((await search({ filter: texts(12) })).status, 200)
  for (const query of [{ filter: texts(13) }, { filter: { title: { _or: Array(13).fill({ _contains: 'x' }) } } }, { filter: { _and: [texts(7), { author: { _or: Array(6).fill({ email: { _contains: 'x' } }) } }] } }, { filter: texts(13), aggregate: { count: '*' } }])
    assertError(await search(query), 400, 'INVALID_QUERY', 'Invalid query. A filter looks for at most 12 texts.')

  const references = (number) => ({ _and: Array(number).fill({ author: { id: { _nnull: true } } }) })
  for (const filter of [references(99), { _or: Array(149).fill({ author: { email: 'x' } }) }]) assert.equal((await search({ filter })).status, 200)
  for (const filter of [references(100), { _or: [references(50), references(50)] }, Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`f${i}`, 1])), { _or: Array(150).fill({ author: { email: 'x' } }) }])
    for (const query of [{ filter }, { filter, aggregate: { count: '*' } }, { filter, meta: '*' }])
      assertError(await search(query), 400, 'INVALID_QUERY', 'Invalid query. The filter is too long or too deep.')
  for (const [method, body] of [['PATCH', { query: { filter: references(100) }, data: { title: 'x' } }], ['DELETE', { query: { filter: references(100) } }]])
    assertError(await send(method, '/items/posts', { body }), 400, 'INVALID_QUERY')
})

test('the queue for sign-ins knows every path on which a hash is computed', async () => {
  const email = freshEmail()
  const body = { email, password: PASSWORD, current_password: PASSWORD, new_password: PASSWORD }
  for (const path of [
    '//users/register', '/users/register//', '/users//register', '/users/./register', '/users/x/../register', '/users%2fregister', '/users/register;', '/users/register%20',
    '/users//', '//users', '//users//', '/users/me/password//', '//users/me/password', '/auth/login//', '//auth/login',
  ]) {
    const { status, text } = await rawRequest(`POST ${path} HTTP/1.1`, [`Authorization: Bearer ${user.token}`], JSON.stringify(body))
    assert.equal(JSON.parse(text).errors[0].extensions.code, 'ROUTE_NOT_FOUND', `${path} ${status}`)
  }
  assert.equal(stack.psql(`SELECT count(*) FROM auth.users WHERE email = '${email}'`), '0')
})

test('percent-encoding, NUL and broken UTF-8', async () => {
  for (const text of ['%00', '%ff', '%c0%80', '%ed%a0%80', '%', '%zz', '%2', '%25%30%30', '+', '%0d%0aX-Evil:%201', '%22', '%5b', '..%2f..%2f', '%2e%2e/'])
    for (const path of [`/items/${text}`, `/items/posts/${text}`, `/items/posts?search=${text}`, `/items/posts?filter[title]=${text}`, `/items/posts?${text}=1`, `/items/posts?fields=${text}`, `/users/${text}`, `/${text}`]) {
      const answer = await rawRequest(`GET ${path} HTTP/1.1`)
      assert.ok(answer.status < 500, `${path} ${answer.text}`)
      assert.equal(answer.headers.includes('x-evil'), false)
      assert.doesNotMatch(answer.text, SQL)
    }
  for (const body of [Buffer.from([0xff, 0xfe]), Buffer.from('{"title":"\xff"}', 'latin1'), Buffer.from([0]), Buffer.from('{"title":"\u0000"}')])
    for (const [method, path] of [['POST', '/items/posts'], ['POST', '/auth/login'], ['POST', '/auth/refresh'], ['POST', '/auth/logout'], ['POST', '/users/register'], ['PATCH', '/users/me'], ['SEARCH', '/items/posts']]) {
      const answer = await fetch(stack.gatewayUrl + path, { method, body, headers: { authorization: `Bearer ${user.token}` } })
      assert.equal(answer.status, 400, path)
      assert.equal((await answer.json()).errors[0].extensions.code, 'INVALID_PAYLOAD')
    }
})

test('bytes that are no text, in the line and the headers of a request', async () => {
  for (const line of ['GET /items/\xff HTTP/1.1', 'GET /items/posts?search=\xff\xfe HTTP/1.1', 'GET /items/posts?\xc3\x28=1 HTTP/1.1']) {
    const answer = await rawRequest(line)
    assert.ok(answer.status < 500, `${line} ${answer.text}`)
    assert.doesNotMatch(answer.text, SQL)
  }
  for (const header of ['Authorization: Bearer \xff.\xfe.\xfd', 'Cookie: directus_session_token=\xff', 'User-Agent: \xff\xfe', 'Origin: \xff', 'Sec-Fetch-Site: \xff', 'X-Forwarded-Host: \xff']) {
    const answer = await rawRequest('GET /server/info HTTP/1.1', [header])
    assert.ok(answer.status < 500, `${header} ${answer.status} ${answer.text}`)
    assert.doesNotMatch(answer.text, SQL)
  }
})

test('a client cannot say what the gateway says to PostgREST', async () => {
  const forged = {
    'x-directus-token': user.token, 'x-directus-path': '/users/me', 'x-directus-method': 'DELETE', 'x-directus-query': 'fields=id',
    accept: 'text/csv', 'accept-profile': 'auth', 'content-profile': 'auth', prefer: 'return=minimal, tx=rollback, count=exact', range: '0-0', 'range-unit': 'items', 'x-http-method-override': 'DELETE',
  }
  for (const [name, value] of Object.entries(forged)) {
    const headers = { [name]: value, 'content-type': 'text/csv' }
    assertError(await client.send('GET', '/items/posts', { headers }), 403, 'FORBIDDEN')
    const read = await client.send('GET', '/items/posts', { token: user.token, headers })
    assert.deepEqual([read.status, read.body.data.length, read.headers.get('content-type')], [200, 2, 'application/json; charset=utf-8'], name)
    const { body } = await client.send('POST', '/items/posts', { token: user.token, headers, body: { title: 'x' } })
    assert.equal(body.data.title, 'x', name)
    await send('DELETE', `/items/posts/${body.data.id}`)
  }
  const names = Object.keys(forged).filter((name) => name.startsWith('x-directus'))
  assertError(await client.send('POST', '/auth/refresh', { headers: Object.fromEntries(names.map((name) => [name, user.refreshToken])), body: {} }), 400, 'INVALID_PAYLOAD')
})

test('a connection that serves one visitor after another forgets each', async () => {
  const other = await client.enter('other')
  const mine = '/items/posts?aggregate[count]=*&filter[author]=$CURRENT_USER'
  for (let i = 0; i < 20; i++) {
    const [one, two, nobody, count, otherCount] = await Promise.all([
      client.send('GET', '/users/me', { token: user.token }), client.send('GET', '/users/me', { token: other.token }), client.send('GET', '/users/me'),
      client.send('GET', mine, { token: user.token }), client.send('GET', mine, { token: other.token }),
    ])
    assert.deepEqual([one.body.data.id, two.body.data.id, nobody.status, count.body.data[0].count, otherCount.body.data[0].count], [user.id, other.id, 401, '2', '0'])
  }
})

test('what nginx itself refuses is an error of Directus', async () => {
  const large = 'x'.repeat(17_000)
  for (const [request, status, code] of [
    ['GET /auth HTTP/1.1\r\n', 400, 'INVALID_QUERY'],
    ['GET /auth HTTP/1.1\r\nHost: \xff\r\n', 400, 'INVALID_QUERY'],
    ['GET /auth HTTP/1.1\r\nHost: a\r\nHost: b\r\n', 400, 'INVALID_QUERY'],
    ['GET /%00 HTTP/1.1\r\nHost: a\r\n', 400, 'INVALID_QUERY'],
    ['get /auth HTTP/1.1\r\nHost: a\r\n', 400, 'INVALID_QUERY'],
    ['GET /auth HTTP/3.0\r\nHost: a\r\n', 400, 'INVALID_QUERY'],
    ['GET /auth HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n', 400, 'INVALID_QUERY'],
    ['POST /auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: none\r\n', 400, 'INVALID_QUERY'],
    ['POST /auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n', 400, 'INVALID_QUERY'],
    [`GET /${large} HTTP/1.1\r\nHost: a\r\n`, 400, 'INVALID_PAYLOAD'],
    [`GET /auth HTTP/1.1\r\nHost: a\r\nX: ${large}\r\n`, 400, 'INVALID_PAYLOAD'],
    ['TRACE /auth HTTP/1.1\r\nHost: a\r\n', 404, 'ROUTE_NOT_FOUND'],
    ['CONNECT /auth HTTP/1.1\r\nHost: a\r\n', 404, 'ROUTE_NOT_FOUND'],
    ['GET /errors/failed HTTP/1.1\r\nHost: a\r\n', 404, 'ROUTE_NOT_FOUND'],
  ]) {
    const answer = await rawBytes(`${request}Connection: close\r\n\r\n`)
    assert.equal(answer.status, status, request.slice(0, 100))
    assert.match(answer.headers, /content-type: application\/json\r\n[^]*x-content-type-options: nosniff/)
    assert.equal(JSON.parse(answer.text).errors[0].extensions.code, code)
  }
})

test('what is sent and answered is not left in files', async () => {
  const content = 'x'.repeat(900_000)
  for (let i = 0; i < 12; i++) await send('POST', '/items/posts?fields=id', { body: { title: 'large', content } })
  const { hostname, port } = new URL(stack.gatewayUrl)
  const reader = connect(Number(port), hostname).pause() // who does not read what was asked for
  reader.write(`GET /items/posts HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ${user.token}\r\n\r\n`)
  assert.ok((await send('GET', '/items/posts')).text.length > 10_000_000)
  let length = 0
  for await (const data of reader.resume()) length += data.length
  assert.ok(length > 10_000_000)
  await send('DELETE', '/items/posts', { body: { query: { filter: { title: 'large' } } } })
  assert.doesNotMatch(readFileSync(stack.gateway.logFile, 'utf8'), /temporary file/)
})

test('none of this was an error in the server log', () => {
  const errors = readFileSync(stack.postgres.logFile, 'utf8').split('\n').filter((line) => /ERROR:|FATAL:|PANIC:|directus:/.test(line) && !/ is starting up$/.test(line)) // before the first request
  assert.deepEqual(errors, [])
})

// PostgREST may be reachable past the gateway: then its functions do no more than with a bearer token.
test('past the gateway, a forged header is nobody, and a cookie changes nothing from another site', async () => {
  const call = async (method, name, headers = {}, body = '{"title":"forged"}') => {
    const answer = await fetch(`${stack.postgrestUrl}/rpc/${name}`, {
      method, body: method === 'GET' ? undefined : body,
      headers: { 'content-profile': 'directus', 'accept-profile': 'directus', 'content-type': 'application/octet-stream', 'x-directus-path': '/items/posts', 'x-directus-method': 'POST', ...headers },
    })
    return { status: answer.status, text: await answer.text() }
  }
  const [header, , signature] = user.token.split('.')
  const admin = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(user.token.split('.')[1], 'base64url')), role: 'postgres' })).toString('base64url')
  for (const token of ['', 'x', user.refreshToken, `${header}.${admin}.${signature}`]) {
    const { status, text } = await call('POST', 'write', { 'x-directus-token': token })
    assert.match(String(status), /^40[13]$/, text)
  }
  const session = await client.enter('session', { mode: 'session' })
  const cookie = `directus_session_token=${session.cookies.directus_session_token}`
  assert.equal((await call('POST', 'write', { cookie })).status, 403)
  assert.equal((await call('POST', 'write', { cookie, 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.ok((await call('POST', 'write', { cookie, 'content-type': 'text/plain' })).status >= 400)
  for (const method of ['POST', 'PATCH', 'DELETE', 'PUT', 'no']) assert.ok((await call('GET', 'read', { 'x-directus-token': user.token, 'x-directus-method': method })).status === 200)
  assert.ok((await call('GET', 'write', { 'x-directus-token': user.token })).status >= 400)
  for (const name of ['create_item', 'route', 'handle', 'authenticate'])
    for (const profile of ['directus', 'directus_private', 'pg_catalog']) assert.ok((await call('POST', name, { 'content-profile': profile, 'x-directus-token': user.token })).status >= 400, name)
  assert.equal((await call('POST', 'write', { 'x-directus-token': user.token }, '{"title":"mine"}')).status, 200, 'so the calls are well-formed')
  assert.equal(stack.psql("SELECT string_agg(title, ',') FROM auth.posts WHERE title NOT IN ('one', 'two')"), 'mine')
  stack.psql("DELETE FROM auth.posts WHERE title = 'mine'")
})

// fetch would tidy the address and refuse the bytes.
function rawRequest(line, headers = [`Authorization: Bearer ${user.token}`], body = '') {
  const all = ['Host: a', 'Connection: close', `Content-Length: ${body.length}`, ...headers]
  return rawBytes(`${line}\r\n${all.join('\r\n')}\r\n\r\n${body}`)
}

function rawBytes(bytes) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(stack.gatewayUrl)
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (data) => (text += data)).on('error', reject).on('end', () => {
      const [head, ...body] = text.split('\r\n\r\n')
      const isChunked = /^transfer-encoding: chunked/im.test(head)
      resolve({ status: Number(head.split(' ')[1]), headers: head.toLowerCase(), text: isChunked ? body[0].split('\r\n')[1] : body.join('\r\n\r\n') })
    })
    socket.write(Buffer.from(bytes, 'latin1'))
  })
}
