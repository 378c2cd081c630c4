// Posts, as pages and forms need them.

import { readItem, readItems } from '@directus/sdk'
import type { Directus } from './directus'
import { codeOf } from './messages'

const FIELDS = ['id', 'title', 'content', 'date_created', { author: ['id', 'first_name'] }] as const

export type Post = Awaited<ReturnType<typeof listPosts>>[number]

export function listPosts(directus: Directus) {
  return directus.request(readItems('posts', { fields: FIELDS, sort: ['-date_created'], limit: -1 }))
}

// The id comes from the address bar and becomes part of a path.
export async function findPost(directus: Directus, id = ''): Promise<Post | undefined> {
  if (!/^\d{1,18}$/.test(id)) return undefined
  try {
    return await directus.request(readItem('posts', id, { fields: FIELDS }))
  } catch (error) {
    if (codeOf(error) === 'FORBIDDEN') return undefined
    throw error
  }
}

export function postFrom(form: FormData) {
  return {
    title: String(form.get('title') ?? '').trim() || 'Untitled',
    content: String(form.get('content') ?? ''),
  }
}
