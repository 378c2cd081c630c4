// The connection to Directus' surface: one client for each request.

import { env } from '$env/dynamic/private'
import { createDirectus, customEndpoint, rest, staticToken } from '@directus/sdk'
import { error, redirect, type RequestEvent } from '@sveltejs/kit'
import { explain, NOT_FOUND, Unreachable } from './messages'

const TIMEOUT_MS = 10_000

interface Author {
  id: string
  first_name: string | null
}

interface Post {
  id: number
  title: string
  content: string | null
  /** null, too, where row-level security hides the author */
  author: Author | null
  date_created: string
}

interface Session {
  id: string
  refreshed_at: string
  user_agent: string | null
  ip: string | null
  is_current: boolean
}

interface Schema {
  posts: Post[]
  directus_users: Author[]
}

export type Directus = ReturnType<typeof connect>

export function connect(event: RequestEvent, accessToken = '') {
  // The backend lists sessions by the visitor's browser, not by this server.
  const visitor = {
    'User-Agent': event.request.headers.get('user-agent') ?? '',
    'X-Forwarded-For': event.getClientAddress(),
  }
  return createDirectus<Schema>(env.DIRECTUS_URL!, { globals: { fetch: fetchInTime } })
    .with(staticToken(accessToken))
    .with(rest({ onRequest: (options) => ({ ...options, headers: { ...options.headers, ...visitor } }) }))
}

async function fetchInTime(url: string, options: RequestInit) {
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => null)
  const isJson = response?.headers.get('content-type')?.includes('json')
  // A proxy in between tells an outage in its own words.
  if (!response || ([429, 502, 503, 504].includes(response.status) && !isJson)) throw new Unreachable()
  return response
}

// Three calls that auth has beside those of Directus

export const readSessions = () => customEndpoint<Session[]>({ path: '/users/me/sessions', method: 'GET' })

export const endSession = (id: string) =>
  customEndpoint<void>({ path: `/users/me/sessions/${encodeURIComponent(id)}`, method: 'DELETE' })

export const changePassword = (currentPassword: string, newPassword: string) =>
  customEndpoint<void>({
    path: '/users/me/password',
    method: 'POST',
    body: JSON.stringify({ current_password: currentPassword, new_password: newPassword }),
  })

/** The answer, or the error page that fits: for what a page cannot do without. */
export async function orErrorPage<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (reason) {
    const { status, message } = explain(reason)
    if (status === 401) redirect(302, '/login')
    // The backend does not tell what is missing from what is not for you.
    if (status === 403) error(404, NOT_FOUND)
    error(status === 429 || status > 500 ? 503 : 500, message)
  }
}
