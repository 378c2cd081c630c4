import { cookies, headers } from 'next/headers'
import Link from 'next/link'
import { readSession } from '@/lib/session'

export default async function Home() {
  const isSignedIn = readSession(await cookies(), await headers()) !== undefined

  return (
    <>
      <h1>Notes from everybody</h1>
      <p>Write something down, and read what the others wrote.</p>
      {isSignedIn ? (
        <p>
          <Link href="/dashboard" prefetch={false} className="button">
            Dashboard
          </Link>
        </p>
      ) : (
        <p>
          <Link href="/login" className="button">
            Sign in
          </Link>{' '}
          <Link href="/register">Register</Link>
        </p>
      )}
    </>
  )
}
