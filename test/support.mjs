// What the suites share: accounts that nobody has used, what a token says, and waiting.

import assert from 'node:assert/strict'

export const PASSWORD = 'correct horse battery'

let counter = 0
export const freshEmail = (name = 'user') => `${name}${++counter}.${process.pid}@example.org`

// What a JSON Web Token claims, unverified.
export const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))

// Wait until it is so. A test that waits in vain fails by saying for what, long
// after a slow machine would have been done.
const PATIENCE_MS = 5 * 60_000
const LOOK_AGAIN_MS = 20
export async function until(what, isSo) {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
  }
}
