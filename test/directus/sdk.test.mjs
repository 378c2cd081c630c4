// Directus' own SDK, unmodified: the current one, and the last that fits the calls of Directus' tutorials.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as sdk19 from 'directus-sdk-19'
import * as sdk26 from 'directus-sdk-26'
import { freshEmail, PASSWORD, startDirectus } from './client.mjs'

let stack
before(async () => {
  stack = await startDirectus()
})
after(() => stack.stop())

// What a browser does: keep cookies, and say where a request comes from.
function browserFetch() {
  const jar = {}
  const fetchWithJar = async (url, options = {}) => {
    const headers = new Headers(options.headers)
    const cookie = Object.entries(jar).map(([name, value]) => `${name}=${value}`).join('; ')
    if (cookie) headers.set('cookie', cookie)
    headers.set('sec-fetch-site', 'same-origin')
    const answer = await fetch(url, { ...options, headers })
    for (const header of answer.headers.get('set-cookie')?.split(', ') ?? []) {
      const [name, value] = header.split(';')[0].split(/=(.*)/)
      if (header.includes('Max-Age=0')) delete jar[name]
      else jar[name] = value
    }
    return answer
  }
  return { jar, fetch: fetchWithJar }
}

// 19 throws a plain object, 26 an Error; both have errors.
const hasCode = (code, status) => (error) => {
  assert.equal(error.errors[0].extensions.code, code)
  assert.equal(typeof error.errors[0].message, 'string')
  assert.equal(error.response.status, status)
  return true
}

for (const [version, sdk] of [['19.1.0', sdk19], ['26.0.0', sdk26]]) {
  const { authentication, createDirectus, rest } = sdk
  const login = (client, email, password = PASSWORD, options) => (sdk === sdk19 ? client.login(email, password, options) : client.login({ email, password }, options))
  const connect = (mode, fetch, options = {}) =>
    createDirectus(stack.gatewayUrl, fetch ? { globals: { fetch, URL, console } } : {}).with(authentication(mode, { credentials: 'include', ...options })).with(rest({ credentials: 'include' }))
  const register = async (name = 'Ada') => {
    const email = freshEmail()
    assert.equal(await createDirectus(stack.gatewayUrl).with(rest()).request(sdk.registerUser(email, PASSWORD, { first_name: name })), null)
    return email
  }
  const enter = async () => {
    const email = await register()
    const client = connect('json', undefined, { autoRefresh: false })
    const data = await login(client, email)
    return { email, client, ...data, id: (await client.request(sdk.readMe())).id }
  }

  test(`${version}: register, sign in, read and change oneself, sign out`, async () => {
    const email = await register('Ada')
    const client = connect('json', undefined, { autoRefresh: false })
    const data = await login(client, email)
    assert.deepEqual([data.expires, typeof data.access_token, typeof data.refresh_token], [900_000, 'string', 'string'])
    const me = await client.request(sdk.readMe({ fields: ['id', 'email', 'first_name'] }))
    assert.deepEqual([me.email, me.first_name, Object.keys(me).length], [email, 'Ada', 3])
    assert.equal((await client.request(sdk.updateMe({ first_name: 'Augusta', last_name: 'King' }))).last_name, 'King')
    assert.equal((await client.request(sdk.readMe())).first_name, 'Augusta')

    const renewed = await client.refresh()
    assert.notEqual(renewed.refresh_token, data.refresh_token)
    assert.equal(await client.getToken(), renewed.access_token)
    await client.logout()
    assert.equal(await client.getToken(), null)
    await assert.rejects(client.request(sdk.withToken(renewed.access_token, sdk.readMe())), hasCode('INVALID_CREDENTIALS', 401))
  })

  test(`${version}: createUser, as a visitor`, async () => {
    const email = freshEmail()
    assert.equal(await createDirectus(stack.gatewayUrl).with(rest()).request(sdk.createUser({ email, password: PASSWORD })), null)
    const client = connect('json', undefined, { autoRefresh: false })
    await login(client, email)
    assert.equal((await client.request(sdk.readMe())).email, email)
  })

  test(`${version}: modes cookie and session, with a browser's cookies`, async () => {
    for (const [mode, cookie] of [['cookie', 'directus_refresh_token'], ['session', 'directus_session_token']]) {
      const { jar, fetch } = browserFetch()
      const client = connect(mode, fetch, { autoRefresh: false })
      const email = await register()
      await login(client, email)
      assert.deepEqual(Object.keys(jar).sort(), ['auth_device', cookie])
      assert.equal((await client.request(sdk.readMe())).email, email)
      await client.request(sdk.createItem('posts', { title: mode }))
      const before = jar[cookie]
      await client.refresh()
      assert.notEqual(jar[cookie], before)
      assert.equal((await client.request(sdk.readMe())).email, email)
      await client.logout()
      assert.deepEqual(Object.keys(jar), ['auth_device'], 'which signs nobody in')
      await assert.rejects(client.request(sdk.readMe()), hasCode('INVALID_CREDENTIALS', 401))
    }
  })

  test(`${version}: one item, and many`, async () => {
    const { client, id } = await enter()
    const post = await client.request(sdk.createItem('posts', { title: 'One', content: 'text' }))
    assert.deepEqual([post.title, post.author, post.user_created], ['One', id, id])
    assert.deepEqual(await client.request(sdk.readItem('posts', post.id)), post)
    assert.equal((await client.request(sdk.updateItem('posts', post.id, { title: 'Uno' }))).title, 'Uno')
    assert.equal(await client.request(sdk.deleteItem('posts', post.id)), null)
    await assert.rejects(client.request(sdk.readItem('posts', post.id)), hasCode('FORBIDDEN', 403))

    const posts = await client.request(sdk.createItems('posts', [{ title: 'a' }, { title: 'b' }, { title: 'c' }]))
    const keys = posts.map((each) => each.id)
    assert.deepEqual(posts.map((each) => each.title), ['a', 'b', 'c'])
    assert.deepEqual((await client.request(sdk.updateItems('posts', keys.slice(1), { content: 'x' }))).map((each) => each.content), ['x', 'x'])
    const mine = { filter: { author: { _eq: '$CURRENT_USER' } } }
    assert.deepEqual((await client.request(sdk.updateItems('posts', mine, { content: 'y' }))).map((each) => each.content), ['y', 'y', 'y'])
    assert.equal((await client.request(sdk.updateItemsBatch('posts', [{ id: keys[0], title: 'A' }])))[0].title, 'A')
    assert.equal(await client.request(sdk.deleteItems('posts', [keys[0]])), null)
    assert.equal(await client.request(sdk.deleteItems('posts', mine)), null)
    assert.deepEqual(await client.request(sdk.readItems('posts', mine)), [])
  })

  test(`${version}: queries, also by SEARCH`, async () => {
    const { client, id } = await enter()
    await client.request(sdk.createItems('posts', ['apple', 'pear', 'plum', 'fig', 'Pear tree'].map((title) => ({ title }))))
    const mine = { author: { _eq: id } }
    const query = {
      fields: ['title', { author: ['first_name'] }],
      filter: { _and: [mine, { title: { _icontains: 'pear' } }] },
      sort: ['-title'], limit: 10,
    }
    const expected = [{ title: 'pear', author: { first_name: 'Ada' } }, { title: 'Pear tree', author: { first_name: 'Ada' } }]
    assert.deepEqual(await client.request(sdk.readItems('posts', query)), expected)
    assert.deepEqual(await client.request(sdk.withSearch(sdk.readItems('posts', query))), expected)
    assert.deepEqual(await client.request(sdk.aggregate('posts', { aggregate: { count: '*' }, query: { filter: mine } })), [{ count: '5' }])
    assert.deepEqual((await client.request(sdk.readItems('posts', { filter: mine, sort: 'title', limit: 2, page: 2, fields: ['title'] }))).length, 2)
    assert.equal((await client.request(sdk.readUsers({ fields: ['id'] })))[0].id, id)
    assert.equal((await client.request(sdk.readUser(id, { fields: ['first_name'] }))).first_name, 'Ada')
  })

  test(`${version}: errors are those of Directus`, async () => {
    const owner = await enter()
    const other = await enter()
    const { id } = await owner.client.request(sdk.createItem('posts', { title: 'mine' }))
    await assert.rejects(other.client.request(sdk.updateItem('posts', id, { title: 'yours' })), hasCode('FORBIDDEN', 403))
    await assert.rejects(other.client.request(sdk.deleteItem('posts', id)), hasCode('FORBIDDEN', 403))
    await assert.rejects(other.client.request(sdk.createItem('posts', { author: owner.id })), hasCode('FORBIDDEN', 403))
    await assert.rejects(other.client.request(sdk.readItems('no_such_thing')), hasCode('FORBIDDEN', 403))
    await assert.rejects(other.client.request(sdk.readItems('posts', { filter: { id: { _eq: 'x' } } })), hasCode('INVALID_QUERY', 400))
    await assert.rejects(login(other.client, owner.email, 'wrong password'), hasCode('INVALID_CREDENTIALS', 401))
  })

  test(`${version}: setToken and withToken`, async () => {
    const { email, access_token: token } = await enter()
    const client = connect('json')
    await assert.rejects(client.request(sdk.readMe()), hasCode('INVALID_CREDENTIALS', 401))
    assert.equal((await client.request(sdk.withToken(token, sdk.readMe()))).email, email)
    await client.setToken(token)
    assert.equal((await client.request(sdk.readMe())).email, email)
    const tokenOnly = createDirectus(stack.gatewayUrl).with(sdk.staticToken(token)).with(rest())
    assert.equal((await tokenOnly.request(sdk.readMe())).email, email)
  })

  test(`${version}: a token about to expire is refreshed, also by many requests at once`, async () => {
    const email = await register()
    for (const [mode, setting] of [['json', 'auth.access_token_ttl'], ['cookie', 'auth.access_token_ttl'], ['session', 'auth.session_token_ttl']]) {
      await stack.configure({ [setting]: '20s' }) // the SDK refreshes half a minute before
      let refreshes = 0
      const browser = browserFetch()
      const client = connect(mode, (url, options) => {
        if (String(url).endsWith('/auth/refresh')) refreshes++
        return mode === 'json' ? fetch(url, options) : browser.fetch(url, options)
      })
      await login(client, email)
      await stack.configure({ [setting]: null })
      const all = await Promise.all(Array.from({ length: 8 }, () => client.request(sdk.readMe())))
      assert.deepEqual(new Set(all.map((me) => me.email)), new Set([email]))
      assert.ok(refreshes > 0, mode)
      client.stopRefreshing()
    }
  })

  test(`${version}: the server's own calls`, async () => {
    const client = createDirectus(stack.gatewayUrl).with(rest())
    assert.equal(await client.request(sdk.serverPing()), 'pong')
    assert.equal((await client.request(sdk.serverHealth())).status, 'ok')
    const { project, ...server } = await client.request(sdk.serverInfo())
    assert.deepEqual([project.public_registration, project.public_registration_verify_email, project.project_logo, Object.keys(project).length], [true, false, null, 17])
    assert.deepEqual(server, { setupCompleted: true })
    const { client: user } = await enter()
    assert.deepEqual((await user.request(sdk.serverInfo())).queryLimit, { default: 100, max: -1 })
  })
}
