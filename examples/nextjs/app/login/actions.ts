'use server'

import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { signIn, signOut } from '@/lib/account'
import { readText, refuse, type FormState } from '@/lib/forms'
import { pathAfterLogin } from '@/lib/paths'
import { readSession, writeSession } from '@/lib/session'

// `next` comes back from the browser, and so is looked at again.
export async function enter(next: string, _state: FormState, form: FormData): Promise<FormState> {
  const email = readText(form, 'email')
  const visitor = await headers()
  try {
    writeSession(await cookies(), await signIn(visitor, email, readText(form, 'password')), visitor)
  } catch (error) {
    return refuse(error, { email }, { INVALID_CREDENTIALS: 'The e-mail address or the password is wrong.' })
  }
  redirect(pathAfterLogin(next))
}

// If that fails the visitor is told so, and stays signed in.
export async function leave(): Promise<FormState> {
  const session = readSession(await cookies())
  const visitor = await headers()
  try {
    if (session) await signOut(visitor, session)
  } catch (error) {
    return refuse(error)
  }
  writeSession(await cookies(), undefined, visitor)
  redirect('/')
}
