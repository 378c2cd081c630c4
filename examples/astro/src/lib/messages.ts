// What went wrong, and how to say it: translate it here. The server's own texts are for developers and are never shown.

import type { Problem } from './problem'

export const NOT_FOUND = 'There is no such page, or it is not yours to see.'
export const UNAVAILABLE = 'Our server is busy or cannot be reached. Please try again in a moment.'
export const UNKNOWN = 'Something went wrong. Please try again.'

/** Of a form that cannot be read, by status */
export const UNREADABLE: Record<number, string> = {
  400: 'This form could not be read. Please go back and try again.',
  413: 'This is too long to be sent. Please go back and shorten it.',
  415: 'This is not a form of this site. Please go back and try again.',
}

const INVALID = 'Please check what you entered: something is missing or too long.'
const SENTENCES: Record<string, string> = {
  INVALID_CREDENTIALS: 'Please sign in again.',
  FAILED_VALIDATION: INVALID,
  VALUE_TOO_LONG: INVALID,
  INVALID_PAYLOAD: 'Please check what you entered: something is missing, too long or not an e-mail address.',
  RECORD_NOT_UNIQUE: 'There is an account with this e-mail address already.',
  FORBIDDEN: 'You may not do this.',
  SERVICE_UNAVAILABLE: UNAVAILABLE,
}

// Some forms can say some of it better.
export const AT_SIGN_IN = { INVALID_CREDENTIALS: 'The e-mail address or the password is wrong.' }
export const AT_REGISTRATION = {
  // Directus does not tell strangers who has an account.
  INVALID_CREDENTIALS: 'Perhaps you have an account with this address already: then sign in instead.',
  FORBIDDEN: 'Nobody can register at the moment.',
}
export const AT_PASSWORD = { INVALID_CREDENTIALS: 'The current password is wrong.' }
export const AT_DEVICE = { FORBIDDEN: 'This device is signed out already.' }

/** A sentence for a person; `special` has those of one form. */
export function explain({ code, field, seconds = 60 }: Problem, special: Record<string, string> = {}): string {
  if (code === 'FAILED_VALIDATION' && field === 'password') return 'Please choose a longer password: at least eight characters.'
  if (code === 'REQUESTS_EXCEEDED') return `Too many attempts. Please try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
  return special[code] ?? SENTENCES[code] ?? UNKNOWN
}

/** What is said after success, by the `done` of the address */
export const DONE: Record<string, string> = {
  name: 'Saved.',
  password: 'Your password was changed.',
  session: 'The device was signed out.',
}
