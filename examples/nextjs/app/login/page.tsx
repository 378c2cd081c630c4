import type { Metadata } from 'next'
import Link from 'next/link'
import { ActionForm } from '@/components/action-form'
import { pathAfterLogin } from '@/lib/paths'
import { enter } from './actions'

export const metadata: Metadata = { title: 'Sign in' }

export default async function Login({ searchParams }: PageProps<'/login'>) {
  const { next } = await searchParams

  return (
    <>
      <h1>Sign in</h1>
      <ActionForm
        action={enter.bind(null, pathAfterLogin(next))}
        button="Sign in"
        fields={[
          { name: 'email', label: 'E-mail', type: 'email', autoComplete: 'email', required: true },
          { name: 'password', label: 'Password', type: 'password', autoComplete: 'current-password', required: true },
        ]}
      />
      <p>
        No account yet? <Link href={{ pathname: '/register', query: { next } }}>Register</Link>
      </p>
    </>
  )
}
