'use server'

import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { signIn, signOut } from '@/lib/account'
import { refuse, type FormState } from '@/lib/forms'
import { AT_SIGN_IN } from '@/lib/messages'
import { pathAfterLogin } from '@/lib/paths'
import { readText } from '@/lib/read-form'
import { readSession, writeSession } from '@/lib/session'

// `next` comes back from the browser, and so is looked at again.
export async function enter(next: string, _state: FormState, form: FormData): Promise<FormState> {
  const email = readText(form, 'email').trim()
  const visitor = await headers()
  try {
    writeSession(await cookies(), await signIn(visitor, email, readText(form, 'password')), visitor)
  } catch (error) {
    return refuse(error, { email }, AT_SIGN_IN)
  }
  redirect(pathAfterLogin(next))
}

// If that fails the visitor is told so, and stays signed in.
export async function leave(): Promise<FormState> {
  const visitor = await headers()
  const session = readSession(await cookies(), visitor)
  try {
    if (session) await signOut(visitor, session)
  } catch (error) {
    return refuse(error)
  }
  writeSession(await cookies(), undefined, visitor)
  redirect('/')
}
