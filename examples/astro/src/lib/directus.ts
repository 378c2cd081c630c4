// How this site talks to Directus, and what it knows there.

import { createDirectus, rest, staticToken } from '@directus/sdk'
import type { APIContext } from 'astro'
import { DIRECTUS_URL } from 'astro:env/server'

export interface User {
  id: string
  email: string | null
  first_name: string | null
  last_name: string | null
}

export interface Session {
  id: string
  refreshed_at: string
  user_agent: string | null
  ip: string | null
  is_current: boolean
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

export type Directus = ReturnType<typeof connect>

/** Directus is down or busy. */
export class Unavailable extends Error {}

// One client for each request: it carries that visitor's token.
export function connect({ request, clientAddress }: APIContext) {
  const visitor = {
    'User-Agent': request.headers.get('user-agent') ?? '',
    'X-Forwarded-For': clientAddress,
  }
  return createDirectus<Schema>(DIRECTUS_URL, { globals: { fetch: fetchOrUnavailable } })
    .with(staticToken(''))
    .with(rest({ onRequest: (options) => ({ ...options, headers: { ...options.headers, ...visitor } }) }))
}

// Who answers such a status may be a proxy on the way, in any format.
async function fetchOrUnavailable(url: string, options: RequestInit) {
  const signal = AbortSignal.timeout(15_000)
  const answer = await fetch(url, { ...options, signal }).catch((cause) => {
    throw new Unavailable('Directus cannot be reached', { cause })
  })
  if ([502, 503, 504].includes(answer.status)) throw new Unavailable(`Directus answers ${answer.status}`)
  return answer
}
