// Whether refreshing makes the table of sessions grow.
//
// CHURN=1000000 makes so many refreshes instead of 100,000.

import pg from 'pg'
import { addAccounts, addSessions, refreshTokens } from '../accounts.mjs'
import { QUICK } from '../load.mjs'

const SESSIONS = 10_000
const REFRESHES = Number(process.env.CHURN || (QUICK ? 20_000 : 100_000))
const CONNECTIONS = 4

export default async function churn(stack) {
  addAccounts(stack, SESSIONS)
  addSessions(stack, 1)
  const tokens = refreshTokens(stack, SESSIONS)
  const size = () => Number(stack.psql("SELECT pg_total_relation_size('auth.sessions')"))
  const sizeAtFirst = size()

  let done = 0
  const refreshTheirs = async (number) => {
    const client = new pg.Client({ host: stack.socketDirectory, user: 'authenticator', database: stack.database })
    await client.connect()
    await client.query('SET ROLE anon')
    while (done < REFRESHES) {
      if (++done % 20_000 === 0) process.stderr.write(`  ${done} of ${REFRESHES} refreshes\n`)
      // a session of this connection's own, in no order
      const session = number + CONNECTIONS * Math.floor(Math.random() * (SESSIONS / CONNECTIONS))
      const { rows } = await client.query({ name: 'refresh', text: 'SELECT auth.refresh($1) AS answer', values: [tokens[session]] })
      if (!rows[0].answer.refresh_token) throw new Error(`refused: ${JSON.stringify(rows[0].answer)}`)
      tokens[session] = rows[0].answer.refresh_token
    }
    await client.end()
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, number) => refreshTheirs(number)))

  // Backends report what they did at the latest when they end.
  const updates = () => stack.psql("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relid = 'auth.sessions'::regclass").split('|').map(Number)
  while (updates()[0] < REFRESHES) await new Promise((resolve) => setTimeout(resolve, 100))
  const [all, hot] = updates()
  const kilobytes = (bytes) => `${Math.round(bytes / 1024)} kB`
  return [{
    what: `the table of ${SESSIONS} sessions, with its indexes, after ${REFRESHES} refreshes over its first size`,
    bar: ['<=', 1.5],
    value: size() / sizeAtFirst,
    numbers: `${kilobytes(size())} to ${kilobytes(sizeAtFirst)}`,
  }, {
    what: 'updates of sessions that touched no index (HOT), of all',
    bar: ['>=', 0.95],
    value: hot / all,
    numbers: `${hot} of ${all}`,
  }]
}
