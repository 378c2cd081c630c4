import { refuse } from '$lib/server/forms'
import { readPostForm } from '$lib/server/posts'
import { createItem } from '@directus/sdk'
import { redirect } from '@sveltejs/kit'

export const actions = {
  default: async ({ locals, request }) => {
    const post = await readPostForm(request)
    let id: number
    try {
      ({ id } = await locals.directus.request(createItem('posts', post, { fields: ['id'] })))
    } catch (reason) {
      return refuse(reason, post)
    }
    redirect(303, `/posts/${id}`)
  },
}
