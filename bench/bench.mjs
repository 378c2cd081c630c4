// make bench: the figures of docs/performance.md, each a ratio of two things measured in
// turn in one run, because absolute figures say more about the machine.
//
//   make bench                    all of them
//   make bench ONLY=storm,uid     some
//   QUICK=1 make bench            short rounds, to see that it works

import { cpus } from 'node:os'
import { startStack } from '../tools/stack.mjs'

const ROWS = ['hash', 'storm', 'current_user', 'list', 'refresh', 'uid', 'scale', 'churn', 'rotation']

const SETTINGS = { fsync: 'on', max_connections: 200 }

const compare = { '>=': (a, b) => a >= b, '<=': (a, b) => a <= b, '=': (a, b) => a === b }
const number = (value) => (Number.isInteger(value) ? String(value) : value.toPrecision(3))

function print(lines) {
  const table = [
    ['what', 'bar', 'measured', 'holds', 'numbers'],
    // a figure without a bar is only told
    ...lines.map(({ what, bar, value, numbers }) =>
      [what, bar?.join(' ') ?? '', number(value), bar ? (compare[bar[0]](value, bar[1]) ? 'yes' : 'NO') : '', numbers]),
  ]
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)))
  const show = (row) => console.log(`| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`)
  show(table[0])
  console.log(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`)
  table.slice(1).forEach(show)
}

const only = (process.env.ONLY ?? '').split(/[ ,]+/).filter(Boolean)
for (const name of only)
  if (!ROWS.includes(name)) {
    console.error(`there is no figure "${name}": ${ROWS.join(', ')}`)
    process.exit(2)
  }

const lines = []
for (const name of only.length > 0 ? only : ROWS) {
  process.stderr.write(`${name}\n`)
  const { default: measure } = await import(`./rows/${name}.mjs`)
  const stack = await startStack({ settings: SETTINGS })
  try {
    lines.push(...(await measure(stack)))
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  } finally {
    await stack.stop()
  }
}
print(lines)
console.log(`\nOn ${cpus().length} processors, which the clients (Node), PostgREST and PostgreSQL share (the clients' part: \`clients n % CPU\`, of one, above); PostgREST's pool is the README's.`)
