// What the gateway leaves to others while some ask for more than their share.

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { freePort } from '../../tools/stack.mjs'
import { until } from '../support.mjs'
import { assertError, Client, freshEmail, PASSWORD, startDirectus } from './client.mjs'

const BUSY = 'Too many requests, retry after 2s.'

// As a site may widen it: its own server passes its visitors' addresses on, and another has no limit. There
// is a server that waits for longer, too, to compare with.
let stack, client, patientUrl
before(async () => {
  const port = await freePort()
  patientUrl = `http://127.0.0.1:${port}`
  stack = await startDirectus({
    edit: (template) => template
      .replace('worker_processes auto;', 'worker_processes 1;')
      .replace('# 192.0.2.10 "";', '127.0.0.9 "";')
      .replace(/\tserver \{/, `\tset_real_ip_from 127.0.0.8; real_ip_header X-Forwarded-For;\n\tserver { listen 127.0.0.1:${port}; location / { proxy_pass http://postgrest; } }\n$&`),
  })
  client = new Client(stack)
})
after(() => stack.stop())

function assertBusy(answer) {
  assertError(answer, 429, 'REQUESTS_EXCEEDED', BUSY)
  assert.equal(answer.headers.get('retry-after'), '2')
}
const isBusy = ({ status, body }) => status === 429 && body.errors[0].message === BUSY && !body.errors[0].extensions.reset // the database says when

// A connection that asks for something, and is silent before it has said all.
function half(text, { url = stack.gatewayUrl, from } = {}) {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), localAddress: from })
  socket.isOver = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => {}).resume().write(text)
  return socket
}
const HALF_HEAD = 'GET /users/me HTTP/1.1\r\nHost: a\r\nX: '
const halfBody = (header = '') => `POST /items/posts HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n${header}\r\n{`

test('sign-ins queue in the gateway, and hold up nothing else meanwhile', async (t) => {
  const user = await client.enter()
  await stack.configure({ 'auth.max_waiting_hashes': 1000, 'auth.max_waiting_hashes_per_address': 1000, 'auth.hash_wait_timeout': '60s' }) // the database would refuse none
  t.after(() => stack.configure({ 'auth.max_waiting_hashes': null, 'auth.max_waiting_hashes_per_address': null, 'auth.hash_wait_timeout': null }))
  const body = { email: freshEmail(), password: PASSWORD }
  const isPending = new Set()
  const logins = Array.from({ length: 100 }, async (_, i) => {
    isPending.add(i)
    const answer = await client.at(`127.0.0.${10 + (i % 10)}`).send('POST', '/auth/login', { body: { ...body, email: i < 30 ? user.email : body.email } })
    isPending.delete(i)
    return answer
  })
  await until('those that do not fit are refused', () => isPending.size <= 60)
  assert.equal((await client.send('GET', '/users/me', { token: user.token })).status, 200)
  assert.ok(isPending.size > 0, 'others wait')

  const answers = await Promise.all(logins)
  const refused = answers.filter(isBusy)
  assert.ok(refused.length >= 40 && refused.length < 70, `${refused.length} refused`)
  for (const answer of refused) assertBusy(answer)
  for (const answer of answers) assert.ok([200, 401, 429].includes(answer.status), answer.text)
})

test('who floods sign-in from one address keeps nobody else out', async () => {
  const user = await client.enter()
  const answers = { busy: 0, others: 0 }
  let isOver = false
  const flood = Array.from({ length: 60 }, async () => {
    while (!isOver) answers[isBusy(await client.send('POST', '/auth/login', { body: {} })) ? 'busy' : 'others']++
  })
  for (const seen of ['busy', 'others']) await until(`the flood is answered: ${seen}`, () => answers[seen] > 0)
  for (let i = 0; i < 5; i++) {
    const before = answers.busy
    const { status, text } = await client.at('127.0.0.2').send('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } })
    assert.equal(status, 200, text)
    await until('the flood goes on', () => answers.busy > before)
  }
  isOver = true
  await Promise.all(flood)
})

test('one address has a hundred requests at once, and others have theirs', async () => {
  const ask = (from, headers = {}) => client.at(from).send('GET', '/auth', { headers })
  for (const [hold, same, other] of [
    [(i) => half(halfBody(), { from: '127.0.0.3' }), () => ask('127.0.0.3'), () => ask('127.0.0.4')],
    // addresses that a server passes on; of IPv6, those of one network are one client
    [(i) => half(halfBody('X-Forwarded-For: 192.0.2.1\r\n'), { from: '127.0.0.8' }), () => ask('127.0.0.8', { 'x-forwarded-for': '192.0.2.1' }), () => ask('127.0.0.8', { 'x-forwarded-for': '192.0.2.2' })],
    [(i) => half(halfBody(`X-Forwarded-For: 2001:db8:1:2:3:4:5:${i.toString(16)}\r\n`), { from: '127.0.0.8' }), () => ask('127.0.0.8', { 'x-forwarded-for': '2001:db8:1:2::1' }), () => ask('127.0.0.8', { 'x-forwarded-for': '2001:db8:1:3::1' })],
  ]) {
    const held = Array.from({ length: 100 }, (_, i) => hold(i))
    // what has timed out meanwhile is asked for again
    const again = setInterval(() => held.forEach((socket, i) => { if (socket.destroyed) held[i] = hold(i) }), 100)
    const answer = await until('it is refused', async () => {
      const given = await same()
      return given.status === 429 && given
    })
    assertBusy(answer)
    assert.equal((await other()).status, 200)
    clearInterval(again)
    for (const socket of held) socket.destroy()
    await until('it is served again', async () => (await same()).status === 200)
  }
})

test('an address that the operator has given no limit has none', async () => {
  const held = Array.from({ length: 110 }, () => half(halfBody(), { from: '127.0.0.9' }))
  await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
  const answers = await Promise.all(Array.from({ length: 30 }, () => client.at('127.0.0.9').send('POST', '/auth/login', { body: {} })))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([400]))
  for (const socket of held) socket.destroy()
})

test('half a request is waited for ten seconds, and thousands of them shut nobody out', async (t) => {
  const held = []
  const hold = (...args) => {
    held.push(half(...args))
    return held.at(-1)
  }
  t.after(() => held.forEach((socket) => socket.destroy()))
  for (const text of [HALF_HEAD, halfBody()]) {
    const patient = hold(text, { url: patientUrl })
    const ours = hold(text)
    assert.equal(await Promise.race([patient.isOver.then(() => 'patient'), ours.isOver.then(() => 'ours')]), 'ours')
  }

  const many = Array.from({ length: 2300 }, () => hold(HALF_HEAD))
  await Promise.all(many.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))))
  // before there is room because one of them has timed out
  const answer = await Promise.race([client.at('127.0.0.2').send('GET', '/auth'), many[900].isOver])
  assert.equal(answer?.status, 200)
})
