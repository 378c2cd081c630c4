import type { Metadata } from 'next'
import Link from 'next/link'
import { ActionForm } from '@/components/action-form'
import { pathAfterLogin } from '@/lib/paths'
import { register } from './actions'

export const metadata: Metadata = { title: 'Register' }

export default async function Register({ searchParams }: PageProps<'/register'>) {
  const { next } = await searchParams

  return (
    <>
      <h1>Register</h1>
      <ActionForm
        action={register.bind(null, pathAfterLogin(next))}
        button="Register"
        fields={[
          { name: 'first_name', label: 'First name', autoComplete: 'given-name', required: true, maxLength: 255 },
          { name: 'last_name', label: 'Last name', autoComplete: 'family-name', maxLength: 255 },
          { name: 'email', label: 'E-mail', type: 'email', autoComplete: 'email', required: true },
          { name: 'password', label: 'Password', type: 'password', autoComplete: 'new-password', required: true, minLength: 8 },
        ]}
      />
      <p>
        You have an account? <Link href={{ pathname: '/login', query: { next } }}>Sign in</Link>
      </p>
    </>
  )
}
