import { env } from '$env/dynamic/private'
import { connect, orErrorPage } from '$lib/server/directus'
import { NOT_FOUND, TOO_LARGE, UNKNOWN } from '$lib/server/messages'
import { loginPath } from '$lib/server/paths'
import { findSession } from '$lib/server/session'
import { redirect, type Handle, type HandleServerError, type ServerInit } from '@sveltejs/kit'

export const init: ServerInit = () => {
  if (!env.DIRECTUS_URL) throw new Error('Set DIRECTUS_URL, for example to http://127.0.0.1:8055')
}

export const handle: Handle = async ({ event, resolve }) => {
  // A backend that does not answer has signed nobody out: the cookies stay.
  const session = await orErrorPage(findSession(event))
  if (!session && event.route.id?.startsWith('/(signed-in)')) redirect(302, loginPath(event.url))

  event.locals.directus = connect(event, session?.accessToken)
  event.locals.userId = session?.userId ?? null
  const response = await resolve(event)
  // Nobody finds these pages in a cache, or by the back button after signing out.
  if (session) response.headers.set('cache-control', 'private, no-store')
  return response
}

export const handleError: HandleServerError = ({ error, status }) => {
  if (status === 404) return { message: NOT_FOUND }
  if (status === 413) return { message: TOO_LARGE }
  // Not the error itself: it may carry what the backend answered.
  if (status >= 500) console.error(error instanceof Error ? error.stack : 'unknown error')
  return { message: UNKNOWN }
}
