// Accounts and sessions by the thousand, made as an operator could make them: by SQL.

import { createHmac } from 'node:crypto'
import { PASSWORD } from '../test/support.mjs'
import { Connection } from './load.mjs'

export { PASSWORD }
export const email = (number, name = 'user') => `${name}${number}@example.org`

// Accounts user1 to user<count>, all with the same password and so the same hash.
export function addAccounts(stack, count, { name = 'user', database } = {}) {
  stack.psql(`
    SELECT auth.register_user('${email(1, name)}', '${PASSWORD}');
    INSERT INTO auth.users (email) SELECT '${name}' || n || '@example.org' FROM generate_series(2, ${count}) n;
    INSERT INTO auth_private.credentials
      SELECT u.id, c.password_hash FROM auth.users u, (SELECT password_hash FROM auth_private.credentials LIMIT 1) c
      ON CONFLICT DO NOTHING`, { database })
}

// So many sessions of each account.
export function addSessions(stack, each, options) {
  stack.psql(`
    INSERT INTO auth.sessions (user_id, refreshed_at, expires_at, not_after)
      SELECT u.id, now(), now() + interval '7 days', now() + interval '30 days' FROM auth.users u, generate_series(1, ${each})`, options)
  stack.psql('VACUUM ANALYZE', options)
}

// The current refresh tokens of sessions, which the database can compute and does not keep.
export function refreshTokens(stack, count, options) {
  const key = Buffer.from(stack.psql(`SELECT encode(secret_key, 'hex') FROM auth_private.signing_keys WHERE purpose = 'refresh_token'`, options), 'hex')
  const sessions = stack.psql(`SELECT replace(id::text, '-', '') || lpad(to_hex(generation), 8, '0') FROM auth.sessions ORDER BY random() LIMIT ${count}`, options)
  return sessions.split('\n').map((session) => {
    const body = Buffer.from(session, 'hex')
    const mac = createHmac('sha512', key).update(body).digest().subarray(0, 32)
    return `auth_rt_${Buffer.concat([body, mac]).toString('base64url')}`
  })
}

// Exchange a refresh token for the next pair, which there is if the status is 200.
export async function refresh(connection, token) {
  const answer = await connection.call('refresh', { refresh_token: token })
  const { access_token: accessToken, refresh_token: refreshToken } = answer.status === 200 ? JSON.parse(answer.text) : {}
  return { ...answer, accessToken, refreshToken }
}

export async function accessTokens(url, refreshTokens) {
  const connection = new Connection(url)
  const tokens = []
  for (const refreshToken of refreshTokens) {
    const { accessToken, status, text } = await refresh(connection, refreshToken)
    if (!accessToken) throw new Error(`refresh was answered by ${status}: ${text}`)
    tokens.push(accessToken)
  }
  connection.close()
  return tokens
}

// 1,000 posts by the first account.
export function addPosts(stack) {
  stack.psql(`
    INSERT INTO auth.posts (title, content, author, user_created)
      SELECT 'Post ' || n, repeat('Lorem ipsum dolor sit amet. ', 5), u.id, u.id
        FROM auth.users u, generate_series(1, 1000) n WHERE u.email = '${email(1)}'`)
  stack.psql('VACUUM ANALYZE auth.posts')
}
