// What happens around every page: who is asking, whether they may, and what to show if that goes wrong.

import { defineMiddleware } from 'astro:middleware'
import { connect } from './lib/directus'
import { isUnavailable, statusFor } from './lib/messages'
import { pathToLogin } from './lib/paths'
import { forget, identify } from './lib/session'

// Compared with the route, not with the address, which can be written in many ways.
const GUARDED = /^\/(dashboard|posts|profile)(\/|$)/

export const onRequest = defineMiddleware(async (context, next) => {
  // a page that another page, or what follows here, shows in its place
  if (context.locals.directus) return next()

  context.locals.directus = connect(context)
  try {
    context.locals.user = await identify(context)
    if (!context.locals.user && GUARDED.test(context.routePattern)) return context.redirect(pathToLogin(context.url))

    const response = await next()
    if (context.locals.user) response.headers.set('Cache-Control', 'private, no-store')
    return response
  } catch (error) {
    // The session ended after we looked.
    if (statusFor(error) === 401) {
      forget(context)
      return context.redirect(pathToLogin(context.url))
    }
    if (!isUnavailable(error)) console.error(error)
    context.locals.failure = error
    // By a new request, because the body of this one may have been read. Cookies that were set stay set.
    const page = await context.rewrite(new Request(new URL('/500', context.url), { headers: context.request.headers }))
    return new Response(page.body, { status: isUnavailable(error) ? 503 : 500, headers: page.headers })
  }
})
