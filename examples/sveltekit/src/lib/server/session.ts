// Who is signed in: two cookies that only this server reads.

import { login, logout, readMe, refresh, type AuthenticationData } from '@directus/sdk'
import type { RequestEvent } from '@sveltejs/kit'
import { connect, orErrorPage } from './directus'
import { isRefusal } from './messages'

const ACCESS = 'site_access'
const REFRESH = 'site_refresh'
const RENEW_BEFORE_END_MS = 30_000
// As long as the backend keeps a session that is not used, by default.
const COOKIE_MAX_AGE = 7 * 24 * 60 * 60

interface Session {
  accessToken: string
  userId: string
}

/** The session of this request, renewed if it needs to be; null: nobody is signed in. */
export async function findSession(event: RequestEvent): Promise<Session | null> {
  const accessToken = event.cookies.get(ACCESS)
  const refreshToken = event.cookies.get(REFRESH)

  if (accessToken && endOf(accessToken) - Date.now() > RENEW_BEFORE_END_MS) {
    // Asked all the same: a session can be ended early, from another device for example.
    const me = await unlessRefused(connect(event, accessToken).request(readMe({ fields: ['id'] })))
    if (me) return toSession(accessToken)
  }
  if (refreshToken) {
    // Requests that come together with the same refresh token are all given the same successor.
    const tokens = await unlessRefused(connect(event).request(refresh({ mode: 'json', refresh_token: refreshToken })))
    // No call may follow that can fail: the error page of a hook is sent without the new cookies.
    if (tokens) return keep(event, tokens)
  }
  if (accessToken || refreshToken) forget(event)
  return null
}

export async function signIn(event: RequestEvent, email: string, password: string) {
  keep(event, await connect(event).request(login({ email, password }, { mode: 'json' })))
}

/** Ends the session in the database. If that fails, the visitor is told so and stays signed in. */
export async function signOut(event: RequestEvent) {
  const refreshToken = event.cookies.get(REFRESH)
  if (refreshToken)
    await orErrorPage(unlessRefused(connect(event).request(logout({ mode: 'json', refresh_token: refreshToken }))))
  forget(event)
}

// A dead token is no failure here; a backend that does not answer is one.
async function unlessRefused<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer
  } catch (reason) {
    if (!isRefusal(reason)) throw reason
    return null
  }
}

function keep(event: RequestEvent, tokens: AuthenticationData) {
  const options = { ...cookieOptions(event), maxAge: COOKIE_MAX_AGE }
  event.cookies.set(ACCESS, tokens.access_token!, options)
  event.cookies.set(REFRESH, tokens.refresh_token!, options)
  return toSession(tokens.access_token!)
}

function forget(event: RequestEvent) {
  event.cookies.delete(ACCESS, cookieOptions(event))
  event.cookies.delete(REFRESH, cookieOptions(event))
}

const cookieOptions = (event: RequestEvent) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: event.url.protocol === 'https:' }) as const

const toSession = (accessToken: string): Session => ({ accessToken, userId: claimsOf(accessToken).sub })
const endOf = (accessToken: string) => claimsOf(accessToken).exp * 1000

// Not verified here: whatever counts, the backend decides by the token itself.
function claimsOf(accessToken: string) {
  try {
    const claims = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString())
    return { sub: String(claims.sub), exp: Number(claims.exp) }
  } catch {
    return { sub: '', exp: 0 }
  }
}
