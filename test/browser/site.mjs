// What the browser tests share: each example site in front of one stack, and people with browsers.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { chromium } from 'playwright-core'
import { FRONTENDS, startFrontend } from '../../tools/frontend.mjs'
import { startStack } from '../../tools/stack.mjs'
import { claimsOf, freshEmail, PASSWORD, untilAfter } from '../support.mjs'

export const BROWSER = {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
}

export const AUTHORS = readFileSync(new URL('../../examples/authors.sql', import.meta.url), 'utf8')
// What a slow machine needs is no failure; whoever waits in vain learns for what.
const PATIENCE_MS = 5 * 60_000

// Define the same tests for each site, or for that of FRONTEND. `on` has the
// stack, the site and the browser once a test runs.
export function onEachSite(define) {
  const on = {}
  before(async () => {
    on.stack = await startStack()
    await on.stack.startGateway()
    on.stack.psql(AUTHORS)
    // all visitors come from one address, whose wrong passwords and registrations are counted
    await on.stack.configure({ 'auth.failed_logins_before_delay_per_address': 1000, 'auth.registrations_before_delay': 10000 })
    on.browser = await chromium.launch(BROWSER)
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

// The same site over HTTPS, until the test `t` ends: by itself, where it can, else
// behind a proxy that says what it has received, as it would be in production.
export async function startSecurely(t, { stack, site }) {
  const directory = mkdtempSync(join(tmpdir(), 'auth-certificate-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const [keyFile, certificateFile] = ['key.pem', 'certificate.pem'].map((name) => join(directory, name))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=127.0.0.1',
    '-days', '1', '-keyout', keyFile, '-out', certificateFile], { stdio: 'pipe' })
  if (site.name === 'astro') {
    const own = await startFrontend(stack, site.name, { env: { SERVER_KEY_PATH: keyFile, SERVER_CERT_PATH: certificateFile } })
    return { ...own, url: `https://127.0.0.1:${own.port}` }
  }

  let behind
  const proxy = createServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) }, (asked, answer) => {
    const headers = { ...asked.headers, 'x-forwarded-proto': 'https', 'x-forwarded-host': asked.headers.host, 'x-forwarded-for': asked.socket.remoteAddress }
    const onward = request(behind.url + asked.url, { method: asked.method, headers }, (told) => {
      answer.writeHead(told.statusCode, told.headers)
      told.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  })
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => proxy.close())
  const url = `https://127.0.0.1:${proxy.address().port}`
  behind = await startFrontend(stack, site.name, { origin: url })
  return { ...behind, url }
}

// Somebody at a browser of their own, until the test `t` ends.
export async function visitor(t, { browser, site }, options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  context.setDefaultTimeout(PATIENCE_MS)
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
  // what shows the question before something is done for good
  ask = (name) => this.page.locator('summary').filter({ hasText: name }).click()
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
  await untilAfter(claimsOf(data.access_token).exp * 1000)
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
