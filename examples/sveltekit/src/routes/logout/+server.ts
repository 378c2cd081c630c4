import { orErrorPage } from '$lib/server/forms'
import { signOut } from '$lib/server/session'
import { redirect, type RequestHandler } from '@sveltejs/kit'

export const POST: RequestHandler = async (event) => {
  await orErrorPage(event.url, signOut(event))
  redirect(303, '/')
}
