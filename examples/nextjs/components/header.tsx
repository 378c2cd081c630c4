import { cookies, headers } from 'next/headers'
import Link from 'next/link'
import { leave } from '@/app/login/actions'
import { readSession } from '@/lib/session'
import { ActionForm } from './action-form'
import { SignInLink } from './sign-in-link'

export async function Header() {
  const isSignedIn = readSession(await cookies(), await headers()) !== undefined

  return (
    <header className="site-header">
      <Link href="/" prefetch={false}>
        Notes
      </Link>
      {isSignedIn ? (
        <nav className="site-nav" aria-label="Site">
          <Link href="/dashboard" prefetch={false}>
            Dashboard
          </Link>
          <Link href="/profile" prefetch={false}>
            Profile
          </Link>
          <ActionForm action={leave} button="Sign out" />
        </nav>
      ) : (
        <SignInLink />
      )}
    </header>
  )
}
