import { explain } from '$lib/server/messages'
import { signIn } from '$lib/server/session'
import { registerUser } from '@directus/sdk'
import { fail, redirect } from '@sveltejs/kit'

// Registration answers the same for an address that is taken; only the sign-in tells.
const TAKEN = 'An account cannot be opened with this e-mail address. If it is yours, sign in.'

export const actions = {
  default: async (event) => {
    const form = await event.request.formData()
    const text = (name: string) => String(form.get(name) ?? '')
    const entered = { first_name: text('first_name'), last_name: text('last_name'), email: text('email') }
    const names = { first_name: entered.first_name || undefined, last_name: entered.last_name || undefined }
    try {
      await event.locals.directus.request(registerUser(entered.email, text('password'), names))
    } catch (reason) {
      const { status, message } = explain(reason, { FORBIDDEN: 'Registration is closed.' })
      return fail(status, { ...entered, message })
    }
    try {
      await signIn(event, entered.email, text('password'))
    } catch (reason) {
      const { status, message } = explain(reason, { INVALID_CREDENTIALS: TAKEN })
      return fail(status, { ...entered, message })
    }
    redirect(303, '/dashboard')
  },
}
