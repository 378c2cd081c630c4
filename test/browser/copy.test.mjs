// One directory of an example, copied out of the repository, is a whole site: by the commands of its README, and no others.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { MADE } from '../../tools/frontend.mjs'
import { freePort } from '../../tools/stack.mjs'
import { until } from '../support.mjs'
import { onEachSite, visitor } from './site.mjs'

onEachSite((on, name) => {
  test('the commands of the README start a copy, which looks like the others', async (t) => {
    const copy = mkdtempSync(join(tmpdir(), `auth-${name}-`))
    t.after(() => rmSync(copy, { recursive: true, force: true }))
    const example = new URL(`../../examples/${name}`, import.meta.url).pathname
    cpSync(example, copy, { recursive: true, verbatimSymlinks: true, filter: (path) => !MADE.includes(basename(path)) })

    const commands = readFileSync(join(copy, 'README.md'), 'utf8').match(/^```sh\n(.*?)^```/ms)[1].trim().split('\n')
    const start = commands.pop()
    assert.match(start, /^DIRECTUS_URL=.* npm start$/)
    for (const command of commands) execFileSync('bash', ['-c', command], { cwd: copy, stdio: 'pipe' })

    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const [, address, written] = start.match(/DIRECTUS_URL=(\S+).* PORT=(\d+)/)
    const command = start.replace(address, on.stack.gatewayUrl).replaceAll(written, port)
    const site = on.stack.serve(`copy-${name}`, 'bash', ['-c', `exec env ${command}`], { cwd: copy, user: {} })
    t.after(() => site.hasDied() || process.kill(-site.child.pid, 'SIGKILL'))
    await until('the copy serves', async () => {
      assert.equal(site.hasDied(), false, on.stack.tail(site))
      return fetch(url).then((answer) => answer.ok, () => false)
    })

    const alice = await visitor(t, { ...on, site: { url } })
    await alice.register()
    await alice.post('Written in a copy')
    const looks = ({ page }) => page.locator('header').evaluate((header) => getComputedStyle(header).display)
    assert.equal(await looks(alice), 'flex')
    // with what npm has started, which does not end by itself
    process.kill(-site.child.pid)
    await until('the copy has ended', () => site.hasDied())
  })
})
