// A forgotten password, by a mail that a real mail server takes.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { startStack } from '../../tools/stack.mjs'
import { freshEmail, PASSWORD, until } from '../support.mjs'
import { Client } from './client.mjs'

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '../..')
const NEW_PASSWORD = 'battery staple horse'

let stack, client, mailServer, sender
const mails = []
const refusals = [] // what the mail server answers to the next recipients instead

before(async () => {
  mailServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (address, session, done) => {
      const code = refusals.shift()
      done(code ? Object.assign(new Error('not now'), { responseCode: code }) : null)
    },
    onData: async (stream, session, done) => {
      const mail = await simpleParser(stream)
      mails.push({ ...mail, envelope: session.envelope })
      done()
    },
  })
  await new Promise((resolve) => mailServer.listen(0, '127.0.0.1', resolve))
  stack = await startStack({ settings: { 'auth.site_url': 'https://example.org', 'auth.mail_requests_before_delay': 1000000 } })
  client = new Client(stack)
  startSender()
})
after(async () => {
  sender?.kill()
  await stack?.stop()
  mailServer.close()
})

// The sender of docs/mail.md, as it is there.
function startSender() {
  const [, script] = readFileSync(join(PROJECT, 'docs/mail.md'), 'utf8').match(/^```js\n(.*?)^```/ms)
  const file = join(PROJECT, 'node_modules', '.send-mail.test.mjs')
  writeFileSync(file, script)
  stack.psql('CREATE ROLE mailer LOGIN IN ROLE auth_mailer')
  sender = spawn(process.execPath, [file], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: `postgres://mailer@/${stack.database}?host=${encodeURIComponent(stack.socketDirectory)}`,
      SMTP_URL: `smtp://127.0.0.1:${mailServer.server.address().port}/?ignoreTLS=true`,
      MAIL_FROM: 'Example <noreply@example.org>',
    },
  })
}

const mailsTo = (email) => mails.filter(({ envelope }) => envelope.rcptTo.some(({ address }) => address === email))
const mailTo = (email, count = 1) => until(`mail ${count} to ${email}`, () => mailsTo(email)[count - 1])
const linkOf = (mail) => mail.text.match(/https:\/\/example\.org\/reset-password#token=(\S+)/)[1]
const codeOf = (mail) => mail.text.match(/\b\d{8}\b/)[0]
const ask = (email, options) => client.call('request_password_reset', { email }, options)
// so that the next mail is not one too many
const waitAMinute = () => stack.psql("UPDATE auth_private.outbox SET created_at = created_at - interval '2 min'")

test('asked for, read, reset: and the old password and sessions are gone', async () => {
  const user = await client.enter()
  const asked = await ask(user.email, { headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36' } })
  assert.deepEqual([asked.status, Object.keys(asked.body), asked.headers.get('cache-control')], [200, ['request'], 'no-store'])
  const mail = await mailTo(user.email)
  assert.deepEqual([mail.subject, mail.from.text, mail.headers.get('auto-submitted')], ['Reset your password', '"Example" <noreply@example.org>', 'auto-generated'])
  assert.match(mail.text, /from Chrome \(Linux\)/)
  assert.match(mail.messageId, /^<[0-9a-f-]{36}@example\.org>$/)
  const token = linkOf(mail)
  assert.ok(mail.html.includes(`href="https://example.org/reset-password#token=${token}"`))

  // scanners may look at it as often as they like
  for (let i = 0; i < 20; i++)
    for (const { status, body } of [await client.call('one_time_token', { token }), await client.get(`/rpc/one_time_token?token=${token}`)])
      assert.deepEqual([status, body.purpose, body.email], [200, 'recovery', `${user.email[0]}***@example.org`])
  assert.equal((await client.get(`/rpc/reset_password?new_password=${encodeURIComponent(NEW_PASSWORD)}&token=${token}`)).status, 405)

  const reset = await client.call('reset_password', { new_password: NEW_PASSWORD, token })
  assert.deepEqual([reset.status, reset.body], [200, { sessions_ended: 1 }])
  assert.equal((await client.get('/rpc/current_user', { token: user.token })).status, 401)
  assert.equal((await client.call('login', { email: user.email, password: PASSWORD })).status, 401)
  assert.equal((await client.call('login', { email: user.email, password: NEW_PASSWORD })).status, 200)
  assert.equal((await client.call('reset_password', { new_password: PASSWORD, token })).body.code, 'invalid_one_time_token')
  assert.equal((await mailTo(user.email, 2)).subject, 'Your password was changed')
})

test('the code works in the browser that asked, and nowhere else', async () => {
  const email = await client.register()
  const { body: { request } } = await ask(email)
  const code = codeOf(await mailTo(email))
  waitAMinute()
  const { body: { request: another } } = await ask(email)
  await mailTo(email, 2)
  const reset = (body) => client.call('reset_password', { new_password: NEW_PASSWORD, ...body })
  assert.deepEqual((await reset({ request: another, code })).body.code, 'invalid_code')
  assert.equal((await reset({ code })).body.code, 'invalid_one_time_token')
  assert.equal((await reset({ request, code })).status, 200)
  assert.equal((await mailTo(email, 3)).subject, 'Your password was changed')
})

test('in the language of the browser, if there are words in it', async () => {
  for (const [header, subject] of [['de-AT,de;q=0.9,en;q=0.8', 'Passwort zurücksetzen'], ['xx', 'Reset your password'], ['*', 'Reset your password'], ['', 'Reset your password']]) {
    const email = await client.register()
    await ask(email, { headers: { 'accept-language': header } })
    assert.equal((await mailTo(email)).subject, subject, header)
  }
})

test('an address without an account gets the same answer, and no mail', async () => {
  const [known, unknown] = [await client.register(), freshEmail('nobody')]
  const answers = [await ask(known), await ask(unknown)]
  const shape = ({ status, headers, body }) => [status, headers.get('content-type'), headers.get('content-length'), Object.keys(body), body.request.length]
  assert.deepEqual(shape(answers[0]), shape(answers[1]))
  const codes = []
  for (const { body: { request } } of answers)
    for (let i = 0; i < 7; i++) codes.push((await client.call('reset_password', { new_password: NEW_PASSWORD, request, code: '00000000' })).body.code)
  assert.deepEqual(codes.slice(0, 7), codes.slice(7))
  await mailTo(known)
  assert.deepEqual(mailsTo(unknown), [])
})

test('a mail server that is busy gets the mail later, with the same id; a wrong address ends it', async () => {
  const [later, never] = [await client.register(), await client.register()]
  const state = (email) => stack.psql(`SELECT state || ' ' || attempts FROM auth_private.outbox WHERE recipient = '${email}'`)
  refusals.push(451)
  await ask(later)
  await until('it was refused', () => stack.psql(`SELECT last_error FROM auth_private.outbox WHERE recipient = '${later}'`) !== '')
  assert.equal(state(later), 'queued 1')
  const id = stack.psql(`SELECT id FROM auth_private.outbox WHERE recipient = '${later}'`)
  stack.psql(`UPDATE auth_private.outbox SET send_after = clock_timestamp() WHERE recipient = '${later}'; NOTIFY auth_mail`)
  assert.equal((await mailTo(later)).messageId, `<${id}@example.org>`)
  refusals.push(550)
  await ask(never)
  await until('it has failed', () => state(never) === 'failed 1')
  assert.equal(stack.psql('SELECT failed FROM auth.mail_status()'), '1')
})

test('no link and no code is in the database, the logs, or a dump', async () => {
  const email = await client.register()
  const { body: { request } } = await ask(email)
  const mail = await mailTo(email)
  const secrets = [linkOf(mail), codeOf(mail)]
  await client.call('reset_password', { new_password: 'short', token: secrets[0] })
  await client.call('reset_password', { new_password: NEW_PASSWORD, request, code: secrets[1] })
  const rows = stack.psql('SELECT o::text FROM auth_private.outbox o UNION ALL SELECT t::text FROM auth_private.one_time_tokens t UNION ALL SELECT a::text FROM auth_private.audit_log a')
  const dump = stack.execute('pg_dump', [stack.database])
  assert.ok(rows.includes(email) && dump.includes(email))
  for (const copy of [rows, dump, readFileSync(stack.postgres.logFile, 'utf8')])
    for (const secret of [...secrets, request]) assert.ok(!copy.includes(secret))
  assert.doesNotMatch(dump, /COPY auth_private\.(outbox|one_time_tokens)/)
})

test('who sends mails can do that, and nothing else', () => {
  const as = (statement) => () => stack.psql(`SET ROLE mailer; ${statement}`)
  for (const statement of ['SELECT * FROM auth_private.outbox', 'SELECT * FROM auth.users', 'SELECT auth_private.mail_link(gen_random_uuid())', "SELECT auth.login('a@example.org', 'x')", "SELECT auth.request_password_reset('a@example.org')"])
    assert.throws(as(statement), /permission denied/, statement)
  for (const role of ['anon', 'authenticated', 'authenticator'])
    assert.throws(() => stack.psql(`SET ROLE ${role}; SELECT * FROM auth.next_mail()`), /permission denied/, role)
})
