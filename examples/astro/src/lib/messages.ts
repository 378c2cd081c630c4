// What went wrong, and how to say it. The server's own texts are for developers and are never shown.

import { isDirectusError } from '@directus/sdk'
import type { AstroGlobal } from 'astro'
import { Unavailable } from './directus'

const SENTENCES: Record<string, string> = {
  INVALID_CREDENTIALS: 'Please sign in again.',
  FAILED_VALIDATION: 'Please check what you entered: something is missing or too long.',
  INVALID_PAYLOAD: 'Please check what you entered: something is missing, too long or not an e-mail address.',
  RECORD_NOT_UNIQUE: 'There is an account with this e-mail address already.',
  FORBIDDEN: 'You may not do this.',
  SERVICE_UNAVAILABLE: 'Our server is busy or cannot be reached. Please try again in a moment.',
}

/** A sentence for a person; `special` says some of them better for one form. */
export function messageFor(error: unknown, special: Record<string, string> = {}): string {
  const { code = '', field } = extensionsOf(error)
  if (code === 'FAILED_VALIDATION' && field === 'password') return 'Please choose a longer password: at least eight characters.'
  if (code === 'REQUESTS_EXCEEDED') {
    const seconds = secondsToWait(error)
    return `Too many attempts. Please try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
  }
  return special[code] ?? SENTENCES[code] ?? 'Something went wrong. Please try again.'
}

/** What a form shows after a failure. What is nobody's mistake is left to the error page. */
export function formError(page: AstroGlobal, error: unknown, special?: Record<string, string>): string {
  const status = statusFor(error)
  if (status === 500) throw error
  page.response.status = status
  return messageFor(error, special)
}

/** The status for a page that shows the error. */
export function statusFor(error: unknown): number {
  if (error instanceof Unavailable) return 503
  const status = error instanceof Error && 'response' in error && error.response instanceof Response ? error.response.status : 500
  return status >= 400 ? status : 500
}

/** Directus is down or busy: nothing is wrong with the visitor's session. */
export function isUnavailable(error: unknown): boolean {
  return [429, 503].includes(statusFor(error))
}

/** Directus answered that a token, or what was asked with it, is no good. */
export function isRefused(error: unknown): boolean {
  return [400, 401, 403].includes(statusFor(error))
}

export function codeOf(error: unknown): string {
  return extensionsOf(error).code ?? ''
}

function extensionsOf(error: unknown): { code?: string, field?: string, reset?: string } {
  if (isDirectusError(error)) return error.errors[0]?.extensions ?? {}
  return isUnavailable(error) ? { code: 'SERVICE_UNAVAILABLE' } : {}
}

function secondsToWait(error: unknown): number {
  const milliseconds = Date.parse(extensionsOf(error).reset ?? '') - Date.now()
  return Math.max(1, Math.ceil(milliseconds / 1000) || 1)
}
