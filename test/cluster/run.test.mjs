// What `make run` prints works as printed.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { copyOfProject, PASSWORD } from '../support.mjs'

test('the first session, pasted into a shell, and the site that is printed', async (t) => {
  const project = copyOfProject(t)
  const run = spawn('make', ['-s', 'run'], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const gone = new Promise((resolve) => run.once('exit', resolve))
  t.after(() => run.exitCode === null && run.signalCode === null && process.kill(-run.pid, 'SIGINT'))
  let printed = ''
  await new Promise((resolve, reject) => {
    run.stdout.on('data', (data) => {
      printed += data
      if (printed.includes('Ctrl-C')) resolve()
    })
    gone.then(() => reject(new Error(`make run ended early:\n${printed}`)))
  })
  const directory = dirname(printed.match(/-h (\S+)/)[1])
  const session = printed.slice(printed.indexOf('  url='), printed.indexOf('Ctrl-C'))
  const lines = execFileSync('bash', ['-c', session], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).replaceAll(', \n ', ',').split('\n').filter(Boolean).map((line) => JSON.parse(line))

  const [registered, created, list, me, signedOut, refused] = lines
  assert.deepEqual(registered, { email: 'carol@example.org', first_name: 'Carol', last_name: null })
  assert.equal(created[0].title, 'Hello from Carol')
  assert.deepEqual(list.map((post) => post.title).sort(), ['Hello from Alice', 'Hello from Bob', 'Hello from Carol'])
  assert.equal(me.email, 'carol@example.org')
  assert.deepEqual(signedOut, { sessions_ended: 1 })
  assert.equal(refused.message, 'session has ended')

  const url = printed.match(/PostgREST +(http\S+)/)[1]
  for (const email of ['alice@example.org', 'bob@example.org']) {
    const password = printed.match(new RegExp(`${email} +(.*)`))[1]
    const answer = await fetch(`${url}/rpc/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email, password }) })
    assert.equal(answer.status, 200)
  }

  const directus = printed.match(/Directus +(http\S+)/)[1]
  const login = await fetch(`${directus}/auth/login`, { method: 'POST', body: JSON.stringify({ email: 'alice@example.org', password: PASSWORD }) })
  const { data } = await login.json()
  const posts = await fetch(`${directus}/items/posts?fields=title&sort=title`, { headers: { authorization: `Bearer ${data.access_token}` } })
  assert.deepEqual((await posts.json()).data.map((post) => post.title), ['Hello from Alice', 'Hello from Bob', 'Hello from Carol'])

  const site = printed.match(/Site +(http[^\s]+)/)[1]
  const home = await fetch(`${site}/`)
  assert.equal(home.status, 200)
  assert.match(await home.text(), /<h1[^>]*>Notes from everybody<\/h1>/)
  const entered = new URLSearchParams({ email: 'alice@example.org', password: PASSWORD })
  const signedIn = await fetch(`${site}/login`, { method: 'POST', body: entered, redirect: 'manual', headers: { origin: site } })
  assert.deepEqual([signedIn.status, signedIn.headers.get('location')], [303, '/dashboard'])
  const cookie = signedIn.headers.get('set-cookie').match(/site_(access|refresh)=[^;]+/g).join('; ')
  const dashboard = await (await fetch(`${site}/dashboard`, { headers: { cookie } })).text()
  for (const title of ['Hello from Alice', 'Hello from Bob', 'Hello from Carol']) assert.ok(dashboard.includes(title), title)

  process.kill(-run.pid, 'SIGINT')
  await gone
  assert.equal(existsSync(directory), false)
})
