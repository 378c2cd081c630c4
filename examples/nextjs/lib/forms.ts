// What an action tells its form: what went wrong, and what was entered.

import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { Problem } from './directus'
import { explain } from './messages'
import { loginPath } from './paths'
import { writeSession } from './session'

export interface FormState {
  error?: string
  values?: Record<string, string>
}

export function readText(form: FormData, name: string) {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

// For catch blocks. What is nobody's mistake is left to the error page.
export function refuse(error: unknown, values?: FormState['values'], special?: Record<string, string>): FormState {
  if (!(error instanceof Problem)) throw error
  return { error: explain(error, special), values }
}

// The same where one must be signed in: whoever is not any more, signs in and comes back.
export async function refuseOrSignIn(error: unknown, page: string, values?: FormState['values']): Promise<FormState> {
  if (!(error instanceof Problem) || !error.isSignedOut) return refuse(error, values)
  writeSession(await cookies(), undefined, await headers())
  redirect(loginPath(page))
}
