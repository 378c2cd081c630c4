// What the browser tests share: each example site in front of one stack, and people with browsers.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { chromium } from 'playwright-core'
import { FRONTENDS, startFrontend } from '../../tools/frontend.mjs'
import { startStack } from '../../tools/stack.mjs'

export const PASSWORD = 'correct horse battery'
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']

let counter = 0
export const freshEmail = (name = 'user') => `${name}${++counter}.${process.pid}@example.org`

export async function until(what, isSo) {
  const deadline = Date.now() + 60_000
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `not in a minute: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

// Define the same tests for each site, or for that of FRONTEND. `on` has the
// stack, the site and the browser once a test runs.
export function onEachSite(define) {
  const on = {}
  before(async () => {
    on.stack = await startStack()
    await on.stack.startGateway()
    // all visitors come from one address, whose wrong passwords are counted
    await on.stack.configure({ 'auth.failed_logins_before_delay_per_address': 1000 })
    on.browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGUMENTS })
  })
  after(async () => {
    await on.browser?.close()
    await on.stack?.stop()
  })
  for (const name of process.env.FRONTEND ? [process.env.FRONTEND] : FRONTENDS)
    describe(name, () => {
      before(async () => {
        on.site = await startFrontend(on.stack, name)
      })
      define(on, name)
    })
}

// Somebody at a browser of their own, until the test `t` ends.
export async function visitor(t, { browser, site }, options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  t.after(() => context.close())
  return new Visitor(site, context, await context.newPage())
}

export class Visitor {
  constructor(site, context, page) {
    Object.assign(this, { site, context, page })
  }

  // The same browser, another tab.
  async newTab() {
    return Object.assign(new Visitor(this.site, this.context, await this.context.newPage()), { email: this.email })
  }

  open(path) {
    return this.page.goto(this.site.url + path)
  }

  get path() {
    const { pathname, search } = new URL(this.page.url())
    return pathname + search
  }

  button = (name, within = this.page) => within.getByRole('button', { name, exact: true })
  link = (name, within = this.page) => within.getByRole('link', { name, exact: true })
  field = (name) => this.page.getByLabel(name, { exact: true })
  press = (name, within) => this.button(name, within).click()
  follow = (name, within) => this.link(name, within).click()
  article = (title) => this.page.getByRole('article').filter({ has: this.link(title) })

  async fill(values) {
    for (const [label, value] of Object.entries(values)) await this.field(label).fill(value)
  }

  // Wait for a page by its only h1, or for a message by its role.
  async sees(heading) {
    try {
      await this.page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
    } catch {
      assert.fail(`"${heading}" is not seen, but at ${this.path}:\n${await this.page.locator('body').innerText()}`)
    }
  }

  seesStatus = (text) => this.page.getByRole('status').filter({ hasText: text }).waitFor()
  async seesError(pattern = /./) {
    const alert = this.page.locator('.error[role=alert]').filter({ hasText: pattern })
    await alert.waitFor()
    return alert.innerText()
  }

  async register(name = 'Alice') {
    this.email = freshEmail(name.toLowerCase())
    await this.open('/register')
    await this.fill({ 'First name': name, 'Last name': 'Liddell', 'E-mail': this.email, Password: PASSWORD })
    await this.press('Register')
    await this.sees('Dashboard')
    return this
  }

  async signIn(email = this.email, password = PASSWORD) {
    this.email = email
    await this.open('/login')
    await this.enter(email, password)
    await this.sees('Dashboard')
    return this
  }

  async enter(email, password = PASSWORD) {
    await this.fill({ 'E-mail': email, Password: password })
    await this.press('Sign in')
  }

  // Write a post, and return its path.
  async post(title, content = 'Some words.') {
    await this.open('/posts/new')
    await this.fill({ Title: title, Content: content })
    await this.press('Save')
    await this.sees(title)
    return this.path
  }

  async isSignedIn() {
    await this.open('/dashboard')
    return this.path === '/dashboard'
  }

  async cookies() {
    const all = await this.context.cookies(this.site.url)
    return Object.fromEntries(all.map((cookie) => [cookie.name, cookie]))
  }

  async cookieHeader() {
    return Object.values(await this.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  }
}

// Let the visitor's access token expire, so that the next request of theirs is
// given one that lasts. Where all tokens are that short, each request renews,
// and a slow one may come two refresh tokens late, which ends the session.
export async function expireToken({ stack }, visitor) {
  const { site_access, site_refresh } = await visitor.cookies()
  await stack.configure({ 'auth.access_token_ttl': '1s' })
  const answer = await fetch(`${stack.gatewayUrl}/auth/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode: 'json', refresh_token: site_refresh.value }),
  })
  await stack.configure({ 'auth.access_token_ttl': null })
  const { data } = await answer.json()
  await visitor.context.addCookies([{ ...site_access, value: data.access_token }, { ...site_refresh, value: data.refresh_token }])
  const { exp } = JSON.parse(Buffer.from(data.access_token.split('.')[1], 'base64url'))
  await until('the token expires', () => Date.now() > exp * 1000)
}

// The form on a page whose button has this name, as a browser would send it.
export async function formOf(visitor, button) {
  return visitor.button(button).evaluate((element) => ({
    action: element.form.action,
    type: element.form.enctype,
    entries: [...new FormData(element.form, element)].map(([name, value]) => [name, String(value)]),
  }))
}

export function send({ action, type, entries }, headers) {
  const body = type === 'multipart/form-data' ? new FormData() : new URLSearchParams()
  for (const [name, value] of entries) body.append(name, value)
  // some sites answer a script, which takes anything, otherwise than a browser
  return fetch(action, { method: 'POST', body, redirect: 'manual', headers: { accept: 'text/html', ...headers } })
}
