// What a storm of sign-ins leaves of everything else.

import { accessTokens, addAccounts, addPosts, addSessions, email, PASSWORD, refreshTokens } from '../accounts.mjs'
import { after, alternate, describe, load, median, ms, percentile, QUICK, rate, ratesByStatus, requireOnly200 } from '../load.mjs'

const READERS = 4
const STORMERS = 32

let strangers = 0
const address = (number) => `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
const login = (connection, account, from) =>
  connection.call('login', { email: account, password: PASSWORD }, { headers: { 'x-real-ip': address(from) } })
const rightPassword = (connection, client) => login(connection, email(client + 1, 'stormer'), client)
const unknownAccount = (connection) => login(connection, `nobody${++strangers}@example.org`, STORMERS + strangers)

export default async function storm(stack) {
  const url = stack.postgrestUrl
  // Those who read do not sign in, which would end their oldest sessions.
  addAccounts(stack, READERS)
  addSessions(stack, 1)
  addAccounts(stack, STORMERS, { name: 'stormer' })
  addPosts(stack)
  const tokens = await accessTokens(url, refreshTokens(stack, READERS))
  const read = (isOver) => load(url, READERS, (connection, client) => connection.get('/posts?order=id&limit=20', tokens[client]), isOver)
  const logins = { right: [], unknown: [] }

  // The storm is at its height when the readers come, and ends when they have gone.
  const readInStorm = (kind, attempt) => async () => {
    let isCalm = false
    const raging = load(url, STORMERS, attempt, () => isCalm)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const result = await read(after(QUICK ? 3 : 10))
    isCalm = true
    logins[kind].push(await raging)
    process.stderr.write(`    the sign-ins: ${describe(logins[kind].at(-1))}\n`)
    return result
  }
  const results = await alternate({
    idle: () => read(),
    right: readInStorm('right', rightPassword),
    idle_again: () => read(),
    unknown: readInStorm('unknown', unknownAccount),
  }, QUICK ? 2 : 5)

  requireOnly200(results)

  const idle = [...results.idle, ...results.idle_again]
  const line = (kind, what) => ({
    what: `data requests while 32 clients sign in (${what}): p99 over idle p99`,
    bar: ['<=', 3],
    value: percentile(results[kind], 0.99) / percentile(idle, 0.99),
    numbers: `${ms(percentile(results[kind], 0.99))} to ${ms(percentile(idle, 0.99))}; ` +
      `${Math.round(median(results[kind].map(rate)))} to ${Math.round(median(idle.map(rate)))} data requests/s; ` +
      `sign-ins ${ratesByStatus(logins[kind])}`,
  })
  return [line('right', 'right passwords'), line('unknown', 'unknown accounts')]
}
