// What the backend's errors are called on the pages. Its own texts are never shown.

import { isDirectusError } from '@directus/sdk'

const SENTENCES: Record<string, string> = {
  INVALID_CREDENTIALS: 'The e-mail address or the password is not right.',
  FAILED_VALIDATION: 'Please check what you entered: something is missing or cannot be used.',
  INVALID_PAYLOAD: 'Please check what you entered: something is missing, too long or cannot be used.',
  VALUE_TOO_LONG: 'Please check what you entered: something is too long.',
  RECORD_NOT_UNIQUE: 'There is already an account with this e-mail address.',
  FORBIDDEN: 'You are not allowed to do this.',
  SERVICE_UNAVAILABLE: 'The server is busy. Please try again in a moment.',
}
const WEAK_PASSWORD = 'This password cannot be used. Choose one with at least 8 characters.'
const INVALID_EMAIL = 'This is no valid e-mail address. It looks like name@example.com.'
const UNREACHABLE = 'The server cannot be reached. Please try again in a moment.'
export const UNKNOWN = 'Something went wrong on our side. Please try again.'
export const TOO_LARGE = 'This is too long to be sent. Please go back and shorten it.'
export const NOT_FOUND = 'There is no such page, or it is not yours to see.'

const tooMany = (seconds: number) =>
  `There were too many attempts. Please wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'} and try again.`

export class Unreachable extends Error {}

/** What to answer, and what to say. own: the sentences that this page has for some codes */
export function explain(reason: unknown, own: Record<string, string> = {}): { status: number; message: string } {
  if (!isDirectusError(reason)) {
    if (reason instanceof Unreachable) return { status: 503, message: UNREACHABLE }
    throw reason
  }

  const { status, headers } = reason.response
  const { code, field, reason: detail } = reason.errors[0].extensions
  if (code === 'REQUESTS_EXCEEDED') return { status, message: tooMany(Number(headers.get('retry-after')) || 1) }
  if (code === 'FAILED_VALIDATION' && field === 'password') return { status, message: WEAK_PASSWORD }
  if (code === 'INVALID_PAYLOAD' && String(detail).startsWith('"email"')) return { status, message: INVALID_EMAIL }
  return { status, message: own[code] ?? SENTENCES[code] ?? UNKNOWN }
}

/** Whether the backend said no, and not only that it cannot answer now */
export const isRefusal = (reason: unknown) => [400, 401, 403].includes(explain(reason).status)
