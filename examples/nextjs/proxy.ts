// Runs before every page: renews the session, and guards the pages for which one
// must be signed in. It asks the database about these, so that the end of a
// session is felt at once, and because a page of Next.js could set the status
// only for browsers with JavaScript.

import { readItems, readMe } from '@directus/sdk'
import { NextResponse, type NextRequest } from 'next/server'
import { renew } from './lib/account'
import { Problem, request as ask } from './lib/directus'
import { errorPage } from './lib/error-page'
import { loginPath } from './lib/paths'
import { isEnding, MARGIN, readSession, writeSession, type Session } from './lib/session'

export const config = { matcher: '/((?!_next/|site\\.css$|favicon\\.ico$).*)' }

const GUARDED = /^\/(dashboard|posts|profile)(\/|$)/
const POST = /^\/posts\/(?!new$)([^/]*)(\/edit)?$/

// Whether the page exists for whom the session belongs to
async function exists(visitor: Headers, { access }: Session, path: string) {
  const [, id, edit] = POST.exec(path) ?? []
  if (id === undefined) {
    await ask(visitor, readMe({ fields: ['id'] }), access)
    return true
  }
  if (!/^\d{1,15}$/.test(id)) return false
  const filter = { id: { _eq: Number(id) }, ...(edit && { author: { id: { _eq: '$CURRENT_USER' } } }) }
  return (await ask(visitor, readItems('posts', { filter, fields: ['id'] }), access)).length > 0
}

// Next.js refuses such forms, too, but as an error of the site's: with status 500, and lines in the log.
function isFromElsewhere(headers: Headers) {
  const origin = headers.get('origin')
  const host = headers.get('x-forwarded-host') ?? headers.get('host')
  return origin !== null && origin !== `https://${host}` && origin !== `http://${host}`
}

export async function proxy(request: NextRequest) {
  const { headers, cookies, method, nextUrl } = request
  if (method === 'POST' && isFromElsewhere(headers))
    return new NextResponse('This form is on another site.', { status: 403 })

  const isGuarded = GUARDED.test(nextUrl.pathname)
  const before = readSession(cookies)
  let session = before
  let isThere = true
  let isReachable = true
  try {
    // Next.js itself fetches the page that an action leads to, and drops its cookies: that page must not renew.
    const margin = method === 'POST' ? 2 * MARGIN : MARGIN
    if (session && isEnding(session, margin)) session = await renew(headers, session)
    if (session && isGuarded) {
      isThere = await exists(headers, session, nextUrl.pathname).catch(async (error) => {
        if (!(error instanceof Problem) || !error.isSignedOut) throw error
        // ended from elsewhere, or only the token has, by the database's clock
        session = await renew(headers, session!)
        return !session || exists(headers, session, nextUrl.pathname)
      })
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    isReachable = false
  }

  // The new cookies are for the page of this very request, and for the browser.
  if (session !== before) writeSession(cookies, session, headers)
  const response = answer()
  if (session !== before) writeSession(response.cookies, session, headers)
  return response

  function answer() {
    // What a script posts, its action answers: so what was entered stays in the form.
    const isAction = method === 'POST' && headers.has('next-action')
    if (isGuarded && !isAction) {
      if (!isReachable)
        return errorPage(503, 'Something went wrong', 'Our server is busy or cannot be reached. Please try again in a moment.')
      // Going on from page to page, Next.js would keep the header of who was signed in: this makes it load all anew.
      if (!session && headers.get('sec-fetch-dest') === 'empty') return new NextResponse(null, { status: 401 })
      if (!session) return NextResponse.redirect(new URL(loginPath(nextUrl.pathname + nextUrl.search), request.url), 302)
      // Next.js cannot rewrite a form that was sent.
      if (!isThere && method === 'POST')
        return errorPage(404, 'Not found', 'There is no such page, or it is not yours to see.')
      if (!isThere) return NextResponse.rewrite(new URL('/not-found', request.url), { request: { headers } })
    }
    return NextResponse.next({ request: { headers } })
  }
}
