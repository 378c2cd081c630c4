import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ActionForm } from '@/components/action-form'
import { PostForm } from '@/components/post-form'
import { readUser } from '@/lib/account'
import { findPost } from '@/lib/posts'
import { remove, update } from '../../actions'

export const metadata: Metadata = { title: 'Edit post' }

export default async function EditPost({ params }: PageProps<'/posts/[id]/edit'>) {
  const [post, user] = await Promise.all([findPost((await params).id), readUser()])
  // For a fitting page only: the database would refuse to change somebody else's post.
  if (post.author !== user.id) notFound()

  return (
    <>
      <h1>Edit post</h1>
      <PostForm action={update.bind(null, post.id)} title={post.title} content={post.content} />
      <details>
        <summary className="button-danger">Delete</summary>
        <ActionForm action={remove.bind(null, post.id)} button="Delete for good" isDangerous isCard>
          <p>A deleted post is gone for good.</p>
        </ActionForm>
      </details>
    </>
  )
}
