// What a storm of sign-ins leaves of everything else.

import { accessTokens, addAccounts, addPosts, addSessions, email, PASSWORD, refreshTokens } from '../accounts.mjs'
import { after, alternate, describe, load, median, ms, percentile, QUICK, rate, ratesByStatus, requireOnly200 } from '../load.mjs'

const READERS = 4
// As many as the queue admits with the defaults, and more: then some are refused.
const STORMERS = 32
const TOO_MANY = 64

let strangers = 0
const address = (number) => `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
const login = (connection, account, from) =>
  connection.call('login', { email: account, password: PASSWORD }, { headers: { 'x-real-ip': address(from) } })
const rightPassword = (connection, client) => login(connection, email(client + 1, 'stormer'), client)
const unknownAccount = (connection) => login(connection, `nobody${++strangers}@example.org`, TOO_MANY + strangers)
// Who is refused comes back when the answer says so.
const patiently = (attempt) => async (connection, client) => {
  const answer = await attempt(connection, client)
  if (answer.status === 429) await new Promise((resolve) => setTimeout(resolve, answer.retryAfter * 1000))
  return answer
}

const STORMS = {
  right: { clients: STORMERS, attempt: rightPassword, what: 'right passwords' },
  unknown: { clients: STORMERS, attempt: unknownAccount, what: 'unknown accounts' },
  refused: { clients: TOO_MANY, attempt: patiently(rightPassword), what: 'more than the queue admits' },
  // a flood like any other, for a proxy to limit
  flood: { clients: TOO_MANY, attempt: rightPassword, what: 'the same, again at once when refused', bar: null },
}

export default async function storm(stack) {
  const url = stack.postgrestUrl
  // Those who read do not sign in, which would end their oldest sessions.
  addAccounts(stack, READERS)
  addSessions(stack, 1)
  addAccounts(stack, TOO_MANY, { name: 'stormer' })
  addPosts(stack)
  const tokens = await accessTokens(url, refreshTokens(stack, READERS))
  const read = (isOver) => load(url, READERS, (connection, client) => connection.get('/posts?order=id&limit=20', tokens[client]), isOver)
  const logins = Object.fromEntries(Object.keys(STORMS).map((kind) => [kind, []]))

  // The storm is at its height when the readers come, and ends when they have gone.
  const readInStorm = (kind) => async () => {
    let isCalm = false
    const raging = load(url, STORMS[kind].clients, STORMS[kind].attempt, () => isCalm)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const result = await read(after(QUICK ? 3 : 10))
    isCalm = true
    logins[kind].push(await raging)
    process.stderr.write(`    the sign-ins: ${describe(logins[kind].at(-1))}\n`)
    return result
  }
  const results = await alternate({
    idle: () => read(),
    right: readInStorm('right'),
    idle_again: () => read(),
    unknown: readInStorm('unknown'),
    idle_once_more: () => read(),
    refused: readInStorm('refused'),
    flood: readInStorm('flood'),
  }, QUICK ? 2 : 5)

  requireOnly200(results)
  for (const kind of ['refused', 'flood'])
    if (!logins[kind].every(({ statuses }) => statuses[429])) throw new Error('no sign-in was refused: the queue admits them all')

  const idle = [...results.idle, ...results.idle_again, ...results.idle_once_more]
  return Object.entries(STORMS).map(([kind, { clients, what, bar = ['<=', 3] }]) => ({
    what: `data requests while ${clients} clients sign in (${what}): p99 over idle p99`,
    bar,
    value: percentile(results[kind], 0.99) / percentile(idle, 0.99),
    numbers: `${ms(percentile(results[kind], 0.99))} to ${ms(percentile(idle, 0.99))}; ` +
      `${Math.round(median(results[kind].map(rate)))} to ${Math.round(median(idle.map(rate)))} data requests/s; ` +
      `sign-ins ${ratesByStatus(logins[kind])}`,
  }))
}
