// The sites say the same, in the same words: what one has, the others have.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { FRONTENDS, startFrontend } from '../../tools/frontend.mjs'
import { freePort, startStack } from '../../tools/stack.mjs'
import { freshEmail, PASSWORD } from '../support.mjs'
import { AUTHORS, BROWSER, visitor } from './site.mjs'

let stack, browser, sites
before(async () => {
  stack = await startStack()
  await stack.startGateway()
  stack.psql(AUTHORS)
  await stack.configure({ 'auth.failed_logins_before_delay': 100, 'auth.failed_logins_before_delay_per_address': 1000 })
  browser = await chromium.launch(BROWSER)
  sites = []
  for (const name of FRONTENDS) sites.push(await startFrontend(stack, name))
})
after(async () => {
  await browser?.close()
  await stack?.stop()
})

// What a page says to whoever reads it, looks at its tab, or has it read aloud; and what may be entered
const wordsOf = (page) => page.evaluate(() => ({
  title: document.title,
  // SvelteKit reads the titles of pages aloud, beside the page
  text: [...document.querySelectorAll('.skip-link, header, main')].map((part) => part.innerText).join('\n').split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' ')).filter(Boolean),
  fields: [...document.querySelectorAll('input:not([type=hidden]), textarea')].map(({ labels, id, name, type, value, autocomplete, required, maxLength, minLength }) =>
    ({ label: labels[0]?.innerText, id, name, type, value, autocomplete, required, maxLength, minLength })),
  times: [...document.querySelectorAll('time')].map((time) => [time.dateTime, time.innerText]),
  links: [...document.querySelectorAll('a')].map((link) => [link.innerText, link.getAttribute('href')]),
  roles: [...document.querySelectorAll('[role=alert], [role=status]')].filter((element) => element.innerText).map((element) => [element.role, element.innerText]),
}))

test('page by page', async (t) => {
  const email = freshEmail('alice')
  const closed = `http://127.0.0.1:${await freePort()}`
  const people = []
  for (const site of sites) {
    const person = await visitor(t, { browser, site })
    const cutOff = await startFrontend(stack, site.name, { directusUrl: closed })
    people.push(Object.assign(person, { cutOff: cutOff.url }))
  }
  const [first] = people
  await first.register()
  await first.post('The first post', 'Of Alice.')
  const { path } = first
  // all as the same person, on the device of that session
  const cookies = Object.values(await first.cookies())
  const anotherDevice = await visitor(t, { browser, site: sites[0] }, { userAgent: 'curl/8.14.1' })
  await anotherDevice.signIn(first.email)
  await first.context.clearCookies()

  const isRefused = (values, button) => async (person) => {
    await person.page.locator('main form').evaluateAll((forms) => forms.forEach((form) => form.setAttribute('novalidate', '')))
    await person.fill(values)
    await person.press(button)
    await person.seesError()
  }
  const pages = [
    ['/'], ['/login'], ['/login?next=%2Fprofile'], ['/register'], ['/nowhere'], ['/dashboard'],
    ['/login', isRefused({ 'E-mail': email, Password: 'not the password' }, 'Sign in')],
    ['/register', isRefused({ 'First name': 'A', 'E-mail': email, Password: 'short' }, 'Register')],
    ['/register', isRefused({ 'First name': 'A', 'E-mail': 'nonsense', Password: PASSWORD }, 'Register')],
    ['/register', isRefused({ 'First name': 'A', 'E-mail': first.email, Password: 'not the password' }, 'Register')],
    'signed in',
    ['/'], ['/dashboard'], [path], [`${path}/edit`], [`${path}/edit`, (person) => person.ask('Delete')], ['/posts/new'], ['/posts/0'], ['/profile'],
    ['/profile?done=name'], ['/profile?done=password'], ['/profile?done=session'],
    ['/profile', isRefused({ 'Current password': 'not the password', 'New password': PASSWORD }, 'Change password')],
    ['/profile', isRefused({ 'Current password': PASSWORD, 'New password': 'short' }, 'Change password')],
    ['/dashboard', async (person) => { await person.page.goto(`${person.cutOff}/dashboard`) }],
  ]
  const differences = []
  for (const step of pages) {
    if (step === 'signed in') {
      for (const person of people) await person.context.addCookies(cookies)
      continue
    }
    const [at, act = () => {}] = step
    const said = []
    for (const person of people) {
      await person.open(at)
      await act(person)
      said.push(await wordsOf(person.page))
    }
    for (const kind of Object.keys(said[0]))
      for (const [i, words] of said.entries())
        if (JSON.stringify(words[kind]) !== JSON.stringify(said[0][kind]))
          differences.push({ at, kind, [sites[0].name]: said[0][kind], [sites[i].name]: words[kind] })
  }
  assert.deepEqual(differences, [])
})
