'use server'

import { redirect } from 'next/navigation'
import { refuseOrSignIn, type FormState } from '@/lib/forms'
import { createPost, deletePost, updatePost } from '@/lib/posts'
import { readText } from '@/lib/read-form'

function textFrom(form: FormData) {
  return { title: readText(form, 'title').trim() || 'Untitled', content: readText(form, 'content') }
}

export async function create(_state: FormState, form: FormData): Promise<FormState> {
  const text = textFrom(form)
  let id
  try {
    id = (await createPost(text)).id
  } catch (error) {
    return refuseOrSignIn(error, '/posts/new', text)
  }
  redirect(`/posts/${id}`)
}

export async function update(id: number, _state: FormState, form: FormData): Promise<FormState> {
  const text = textFrom(form)
  try {
    await updatePost(id, text)
  } catch (error) {
    return refuseOrSignIn(error, `/posts/${id}/edit`, text)
  }
  redirect(`/posts/${id}`)
}

export async function remove(id: number): Promise<FormState> {
  try {
    await deletePost(id)
  } catch (error) {
    return refuseOrSignIn(error, `/posts/${id}/edit`)
  }
  redirect('/dashboard')
}
