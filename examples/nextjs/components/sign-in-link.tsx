'use client'

import { usePathname, useSearchParams } from 'next/navigation'
import { pathToLogin } from '@/lib/paths'

// In the browser, too, because the header stays while one goes from page to page.
export function SignInLink() {
  const path = usePathname()
  const search = useSearchParams().toString()
  // Those two lead to each other, and remember where to go.
  if (path === '/login' || path === '/register') return null

  return (
    <nav className="site-nav" aria-label="Site">
      <a href={pathToLogin(search ? `${path}?${search}` : path)}>Sign in</a>
    </nav>
  )
}
