// The stack tool leaves nothing behind, no process and no file, however it ends; and what it was told is so when it returns.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'
import { until } from '../support.mjs'

const STACK = join(dirname(fileURLToPath(import.meta.url)), '../../tools/stack.mjs')

// Start a stack whose command prints where it lives and then stays.
async function startTool(command = 'echo $PGHOST; exec sleep 600') {
  const tool = spawn('node', [STACK, 'sh', '-c', command], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const gone = new Promise((resolve) => tool.once('exit', (code, signal) => resolve(signal ?? code)))
  const socketDirectory = await new Promise((resolve, reject) => {
    tool.stdout.once('data', (data) => resolve(String(data).trim()))
    gone.then(() => reject(new Error('the stack tool ended early')))
  })
  const postmaster = Number(readFileSync(join(dirname(socketDirectory), 'data/postmaster.pid'), 'utf8').split('\n')[0])
  return { tool, gone, directory: dirname(socketDirectory), postmaster }
}

const isRunning = (pid) => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

async function assertNothingIsLeft({ directory, postmaster }) {
  await until(`${directory} is gone`, () => !existsSync(directory))
  await until('PostgreSQL has ended', () => !isRunning(postmaster))
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'])
  test(`after ${signal} nothing is left`, async () => {
    const stack = await startTool()
    assert.equal(isRunning(stack.postmaster), true)
    // the whole group, as a terminal does on Ctrl-C
    process.kill(-stack.tool.pid, signal)
    await stack.gone
    await assertNothingIsLeft(stack)
  })

describe('what a stack was told', () => {
  let stack
  before(async () => {
    stack = await startStack()
  })
  after(() => stack.stop())

  test('settings are in force on the connections that there were, and on new ones', async () => {
    const connection = new pg.Client({ host: stack.socketDirectory, user: 'postgres', database: stack.database })
    await connection.connect()
    await connection.query("LOAD 'auth'")
    for (let seconds = 1; seconds <= 50; seconds++) {
      await stack.configure({ 'auth.refresh_grace': seconds })
      const { rows } = await connection.query("SELECT setting FROM pg_settings WHERE name = 'auth.refresh_grace'")
      assert.equal(rows[0].setting, String(seconds))
      assert.equal(stack.psql("LOAD 'auth'; SELECT setting FROM pg_settings WHERE name = 'auth.refresh_grace'"), String(seconds))
    }
    await connection.end()
  })

  test('what was defined is served', async () => {
    for (let number = 1; number <= 5; number++) {
      await stack.define(`CREATE FUNCTION public.answer_${number}() RETURNS int LANGUAGE sql AS 'SELECT ${number}'`)
      const answer = await fetch(`${stack.postgrestUrl}/rpc/answer_${number}`, { headers: { 'accept-profile': 'public' } })
      assert.equal(await answer.json(), number)
    }
  })
})

test("when the command ends nothing is left, and the command's status is the tool's", async () => {
  const stack = await startTool('echo $PGHOST; exit 7')
  assert.equal(await stack.gone, 7)
  await assertNothingIsLeft(stack)
})
