import type { Metadata } from 'next'
import Link from 'next/link'
import { ActionForm } from '@/components/action-form'
import { register } from './actions'

export const metadata: Metadata = { title: 'Register' }

export default function Register() {
  return (
    <>
      <h1>Register</h1>
      <ActionForm
        action={register}
        button="Register"
        fields={[
          { name: 'first_name', label: 'First name', autoComplete: 'given-name', required: true, maxLength: 255 },
          { name: 'last_name', label: 'Last name', autoComplete: 'family-name', maxLength: 255 },
          { name: 'email', label: 'E-mail', type: 'email', autoComplete: 'email', required: true },
          { name: 'password', label: 'Password', type: 'password', autoComplete: 'new-password', required: true, minLength: 8 },
        ]}
      />
      <p>
        You have an account? <Link href="/login">Sign in</Link>
      </p>
    </>
  )
}
