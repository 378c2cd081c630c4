import type { Metadata } from 'next'
import Link from 'next/link'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <>
      <h1>Not found</h1>
      <p>There is no such page, or it is not yours to see.</p>
      <p>
        <Link href="/">To the start page</Link>
      </p>
    </>
  )
}
