// The connection to Directus, one for each request, and what this site knows there.

import { env } from '$env/dynamic/private'
import { createDirectus, customEndpoint, rest, staticToken, type RestCommand } from '@directus/sdk'
import type { RequestEvent } from '@sveltejs/kit'
import { fetchAnswer, Problem } from './problem'

interface User {
  id: string
  email: string | null
  first_name: string | null
  last_name: string | null
}

interface Session {
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
    /** null: the account was deleted */
    author: string | null
  }[]
  /** the public names of those who wrote something */
  authors: { id: string; name: string | null }[]
}

export interface Directus {
  request<Answer>(command: RestCommand<Answer, Schema>): Promise<Answer>
}

/** Asks as the visitor, and throws nothing but a Problem. */
export function connect(event: RequestEvent, token = ''): Directus {
  const visitor = {
    'User-Agent': event.request.headers.get('user-agent') ?? '',
    'X-Forwarded-For': event.getClientAddress(),
  }
  const client = createDirectus<Schema>(env.DIRECTUS_URL!, { globals: { fetch: fetchAnswer } })
    .with(staticToken(token))
    .with(rest({ onRequest: (options) => ({ ...options, headers: { ...options.headers, ...visitor } }) }))
  return {
    async request(command) {
      try {
        return await client.request(command)
      } catch (error) {
        throw Problem.from(error)
      }
    },
  }
}

// Three calls that auth has beside those of Directus

export const readSessions = () => customEndpoint<Session[]>({ path: '/users/me/sessions', method: 'GET' })

export const endSession = (id: string) =>
  customEndpoint<void>({ path: `/users/me/sessions/${encodeURIComponent(id)}`, method: 'DELETE' })

export const changePassword = (current_password: string, new_password: string) =>
  customEndpoint<void>({ path: '/users/me/password', method: 'POST', body: JSON.stringify({ current_password, new_password }) })
