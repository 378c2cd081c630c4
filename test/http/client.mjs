// The client that the HTTP tests share, on top of fetch.

import assert from 'node:assert/strict'
import { freshEmail, PASSWORD } from '../support.mjs'

export class Client {
  constructor(stack) {
    this.stack = stack
  }

  // One request; the answer's body is parsed, its Set-Cookie headers by name.
  async send(method, path, { body, token, cookies, headers = {} } = {}) {
    const answer = await this.fetch(this.stack.postgrestUrl + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(cookies ? { cookie: Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await answer.text()
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: text === '' ? undefined : JSON.parse(text),
      cookies: Object.fromEntries(setCookies(answer.headers).map(parseSetCookie)),
    }
  }

  fetch(url, options) {
    return fetch(url, options)
  }

  get(path, options) {
    return this.send('GET', path, options)
  }

  call(name, body = {}, options = {}) {
    return this.send('POST', `/rpc/${name}`, { ...options, body })
  }

  async register(email = freshEmail(), password = PASSWORD) {
    const answer = await this.call('register_user', { email, password })
    assert.equal(answer.status, 200, answer.text)
    return email
  }

  async login(email, options = {}) {
    const answer = await this.call('login', { email, password: PASSWORD, ...options })
    assert.equal(answer.status, 200, answer.text)
    return { ...answer.body, cookies: answer.cookies }
  }

  // A new account, signed in.
  async enter(name) {
    const email = await this.register(freshEmail(name))
    const { access_token: token, refresh_token: refreshToken } = await this.login(email)
    const { body: user } = await this.get('/rpc/current_user', { token })
    return { email, token, refreshToken, id: user.id }
  }
}

// Older Node has no getSetCookie; it joins the headers by commas, of which our cookies have none.
function setCookies(headers) {
  if (headers.getSetCookie) return headers.getSetCookie()
  return headers.get('set-cookie')?.split(', ') ?? []
}

function parseSetCookie(header) {
  const [pair, ...attributes] = header.split('; ')
  const [name, ...value] = pair.split('=')
  return [name, { value: value.join('='), attributes: attributes.sort() }]
}

// A request that a browser makes from a page of the same site.
export const SAME_SITE = { 'sec-fetch-site': 'same-origin' }
