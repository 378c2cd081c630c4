// Who is signed in. The tokens are in two cookies, which only this file reads and writes.

import { login, logout, readMe, refresh, type AuthenticationData } from '@directus/sdk'
import type { APIContext } from 'astro'
import { connect, type User } from './directus'
import { unlessRefused } from './problem'

const WEEK = 7 * 24 * 60 * 60 // seconds; as long as the server renews by default
const MARGIN = 30_000 // milliseconds; a token that ends sooner could end on its way

export async function signIn(context: APIContext, email: string, password: string) {
  keep(context, await connect(context).request(login({ email, password }, { mode: 'json' })))
}

// Ends the session in the database. If that fails the visitor is told so, and stays signed in.
export async function signOut(context: APIContext) {
  const token = context.cookies.get(names(context).refresh)?.value
  if (token) await unlessRefused(connect(context).request(logout({ mode: 'json', refresh_token: token })))
  forget(context)
}

// The visitor's account, by whichever token is still good; the server has the last word.
// What that visitor asks from then on is asked by that token.
export async function identify(context: APIContext): Promise<User | undefined> {
  const { cookies } = context
  const { access, refresh: refreshing } = names(context)
  const accessToken = cookies.get(access)?.value
  const refreshToken = cookies.get(refreshing)?.value

  if (accessToken && endOf(accessToken) > Date.now() + MARGIN) {
    const user = await unlessRefused(whoAmI(context, accessToken))
    if (user) return user
  }
  if (refreshToken) {
    // Requests that come in parallel with the same token are given the same successor.
    const renewed = await unlessRefused(connect(context).request(refresh({ mode: 'json', refresh_token: refreshToken })))
    if (renewed) {
      keep(context, renewed)
      return await whoAmI(context, renewed.access_token!)
    }
  }
  if (accessToken || refreshToken) forget(context)
  return undefined
}

// For pages that the middleware guards.
export function signedInUser(locals: App.Locals): User {
  if (!locals.user) throw new Error('This page needs somebody signed in: guard it in middleware.ts')
  return locals.user
}

export function forget(context: APIContext) {
  for (const name of Object.values(names(context))) context.cookies.delete(name, attributes(context))
}

function keep(context: APIContext, { access_token, refresh_token }: AuthenticationData) {
  if (!access_token || !refresh_token) throw new Error('The answer to a sign-in has no tokens')
  const { access, refresh } = names(context)
  for (const [name, token] of [[access, access_token], [refresh, refresh_token]] as const)
    context.cookies.set(name, token, { ...attributes(context), maxAge: WEEK })
}

const isSecure = ({ url }: APIContext) => url.protocol === 'https:'

// Browsers take a cookie of such a name over HTTPS only, and from this very host: no site
// beside it, such as that of a subdomain, can plant one.
function names(context: APIContext) {
  const prefix = isSecure(context) ? '__Host-' : ''
  return { access: `${prefix}site_access`, refresh: `${prefix}site_refresh` }
}

function attributes(context: APIContext) {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure(context) } as const
}

async function whoAmI(context: APIContext, token: string): Promise<User> {
  const directus = connect(context, token)
  const user = await directus.request(readMe({ fields: ['id', 'email', 'first_name', 'last_name'] }))
  context.locals.directus = directus
  return user
}

// When an access token ends, in milliseconds since 1970; 0 for what is none. Nothing is verified here.
function endOf(token: string): number {
  try {
    return JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))).exp * 1000
  } catch {
    return 0
  }
}
