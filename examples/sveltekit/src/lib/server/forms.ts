// What a page and its forms show when something goes wrong. What is nobody's mistake is left to the error page.

import { error, fail, redirect } from '@sveltejs/kit'
import { explain, NOT_FOUND, UNKNOWN, UNREADABLE } from './messages'
import { pathToLogin } from './paths'
import { Problem } from './problem'
import * as form from './read-form'

/** For an action: what went wrong, beside what was entered */
export function refuse<Values extends object>(reason: unknown, values: Values, special?: Record<string, string>) {
  if (!(reason instanceof Problem)) throw reason
  return fail(reason.status, { ...values, message: explain(reason, special) })
}

/** The answer, or the error page that fits: for what the page at `url` cannot do without */
export async function orErrorPage<Answer>(url: URL, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (reason) {
    if (!(reason instanceof Problem)) throw reason
    if (reason.isSignedOut) redirect(302, pathToLogin(url.pathname))
    // Directus does not tell what is missing from what is not for you.
    if (reason.code === 'FORBIDDEN') error(404, NOT_FOUND)
    error(reason.isPassing ? 503 : 500, reason.isPassing ? explain(reason) : UNKNOWN)
  }
}

export async function readForm(request: Request): Promise<FormData> {
  try {
    return await form.readForm(request)
  } catch (reason) {
    if (!(reason instanceof form.Unreadable)) throw reason
    error(reason.status, UNREADABLE[reason.status]!)
  }
}
