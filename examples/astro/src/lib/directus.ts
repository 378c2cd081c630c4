// The connection to Directus, one for each request, and what this site knows there.

import { createDirectus, rest, staticToken, type RestCommand } from '@directus/sdk'
import type { APIContext } from 'astro'
import { DIRECTUS_URL } from 'astro:env/server'
import { fetchAnswer, Problem } from './problem'

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
    /** null: the account was deleted */
    author: string | null
  }[]
  /** the public names of those who wrote something */
  authors: { id: string, name: string | null }[]
}

export interface Directus {
  request<Answer>(command: RestCommand<Answer, Schema>): Promise<Answer>
}

/** Asks as the visitor, and throws nothing but a Problem. */
export function connect({ request, clientAddress }: APIContext, token = ''): Directus {
  const visitor = {
    'User-Agent': request.headers.get('user-agent') ?? '',
    'X-Forwarded-For': clientAddress,
  }
  const client = createDirectus<Schema>(DIRECTUS_URL, { globals: { fetch: fetchAnswer } })
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
