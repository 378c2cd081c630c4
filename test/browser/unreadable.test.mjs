// A form that cannot be read is told so by a page, and is no error of the site's.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { formOf, onEachSite, visitor } from './site.mjs'

const BOUNDARY = 'a-boundary'
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`
const URLENCODED = 'application/x-www-form-urlencoded'

// A form as one browser or the other would send it.
function write(type, entries) {
  if (type === URLENCODED) return Buffer.from(new URLSearchParams(entries).toString())
  const parts = entries.map(([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
  return Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`)
}

// One byte that begins no character
const spoil = (body) => {
  const at = body.indexOf('spoiled')
  const spoiled = Buffer.from(body)
  spoiled[at] = 0xff
  return spoiled
}
const inPieces = (body) => new ReadableStream({ start: (to) => { to.enqueue(new Uint8Array(body)); to.close() } })

onEachSite((on) => {
  test('a form that is broken, too large, no form, or no text: 400, 413, 415, and nothing is done', async (t) => {
    const alice = await visitor(t, on, { javaScriptEnabled: false })
    await alice.register()
    const path = await alice.post('Before')
    const cookie = await alice.cookieHeader()
    const titles = () => on.stack.psql(`SELECT string_agg(title, ',' ORDER BY p.id) FROM auth.posts p JOIN auth.users u ON u.id = author WHERE email = '${alice.email}'`)

    for (const [page, button] of [['/posts/new', 'Save'], [`${path}/edit`, 'Save'], ['/profile', 'Save name'], ['/login', 'Sign in'], ['/register', 'Register']]) {
      if (page === '/login') await alice.context.clearCookies()
      await alice.open(page)
      const { action, type, entries } = await formOf(alice, button)
      const own = type === URLENCODED ? URLENCODED : MULTIPART
      const filled = (value) => entries.map(([name, before]) => [name, name.startsWith('$') || name === 'change' ? before : value])
      const good = write(own, filled('spoiled'))
      const large = write(own, filled('x'.repeat(700_000)))
      for (const [what, status, contentType, body] of [
        ['no boundary', 400, 'multipart/form-data', write(MULTIPART, entries)],
        ['another boundary', 400, 'multipart/form-data; boundary=other', write(MULTIPART, entries)],
        ['cut off', 400, MULTIPART, write(MULTIPART, filled('x')).subarray(0, -20)],
        ['no UTF-8, in parts', 400, MULTIPART, spoil(write(MULTIPART, [...entries, ['title', 'spoiled']]))],
        ['no UTF-8, in an address', 400, URLENCODED, Buffer.from('title=%ff&email=%ff&first_name=%ff')],
        ['a NUL', 400, URLENCODED, Buffer.from('title=%00&email=%00&first_name=%00')],
        ['JSON', 415, 'application/json', Buffer.from('{"title": "x"}')],
        ['text', 415, 'text/plain', good],
        ['without a type', 415, undefined, good],
        ['too large', 413, own, large],
        ['too large, in pieces', 413, own, inPieces(large)],
      ]) {
        const before = titles()
        const answer = await fetch(action, {
          method: 'POST', body, redirect: 'manual', duplex: 'half',
          headers: { accept: 'text/html', origin: on.site.url, cookie, ...(contentType && { 'content-type': contentType }) },
        })
        const text = await answer.text()
        assert.equal(answer.status, status, `${what}, at ${page}: ${text.slice(0, 300)}`)
        assert.match(text, /<h1[^>]*>(<!--.*?-->)*Something went wrong/, `${what}, at ${page}`)
        assert.match(text, status === 413 ? /This is too long to be sent/ : /Please go back and try again/, `${what}, at ${page}`)
        assert.match(answer.headers.get('content-security-policy'), /frame-ancestors 'none'/)
        assert.equal(titles(), before, `${what}, at ${page}`)
      }
    }
    assert.doesNotMatch(readFileSync(on.site.logFile, 'utf8'), /error/i)
  })

  for (const javaScriptEnabled of [true, false])
    test(`a post that is too long to be sent is told so, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async (t) => {
      const alice = await visitor(t, on, { javaScriptEnabled })
      await alice.register()
      await alice.open('/posts/new')
      await alice.fill({ Title: 'Long', Content: 'x'.repeat(5_000_000) })
      await alice.press('Save')
      await alice.sees('Something went wrong')
      await alice.page.getByText('This is too long to be sent. Please go back and shorten it.').waitFor()
    })
})
