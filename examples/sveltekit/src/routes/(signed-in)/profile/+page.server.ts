import { changePassword, endSession, orErrorPage, readSessions } from '$lib/server/directus'
import { explain } from '$lib/server/messages'
import { readMe, updateMe } from '@directus/sdk'
import { fail, redirect } from '@sveltejs/kit'

const DONE: Record<string, string> = {
  name: 'Saved.',
  password: 'Your password was changed.',
  session: 'The device was signed out.',
}

export const load = async ({ locals, url }) => {
  const [me, sessions] = await orErrorPage(Promise.all([
    locals.directus.request(readMe({ fields: ['email', 'first_name', 'last_name'] })),
    locals.directus.request(readSessions()),
  ]))
  return { me, sessions, status: DONE[url.searchParams.get('done') ?? ''] ?? '' }
}

export const actions = {
  name: async ({ locals, request }) => {
    const form = await request.formData()
    const name = { first_name: String(form.get('first_name') ?? ''), last_name: String(form.get('last_name') ?? '') }
    try {
      await locals.directus.request(updateMe(name, { fields: ['id'] }))
    } catch (reason) {
      const { status, message } = explain(reason)
      return fail(status, { name, nameMessage: message })
    }
    redirect(303, '/profile?done=name')
  },

  password: async ({ locals, request }) => {
    const form = await request.formData()
    try {
      await locals.directus.request(changePassword(String(form.get('current_password') ?? ''), String(form.get('new_password') ?? '')))
    } catch (reason) {
      const { status, message } = explain(reason, { INVALID_CREDENTIALS: 'Your current password is not right.' })
      return fail(status, { passwordMessage: message })
    }
    redirect(303, '/profile?done=password')
  },

  session: async ({ locals, request }) => {
    const form = await request.formData()
    try {
      await locals.directus.request(endSession(String(form.get('id') ?? '')))
    } catch (reason) {
      const { status, message } = explain(reason, { FORBIDDEN: 'This device is signed out already.' })
      return fail(status, { sessionMessage: message })
    }
    redirect(303, '/profile?done=session')
  },
}
