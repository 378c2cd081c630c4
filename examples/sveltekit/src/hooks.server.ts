// What happens around every request: who is asking, whether they may, and what to show if that goes wrong.

import { env } from '$env/dynamic/private'
import { connect } from '$lib/server/directus'
import { explain, NOT_FOUND, UNKNOWN, UNREADABLE } from '$lib/server/messages'
import { pathToLogin } from '$lib/server/paths'
import { Problem } from '$lib/server/problem'
import { identify } from '$lib/server/session'
import { json, redirect, type Handle, type HandleServerError, type RequestEvent, type ServerInit } from '@sveltejs/kit'
import errorPage from './error.html?raw'

// For what has no scripts. Pages have a policy with the nonce of theirs (svelte.config.js).
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self'; style-src 'self'"

export const init: ServerInit = () => {
  if (!env.DIRECTUS_URL) throw new Error('Set DIRECTUS_URL, for example to http://127.0.0.1:8055')
}

export const handle: Handle = async ({ event, resolve }) => {
  const response = await answer(event, resolve).catch((reason) => {
    if (!(reason instanceof Problem) || !reason.isPassing) throw reason
    // Whoever does not answer has signed nobody out: the cookies stay.
    return tell(event, 503, explain(reason))
  })
  if (!response.headers.has('content-security-policy')) response.headers.set('content-security-policy', POLICY)
  response.headers.set('referrer-policy', 'same-origin')
  response.headers.set('x-content-type-options', 'nosniff')
  return response
}

async function answer(event: RequestEvent, resolve: Parameters<Handle>[0]['resolve']): Promise<Response> {
  const session = await identify(event)
  if (!session && event.route.id?.startsWith('/(signed-in)')) redirect(302, pathToLogin(pageOf(event.url)))

  event.locals.directus = connect(event, session?.accessToken)
  event.locals.userId = session?.userId ?? null
  const response = await resolve(event)
  // Nobody finds these pages in a cache, or by the back button after signing out.
  if (session) response.headers.set('cache-control', 'private, no-store')
  return response
}

// The page, and not the action on it that was asked for ("?/save")
const pageOf = ({ pathname, search }: URL) => (search.startsWith('?/') ? pathname : pathname + search)

// Instead of a page, or of what SvelteKit's script in the browser has asked for
function tell(event: RequestEvent, status: number, message: string): Response {
  if (event.isDataRequest || event.request.headers.get('accept') === 'application/json') return json({ message }, { status })
  const page = errorPage.replaceAll('%sveltekit.error.message%', message)
  return new Response(page, { status, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } })
}

export const handleError: HandleServerError = ({ error, status }) => {
  if (status === 404) return { message: NOT_FOUND }
  // Not the error itself: it may carry what was sent.
  if (status >= 500) console.error(error instanceof Error ? error.stack : 'unknown error')
  return { message: UNREADABLE[status] ?? UNKNOWN }
}
