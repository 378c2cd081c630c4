import type { Metadata } from 'next'
import Link from 'next/link'
import { Byline } from '@/components/byline'
import { readUser } from '@/lib/account'
import { listPosts } from '@/lib/posts'

export const metadata: Metadata = { title: 'Dashboard' }

export default async function Dashboard() {
  const [posts, user] = await Promise.all([listPosts(), readUser()])

  return (
    <>
      <h1>Dashboard</h1>
      <p>
        <Link href="/posts/new" prefetch={false} className="button">
          New post
        </Link>
      </p>
      {posts.length === 0 && <p>Nobody has written anything yet. Be the first!</p>}
      <div className="post-list">
        {posts.map((post) => (
          <article key={post.id} className="card">
            <h2>
              <Link href={`/posts/${post.id}`} prefetch={false}>
                {post.title}
              </Link>
            </h2>
            <Byline post={post} />
            {post.author === user.id && (
              <p>
                <Link href={`/posts/${post.id}/edit`} prefetch={false}>
                  Edit
                </Link>
              </p>
            )}
          </article>
        ))}
      </div>
    </>
  )
}
