import { readForm, refuse } from '$lib/server/forms'
import { AT_SIGN_IN } from '$lib/server/messages'
import { pathAfterLogin } from '$lib/server/paths'
import { readText } from '$lib/server/read-form'
import { signIn } from '$lib/server/session'
import { redirect } from '@sveltejs/kit'

export const actions = {
  default: async (event) => {
    const form = await readForm(event.request)
    const email = readText(form, 'email').trim()
    try {
      await signIn(event, email, readText(form, 'password'))
    } catch (reason) {
      return refuse(reason, { email }, AT_SIGN_IN)
    }
    redirect(303, pathAfterLogin(event.url.searchParams.get('next')))
  },
}
