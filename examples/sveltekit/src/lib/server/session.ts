// Who is signed in. The tokens are in two cookies, which only this file reads and writes.

import { login, logout, readMe, refresh, type AuthenticationData } from '@directus/sdk'
import type { RequestEvent } from '@sveltejs/kit'
import { connect } from './directus'
import { unlessRefused } from './problem'

const WEEK = 7 * 24 * 60 * 60 // seconds; as long as the server renews by default
const MARGIN = 30_000 // milliseconds; a token that ends sooner could end on its way

interface Session {
  accessToken: string
  userId: string
}

export async function signIn(event: RequestEvent, email: string, password: string) {
  keep(event, await connect(event).request(login({ email, password }, { mode: 'json' })))
}

/** Ends the session in the database. If that fails the visitor is told so, and stays signed in. */
export async function signOut(event: RequestEvent) {
  const token = event.cookies.get(names(event).refresh)
  if (token) await unlessRefused(connect(event).request(logout({ mode: 'json', refresh_token: token })))
  forget(event)
}

/** The session of this request, by whichever token is still good; the server has the last word. */
export async function identify(event: RequestEvent): Promise<Session | undefined> {
  const { access, refresh: refreshing } = names(event)
  const accessToken = event.cookies.get(access)
  const refreshToken = event.cookies.get(refreshing)

  if (accessToken && claimsOf(accessToken).exp * 1000 > Date.now() + MARGIN) {
    // Asked all the same: a session can be ended early, from another device for example.
    const me = await unlessRefused(connect(event, accessToken).request(readMe({ fields: ['id'] })))
    if (me) return toSession(accessToken)
  }
  if (refreshToken) {
    // Requests that come in parallel with the same token are given the same successor.
    const renewed = await unlessRefused(connect(event).request(refresh({ mode: 'json', refresh_token: refreshToken })))
    // No call may follow that can fail: an answer of the hook itself is sent without the new cookies.
    if (renewed) return keep(event, renewed)
  }
  if (accessToken || refreshToken) forget(event)
  return undefined
}

export function forget(event: RequestEvent) {
  for (const name of Object.values(names(event))) event.cookies.delete(name, attributes(event))
}

function keep(event: RequestEvent, { access_token, refresh_token }: AuthenticationData) {
  if (!access_token || !refresh_token) throw new Error('The answer to a sign-in has no tokens')
  const { access, refresh } = names(event)
  for (const [name, token] of [[access, access_token], [refresh, refresh_token]] as const)
    event.cookies.set(name, token, { ...attributes(event), maxAge: WEEK })
  return toSession(access_token)
}

const isSecure = ({ url }: RequestEvent) => url.protocol === 'https:'

// Browsers take a cookie of such a name over HTTPS only, and from this very host: no site
// beside it, such as that of a subdomain, can plant one.
function names(event: RequestEvent) {
  const prefix = isSecure(event) ? '__Host-' : ''
  return { access: `${prefix}site_access`, refresh: `${prefix}site_refresh` }
}

const attributes = (event: RequestEvent) =>
  ({ httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure(event) }) as const

const toSession = (accessToken: string): Session => ({ accessToken, userId: claimsOf(accessToken).sub })

// Not verified here: whatever counts, the server decides by the token itself.
function claimsOf(accessToken: string) {
  try {
    const claims = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString())
    return { sub: String(claims.sub), exp: Number(claims.exp) }
  } catch {
    return { sub: '', exp: 0 }
  }
}
