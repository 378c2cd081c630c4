// What people do on the sites: each story in a browser with JavaScript, and in one without.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshEmail, PASSWORD } from '../support.mjs'
import { onEachSite, visitor } from './site.mjs'

const NEW_PASSWORD = 'a different staple gun'

onEachSite((on) => {
  test('what is typed before the scripts arrive stays, and is sent', async (t) => {
    const alice = await visitor(t, on)
    await alice.register()
    const path = await alice.post('Before', 'Old words.')
    for (const [page, values] of [
      ['/posts/new', { Title: 'Typed early', Content: 'New words.' }],
      [`${path}/edit`, { Title: 'Changed early', Content: 'Newer words.' }],
    ]) {
      let release
      const released = new Promise((resolve) => { release = resolve })
      await alice.page.route(/\.js(\?|$)/, (route) => released.then(() => route.continue()))
      await alice.page.goto(on.site.url + page, { waitUntil: 'commit' })
      await alice.fill(values)
      release()
      await alice.page.waitForLoadState('networkidle')
      for (const [label, value] of Object.entries(values)) assert.equal(await alice.field(label).inputValue(), value)
      await alice.press('Save')
      await alice.sees(values.Title)
      await alice.page.unrouteAll()
    }
  })

  for (const javaScriptEnabled of [true, false]) {
    const story = (name, run) => test(`${name}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, run)
    const comes = (t) => visitor(t, on, { javaScriptEnabled })

    story('the home page offers signing in, or the dashboard', async (t) => {
      const alice = await comes(t)
      await alice.open('/')
      await alice.sees('Notes from everybody')
      await alice.link('Register').first().waitFor()
      await alice.link('Sign in').first().click()
      await alice.sees('Sign in')

      await alice.register()
      await alice.open('/')
      await alice.sees('Notes from everybody')
      assert.equal(await alice.link('Register').count(), 0)
      await alice.link('Dashboard').first().click()
      await alice.sees('Dashboard')
    })

    story('somebody registers, signs out and signs in', async (t) => {
      const alice = await comes(t)
      await alice.register('Alice')
      assert.equal(alice.path, '/dashboard')
      await alice.press('Sign out')
      await alice.sees('Notes from everybody')
      assert.deepEqual(await alice.cookies(), {})
      assert.equal(on.stack.psql(`SELECT count(*) FROM auth.sessions JOIN auth.users u ON u.id = user_id WHERE email = '${alice.email}'`), '0')
      await alice.signIn()
    })

    story('who signs in arrives where they wanted to go', async (t) => {
      const alice = await comes(t)
      await alice.register()
      await alice.press('Sign out')
      await alice.sees('Notes from everybody')
      await alice.open('/posts/new')
      await alice.sees('Sign in')
      await alice.enter(alice.email)
      await alice.sees('New post')
    })

    story('a link leads from any page to signing in, or to registering, and back', async (t) => {
      const alice = await comes(t)
      await alice.register()
      await alice.press('Sign out')
      await alice.sees('Notes from everybody')
      for (const path of ['/nowhere?page=2&x=%2F', '/']) {
        await alice.context.clearCookies()
        await alice.open(path)
        await alice.follow('Sign in', alice.page.getByRole('navigation'))
        await alice.sees('Sign in')
        assert.equal(await alice.link('Sign in').count(), 0)
        await alice.enter(alice.email)
        await alice.page.waitForURL(on.site.url + path)
        assert.equal(await alice.link('Sign in').count(), 0)
        await alice.button('Sign out').waitFor()
      }

      const bob = await comes(t)
      await bob.open('/posts/new')
      await bob.sees('Sign in')
      await bob.follow('Register')
      await bob.sees('Register')
      await bob.fill({ 'First name': 'Bob', 'E-mail': freshEmail('bob'), Password: PASSWORD })
      await bob.press('Register')
      await bob.sees('New post')
    })

    story('a wrong password is told, and keeps the address in the form', async (t) => {
      const alice = await comes(t)
      await alice.register()
      await alice.press('Sign out')
      await alice.sees('Notes from everybody')
      await alice.open('/login')
      await alice.enter(alice.email, 'not the password')
      await alice.seesError(/password/)
      assert.equal(await alice.field('E-mail').inputValue(), alice.email)
      assert.equal(await alice.field('Password').inputValue(), '')
      assert.deepEqual(await alice.cookies(), {})

      await alice.field('Password').fill(PASSWORD)
      await alice.press('Sign in')
      await alice.sees('Dashboard')
    })

    story('an unknown address is refused in the words for a wrong password', async (t) => {
      const alice = await comes(t)
      await alice.register()
      await alice.press('Sign out')
      await alice.sees('Notes from everybody')
      const texts = []
      for (const email of [alice.email, freshEmail('nobody')]) {
        await alice.open('/login')
        await alice.enter(email, 'not the password')
        texts.push(await alice.seesError())
      }
      assert.equal(texts[0], texts[1])
    })

    story('after too many wrong passwords the form says how long to wait', async (t) => {
      const alice = await comes(t)
      await alice.register()
      await alice.press('Sign out')
      await alice.sees('Notes from everybody')
      for (let attempt = 0; attempt < 8; attempt++) {
        await alice.open('/login')
        await alice.enter(alice.email, 'not the password')
        if (/second/.test(await alice.seesError())) break
      }
      assert.match(await alice.seesError(), /\d+ second/)
    })

    story('a registration that is refused keeps what was entered', async (t) => {
      const alice = await comes(t)
      const email = freshEmail('alice')
      await alice.open('/register')
      await alice.fill({ 'First name': 'Alice', 'Last name': 'Liddell', 'E-mail': email, Password: 'aaaaaaaa' })
      // what the browser itself would stop must be refused by the server, too
      await alice.page.locator('form').evaluateAll((forms) => forms.forEach((form) => form.setAttribute('novalidate', '')))
      await alice.field('Password').fill('short')
      await alice.press('Register')
      await alice.seesError(/password/i)
      assert.equal(await alice.field('First name').inputValue(), 'Alice')
      assert.equal(await alice.field('Last name').inputValue(), 'Liddell')
      assert.equal(await alice.field('E-mail').inputValue(), email)
      assert.equal(await alice.field('Password').inputValue(), '')
      assert.equal(on.stack.psql(`SELECT count(*) FROM auth.users WHERE email = '${email}'`), '0')
    })

    story('a post is written, read, changed and deleted', async (t) => {
      const alice = await comes(t)
      await alice.register()
      await alice.follow('New post')
      await alice.sees('New post')
      await alice.fill({ Title: 'My first post', Content: 'First line\nsecond line' })
      await alice.press('Save')
      await alice.sees('My first post')
      assert.match(alice.path, /^\/posts\/\d+$/)
      const path = alice.path
      assert.match(await alice.page.locator('main').innerText(), /First line\s+second line/)

      await alice.follow('Edit')
      await alice.sees('Edit post')
      assert.equal(await alice.field('Title').inputValue(), 'My first post')
      assert.equal(await alice.field('Content').inputValue(), 'First line\nsecond line')
      await alice.fill({ Title: 'My better post' })
      await alice.press('Save')
      await alice.sees('My better post')
      assert.equal(alice.path, path)

      await alice.open('/dashboard')
      const article = alice.article('My better post')
      await article.getByText('Alice').first().waitFor()
      await alice.follow('Edit', article)
      await alice.sees('Edit post')
      // asked once more
      assert.equal(await alice.button('Delete for good').count(), 0)
      await alice.ask('Delete')
      await alice.page.getByText('A deleted post is gone for good.').waitFor()
      await alice.press('Delete for good')
      await alice.sees('Dashboard')
      assert.equal(await alice.article('My better post').count(), 0)
      assert.equal((await alice.open(path)).status(), 404)
      await alice.sees('Not found')
    })

    story('a post that is refused keeps what was entered', async (t) => {
      const alice = await comes(t)
      await alice.register()
      const path = await alice.post('Short', 'Old words.')
      on.stack.psql('ALTER TABLE auth.posts ADD CONSTRAINT short CHECK (length(title) < 200)')
      t.after(() => on.stack.psql('ALTER TABLE auth.posts DROP CONSTRAINT short'))
      for (const page of ['/posts/new', `${path}/edit`]) {
        await alice.open(page)
        const values = { Title: 'x'.repeat(300), Content: 'New words.' }
        await alice.fill(values)
        await alice.press('Save')
        await alice.seesError()
        for (const [label, value] of Object.entries(values)) assert.equal(await alice.field(label).inputValue(), value)
      }
    })

    story('what a post says is text, never HTML', async (t) => {
      const alice = await comes(t)
      await alice.register()
      const title = '<b>bold</b> & "quoted" <script>document.title = "owned"</script>'
      await alice.post(title, '<img src=x onerror="document.title = \'owned\'"></textarea><script>document.title = "owned"</script>')
      for (const path of [alice.path, `${alice.path}/edit`, '/dashboard']) {
        await alice.open(path)
        assert.equal(await alice.page.locator('main b, main img, main script').count(), 0, path)
        assert.notEqual(await alice.page.title(), 'owned')
      }
      await alice.link(title).first().waitFor()
    })

    story("somebody else's post is read, by their public name, and not offered to be changed", async (t) => {
      const [alice, bob] = [await comes(t), await comes(t)]
      await alice.register('Alice')
      const title = `From Alice ${Math.random()}`
      const path = await alice.post(title)
      await bob.register('Bob')
      const article = bob.article(title)
      assert.match(await article.innerText(), /By Alice Liddell, \d+ \w+ \d{4}, \d\d:\d\d UTC/)
      assert.ok(!(await bob.page.content()).includes(alice.email))
      assert.equal(await bob.link('Edit', article).count(), 0)
      await bob.follow(title)
      await bob.sees(title)
      assert.equal(await bob.link('Edit').count(), 0)
      assert.match(await bob.page.locator('main').innerText(), /By Alice Liddell,/)
      const time = bob.page.locator('time')
      assert.equal(new Date(await time.getAttribute('datetime')).toISOString(), await time.getAttribute('datetime'))
      assert.ok(!(await bob.page.content()).includes(alice.email))

      assert.equal((await bob.open(`${path}/edit`)).status(), 404)
      await bob.sees('Not found')
    })

    story('a path that is not there is a page that says so', async (t) => {
      const alice = await comes(t)
      await alice.register()
      for (const path of ['/nowhere', '/posts/2147483647', '/posts/nonsense', '/posts/1%2F..%2F..%2Fusers', '/posts/-1', '/posts/99999999999999999999']) {
        assert.equal((await alice.open(path)).status(), 404, path)
        await alice.sees('Not found')
      }
    })

    story('the profile shows the address, and changes the name', async (t) => {
      const alice = await comes(t)
      await alice.register()
      await alice.follow('Profile')
      await alice.sees('Profile')
      await alice.page.getByText(alice.email).first().waitFor()
      assert.equal(await alice.field('First name').inputValue(), 'Alice')
      await alice.fill({ 'First name': 'Alícia', 'Last name': '' })
      await alice.press('Save name')
      await alice.seesStatus('Saved.')
      await alice.open('/profile')
      assert.equal(await alice.field('First name').inputValue(), 'Alícia')
      assert.equal(await alice.field('Last name').inputValue(), '')
    })

    story('devices have names, by what their browsers say of themselves', async (t) => {
      const alice = await comes(t)
      await alice.register()
      const devices = [
        ['Chrome on Linux', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'],
        ['Chrome on Android', 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36'],
        ['Edge on Windows', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0'],
        ['Safari on macOS', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15'],
        ['Safari on iPhone', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1'],
        ['Chrome on iPad', 'Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1'],
        ['Firefox on Windows', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'],
        ['Opera on Linux', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0'],
        ['Samsung Internet on Android', 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36'],
        ['An unknown browser on Linux', 'Links (2.28; Linux 6.1 x86_64; GNU C 12)'],
        ['Firefox on an unknown system', 'Mozilla/5.0 (Haiku) Gecko/20100101 Firefox/145.0'],
        ['An unknown device', 'curl/8.14.1'],
        ['An unknown device', '<b>Chrome'],
      ]
      const literal = (text) => `'${text.replaceAll("'", "''")}'`
      on.stack.psql(`INSERT INTO auth.sessions (user_id, refreshed_at, expires_at, not_after, user_agent)
        SELECT u.id, now(), now() + interval '1 day', now() + interval '1 day', agent
        FROM auth.users u, unnest(ARRAY[${devices.map(([, agent]) => literal(agent))}, NULL]) AS agent WHERE email = '${alice.email}'`)
      await alice.open('/profile')
      const texts = await alice.page.locator('.session-list li').allInnerTexts()
      assert.equal(texts.filter((text) => /this device/.test(text.split('\n')[0])).length, 1)
      const names = texts.map((text) => text.split('\n')[0]).filter((text) => !/this device/.test(text)).map((text) => text.trim())
      assert.deepEqual(names.sort(), [...devices.map(([name]) => name), 'An unknown device'].sort())
    })

    story('the password is changed, which ends the other sessions and not this one', async (t) => {
      const [alice, phone] = [await comes(t), await comes(t)]
      await alice.register()
      await phone.signIn(alice.email)
      await alice.open('/profile')
      await alice.fill({ 'Current password': 'not the password', 'New password': NEW_PASSWORD })
      await alice.press('Change password')
      await alice.seesError(/password/)
      assert.ok(await phone.isSignedIn())

      await alice.open('/profile')
      await alice.fill({ 'Current password': PASSWORD, 'New password': NEW_PASSWORD })
      await alice.press('Change password')
      await alice.seesStatus('Your password was changed.')
      assert.ok(await alice.isSignedIn())
      assert.ok(!(await phone.isSignedIn()))
      await phone.enter(alice.email, PASSWORD)
      await phone.seesError()
      await phone.signIn(alice.email, NEW_PASSWORD)
    })
  }
})
