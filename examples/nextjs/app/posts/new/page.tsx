import type { Metadata } from 'next'
import { PostForm } from '@/components/post-form'
import { create } from '../actions'

export const metadata: Metadata = { title: 'New post' }

export default function NewPost() {
  return (
    <>
      <h1>New post</h1>
      <PostForm action={create} />
    </>
  )
}
