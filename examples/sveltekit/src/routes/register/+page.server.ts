import { readForm, refuse } from '$lib/server/forms'
import { AT_REGISTRATION } from '$lib/server/messages'
import { pathAfterLogin } from '$lib/server/paths'
import { readText } from '$lib/server/read-form'
import { signIn } from '$lib/server/session'
import { registerUser } from '@directus/sdk'
import { redirect } from '@sveltejs/kit'

export const actions = {
  default: async (event) => {
    const form = await readForm(event.request)
    const text = (name: string) => readText(form, name).trim()
    const values = { first_name: text('first_name'), last_name: text('last_name'), email: text('email') }
    const password = readText(form, 'password')
    const { first_name, last_name, email } = values
    try {
      // What is left empty is left out.
      const names = { ...(first_name && { first_name }), ...(last_name && { last_name }) }
      await event.locals.directus.request(registerUser(email, password, names))
      await signIn(event, email, password)
    } catch (reason) {
      return refuse(reason, values, AT_REGISTRATION)
    }
    redirect(303, pathAfterLogin(event.url.searchParams.get('next')))
  },
}
