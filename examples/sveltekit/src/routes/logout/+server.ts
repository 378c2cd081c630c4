import { signOut } from '$lib/server/session'
import { redirect, type RequestHandler } from '@sveltejs/kit'

export const POST: RequestHandler = async (event) => {
  await signOut(event)
  redirect(303, '/')
}
