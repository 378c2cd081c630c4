// Runs before every page: renews the session, guards the pages for which one must be
// signed in, and refuses forms that Next.js would take for errors of the site. It asks
// the database about these, so that the end of a session is felt at once, and because
// a page of Next.js could set the status only for browsers with JavaScript.

import { readItems, readMe } from '@directus/sdk'
import { NextResponse, type NextRequest } from 'next/server'
import { renew } from './lib/account'
import { request as ask } from './lib/directus'
import { errorPage } from './lib/error-page'
import { NOT_FOUND, UNAVAILABLE, UNREADABLE } from './lib/messages'
import { pathToLogin } from './lib/paths'
import { Problem } from './lib/problem'
import { readBody, readForm, Unreadable } from './lib/read-form'
import { isEnding, MARGIN, readSession, writeSession, type Session } from './lib/session'

export const config = { matcher: '/((?!_next/|site\\.css$|favicon\\.svg$).*)' }

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
  const filter = { id: { _eq: Number(id) }, ...(edit && { author: { _eq: '$CURRENT_USER' } }) }
  return (await ask(visitor, readItems('posts', { filter, fields: ['id'] }), access)).length > 0
}

function isFromElsewhere(headers: Headers) {
  const origin = headers.get('origin')
  const host = headers.get('x-forwarded-host') ?? headers.get('host')
  return origin !== null && origin !== `https://${host}` && origin !== `http://${host}`
}

// Scripts are those that Next.js gives the nonce of this answer, which it reads from the request.
function policyFor(nonce: string) {
  const forDevelopment = process.env.NODE_ENV === 'development'
  return [
    "default-src 'none'", "base-uri 'none'", "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "img-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${forDevelopment ? " 'unsafe-eval'" : ''}`,
    `style-src 'self'${forDevelopment ? " 'unsafe-inline'" : ''}`,
  ].join('; ')
}

export async function proxy(request: NextRequest) {
  const policy = policyFor(crypto.randomUUID())
  request.headers.set('Content-Security-Policy', policy)
  const response = await answerTo(request)
  response.headers.set('Content-Security-Policy', policy)
  return response
}

async function answerTo(request: NextRequest) {
  const { headers, cookies, method, nextUrl } = request
  const isAction = method === 'POST' && headers.has('next-action')
  if (method === 'POST') {
    if (isFromElsewhere(headers)) return new NextResponse('This form is on another site.', { status: 403 })
    try {
      // A script sends a form, too, unless the action takes none.
      const isArguments = isAction && headers.get('content-type')?.startsWith('text/plain')
      await (isArguments ? readBody(request.clone()) : readForm(request.clone()))
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      const sentence = UNREADABLE[error.status]!
      // The script throws what is told as text, and error.tsx shows it.
      if (isAction) return new NextResponse(sentence, { status: error.status, headers: { 'Content-Type': 'text/plain' } })
      return errorPage(error.status, 'Something went wrong', sentence)
    }
  }

  const isGuarded = GUARDED.test(nextUrl.pathname)
  const before = readSession(cookies, headers)
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
    if (isGuarded && !isAction) {
      if (!isReachable) return errorPage(503, 'Something went wrong', UNAVAILABLE)
      // Going on from page to page, Next.js would keep the header of who was signed in: this makes it load all anew.
      if (!session && headers.get('sec-fetch-dest') === 'empty') return new NextResponse(null, { status: 401 })
      if (!session) return NextResponse.redirect(new URL(pathToLogin(nextUrl.pathname + nextUrl.search), request.url), 302)
      // Next.js cannot rewrite a form that was sent.
      if (!isThere && method === 'POST') return errorPage(404, 'Not found', NOT_FOUND)
      if (!isThere) return NextResponse.rewrite(new URL('/not-found', request.url), { request: { headers } })
    }
    return NextResponse.next({ request: { headers } })
  }
}
