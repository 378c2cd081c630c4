// Whether many accounts and sessions make anybody wait.
//
// SCALE=10000000 makes so many accounts instead of a million.

import { accessTokens, addAccounts, addSessions, email, PASSWORD, refresh, refreshTokens } from '../accounts.mjs'
import { alternate, load, ms, percentile, QUICK, requireOnly200 } from '../load.mjs'
import { startAnotherPostgrest } from '../tools.mjs'

const FEW = 1000
const MANY = Number(process.env.SCALE || (QUICK ? 10_000 : 1_000_000))
const SESSIONS_EACH = 3
const CLIENTS = 4
// as many are in use in the large database as there are in the small one
const IN_USE = FEW * SESSIONS_EACH

async function populate(stack, url, accounts, database) {
  process.stderr.write(`  making ${accounts} accounts\n`)
  addAccounts(stack, accounts, { database })
  addSessions(stack, SESSIONS_EACH, { database })
  const tokens = await accessTokens(url, refreshTokens(stack, IN_USE, { database }))
  return { url, accounts, tokens, refreshTokens: refreshTokens(stack, IN_USE, { database }) }
}

const someOf = (list) => list[Math.floor(Math.random() * list.length)]

const requests = {
  login: ({ url, accounts }) => load(url, 1, (connection) =>
    connection.call('login', { email: email(1 + Math.floor(Math.random() * accounts)), password: PASSWORD })),
  refresh: ({ url, refreshTokens: tokens }) => load(url, CLIENTS, async (connection, client) => {
    // no two clients refresh the same session
    const session = client + CLIENTS * Math.floor(Math.random() * Math.floor(tokens.length / CLIENTS))
    const answer = await refresh(connection, tokens[session])
    tokens[session] = answer.refreshToken
    return answer
  }),
  current_user: ({ url, tokens }) => load(url, CLIENTS, (connection) => connection.get('/rpc/current_user', someOf(tokens))),
}

export default async function scale(stack) {
  stack.psql('CREATE DATABASE large')
  stack.psql('SET client_min_messages = warning; CREATE EXTENSION auth CASCADE', { database: 'large' })
  const urlOfLarge = await startAnotherPostgrest(stack, { PGRST_DB_URI: `postgres://authenticator@/large?host=${stack.socketDirectory}` })
  const small = await populate(stack, stack.postgrestUrl, FEW, stack.database)
  const large = await populate(stack, urlOfLarge, MANY, 'large')
  stack.psql('CHECKPOINT')

  const lines = []
  for (const [name, ask] of Object.entries(requests)) {
    process.stderr.write(`  ${name}\n`)
    const results = await alternate({ large: () => ask(large), small: () => ask(small) })
    requireOnly200(results)
    const [p99OfLarge, p99OfSmall] = [percentile(results.large, 0.99), percentile(results.small, 0.99)]
    lines.push({
      what: `p99 of ${name} at ${MANY} accounts and ${MANY * SESSIONS_EACH} sessions over the same at ${FEW} and ${FEW * SESSIONS_EACH}`,
      bar: ['<=', 1.2],
      value: p99OfLarge / p99OfSmall,
      numbers: `${ms(p99OfLarge)} to ${ms(p99OfSmall)}`,
    })
  }
  return lines
}
