// The connection to Directus, one for each request, and what this site knows there.

import { createDirectus, rest, type RestCommand } from '@directus/sdk'
import { cookies, headers } from 'next/headers'
import { fetchAnswer, Problem } from './problem'
import { readSession } from './session'

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
    /** null: the account was deleted */
    author: string | null
  }[]
  /** the public names of those who wrote something */
  authors: { id: string; name: string | null }[]
}

/** Asks for the visitor whose headers these are, and throws nothing but a Problem. */
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

// For whoever is signed in: in pages and actions.
export async function ask<Answer>(command: RestCommand<Answer, Schema>) {
  const visitor = await headers()
  const session = readSession(await cookies(), visitor)
  if (!session) throw new Problem('SIGNED_OUT', 401)
  return request(visitor, command, session.access)
}
