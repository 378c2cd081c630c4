'use server'

import { redirect } from 'next/navigation'
import { changeName, changePassword, signOutDevice } from '@/lib/account'
import { refuse, refuseOrSignIn, type FormState } from '@/lib/forms'
import { AT_DEVICE, AT_PASSWORD } from '@/lib/messages'
import { Problem } from '@/lib/problem'
import { readText } from '@/lib/read-form'

const PAGE = '/profile'

export async function saveName(_state: FormState, form: FormData): Promise<FormState> {
  const first_name = readText(form, 'first_name').trim()
  const last_name = readText(form, 'last_name').trim()
  try {
    await changeName(first_name, last_name)
  } catch (error) {
    return refuseOrSignIn(error, PAGE, { first_name, last_name })
  }
  redirect(`${PAGE}?done=name`)
}

export async function savePassword(_state: FormState, form: FormData): Promise<FormState> {
  try {
    await changePassword(readText(form, 'current_password'), readText(form, 'new_password'))
  } catch (error) {
    // The session was alive in proxy.ts a moment ago: it is the password that was refused.
    const isWrong = error instanceof Problem && error.code === 'INVALID_CREDENTIALS'
    return isWrong ? refuse(error, undefined, AT_PASSWORD) : refuseOrSignIn(error, PAGE)
  }
  redirect(`${PAGE}?done=password`)
}

export async function endSession(id: string): Promise<FormState> {
  try {
    await signOutDevice(id)
  } catch (error) {
    const isOver = error instanceof Problem && error.code === 'FORBIDDEN'
    return isOver ? refuse(error, undefined, AT_DEVICE) : refuseOrSignIn(error, PAGE)
  }
  redirect(`${PAGE}?done=session`)
}
