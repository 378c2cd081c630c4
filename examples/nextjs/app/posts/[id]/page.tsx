import type { Metadata } from 'next'
import Link from 'next/link'
import { Byline } from '@/components/byline'
import { readUser } from '@/lib/account'
import { findPost } from '@/lib/posts'

type Props = PageProps<'/posts/[id]'>

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await findPost((await params).id)).title }
}

export default async function ShowPost({ params }: Props) {
  const [post, user] = await Promise.all([findPost((await params).id), readUser()])

  return (
    <>
      <h1>{post.title}</h1>
      <Byline post={post} />
      <p className="content">{post.content}</p>
      {post.author === user.id && (
        <p>
          <Link href={`/posts/${post.id}/edit`} prefetch={false}>
            Edit
          </Link>
        </p>
      )}
    </>
  )
}
