import type { Metadata } from 'next'
import Link from 'next/link'
import { NOT_FOUND } from '@/lib/messages'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <>
      <h1>Not found</h1>
      <p>{NOT_FOUND}</p>
      <p>
        <Link href="/">To the start page</Link>
      </p>
    </>
  )
}
