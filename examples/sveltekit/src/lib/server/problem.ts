// What went wrong at Directus: its code, and what else a sentence may need. It holds
// no token and no text of the server, so that it may be logged.

import { isDirectusError } from '@directus/sdk'

const TIMEOUT_MS = 15_000

export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly field?: string,
    readonly seconds?: number,
  ) {
    super(`${status} ${code}`)
  }

  // Only Directus itself says something about the visitor. Whatever else is said, with
  // whatever status, comes from who answers in its place while it is away: a proxy, or
  // PostgREST, whose 401 is then no word about anybody's session.
  static from(error: unknown): Problem {
    if (!isDirectusError(error) || error.response.status >= 500) return new Problem('SERVICE_UNAVAILABLE', 503)
    const { errors: [first], response: { status, headers } } = error
    return new Problem(first!.extensions.code, status, first!.extensions.field, Number(headers.get('retry-after')) || undefined)
  }

  /** Down or busy: to be tried again, and nothing is wrong with the visitor's session. */
  get isPassing(): boolean {
    return this.status === 503 || this.status === 429
  }

  /** A token, or what was asked with it, is no good. */
  get isRefusal(): boolean {
    return [400, 401, 403].includes(this.status)
  }

  get isSignedOut(): boolean {
    return this.status === 401 || this.code === 'INVALID_TOKEN'
  }
}

/** For whom a refusal is no failure, but an answer. */
export async function unlessRefused<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Problem && error.isRefusal) return undefined
    throw error
  }
}

/** fetch for the SDK, which takes the page of a proxy on the way for an answer. */
export async function fetchAnswer(url: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(url, { ...options, cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!answer.ok && !answer.headers.get('content-type')?.includes('json')) throw new Error(`not from Directus: ${answer.status}`)
  return answer
}
