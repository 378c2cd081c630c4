// Many requests at once: nobody is signed out by them, and nobody is taken for somebody else.

import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { afterEach, test } from 'node:test'
import { expireToken, onEachSite, visitor } from './site.mjs'

// PAGES=10000 asks as many of each site; they take a minute or two.
const requestsOf = (site) => Number(process.env.PAGES) || (site === 'astro' ? 10_000 : 2_000)
const CONNECTIONS = 8

// A browser's cookies, of which its requests share the newest.
class Jar {
  constructor(cookies) {
    this.cookies = Object.fromEntries(Object.values(cookies).map(({ name, value }) => [name, value]))
  }

  toString() {
    return Object.entries(this.cookies).map(([name, value]) => `${name}=${value}`).join('; ')
  }

  take(lines) {
    for (const line of lines) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/)
      if (value) this.cookies[name] = value
      else delete this.cookies[name]
    }
  }
}

function load(agent, url, jar) {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: { cookie: String(jar) } }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part) => { text += part })
      response.on('end', () => resolve({ status: response.statusCode, text, setCookie: response.headers['set-cookie'] ?? [] }))
      response.on('error', reject)
    }).on('error', reject).end()
  })
}

onEachSite((on, name) => {
  const requests = requestsOf(name)
  afterEach(() => on.stack.configure({ 'auth.access_token_ttl': null }))

  function agentFor(t, maxSockets) {
    const agent = new Agent({ keepAlive: true, maxSockets })
    t.after(() => agent.destroy())
    return agent
  }
  const liveSessions = ({ email }) => on.stack.psql(`SELECT count(*) FROM auth.sessions s JOIN auth.users u ON u.id = user_id WHERE email = '${email}' AND least(expires_at, not_after) > now()`)

  test('sixteen pages that load at once with an expired token: each is right, and one session goes on', async (t) => {
    const alice = await visitor(t, on)
    await alice.register()
    const agent = agentFor(t, 16)
    for (let round = 0; round < 3; round++) {
      await expireToken(on, alice)
      const cookies = await alice.cookies()
      const before = new Jar(cookies)
      const answers = await Promise.all(Array.from({ length: 16 }, () => load(agent, `${on.site.url}/profile`, before)))
      for (const { status, text } of answers) {
        assert.equal(status, 200)
        assert.ok(text.includes(alice.email))
      }
      assert.equal(liveSessions(alice), '1')
      // whichever answer a browser keeps the cookies of, it goes on
      for (const { setCookie } of answers) {
        const after = new Jar(cookies)
        after.take(setCookie)
        assert.notEqual(after.cookies.site_refresh, before.cookies.site_refresh)
      }
      for (const { setCookie } of [answers[0], answers[15]]) {
        const after = new Jar(cookies)
        after.take(setCookie)
        assert.equal((await load(agent, `${on.site.url}/dashboard`, after)).status, 200)
      }
      assert.ok(await alice.isSignedIn())
    }
    assert.equal(liveSessions(alice), '1')
  })

  test(`${requests} pages of two people, over the same connections, tokens expiring: each is shown to the right one`, async (t) => {
    const people = []
    for (const firstName of ['Arabella', 'Benedict']) {
      const person = await visitor(t, on)
      await person.register(firstName)
      const post = await person.post('A post')
      people.push({ name: firstName, email: person.email, edit: `${post}/edit`, jar: new Jar(await person.cookies()) })
    }
    // The sites renew when less than 30 seconds are left: from now on every few seconds.
    await on.stack.configure({ 'auth.access_token_ttl': '36s' })
    for (const person of people) delete person.jar.cookies.site_access

    const agent = agentFor(t, CONNECTIONS)
    const shown = Object.fromEntries(people.map((person) => [person.name, 0]))
    let [asked, renewals] = [0, 0]
    async function connection() {
      while (asked < requests) {
        const number = asked++
        const [own, other] = number % 2 ? people : [...people].reverse()
        // the profile has the address of whoever looks, the dashboard the way to change their posts
        const [path, mark] = number % 10 < 8 ? ['/profile', 'email'] : ['/dashboard', 'edit']
        const { status, text, setCookie } = await load(agent, on.site.url + path, own.jar)
        assert.equal(status, 200, `request ${number}`)
        assert.ok(text.includes(own[mark]), `request ${number} of ${own.name} does not show who asks`)
        assert.ok(!text.includes(other.email) && !text.includes(other.edit), `request ${number} of ${own.name} shows ${other.name}`)
        own.jar.take(setCookie)
        if (setCookie.length > 0) renewals++
        shown[own.name]++
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, connection))
    assert.deepEqual(shown, { Arabella: requests / 2, Benedict: requests / 2 })
    t.diagnostic(`${renewals} of ${requests} answers had new cookies`)
    assert.ok(renewals >= 4, `only ${renewals} renewals`)
    for (const person of people) assert.equal(liveSessions(person), '1')
  })
})
