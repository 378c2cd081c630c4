// Who is signed in. The tokens are in two cookies, which only this file reads and writes.

import { login, logout, readMe, refresh, type AuthenticationData } from '@directus/sdk'
import type { APIContext } from 'astro'
import type { Directus, User } from './directus'
import { isRefused } from './messages'

const ACCESS = 'site_access'
const REFRESH = 'site_refresh'
const WEEK = 7 * 24 * 60 * 60 // seconds; as long as the server renews by default
const MARGIN = 30_000 // milliseconds; a token that ends sooner could end on its way

export async function signIn(context: APIContext, email: string, password: string) {
  keep(context, await context.locals.directus.request(login({ email, password }, { mode: 'json' })))
}

// Ends the session in the database. If that fails the visitor is told so, and stays signed in.
export async function signOut(context: APIContext) {
  const token = context.cookies.get(REFRESH)?.value
  if (token) await unlessRefused(context.locals.directus.request(logout({ mode: 'json', refresh_token: token })))
  forget(context)
}

// The visitor's account, by whichever token is still good; the server has the last word.
export async function identify(context: APIContext): Promise<User | undefined> {
  const { cookies, locals: { directus } } = context
  const access = cookies.get(ACCESS)?.value
  const token = cookies.get(REFRESH)?.value

  if (access && endOf(access) > Date.now() + MARGIN) {
    await directus.setToken(access)
    const user = await unlessRefused(whoAmI(directus))
    if (user) return user
    await directus.setToken(null)
  }
  if (token) {
    // Requests that come in parallel with the same token are given the same successor.
    const renewed = await unlessRefused(directus.request(refresh({ mode: 'json', refresh_token: token })))
    if (renewed) {
      keep(context, renewed)
      await directus.setToken(renewed.access_token)
      return await whoAmI(directus)
    }
  }
  if (access || token) forget(context)
  return undefined
}

// For pages that the middleware guards.
export function signedInUser(locals: App.Locals): User {
  if (!locals.user) throw new Error('This page needs somebody signed in: guard it in middleware.ts')
  return locals.user
}

export function forget({ cookies, url }: APIContext) {
  for (const name of [ACCESS, REFRESH]) cookies.delete(name, attributes(url))
}

function keep({ cookies, url }: APIContext, { access_token, refresh_token }: AuthenticationData) {
  for (const [name, token] of [[ACCESS, access_token], [REFRESH, refresh_token]] as const) {
    if (!token) throw new Error('The answer to a sign-in has no tokens')
    cookies.set(name, token, { ...attributes(url), maxAge: WEEK })
  }
}

function attributes(url: URL) {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure: url.protocol === 'https:' } as const
}

function whoAmI(directus: Directus): Promise<User> {
  return directus.request(readMe({ fields: ['id', 'email', 'first_name', 'last_name'] }))
}

// A dead token is no error here; a server that is down is one.
async function unlessRefused<Answer>(request: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request
  } catch (error) {
    if (isRefused(error)) return undefined
    throw error
  }
}

// When an access token ends, in milliseconds since 1970; 0 for what is none. Nothing is verified here.
function endOf(token: string): number {
  try {
    return JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))).exp * 1000
  } catch {
    return 0
  }
}
