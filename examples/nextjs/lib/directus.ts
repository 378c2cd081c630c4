// Requests to Directus: each for one visitor, with that visitor's token.

import { createDirectus, isDirectusError, rest, type RestCommand } from '@directus/sdk'
import { cookies, headers } from 'next/headers'
import { readSession } from './session'

const TIMEOUT_MS = 15_000

interface User {
  id: string
  email: string | null
  first_name: string | null
  last_name: string | null
}

interface Schema {
  directus_users: User[]
  posts: {
    id: number
    title: string
    content: string | null
    date_created: string
    /** null where row-level security hides the account */
    author: User | null
  }[]
}

// What went wrong, by Directus' code, and what else a sentence may need: the
// field, the seconds to wait. Holds no token and no text of the server, so that
// it may be logged.
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly field?: string,
    readonly seconds?: number,
  ) {
    super(`${status} ${code}`)
  }

  get isSignedOut() {
    return this.status === 401 || this.code === 'INVALID_TOKEN'
  }

  static from(error: unknown) {
    // no answer, or one of somebody on the way
    if (!isDirectusError(error)) return new Problem('SERVICE_UNAVAILABLE', 503)
    const { code, field } = error.errors[0].extensions
    const { status, headers } = error.response
    return new Problem(code, status, field, Number(headers.get('retry-after')) || undefined)
  }
}

// For the visitor whose headers these are.
export async function request<Answer>(visitor: Headers, command: RestCommand<Answer, Schema>, token?: string) {
  const from = {
    'User-Agent': visitor.get('user-agent') ?? '',
    'X-Forwarded-For': visitor.get('x-forwarded-for') ?? '',
    ...(token && { Authorization: `Bearer ${token}` }),
  }
  const client = createDirectus<Schema>(process.env.DIRECTUS_URL ?? 'http://127.0.0.1:8055', { globals: { fetch: fetchAnswer } })
    .with(rest({ onRequest: (options) => ({ ...options, headers: { ...options.headers, ...from } }) }))
  try {
    return await client.request(command)
  } catch (error) {
    throw Problem.from(error)
  }
}

// The SDK takes the page of a proxy on the way for an answer.
async function fetchAnswer(url: string, options: RequestInit) {
  const answer = await fetch(url, { ...options, cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!answer.ok && !answer.headers.get('content-type')?.includes('json')) throw new Error(`not from Directus: ${answer.status}`)
  return answer
}

// For whoever is signed in: in pages and actions.
export async function ask<Answer>(command: RestCommand<Answer, Schema>) {
  const session = readSession(await cookies())
  if (!session) throw new Problem('SIGNED_OUT', 401)
  return request(await headers(), command, session.access)
}
