// Posts, as pages and actions need them.

import { createItem, deleteItem, readItem, readItems, updateItem } from '@directus/sdk'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { ask } from './directus'
import { Problem, unlessRefused } from './problem'

const FIELDS = ['id', 'title', 'content', 'date_created', 'author'] as const

export type Post = Awaited<ReturnType<typeof listPosts>>[number]

export async function listPosts() {
  const [posts, names] = await Promise.all([
    ask(readItems('posts', { fields: FIELDS, sort: ['-date_created'], limit: -1 })),
    readNames(),
  ])
  return posts.map((post) => withName(post, names))
}

// Once for a page and its title
export const findPost = cache(async (id: string): Promise<Post> => {
  try {
    const post = await ask(readItem('posts', id, { fields: FIELDS }))
    return withName(post, await readNames(post.author))
  } catch (error) {
    if (error instanceof Problem && error.code === 'FORBIDDEN') notFound()
    throw error
  }
})

// Of one author, or of all. A database without the view of names has none.
async function readNames(author?: string | null) {
  const filter = author ? { id: { _eq: author } } : {}
  const authors = await unlessRefused(ask(readItems('authors', { fields: ['id', 'name'], filter, limit: -1 })))
  return new Map(authors?.map(({ id, name }) => [id, name]))
}

function withName<Row extends { author: string | null }>(post: Row, names: Map<string, string | null>) {
  return { ...post, name: names.get(post.author ?? '') ?? 'somebody' }
}

interface PostText {
  title: string
  content: string
}

export const createPost = (text: PostText) => ask(createItem('posts', text, { fields: ['id'] }))

// The id comes back from the browser and becomes part of a path.
export const updatePost = (id: number, text: PostText) => ask(updateItem('posts', Number(id), text))
export const deletePost = (id: number) => ask(deleteItem('posts', Number(id)))
