// Whether anybody notices that the signing key is replaced.

import pg from 'pg'
import { addAccounts, email, PASSWORD, refresh } from '../accounts.mjs'
import { after, describe, load, QUICK } from '../load.mjs'

const CLIENTS = 8
// A new key signs after ten seconds: the next comes when it has.
const ROTATION_SECONDS = 12
const ROTATIONS = QUICK ? 1 : 3

const keyId = (accessToken) => JSON.parse(Buffer.from(accessToken.split('.')[0], 'base64url')).kid

export default async function rotation(stack) {
  addAccounts(stack, CLIENTS)
  const users = Array.from({ length: CLIENTS }, () => ({ requests: 0 }))
  const keys = new Set()
  const refusals = []

  const login = async (connection, client) => {
    const answer = await connection.call('login', { email: email(client + 1), password: PASSWORD })
    const { access_token: accessToken, refresh_token: refreshToken } = answer.status === 200 ? JSON.parse(answer.text) : {}
    return { ...answer, accessToken, refreshToken }
  }
  // Tokens are used as soon as they are made: a key that signs too early is met before PostgREST knows it.
  const ask = async (connection, client) => {
    const user = users[client]
    const number = user.requests++
    const answer = number % 100 === 0 ? await login(connection, client)
      : number % 3 === 0 ? await refresh(connection, user.refreshToken)
      : await connection.get('/rpc/current_user', user.accessToken)
    if (answer.status !== 200) refusals.push(`${answer.status} ${answer.text}`)
    if (answer.accessToken) {
      Object.assign(user, { accessToken: answer.accessToken, refreshToken: answer.refreshToken })
      keys.add(keyId(user.accessToken))
    }
    return answer
  }

  const client = new pg.Client({ host: stack.socketDirectory, user: 'postgres', database: stack.database })
  await client.connect()
  const loading = load(stack.postgrestUrl, CLIENTS, ask, after((ROTATIONS + 0.5) * ROTATION_SECONDS))
  for (let rotations = 0; rotations < ROTATIONS; rotations++) {
    await new Promise((resolve) => setTimeout(resolve, rotations === 0 ? 1000 : ROTATION_SECONDS * 1000))
    await client.query('SELECT auth.rotate_signing_key()')
    process.stderr.write(`  rotation ${rotations + 1} of ${ROTATIONS}\n`)
  }
  const result = await loading
  await client.end()
  process.stderr.write(`  ${describe(result)}\n${refusals.slice(0, 5).map((refusal) => `  ${refusal}\n`).join('')}`)

  return [{
    what: `requests that fail while the signing key is replaced (${ROTATIONS} times)`,
    bar: ['=', 0],
    value: refusals.length,
    numbers: `of ${result.times.length}, with tokens of ${keys.size} keys`,
  }]
}
