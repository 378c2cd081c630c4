// What people do with their accounts: sign in and out, and see to their devices.

import {
  customEndpoint, login, logout, readMe, refresh, updateMe,
  type AuthenticationData,
} from '@directus/sdk'
import { ask, request } from './directus'
import { unlessRefused } from './problem'
import type { Session } from './session'

interface Device {
  id: string
  refreshed_at: string
  user_agent: string | null
  ip: string | null
  is_current: boolean
}

export async function signIn(visitor: Headers, email: string, password: string) {
  return toSession(await request(visitor, login({ email, password }, { mode: 'json' })))
}

// Nothing if the session is over. Requests that renew in parallel with the same
// token are given the same successor.
export async function renew(visitor: Headers, { refresh: refresh_token }: Session) {
  const renewed = await unlessRefused(request(visitor, refresh({ mode: 'json', refresh_token })))
  return renewed && toSession(renewed)
}

// A session that is over already is what was asked for; one that lives on is not.
export async function signOut(visitor: Headers, { refresh: refresh_token }: Session) {
  await unlessRefused(request(visitor, logout({ mode: 'json', refresh_token })))
}

export const readUser = () => ask(readMe({ fields: ['id', 'email', 'first_name', 'last_name'] }))

export const changeName = (first_name: string, last_name: string) =>
  ask(updateMe({ first_name: first_name || null, last_name: last_name || null }))

export const changePassword = (current_password: string, new_password: string) =>
  ask(
    customEndpoint({
      path: '/users/me/password',
      method: 'POST',
      body: JSON.stringify({ current_password, new_password }),
    }),
  )

export const readDevices = () => ask(customEndpoint<Device[]>({ path: '/users/me/sessions' }))

export const signOutDevice = (id: string) =>
  ask(customEndpoint({ path: `/users/me/sessions/${encodeURIComponent(id)}`, method: 'DELETE' }))

function toSession({ access_token, refresh_token }: AuthenticationData): Session {
  if (!access_token || !refresh_token) throw new Error('The answer to a sign-in has no tokens')
  return { access: access_token, refresh: refresh_token }
}
