// Posts, as pages and forms need them.

import { readItem, readItems } from '@directus/sdk'
import type { Directus } from './directus'
import { Problem, unlessRefused } from './problem'
import { readText } from './read-form'

const FIELDS = ['id', 'title', 'content', 'date_created', 'author'] as const

export type Post = Awaited<ReturnType<typeof listPosts>>[number]

export async function listPosts(directus: Directus) {
  const [posts, names] = await Promise.all([
    directus.request(readItems('posts', { fields: FIELDS, sort: ['-date_created'], limit: -1 })),
    readNames(directus),
  ])
  return posts.map((post) => withName(post, names))
}

// The id comes from the address bar and becomes part of a path.
export async function findPost(directus: Directus, id = ''): Promise<Post | undefined> {
  if (!/^\d{1,18}$/.test(id)) return undefined
  try {
    const post = await directus.request(readItem('posts', id, { fields: FIELDS }))
    return withName(post, await readNames(directus, post.author))
  } catch (error) {
    if (error instanceof Problem && error.code === 'FORBIDDEN') return undefined
    throw error
  }
}

// Of one author, or of all. A database without the view of names has none.
async function readNames(directus: Directus, author?: string | null) {
  const filter = author ? { id: { _eq: author } } : {}
  const authors = await unlessRefused(directus.request(readItems('authors', { fields: ['id', 'name'], filter, limit: -1 })))
  return new Map(authors?.map(({ id, name }) => [id, name]))
}

function withName<Row extends { author: string | null }>(post: Row, names: Map<string, string | null>) {
  return { ...post, name: names.get(post.author ?? '') ?? 'somebody' }
}

export function postFrom(form: FormData) {
  return { title: readText(form, 'title').trim() || 'Untitled', content: readText(form, 'content') }
}
