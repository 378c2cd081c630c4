// What nobody can do in a visitor's name: another site's page, another visitor, the writer of a link.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { PASSWORD } from '../support.mjs'
import { formOf, onEachSite, send, visitor } from './site.mjs'

const escape = (text) => text.replace(/[&"<>\n]/g, (character) => `&#${character.charCodeAt(0)};`)

onEachSite((on) => {
  // All that the forms of the site can change for somebody.
  const stateOf = ({ email }) => on.stack.psql(`
    SELECT first_name, last_name, password_hash,
      (SELECT count(*) FROM auth.sessions WHERE user_id = u.id AND least(expires_at, not_after) > now()),
      (SELECT string_agg(concat(p.id, p.title, p.content), ',' ORDER BY p.id) FROM auth.posts p WHERE author = u.id)
    FROM auth.users u JOIN auth_private.credentials ON user_id = u.id WHERE email = '${email}'`)

  // Each form that changes something, filled in, as the site's own page would send it; signing out is last.
  async function formsOf(alice) {
    const path = await alice.post('Before')
    const forms = []
    for (const [page, button, values] of [
      ['/profile', 'Save name', { 'First name': 'Mallory' }],
      ['/profile', 'Change password', { 'Current password': PASSWORD, 'New password': 'the password of Mallory' }],
      ['/posts/new', 'Save', { Title: 'By Mallory', Content: 'x' }],
      [`${path}/edit`, 'Save', { Title: 'Changed by Mallory' }],
      [`${path}/edit`, 'Delete for good', {}],
      ['/dashboard', 'Sign out', {}],
    ]) {
      await alice.open(page)
      await alice.fill(values)
      if (button === 'Delete for good') await alice.ask('Delete')
      forms.push({ name: `${button} of ${page}`, ...(await formOf(alice, button)) })
    }
    return forms
  }

  test('a form that another origin sends is refused, and changes nothing', async (t) => {
    const alice = await visitor(t, on, { javaScriptEnabled: false })
    await alice.register()
    const { host } = new URL(on.site.url)
    for (const form of await formsOf(alice)) {
      const before = stateOf(alice)
      const cookie = await alice.cookieHeader()
      for (const origin of ['https://evil.example', `https://${host}.evil.example`, 'http://127.0.0.1', 'null']) {
        const answer = await send(form, { cookie, origin })
        assert.equal(answer.status, 403, `${form.name} from ${origin}`)
        assert.equal(answer.headers.get('set-cookie'), null)
        assert.equal(stateOf(alice), before, `${form.name} from ${origin}`)
      }
      // the same from the site itself does what it says
      const answer = await send(form, { cookie, origin: on.site.url })
      assert.equal(answer.status, 303, form.name)
      assert.notEqual(stateOf(alice), before, form.name)
    }
  })

  test('a page of another origin in the same browser changes nothing', async (t) => {
    let page = ''
    const elsewhere = createServer((_, response) => response.setHeader('content-type', 'text/html').end(page))
    await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    t.after(() => elsewhere.close())
    const alice = await visitor(t, on, { javaScriptEnabled: false })
    await alice.register()
    const forms = await formsOf(alice)
    const before = stateOf(alice)
    const cookies = await alice.cookies()

    const { port } = elsewhere.address()
    // another port of a host is the same site to SameSite, so that the cookies come along; another host is not
    for (const origin of [`http://127.0.0.1:${port}`, `http://localhost:${port}`]) {
      for (const { name, action, type, entries } of forms) {
        const inputs = entries.map(([key, value]) => `<input type="hidden" name="${escape(key)}" value="${escape(value)}">`)
        page = `<!doctype html><form method="post" action="${escape(action)}" enctype="${type}">${inputs.join('')}<button>Win a prize</button></form>`
        await alice.page.goto(origin)
        const [sent] = await Promise.all([
          alice.page.waitForRequest((request) => request.method() === 'POST'),
          alice.press('Win a prize'),
        ])
        const { cookie, origin: sender } = await sent.allHeaders()
        assert.equal(sender, origin)
        if (origin.includes('127.0.0.1')) assert.match(cookie ?? '', /site_refresh=/)
        assert.equal((await sent.response()).status(), 403, `${name} from ${origin}`)
        assert.equal(stateOf(alice), before, `${name} from ${origin}`)
      }
    }
    assert.deepEqual(await alice.cookies(), cookies)
    assert.ok(await alice.isSignedIn())
  })

  test('a page of another origin cannot sign a visitor in', async (t) => {
    const mallory = await visitor(t, on, { javaScriptEnabled: false })
    await mallory.register()
    await mallory.press('Sign out')
    await mallory.sees('Notes from everybody')
    await mallory.open('/login')
    await mallory.fill({ 'E-mail': mallory.email, Password: PASSWORD })
    const form = await formOf(mallory, 'Sign in')
    const refused = await send(form, { origin: 'https://evil.example' })
    assert.deepEqual([refused.status, refused.headers.get('set-cookie')], [403, null])
    const own = await send(form, { origin: on.site.url })
    assert.match(own.headers.get('set-cookie'), /site_access=/)
  })

  test("somebody else's post is neither changed nor deleted, whoever asks", async (t) => {
    const options = { javaScriptEnabled: false }
    const [alice, bob, nobody] = [await visitor(t, on, options), await visitor(t, on, options), await visitor(t, on, options)]
    await alice.register('Alice')
    await bob.register('Bob')
    const path = await alice.post('By Alice')
    await bob.post('By Bob')
    const forms = []
    for (const [button, values] of [['Save', { Title: 'By Bob now' }], ['Delete for good', {}]]) {
      await alice.open(`${path}/edit`)
      if (button === 'Delete for good') await alice.ask('Delete')
      await alice.fill(values)
      forms.push(await formOf(alice, button))
    }
    const before = [stateOf(alice), stateOf(bob)]
    for (const form of forms) {
      const answer = await send(form, { cookie: await bob.cookieHeader(), origin: on.site.url })
      assert.ok([403, 404].includes(answer.status), `${answer.status} for ${form.entries}`)
      const unknown = await send(form, { cookie: await nobody.cookieHeader(), origin: on.site.url })
      assert.ok([302, 303].includes(unknown.status), `${unknown.status} for ${form.entries}`)
      assert.match(unknown.headers.get('location'), /\/login\b/)
      assert.deepEqual([stateOf(alice), stateOf(bob)], before)
    }
    for (const form of forms) {
      const own = await send(form, { cookie: await alice.cookieHeader(), origin: on.site.url })
      assert.equal(own.status, 303)
    }
    assert.notEqual(stateOf(alice), before[0])
  })

  test('nobody is ended on a device by somebody else', async (t) => {
    const options = { javaScriptEnabled: false }
    const [alice, phone, bob] = [await visitor(t, on, options), await visitor(t, on, options), await visitor(t, on, options)]
    await alice.register('Alice')
    await phone.signIn(alice.email)
    await bob.register('Bob')
    await alice.open('/profile')
    const form = await formOf(alice, 'Sign out this device')
    const before = stateOf(alice)
    await send(form, { cookie: await bob.cookieHeader(), origin: on.site.url })
    assert.equal(stateOf(alice), before)
    assert.ok(await phone.isSignedIn())
    await send(form, { cookie: await alice.cookieHeader(), origin: on.site.url })
    assert.ok(!(await phone.isSignedIn()))
  })

  test('signing in never leads off the site', async (t) => {
    let visits = 0
    const elsewhere = createServer((_, response) => response.end(`You left. ${++visits}`))
    await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    t.after(() => elsewhere.close())
    const evil = `127.0.0.1:${elsewhere.address().port}`
    const [alice, bare] = [await visitor(t, on), await visitor(t, on, { javaScriptEnabled: false })]
    await alice.register()
    await alice.press('Sign out')
    await alice.sees('Notes from everybody')

    // how the link is written, and whether a browser with JavaScript, or only the answer itself, is looked at
    for (const [next, inBrowser] of [
      [`//${evil}`, true],
      [`/\\${evil}`, true],
      [`http://${evil}`, true],
      [`/\t/${evil}`, true],
      [`\\\\${evil}`, false],
      [`\\/${evil}`, false],
      [`/\n/${evil}`, false],
      [`/\r\n/${evil}`, false],
      [`\t//${evil}`, false],
      [` //${evil}`, false],
      [`/.//${evil}`, false],
      [`/x/..//${evil}`, false],
      [`/\u0000/${evil}`, false],
      [`/\u007f/${evil}`, false],
      [`///${evil}`, false],
      [evil, false],
      [`@${evil}`, false],
      [`.${evil}`, false],
      ['javascript:alert(1)', false],
      [`/dashboard\r\nlocation: http://${evil}`, false],
    ]) {
      const where = JSON.stringify(next)
      await alice.open(`/login?next=${encodeURIComponent(next)}`)
      if (inBrowser) {
        await alice.enter(alice.email)
        await alice.sees('Dashboard')
        assert.equal(alice.page.url(), `${on.site.url}/dashboard`, where)
        await alice.context.clearCookies()
      } else {
        await bare.open(`/login?next=${encodeURIComponent(next)}`)
        await bare.fill({ 'E-mail': alice.email, Password: PASSWORD })
        const answer = await send(await formOf(bare, 'Sign in'), { origin: on.site.url })
        assert.equal(answer.status, 303, where)
        const location = new URL(answer.headers.get('location'), on.site.url)
        assert.equal(location.href, `${on.site.url}/dashboard`, where)
      }
    }
    assert.equal(visits, 0)

    // such a path is followed, so the rest of this test means something
    await alice.open(`/login?next=${encodeURIComponent('/posts/new')}`)
    await alice.enter(alice.email)
    await alice.sees('New post')
  })
})
