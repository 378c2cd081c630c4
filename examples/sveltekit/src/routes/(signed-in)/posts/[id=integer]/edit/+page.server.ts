import { orErrorPage } from '$lib/server/directus'
import { explain, NOT_FOUND } from '$lib/server/messages'
import { findPost, readPostForm } from '$lib/server/posts'
import { deleteItem, updateItem } from '@directus/sdk'
import { error, fail, redirect } from '@sveltejs/kit'

export const load = async ({ locals, params }) => {
  const post = await findPost(locals, params.id)
  if (!post.isOwn) error(404, NOT_FOUND)
  return { post }
}

// Whose post it is need not be asked again: the database refuses to change another's.
export const actions = {
  save: async ({ locals, params, request }) => {
    const { post, message } = await readPostForm(request)
    if (message) return fail(400, { ...post, message })
    try {
      await locals.directus.request(updateItem('posts', params.id, post, { fields: ['id'] }))
    } catch (reason) {
      const { status, message } = explain(reason)
      return fail(status, { ...post, message })
    }
    redirect(303, `/posts/${params.id}`)
  },

  delete: async ({ locals, params }) => {
    await orErrorPage(locals.directus.request(deleteItem('posts', params.id)))
    redirect(303, '/dashboard')
  },
}
