'use client'

import { UNKNOWN, UNREADABLE } from '@/lib/messages'

// For what fails in a page, or for a form that proxy.ts refused; when Directus is down, that has answered before.
export default function ErrorPage({ error }: { error: Error }) {
  const isKnown = Object.values(UNREADABLE).includes(error.message)
  return (
    <>
      <title>Something went wrong – Notes</title>
      <h1>Something went wrong</h1>
      <p>{isKnown ? error.message : UNKNOWN}</p>
      <p>
        {/* a whole new page: this one is in a state that nobody knows */}
        <a href="/">To the start page</a>
      </p>
    </>
  )
}
