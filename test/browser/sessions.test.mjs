// How sessions end and go on: by time, in many tabs, on many devices, and when servers are down.

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { freePort } from '../../tools/stack.mjs'
import { startFrontend } from '../../tools/frontend.mjs'
import { until } from '../support.mjs'
import { expireToken, onEachSite, visitor } from './site.mjs'

onEachSite((on) => {
  const live = (email) => Number(on.stack.psql(`SELECT count(*) FROM auth.sessions s JOIN auth.users u ON u.id = s.user_id WHERE email = '${email}' AND least(expires_at, not_after) > now()`))
  afterEach(() => on.stack.configure({ 'auth.access_token_ttl': null }))

  test('a session that expires while a form is open leads to signing in, and back', async (t) => {
    const alice = await visitor(t, on)
    await alice.register()
    await alice.open('/posts/new')
    await alice.sees('New post')
    await alice.fill({ Title: 'Too late', Content: 'Written slowly.' })
    await expireToken(on, alice)
    on.stack.psql(`UPDATE auth.sessions SET expires_at = now() FROM auth.users u WHERE u.id = user_id AND email = '${alice.email}'`)
    assert.equal(live(alice.email), 0)

    await alice.press('Save')
    await alice.sees('Sign in')
    assert.equal(alice.path, '/login?next=%2Fposts%2Fnew')
    assert.deepEqual(await alice.cookies(), {})
    await alice.enter(alice.email)
    await alice.sees('New post')
    assert.equal(on.stack.psql("SELECT count(*) FROM auth.posts WHERE title = 'Too late'"), '0')
  })

  test('a session is renewed on the way, and nobody notices', async (t) => {
    // less than the sites leave a token, so that each request renews
    await on.stack.configure({ 'auth.access_token_ttl': '20s' })
    const alice = await visitor(t, on)
    await alice.register()
    const before = await alice.cookies()
    for (let i = 0; i < 5; i++) assert.ok(await alice.isSignedIn())
    const later = await alice.cookies()
    assert.notEqual(later.site_access.value, before.site_access.value)
    assert.notEqual(later.site_refresh.value, before.site_refresh.value)
    assert.equal(live(alice.email), 1)
  })

  test('a form that is sent when the access token has expired is carried out', async (t) => {
    const alice = await visitor(t, on)
    await alice.register()
    await alice.open('/posts/new')
    await alice.fill({ Title: 'Written in time', Content: 'and sent later' })
    await expireToken(on, alice)
    await alice.press('Save')
    await alice.sees('Written in time')
    await alice.open('/profile')
    await alice.fill({ 'First name': 'Alicia' })
    await expireToken(on, alice)
    await alice.press('Save name')
    await alice.seesStatus('Saved.')
    await alice.open('/profile')
    assert.equal(await alice.field('First name').inputValue(), 'Alicia')
    assert.equal(live(alice.email), 1)
  })

  test('five tabs that load at once when the access token has expired: nobody is signed out', async (t) => {
    const alice = await visitor(t, on)
    await alice.register()
    const tabs = [alice, ...(await Promise.all([1, 2, 3, 4].map(() => alice.newTab())))]
    for (let round = 0; round < 3; round++) {
      await expireToken(on, alice)
      await Promise.all(tabs.map((tab, i) => tab.open(['/dashboard', '/profile', '/posts/new', '/dashboard', '/'][i])))
      assert.deepEqual(tabs.map((tab) => tab.path), ['/dashboard', '/profile', '/posts/new', '/dashboard', '/'])
    }
    assert.equal(live(alice.email), 1)
    for (const tab of tabs) assert.equal(await tab.button('Sign out').count(), 1)
  })

  test('signing out in one tab is seen in the other', async (t) => {
    const alice = await visitor(t, on)
    await alice.register()
    const other = await alice.newTab()
    await other.open('/posts/new')
    await other.fill({ Title: 'After signing out', Content: 'x' })
    await alice.press('Sign out')
    await alice.sees('Notes from everybody')

    await other.press('Save')
    await other.sees('Sign in')
    assert.equal(on.stack.psql("SELECT count(*) FROM auth.posts WHERE title = 'After signing out'"), '0')
    assert.ok(!(await other.isSignedIn()))
  })

  test('a copy of the cookies is worth nothing once their owner has signed out', async (t) => {
    const [alice, thief] = [await visitor(t, on), await visitor(t, on)]
    await alice.register()
    await thief.context.addCookies(Object.values(await alice.cookies()))
    assert.ok(await thief.isSignedIn())
    await alice.press('Sign out')
    await alice.sees('Notes from everybody')
    assert.ok(!(await thief.isSignedIn()))
    assert.deepEqual(await thief.cookies(), {})
  })

  test('a device is signed out from another', async (t) => {
    const laptop = await visitor(t, on, { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' })
    const phone = await visitor(t, on, { userAgent: 'Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0' })
    await laptop.register()
    await phone.signIn(laptop.email)

    await laptop.open('/profile')
    const devices = laptop.page.locator('.session-list li')
    assert.equal(await devices.count(), 2)
    const own = devices.filter({ hasText: 'Firefox on Linux' })
    const others = devices.filter({ hasText: 'Firefox on Android' })
    assert.match(await own.innerText(), /this device/i)
    assert.doesNotMatch((await others.innerText()).replace('Sign out this device', ''), /this device/i)
    assert.equal(await laptop.button('Sign out this device', own).count(), 0)
    await laptop.press('Sign out this device', others)
    await until('the device is gone from the list', async () => (await devices.count()) === 1)

    assert.ok(!(await phone.isSignedIn()))
    assert.deepEqual(await phone.cookies(), {})
    assert.ok(await laptop.isSignedIn())
  })

  test('a server that is down is no sign-out', async (t) => {
    const alice = await visitor(t, on)
    await alice.register()
    const cutOff = await startFrontend(on.stack, on.site.name, { directusUrl: `http://127.0.0.1:${await freePort()}` })

    for (const hasExpired of [true, false]) {
      if (hasExpired) await expireToken(on, alice)
      else assert.ok(await alice.isSignedIn())
      const before = await alice.cookies()
      const answer = await alice.page.goto(`${cutOff.url}/dashboard`)
      assert.equal(answer.status(), 503)
      await alice.sees('Something went wrong')
      assert.doesNotMatch(await alice.page.content(), /ECONNREFUSED|fetch failed/)
      assert.deepEqual(await alice.cookies(), before)
    }
    assert.ok(await alice.isSignedIn())
  })

  // While it is so, each page says to try again, and the cookies stay; forms say it, too.
  async function isToldToTryAgain(alice) {
    const before = await alice.cookies()
    for (const path of ['/dashboard', '/profile', '/posts/new']) {
      assert.equal((await alice.open(path)).status(), 503)
      await alice.sees('Something went wrong')
      await alice.page.getByText('Please try again in a moment.').waitFor()
      assert.equal(await alice.link('Sign in').count(), 0)
    }
    assert.deepEqual(await alice.cookies(), before)
  }

  // Another PostgREST in the place of the one that runs, or none
  async function replacePostgrest(config) {
    const { port } = new URL(on.stack.postgrestUrl)
    on.stack.postgrest.child.kill()
    await until('PostgREST has ended', () => on.stack.postgrest.hasDied())
    if (!config) return
    await on.stack.startPostgrest({ PGRST_SERVER_PORT: port, ...config })
    on.stack.postgrestUrl = `http://127.0.0.1:${port}`
  }

  test('a database that is away for a while is no sign-out either', async (t) => {
    const alice = await visitor(t, on)
    await alice.register()
    for (const hasExpired of [true, false]) {
      if (hasExpired) await expireToken(on, alice)
      await replacePostgrest()
      await isToldToTryAgain(alice)
      await replacePostgrest({})
      assert.ok(await alice.isSignedIn())
    }
  })

  test('nor is a 401 of a PostgREST that has forgotten its configuration', async (t) => {
    const alice = await visitor(t, on)
    await alice.register()
    for (const hasExpired of [true, false]) {
      if (hasExpired) await expireToken(on, alice)
      await replacePostgrest({ PGRST_DB_PRE_CONFIG: '', PGRST_DB_ANON_ROLE: '' })
      const answer = await fetch(`${on.stack.postgrestUrl}/posts`)
      assert.deepEqual([answer.status, (await answer.json()).code], [401, 'PGRST302'])
      await isToldToTryAgain(alice)
      await replacePostgrest({})
      assert.ok(await alice.isSignedIn())
    }
  })

  test('nor is an error of the database', async (t) => {
    const alice = await visitor(t, on)
    await alice.register()
    on.stack.psql(`
      CREATE FUNCTION public.fail() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken' USING ERRCODE = 'XX000'; END $$;
      CREATE POLICY fails ON auth.users AS RESTRICTIVE FOR SELECT TO authenticated USING (public.fail())`)
    t.after(() => on.stack.psql('DROP POLICY IF EXISTS fails ON auth.users; DROP FUNCTION public.fail()'))
    await isToldToTryAgain(alice)
    on.stack.psql('DROP POLICY fails ON auth.users')
    assert.ok(await alice.isSignedIn())
  })
})
