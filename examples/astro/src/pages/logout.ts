import type { APIRoute } from 'astro'
import { signOut } from '../lib/session'

export const POST: APIRoute = async (context) => {
  await signOut(context)
  return context.redirect('/', 303)
}
