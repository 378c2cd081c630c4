'use client'

// For what fails in a page; when Directus is down, proxy.ts has answered before.
export default function ErrorPage() {
  return (
    <>
      <title>Something went wrong – Notes</title>
      <h1>Something went wrong</h1>
      <p>Something went wrong. Please try again.</p>
      <p>
        {/* a whole new page: this one is in a state that nobody knows */}
        <a href="/">To the start page</a>
      </p>
    </>
  )
}
