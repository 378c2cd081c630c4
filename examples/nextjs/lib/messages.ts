// What went wrong, and how to say it. The server's own texts are for developers and are never shown.

import type { Problem } from './directus'

const SENTENCES: Record<string, string> = {
  FAILED_VALIDATION: 'Please check what you entered: something is missing or too long.',
  INVALID_PAYLOAD: 'Please check what you entered: something is missing, too long or not an e-mail address.',
  RECORD_NOT_UNIQUE: 'There is an account with this e-mail address already.',
  FORBIDDEN: 'You may not do this.',
  SERVICE_UNAVAILABLE: 'Our server is busy or cannot be reached. Please try again in a moment.',
}

/** A sentence for a person; `special` says some of them better for one form. */
export function explain({ code, field, seconds = 60 }: Problem, special: Record<string, string> = {}) {
  if (code === 'FAILED_VALIDATION' && field === 'password') return 'Please choose a longer password: at least eight characters.'
  if (code === 'REQUESTS_EXCEEDED') return `Too many attempts. Please try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
  return special[code] ?? SENTENCES[code] ?? 'Something went wrong. Please try again.'
}
