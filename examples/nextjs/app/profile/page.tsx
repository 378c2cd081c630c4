import type { Metadata } from 'next'
import { ActionForm } from '@/components/action-form'
import { Moment } from '@/components/moment'
import { readDevices, readUser } from '@/lib/account'
import { deviceName } from '@/lib/device'
import { DONE } from '@/lib/messages'
import { endSession, saveName, savePassword } from './actions'

export const metadata: Metadata = { title: 'Profile' }

export default async function Profile({ searchParams }: PageProps<'/profile'>) {
  const [user, devices] = await Promise.all([readUser(), readDevices()])
  const { done } = await searchParams

  return (
    <>
      <h1>Profile</h1>
      <p>{user.email}</p>
      <ActionForm
        action={saveName}
        button="Save name"
        status={done === 'name' ? DONE.name : undefined}
        fields={[
          { name: 'first_name', label: 'First name', autoComplete: 'given-name', defaultValue: user.first_name ?? '', required: true, maxLength: 255 },
          { name: 'last_name', label: 'Last name', autoComplete: 'family-name', defaultValue: user.last_name ?? '', maxLength: 255 },
        ]}
      />
      <ActionForm
        action={savePassword}
        button="Change password"
        status={done === 'password' ? DONE.password : undefined}
        fields={[
          { name: 'current_password', label: 'Current password', type: 'password', autoComplete: 'current-password', required: true },
          { name: 'new_password', label: 'New password', type: 'password', autoComplete: 'new-password', required: true, minLength: 8 },
        ]}
      >
        <p className="meta">Your other devices will be signed out.</p>
      </ActionForm>
      <h2>Where you are signed in</h2>
      {done === 'session' && (
        <p className="status" role="status">
          {DONE.session}
        </p>
      )}
      <ul className="session-list">
        {devices.map((device) => (
          <li key={device.id}>
            {deviceName(device.user_agent)}
            {device.is_current && <strong> (this device)</strong>}
            <p className="meta">
              {device.ip ?? 'An unknown address'}, last used <Moment at={device.refreshed_at} />
            </p>
            {!device.is_current && (
              <ActionForm action={endSession.bind(null, device.id)} button="Sign out this device" isDangerous />
            )}
          </li>
        ))}
      </ul>
    </>
  )
}
