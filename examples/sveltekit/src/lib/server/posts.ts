// Posts, as pages and forms need them

import { readItem, readItems } from '@directus/sdk'
import { orErrorPage } from './directus'

const LISTED = ['id', 'title', 'date_created', { author: ['id', 'first_name'] }] as const

export async function listPosts({ directus, userId }: App.Locals) {
  const posts = await orErrorPage(directus.request(readItems('posts', { fields: LISTED, sort: ['-date_created'], limit: -1 })))
  return posts.map((post) => ({ ...post, isOwn: post.author?.id === userId }))
}

export async function findPost({ directus, userId }: App.Locals, id: string) {
  const post = await orErrorPage(directus.request(readItem('posts', id, { fields: [...LISTED, 'content'] })))
  return { ...post, isOwn: post.author?.id === userId }
}

/** What a form has sent, and what is wrong with it */
export async function readPostForm(request: Request) {
  const form = await request.formData()
  const post = { title: String(form.get('title') ?? ''), content: String(form.get('content') ?? '') }
  return { post, message: post.title.trim() === '' ? 'A post needs a title.' : null }
}
