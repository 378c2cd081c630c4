// Helpers that the suites share: fresh addresses, decoding a token, and waiting.

import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PASSWORD = 'correct horse battery'

let counter = 0
export const freshEmail = (name = 'user') => `${name}${++counter}.${process.pid}@example.org`

// What a JSON Web Token says of itself and what it claims, unverified.
const segmentOf = (token, index) => JSON.parse(Buffer.from(token.split('.')[index], 'base64url'))
export const headerOf = (token) => segmentOf(token, 0)
export const claimsOf = (token) => segmentOf(token, 1)

// Wait until a condition holds, and return its value. A test that waits in vain fails and says for what, but only after a time that no slow machine needs.
const PATIENCE_MS = 5 * 60_000
const LOOK_AGAIN_MS = 20
export async function until(what, isSo) {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const answer = await isSo()
    if (answer) return answer
    assert.ok(Date.now() < deadline, `waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
  }
}

// Wait until a moment, in milliseconds since 1970, has passed.
export const untilAfter = (moment) => until(`it is later than ${new Date(moment).toISOString()}`, () => Date.now() > moment)

// A copy of the project as it comes, with nothing built, until the test `t` ends.
const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '..')
export function copyOfProject(t) {
  const copy = mkdtempSync(join(tmpdir(), 'auth-copy-'))
  t.after(() => rmSync(copy, { recursive: true }))
  const made = ['.git', 'node_modules', 'results', 'output_iso', 'dist', 'build', '.astro', '.next', '.svelte-kit', 'screenshots']
  const isMade = (path) => /\.(o|so|bc)$|\/auth_directus--[\d.]+\.sql$/.test(path) || made.includes(basename(path))
  cpSync(PROJECT, copy, { recursive: true, verbatimSymlinks: true, filter: (path) => !isMade(path) })
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}
