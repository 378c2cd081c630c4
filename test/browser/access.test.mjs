// The pages are for everybody: by keyboard, on a small screen, to readers of any kind; and tokens are for nobody.

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startFrontend } from '../../tools/frontend.mjs'
import { freePort } from '../../tools/stack.mjs'
import { freshEmail, PASSWORD } from '../support.mjs'
import { onEachSite, visitor } from './site.mjs'

const SCREENSHOTS = fileURLToPath(new URL('screenshots/', import.meta.url))
const LONG = 'A title without any end or space '.repeat(3) + 'x'.repeat(120)

onEachSite((on) => {
  const closedSite = async () => startFrontend(on.stack, on.site.name, { directusUrl: `http://127.0.0.1:${await freePort()}` })

  // Every page, by name; go() puts the right one of the visitors before it.
  async function allPages(alice) {
    const closed = await closedSite()
    const path = await alice.post('What I saw on Sunday', 'Two swans, and a third.\n\nThe third was a bag.')
    const long = await alice.post(LONG, `${'word '.repeat(40)}\n${'y'.repeat(300)}`)
    const fails = (fill, button) => async (page, at) => {
      await page.open(at)
      await page.page.locator('main form').evaluateAll((forms) => forms.forEach((form) => form.setAttribute('novalidate', '')))
      await page.fill(fill)
      await page.press(button)
      await page.seesError()
    }
    const opens = (page, at) => page.open(at)
    return [
      ['home, signed out', '/', opens, 'nobody'],
      ['register', '/register', opens, 'nobody'],
      ['register, refused', '/register', fails({ 'E-mail': freshEmail(), Password: 'short' }, 'Register'), 'nobody'],
      ['sign in', '/login', opens, 'nobody'],
      ['sign in, refused', '/login', fails({ 'E-mail': freshEmail(), Password: 'not the password' }, 'Sign in'), 'nobody'],
      ['home', '/', opens],
      ['dashboard', '/dashboard', opens],
      ['new post', '/posts/new', opens],
      ['post', path, opens],
      ['long post', long, opens],
      ['edit post', `${path}/edit`, opens],
      ['edit post, asked', `${path}/edit`, async (page, at) => {
        await page.open(at)
        await page.ask('Delete')
      }],
      ['profile', '/profile', opens],
      ['profile, refused', '/profile', fails({ 'Current password': 'not the password', 'New password': 'another good one' }, 'Change password')],
      ['profile, saved', '/profile', async (page, at) => {
        await page.open(at)
        await page.press('Save name')
        await page.seesStatus('Saved.')
      }],
      ['not found', '/nowhere', opens],
      ['not reachable', '/dashboard', (page) => page.page.goto(`${closed.url}/dashboard`)],
    ].map(([name, at, arrive, who = 'alice']) => ({
      name,
      async go(visitors) {
        await arrive(visitors[who], at)
        // with its stylesheet
        await visitors[who].page.waitForLoadState()
        return visitors[who].page
      },
    }))
  }

  // Alice, who is signed in on a telephone with a long name, too; and somebody who is not signed in.
  async function cast(t) {
    const alice = await visitor(t, on)
    const phone = await visitor(t, on, { userAgent: `Mozilla/5.0 (Linux; Android 16) ${'VeryLongName/1.0'.repeat(8)}` })
    await alice.register()
    await phone.signIn(alice.email)
    return { alice, nobody: await visitor(t, on) }
  }

  // Where the keyboard is.
  const focus = (page) => page.evaluate(() => {
    const { tagName, textContent, id } = document.activeElement
    const { x, y, width, height } = document.activeElement.getBoundingClientRect()
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
    return {
      tagName, id, text: textContent.trim(),
      isInView: x >= 0 && y >= 0 && x < innerWidth && y < innerHeight && width > 10 && height > 10,
      isMarked: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    }
  })

  test('each page has a language, a title, one heading, landmarks, labels, and a way past the header', async (t) => {
    const visitors = await cast(t)
    const titles = new Map()
    for (const { name, go } of await allPages(visitors.alice)) {
      const page = await go(visitors)
      const found = await page.evaluate(() => ({
        language: document.documentElement.lang,
        title: document.title,
        headings: [...document.querySelectorAll('h1')].map((heading) => heading.innerText.trim()),
        levels: [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((heading) => Number(heading.tagName[1])),
        mains: document.querySelectorAll('main').length,
        zoom: document.querySelector('meta[name=viewport]')?.content,
        unlabelled: [...document.querySelectorAll('input:not([type=hidden]), textarea, select')]
          .filter((field) => ![...field.labels].some((label) => label.innerText.trim())).map((field) => field.outerHTML),
        unfilled: [...document.querySelectorAll('[type=email], [type=password], [name$=_name]')].filter((field) => !field.autocomplete).map((field) => field.outerHTML),
        nameless: [...document.querySelectorAll('a, button, summary')].filter((element) => !element.textContent.trim()).map((element) => element.outerHTML),
        twice: [...document.querySelectorAll('[id]')].map(({ id }) => id).filter((id, i, ids) => ids.indexOf(id) !== i),
      }))
      assert.equal(found.language, 'en', name)
      assert.equal(found.headings.length, 1, `${name}: ${found.headings}`)
      assert.ok(found.headings[0], name)
      assert.ok(found.title.includes(found.headings[0]), `${name}: "${found.title}" for "${found.headings[0]}"`)
      assert.ok(found.levels.every((level, i) => level <= (found.levels[i - 1] ?? 0) + 1), `${name}: headings ${found.levels}`)
      assert.equal(found.mains, 1, name)
      assert.doesNotMatch(found.zoom ?? 'none', /user-scalable|maximum-scale|^none$/, name)
      assert.deepEqual([found.unlabelled, found.unfilled, found.nameless, found.twice], [[], [], [], []], name)
      titles.set(name.replace(/,.*/, ''), found.title)

      // from the beginning, the first stop is the link past the header, seen now
      await page.evaluate(() => {
        // where a script has changed the page, blur() alone leaves the keyboard at what was pressed
        document.body.tabIndex = -1
        document.body.focus()
        document.body.removeAttribute('tabindex')
      })
      await page.keyboard.press('Tab')
      const stop = await focus(page)
      assert.match(stop.text, /^Skip to/, name)
      assert.ok(stop.isInView && stop.isMarked, name)
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => document.activeElement.matches('main'))
      await page.keyboard.press('Tab')
      assert.ok(await page.evaluate(() => document.activeElement.closest('main') !== null || document.activeElement === document.body), name)
    }
    assert.equal(new Set(titles.values()).size, titles.size, [...titles.values()].join('\n'))
  })

  for (const javaScriptEnabled of [true, false])
    test(`somebody signs in, writes and signs out by keyboard, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async (t) => {
      const alice = await visitor(t, on, { javaScriptEnabled })
      await alice.register()
      await alice.press('Sign out')
      await alice.sees('Notes from everybody')
      const { keyboard } = alice.page
      const tabTo = async (element) => {
        // the mark of the focus is in the stylesheet
        await alice.page.waitForLoadState()
        for (let stops = 0; stops < 40; stops++) {
          await keyboard.press('Tab')
          const stop = await focus(alice.page)
          if (stop.tagName !== 'BODY') assert.ok(stop.isInView && stop.isMarked, `the focus is not seen on ${JSON.stringify(stop)}`)
          if (await element.evaluate((wanted) => wanted === document.activeElement)) return
        }
        assert.fail(`no way by keyboard to ${element}`)
      }

      await tabTo(alice.link('Sign in', alice.page.getByRole('main')))
      await keyboard.press('Enter')
      await alice.sees('Sign in')
      await tabTo(alice.field('E-mail'))
      await keyboard.type(alice.email)
      await tabTo(alice.field('Password'))
      await keyboard.type(PASSWORD)
      await keyboard.press('Enter')
      await alice.sees('Dashboard')
      await tabTo(alice.link('New post'))
      await keyboard.press('Enter')
      await alice.sees('New post')
      await tabTo(alice.field('Title'))
      await keyboard.type('Typed')
      await tabTo(alice.field('Content'))
      await keyboard.type('One line\nand another')
      await tabTo(alice.button('Save'))
      await keyboard.press('Space')
      await alice.sees('Typed')
      await tabTo(alice.button('Sign out'))
      await keyboard.press('Enter')
      await alice.sees('Notes from everybody')
      assert.deepEqual(await alice.cookies(), {})
    })

  test('nothing is wider than a small screen, and things to press are large enough for a finger', async (t) => {
    const visitors = await cast(t)
    mkdirSync(`${SCREENSHOTS}${on.site.name}`, { recursive: true })
    for (const { name, go } of await allPages(visitors.alice)) {
      const page = await go(visitors)
      for (const width of [1280, 320]) {
        await page.setViewportSize({ width, height: 720 })
        const { scrollWidth, tooWide, tooSmall } = await page.evaluate(() => ({
          scrollWidth: document.documentElement.scrollWidth,
          tooWide: [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > innerWidth + 1).map((element) => element.outerHTML.slice(0, 120)),
          tooSmall: [...document.querySelectorAll('button, summary, .button, input:not([type=hidden]), textarea, .site-nav a')]
            .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44).map((element) => element.outerHTML.slice(0, 120)),
        }))
        assert.ok(scrollWidth <= width, `${name} is ${scrollWidth} px wide at ${width} px`)
        assert.deepEqual([tooWide, tooSmall], [[], []], name)
        await page.evaluate(() => document.activeElement.blur())
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme })
          await page.screenshot({ path: `${SCREENSHOTS}${on.site.name}/${name.replace(', ', ' ').replaceAll(' ', '-')}-${width}-${colorScheme}.png`, fullPage: true })
        }
      }
    }
  })

  test('text stands out from what it is written on, in light and in dark', async (t) => {
    const visitors = await cast(t)
    for (const { name, go } of await allPages(visitors.alice)) {
      const page = await go(visitors)
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme })
        const { texts, faint } = await page.evaluate(measureContrast)
        assert.ok(texts >= 4, `${name}: only ${texts} texts`)
        assert.deepEqual(faint, [], `${name}, ${colorScheme}`)
      }
    }
  })

  test('no token is in a page, in what scripts may read, or in the log', async (t) => {
    const alice = await visitor(t, on)
    const tokens = new Set([PASSWORD, 'a different staple gun'])
    const remember = async () => Object.values(await alice.cookies()).forEach(({ value }) => tokens.add(value))
    const answers = []
    alice.page.on('response', (response) => answers.push(response.text().then((text) => ({ url: response.url(), text }), () => null)))
    const printed = []
    alice.page.on('console', (message) => printed.push(message.text()))
    // short enough that each request renews
    await on.stack.configure({ 'auth.access_token_ttl': '20s' })
    t.after(() => on.stack.configure({ 'auth.access_token_ttl': null }))

    await alice.register()
    await remember()
    for (const { httpOnly, sameSite, path, name } of Object.values(await alice.cookies()))
      assert.deepEqual([httpOnly, sameSite, path], [true, 'Lax', '/'], name)
    assert.equal(Object.keys(await alice.cookies()).length, 2)
    const post = await alice.post('No secret')
    for (const path of ['/', '/dashboard', post, `${post}/edit`, '/profile', '/nowhere']) {
      await alice.open(path)
      await remember()
      const readable = await alice.page.evaluate(() => [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.documentElement.outerHTML])
      assert.equal(readable[0], '')
      for (const token of tokens) assert.ok(!readable.join().includes(token), `a token is on ${path}`)
    }
    await alice.open('/profile')
    await alice.fill({ 'Current password': PASSWORD, 'New password': 'a different staple gun' })
    await alice.press('Change password')
    await alice.seesStatus('Your password was changed.')
    await remember()
    // what goes wrong is what gets logged
    const closed = await closedSite()
    for (const path of ['/dashboard', '/profile', post]) await alice.page.goto(closed.url + path)
    await alice.open('/profile')
    await remember()
    await alice.press('Sign out')
    await alice.sees('Notes from everybody')

    assert.ok(tokens.size > 10)
    const bodies = (await Promise.all(answers)).filter((answer) => answer !== null)
    assert.ok(bodies.length > 10)
    const logs = [on.site, closed].map(({ logFile }) => ({ url: logFile, text: readFileSync(logFile, 'utf8') }))
    for (const { url, text } of [...bodies, ...logs, { url: 'the console', text: printed.join('\n') }])
      for (const token of tokens) assert.ok(!text.includes(token), `a token is in ${url}`)
  })
})

// Runs in the page: the texts that have less contrast than 4.5 to 1, and the edges of fields with less than 3 to 1.
function measureContrast() {
  const parse = (color) => {
    const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number)
    return { rgb: [r, g, b], a }
  }
  const over = (top, below) => top.rgb.map((channel, i) => channel * top.a + below[i] * (1 - top.a))
  const backgroundOf = (element) => {
    if (!element) return parse(getComputedStyle(document.documentElement).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches ? 'rgb(18, 18, 18)' : 'rgb(255, 255, 255)').rgb
    const own = parse(getComputedStyle(element).backgroundColor)
    return own.a === 1 ? own.rgb : over(own, backgroundOf(element.parentElement))
  }
  const luminance = (rgb) => rgb.map((channel) => channel / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
    .reduce((sum, channel, i) => sum + channel * [0.2126, 0.7152, 0.0722][i], 0)
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  }
  const opacity = (element) => (element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1)

  const isText = (element) => element.matches('input:not([type=hidden]), textarea') || [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
  const isSeen = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 1
  const texts = [...document.body.querySelectorAll('*')].filter((element) => !element.matches('script, style, .skip-link') && isText(element) && isSeen(element))
  const faint = []
  for (const element of texts) {
    const below = backgroundOf(element)
    const color = parse(getComputedStyle(element).color)
    const found = ratio(over({ ...color, a: color.a * opacity(element) }, below), below)
    if (found < 4.5) faint.push(`${element.outerHTML.slice(0, 80)}: ${found.toFixed(2)}`)
    if (element.matches('input, textarea')) {
      const edge = ratio(parse(getComputedStyle(element).borderTopColor).rgb, backgroundOf(element.parentElement))
      if (edge < 3) faint.push(`the edge of ${element.outerHTML.slice(0, 80)}: ${edge.toFixed(2)}`)
    }
  }
  return { texts: texts.length, faint }
}
