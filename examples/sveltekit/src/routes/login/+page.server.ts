import { explain } from '$lib/server/messages'
import { nextPath } from '$lib/server/paths'
import { signIn } from '$lib/server/session'
import { fail, redirect } from '@sveltejs/kit'

export const actions = {
  default: async (event) => {
    const form = await event.request.formData()
    const email = String(form.get('email') ?? '')
    try {
      await signIn(event, email, String(form.get('password') ?? ''))
    } catch (reason) {
      const { status, message } = explain(reason)
      return fail(status, { email, message })
    }
    redirect(303, nextPath(event.url))
  },
}
