// What use:enhance does on this site's forms.

import { applyAction } from '$app/forms'
import type { SubmitFunction } from '@sveltejs/kit'

export const submitOnce: SubmitFunction = ({ formElement, cancel }) => {
  // Not by a disabled button: that would take the focus from whoever uses the keyboard.
  if (formElement.ariaBusy === 'true') return cancel()
  formElement.ariaBusy = 'true'

  return async ({ result, update }) => {
    for (const input of formElement.querySelectorAll<HTMLInputElement>('[type=password]')) input.value = ''

    // What answers before the action is reached (the hook, the check of the origin) answers
    // without a type, and the network without an answer: both deserve the error page.
    if (!('type' in result)) await applyAction({ type: 'error', error: result })
    else if (result.type === 'error' && result.error instanceof Error)
      await applyAction({ type: 'error', error: { message: 'This site cannot be reached. Please try again in a moment.' } })
    else await update()
    formElement.ariaBusy = null
  }
}
