import { cookies } from 'next/headers'
import Link from 'next/link'
import { leave } from '@/app/login/actions'
import { readSession } from '@/lib/session'
import { ActionForm } from './action-form'

export async function Header() {
  const isSignedIn = readSession(await cookies()) !== undefined

  return (
    <header className="site-header">
      <Link href="/" prefetch={false}>
        Notes
      </Link>
      {isSignedIn && (
        <nav className="site-nav" aria-label="Site">
          <Link href="/dashboard" prefetch={false}>
            Dashboard
          </Link>
          <Link href="/profile" prefetch={false}>
            Profile
          </Link>
          <ActionForm action={leave} button="Sign out" />
        </nav>
      )}
    </header>
  )
}
