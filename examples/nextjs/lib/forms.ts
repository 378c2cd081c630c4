// What an action tells its form: what went wrong, and what was entered.

import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { explain } from './messages'
import { pathToLogin } from './paths'
import { Problem } from './problem'
import { writeSession } from './session'

export interface FormState {
  error?: string
  values?: Record<string, string>
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
  redirect(pathToLogin(page))
}
