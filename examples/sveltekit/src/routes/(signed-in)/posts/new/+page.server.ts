import { explain } from '$lib/server/messages'
import { readPostForm } from '$lib/server/posts'
import { createItem } from '@directus/sdk'
import { fail, redirect } from '@sveltejs/kit'

export const actions = {
  default: async ({ locals, request }) => {
    const { post, message } = await readPostForm(request)
    if (message) return fail(400, { ...post, message })

    let id: number
    try {
      ({ id } = await locals.directus.request(createItem('posts', post, { fields: ['id'] })))
    } catch (reason) {
      const { status, message } = explain(reason)
      return fail(status, { ...post, message })
    }
    redirect(303, `/posts/${id}`)
  },
}
