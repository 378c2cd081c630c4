'use server'

import { registerUser } from '@directus/sdk'
import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { signIn } from '@/lib/account'
import { request } from '@/lib/directus'
import { refuse, type FormState } from '@/lib/forms'
import { AT_REGISTRATION } from '@/lib/messages'
import { pathAfterLogin } from '@/lib/paths'
import { readText } from '@/lib/read-form'
import { writeSession } from '@/lib/session'

// `next` comes back from the browser, and so is looked at again.
export async function register(next: string, _state: FormState, form: FormData): Promise<FormState> {
  const first_name = readText(form, 'first_name').trim()
  const last_name = readText(form, 'last_name').trim()
  const email = readText(form, 'email').trim()
  const password = readText(form, 'password')
  const visitor = await headers()
  try {
    // What is left empty is left out.
    const names = { ...(first_name && { first_name }), ...(last_name && { last_name }) }
    await request(visitor, registerUser(email, password, names))
    writeSession(await cookies(), await signIn(visitor, email, password), visitor)
  } catch (error) {
    return refuse(error, { first_name, last_name, email }, AT_REGISTRATION)
  }
  redirect(pathAfterLogin(next))
}
