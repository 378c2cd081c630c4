import { changePassword, endSession, readSessions } from '$lib/server/directus'
import { deviceName } from '$lib/server/device'
import { orErrorPage, readForm, refuse } from '$lib/server/forms'
import { AT_DEVICE, AT_PASSWORD, DONE } from '$lib/server/messages'
import { readText } from '$lib/server/read-form'
import { readMe, updateMe } from '@directus/sdk'
import { redirect } from '@sveltejs/kit'

export const load = async ({ locals, url }) => {
  const [me, sessions] = await orErrorPage(url, Promise.all([
    locals.directus.request(readMe({ fields: ['email', 'first_name', 'last_name'] })),
    locals.directus.request(readSessions()),
  ]))
  const done = url.searchParams.get('done') ?? ''
  return {
    me,
    sessions: sessions.map(({ user_agent, ...session }) => ({ ...session, device: deviceName(user_agent) })),
    done: { form: done, text: DONE[done] },
  }
}

// What is refused says by `at` which form it is about.
export const actions = {
  name: async ({ locals, request }) => {
    const form = await readForm(request)
    const first_name = readText(form, 'first_name').trim() || null
    const last_name = readText(form, 'last_name').trim() || null
    try {
      await locals.directus.request(updateMe({ first_name, last_name }, { fields: ['id'] }))
    } catch (reason) {
      return refuse(reason, { at: 'name', first_name, last_name })
    }
    redirect(303, '/profile?done=name')
  },

  password: async ({ locals, request }) => {
    const form = await readForm(request)
    try {
      await locals.directus.request(changePassword(readText(form, 'current_password'), readText(form, 'new_password')))
    } catch (reason) {
      return refuse(reason, { at: 'password' }, AT_PASSWORD)
    }
    redirect(303, '/profile?done=password')
  },

  session: async ({ locals, request }) => {
    const form = await readForm(request)
    try {
      await locals.directus.request(endSession(readText(form, 'id')))
    } catch (reason) {
      return refuse(reason, { at: 'session' }, AT_DEVICE)
    }
    redirect(303, '/profile?done=session')
  },
}
