// What happens around every page: who is asking, whether they may, and what to show if that goes wrong.

import type { APIContext } from 'astro'
import { defineMiddleware } from 'astro:middleware'
import { connect } from './lib/directus'
import { explain, UNKNOWN, UNREADABLE } from './lib/messages'
import { pathToLogin } from './lib/paths'
import { Problem } from './lib/problem'
import { Unreadable } from './lib/read-form'
import { forget, identify } from './lib/session'

// Compared with the route, not with the address, which can be written in many ways.
const GUARDED = /^\/(dashboard|posts|profile)(\/|$)/

// These pages have no scripts, and nobody may put any into them.
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self'; style-src 'self'"

export const onRequest = defineMiddleware(async (context, next) => {
  // a page that another page, or what follows here, shows in its place
  if (context.locals.directus) return next()

  const response = await answer(context, next)
  // while one writes this site, Astro's own scripts are in its pages
  if (import.meta.env.PROD) response.headers.set('Content-Security-Policy', POLICY)
  response.headers.set('Referrer-Policy', 'same-origin')
  response.headers.set('X-Content-Type-Options', 'nosniff')
  return response
})

async function answer(context: APIContext, next: () => Promise<Response>): Promise<Response> {
  context.locals.directus = connect(context)
  const toLogin = () => context.redirect(pathToLogin(context.url.pathname + context.url.search))
  try {
    context.locals.user = await identify(context)
    if (!context.locals.user && GUARDED.test(context.routePattern)) return toLogin()

    const response = await next()
    if (context.locals.user) response.headers.set('Cache-Control', 'private, no-store')
    return response
  } catch (error) {
    // The session ended after we looked.
    if (error instanceof Problem && error.isSignedOut) {
      forget(context)
      return toLogin()
    }
    const { status, message } = failureOf(error)
    if (status === 500) console.error(error)
    context.locals.failure = message
    // By a new request, because the body of this one may have been read. Cookies that were set stay set.
    const page = await context.rewrite(new Request(new URL('/500', context.url), { headers: context.request.headers }))
    return new Response(page.body, { status, headers: page.headers })
  }
}

function failureOf(error: unknown): { status: number, message: string } {
  if (error instanceof Unreadable) return { status: error.status, message: UNREADABLE[error.status]! }
  if (error instanceof Problem && error.isPassing) return { status: 503, message: explain(error) }
  return { status: 500, message: UNKNOWN }
}
