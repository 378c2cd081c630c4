// What a form shows after a failure. What is nobody's mistake is left to the error page.

import type { AstroGlobal } from 'astro'
import { explain } from './messages'
import { Problem } from './problem'

export function refuse(page: AstroGlobal, error: unknown, special?: Record<string, string>): string {
  if (!(error instanceof Problem)) throw error
  page.response.status = error.status
  return explain(error, special)
}
