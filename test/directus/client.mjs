// What the tests of the Directus API share: a stack with the gateway, and a plain client of it.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { startStack } from '../../tools/stack.mjs'
import { Client as PostgrestClient } from '../http/client.mjs'
import { freshEmail, PASSWORD } from '../support.mjs'

export { SAME_SITE } from '../http/client.mjs'
export { freshEmail, PASSWORD } from '../support.mjs'

export async function startDirectus(options) {
  const stack = await startStack()
  try {
    await stack.startGateway(options)
  } catch (error) {
    await stack.stop()
    throw error
  }
  return stack
}

// nginx' directives for a certificate that nobody vouches for.
export function certificateFor(stack, name) {
  const path = join(stack.directory, `${name}.pem`)
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', path, '-out', `${path}.crt`], { stdio: 'ignore' })
  if (stack.user.uid !== undefined) chownSync(path, stack.user.uid, stack.user.gid)
  return `ssl_certificate ${path}.crt; ssl_certificate_key ${path};`
}

export class Client extends PostgrestClient {
  constructor(stack) {
    super({ postgrestUrl: stack.gatewayUrl })
  }

  // The same client at another address of this machine.
  at(address) {
    return Object.assign(Object.create(this), { fetch: fetchFrom(address) })
  }

  // A request that must succeed; what is in "data" of the answer.
  async data(method, path, options) {
    const answer = await this.send(method, path, options)
    assert.ok([200, 204].includes(answer.status), `${method} ${path}: ${answer.status} ${answer.text}`)
    return answer.body?.data
  }

  // A new account, signed in.
  async enter(name, { mode = 'json' } = {}) {
    const email = freshEmail(name)
    await this.data('POST', '/users/register', { body: { email, password: PASSWORD, first_name: name } })
    const { body, cookies } = await this.send('POST', '/auth/login', { body: { email, password: PASSWORD, mode } })
    const id = mode === 'session' ? undefined : (await this.data('GET', '/users/me?fields=id', { token: body.data.access_token })).id
    return {
      id, email, token: body.data.access_token, refreshToken: body.data.refresh_token,
      cookies: Object.fromEntries(Object.entries(cookies).map(([cookie, { value }]) => [cookie, value])),
    }
  }
}

const fetchFrom = (localAddress) => (url, { method, headers, body }) =>
  new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest
    const length = { 'content-length': Buffer.byteLength(body ?? '') }
    const sent = request(url, { method, headers: { ...headers, ...length }, localAddress, agent: false, rejectUnauthorized: false }, async (answer) => {
      try {
        const chunks = await answer.toArray()
        const fields = answer.rawHeaders.flatMap((name, i) => (i % 2 ? [] : [[name, answer.rawHeaders[i + 1]]]))
        resolve(new Response(answer.statusCode === 204 ? null : Buffer.concat(chunks), { status: answer.statusCode, headers: fields }))
      } catch (error) {
        reject(error)
      }
    })
    sent.on('error', reject).end(body)
  })

// That an answer is an error as Directus tells it, and holds no word of PostgreSQL.
export function assertError(answer, status, code, message) {
  const name = answer.text.slice(0, 500)
  assert.equal(answer.status, status, name)
  assert.match(answer.headers.get('content-type'), /^application\/json/, name)
  assert.deepEqual(Object.keys(answer.body), ['errors'], name)
  assert.equal(answer.body.errors.length, 1, name)
  const [error] = answer.body.errors
  assert.deepEqual(Object.keys(error), ['message', 'extensions'], name)
  assert.equal(error.extensions.code, code, name)
  if (message) assert.equal(error.message, message)
}
