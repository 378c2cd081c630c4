// What the answers tell browsers to refuse: scripts and frames of others, and cookies of others; and that nothing of ours is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFrontend } from '../../tools/frontend.mjs'
import { freePort } from '../../tools/stack.mjs'
import { onEachSite, startSecurely, visitor } from './site.mjs'

// A policy as an object of lists
const directivesOf = (policy) => Object.fromEntries(policy.split(';').map((part) => part.trim().split(/\s+/)).map(([name, ...values]) => [name, values]))

onEachSite((on) => {
  test('each answer has a strict policy, and browsers have nothing to complain about', async (t) => {
    const alice = await visitor(t, on)
    const complaints = []
    const hear = ({ page }) => {
      page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(`${page.url()}: ${message.text()}`))
      page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
      page.on('requestfailed', (request) => /ERR_ABORTED/.test(request.failure().errorText) || complaints.push(`${request.url()}: ${request.failure().errorText}`))
    }
    hear(alice)
    await alice.register()
    const path = await alice.post('A post')
    const closed = await startFrontend(on.stack, on.site.name, { directusUrl: `http://127.0.0.1:${await freePort()}` })
    const cookie = await alice.cookieHeader()

    const nonces = new Set()
    for (const [url, status, who] of [
      ['/', 200], ['/login', 200], ['/register', 200], ['/nowhere', 404],
      ['/', 200, cookie], ['/dashboard', 200, cookie], [path, 200, cookie], [`${path}/edit`, 200, cookie], ['/posts/0', 404, cookie], ['/profile', 200, cookie], ['/nowhere', 404, cookie],
      [`${closed.url}/dashboard`, 503, cookie],
    ]) {
      const answer = await fetch(new URL(url, on.site.url), { redirect: 'manual', headers: who ? { cookie: who } : {} })
      const text = await answer.text()
      assert.equal(answer.status, status, url)
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', url)
      assert.equal(answer.headers.get('referrer-policy'), 'same-origin', url)
      const policy = directivesOf(answer.headers.get('content-security-policy'))
      for (const name of ['default-src', 'base-uri', 'frame-ancestors']) assert.deepEqual(policy[name], ["'none'"], `${name} of ${url}`)
      assert.deepEqual(policy['form-action'], ["'self'"], url)
      const scripts = policy['script-src'] ?? policy['default-src']
      assert.ok(!scripts.some((source) => /unsafe|^https?:|\*|^data:/.test(source)), `${url}: ${scripts}`)
      for (const source of scripts.filter((source) => source.startsWith("'nonce-"))) {
        assert.ok(!nonces.has(source), 'a nonce is used once')
        nonces.add(source)
      }
      // none is written by hand, as a script in the page itself, without being allowed
      for (const [, attributes] of text.matchAll(/<script\b([^>]*)>/g))
        assert.ok(/nonce="/.test(attributes) || scripts.some((source) => source.startsWith("'sha256-")), `${url}: <script${attributes}>`)
    }

    complaints.length = 0
    for (const page of ['/', '/dashboard', path, `${path}/edit`, '/posts/new', '/profile']) {
      await alice.open(page)
      await alice.page.waitForLoadState('networkidle')
    }
    await alice.follow('Dashboard')
    await alice.sees('Dashboard')
    await alice.press('Sign out')
    await alice.sees('Notes from everybody')
    for (const page of ['/', '/login', '/register']) {
      await alice.open(page)
      await alice.page.waitForLoadState('networkidle')
    }
    assert.deepEqual(complaints, [])
  })

  test('a script that somebody slipped into a page does not run', async (t) => {
    const alice = await visitor(t, on)
    await alice.page.route('**/login', async (route) => {
      const answer = await route.fetch()
      const body = (await answer.text()).replace('</main>', '<script>document.title = "owned"</script><img src="x" onerror="document.title = \'owned\'"></main>')
      await route.fulfill({ response: answer, body })
    })
    const refused = []
    alice.page.on('console', (message) => refused.push(message.text()))
    await alice.open('/login')
    await alice.page.waitForLoadState('networkidle')
    assert.notEqual(await alice.page.title(), 'owned')
    assert.ok(refused.some((text) => /Content Security Policy/.test(text)), refused.join('\n'))
  })

  test('the icon and the stylesheet are there', async () => {
    for (const [path, type] of [['/favicon.svg', /^image\/svg\+xml/], ['/site.css', /^text\/css/]]) {
      const answer = await fetch(on.site.url + path)
      assert.deepEqual([answer.status, type.test(answer.headers.get('content-type'))], [200, true], path)
    }
    const page = await (await fetch(`${on.site.url}/`)).text()
    assert.match(page, /<link rel="icon" href="\/favicon\.svg"/)
  })

  test('over HTTPS the cookies have names that no other host can plant', async (t) => {
    const secure = await startSecurely(t, on)
    const alice = await visitor(t, { browser: on.browser, site: secure }, { ignoreHTTPSErrors: true })
    await alice.register()
    const cookies = await alice.cookies()
    assert.deepEqual(Object.keys(cookies).sort(), ['__Host-site_access', '__Host-site_refresh'])
    for (const { httpOnly, secure: isSecure, sameSite, path, domain } of Object.values(cookies))
      assert.deepEqual([httpOnly, isSecure, sameSite, path, domain], [true, true, 'Lax', '/', '127.0.0.1'])
    assert.ok(await alice.isSignedIn())

    // the plain names, which another host could have planted, are nobody's
    const mallory = await visitor(t, { browser: on.browser, site: secure }, { ignoreHTTPSErrors: true })
    await mallory.register('Mallory')
    const planted = Object.values(await mallory.cookies()).map((cookie) => ({ ...cookie, name: cookie.name.replace('__Host-', '') }))
    await alice.context.addCookies(planted)
    await alice.open('/profile')
    await alice.page.getByText(alice.email).waitFor()
    await alice.press('Sign out')
    await alice.sees('Notes from everybody')
    assert.deepEqual(Object.keys(await alice.cookies()).sort(), ['site_access', 'site_refresh'])
    assert.ok(!(await alice.isSignedIn()))
  })
})
