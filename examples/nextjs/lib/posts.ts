// Posts, as pages and actions need them.

import { createItem, deleteItem, readItem, readItems, updateItem } from '@directus/sdk'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { ask, Problem } from './directus'

const FIELDS = ['id', 'title', 'content', 'date_created', { author: ['id', 'first_name'] }] as const

export type Post = Awaited<ReturnType<typeof listPosts>>[number]

export const listPosts = () => ask(readItems('posts', { fields: FIELDS, sort: ['-date_created'], limit: -1 }))

// Once for a page and its title
export const readPost = cache(async (id: string): Promise<Post> => {
  try {
    return await ask(readItem('posts', id, { fields: FIELDS }))
  } catch (error) {
    if (error instanceof Problem && error.code === 'FORBIDDEN') notFound()
    throw error
  }
})

interface PostText {
  title: string
  content: string
}

export const createPost = (text: PostText) => ask(createItem('posts', text, { fields: ['id'] }))

// The id comes back from the browser and becomes part of a path.
export const updatePost = (id: number, text: PostText) => ask(updateItem('posts', Number(id), text))
export const deletePost = (id: number) => ask(deleteItem('posts', Number(id)))
