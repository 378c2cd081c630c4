// The stack tool leaves nothing behind: no process, no file, however it ends.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

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
  for (let tenths = 0; tenths < 300 && (existsSync(directory) || isRunning(postmaster)); tenths++)
    await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(existsSync(directory), false, `${directory} is still there`)
  assert.equal(isRunning(postmaster), false, 'PostgreSQL is still running')
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

test("when the command ends nothing is left, and the command's status is the tool's", async () => {
  const stack = await startTool('echo $PGHOST; exit 7')
  assert.equal(await stack.gone, 7)
  await assertNothingIsLeft(stack)
})
