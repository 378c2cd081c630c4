import { orErrorPage, refuse } from '$lib/server/forms'
import { NOT_FOUND } from '$lib/server/messages'
import { findPost, readPostForm } from '$lib/server/posts'
import { deleteItem, updateItem } from '@directus/sdk'
import { error, redirect } from '@sveltejs/kit'

export const load = async (event) => {
  const post = await findPost(event, event.params.id)
  if (!post.isOwn) error(404, NOT_FOUND)
  return { post }
}

// Whose post it is need not be asked again: the database refuses to change another's.
export const actions = {
  save: async ({ locals, params, request }) => {
    const post = await readPostForm(request)
    try {
      await locals.directus.request(updateItem('posts', params.id, post, { fields: ['id'] }))
    } catch (reason) {
      return refuse(reason, post)
    }
    redirect(303, `/posts/${params.id}`)
  },

  delete: async ({ locals, params, url }) => {
    await orErrorPage(url, locals.directus.request(deleteItem('posts', params.id)))
    redirect(303, '/dashboard')
  },
}
