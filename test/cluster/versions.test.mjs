// A site moves to a later major version of PostgreSQL, by dump and by pg_upgrade: everybody signs in, and nothing of it is lost.
//
// The other versions are in trees that `make test-sql PG=17` and PG=18 make: each step runs in that of the later one.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ON_POSTGRES = join(dirname(fileURLToPath(import.meta.url)), '../../tools/on-postgres')
const has = (version) => spawnSync(ON_POSTGRES, ['--has', version]).status === 0
const isRoot = process.getuid() === 0

let shared
before(() => {
  shared = mkdtempSync(join(tmpdir(), 'auth-versions-'))
})
after(() => rmSync(shared, { recursive: true }))

// The site of the first step is what the second begins with.
for (const [from, to] of [['15', '17'], ['17', '18']]) {
  const missing = [from, to].filter((version) => !has(version))
  const skip = !isRoot ? 'needs root, to enter the trees of other releases' : missing.length > 0 && `there is no PostgreSQL ${missing.join(' and ')} here: make test-sql PG=${missing[0]} makes its tree`
  test(`from ${from} to ${to}`, { skip }, () => {
    const command = 'tools/packages sql && exec node --test --test-reporter=tap test/cluster/move.mjs'
    const env = { ...process.env, SHARED_DIRECTORY: shared }
    delete env.NODE_TEST_CONTEXT // or node would not run a test inside of a test
    const step = spawnSync(ON_POSTGRES, ['--beside', from, to, 'bash', '-c', command], { encoding: 'utf8', env })
    assert.equal(step.status, 0, step.stdout + step.stderr)
    assert.match(step.stdout, /^# pass [1-9]/m)
  })
}
