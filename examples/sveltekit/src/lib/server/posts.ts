// Posts, as pages and forms need them.

import { readItem, readItems } from '@directus/sdk'
import type { RequestEvent } from '@sveltejs/kit'
import type { Directus } from './directus'
import { orErrorPage, readForm } from './forms'
import { unlessRefused } from './problem'
import { readText } from './read-form'

const FIELDS = ['id', 'title', 'content', 'date_created', 'author'] as const

export async function listPosts({ locals: { directus, userId }, url }: Pick<RequestEvent, 'locals' | 'url'>) {
  const [posts, names] = await orErrorPage(url, Promise.all([
    directus.request(readItems('posts', { fields: FIELDS, sort: ['-date_created'], limit: -1 })),
    readNames(directus),
  ]))
  return posts.map((post) => withName(post, names, userId))
}

export async function findPost({ locals: { directus, userId }, url }: Pick<RequestEvent, 'locals' | 'url'>, id: string) {
  const post = await orErrorPage(url, directus.request(readItem('posts', id, { fields: FIELDS })))
  return withName(post, await orErrorPage(url, readNames(directus, post.author)), userId)
}

// Of one author, or of all. A database without the view of names has none.
async function readNames(directus: Directus, author?: string | null) {
  const filter = author ? { id: { _eq: author } } : {}
  const authors = await unlessRefused(directus.request(readItems('authors', { fields: ['id', 'name'], filter, limit: -1 })))
  return new Map(authors?.map(({ id, name }) => [id, name]))
}

function withName<Row extends { author: string | null }>(post: Row, names: Map<string, string | null>, userId: string | null) {
  return { ...post, name: names.get(post.author ?? '') ?? 'somebody', isOwn: post.author === userId }
}

export async function readPostForm(request: Request) {
  const form = await readForm(request)
  return { title: readText(form, 'title').trim() || 'Untitled', content: readText(form, 'content') }
}
