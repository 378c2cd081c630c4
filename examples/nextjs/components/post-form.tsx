import type { FormState } from '@/lib/forms'
import { ActionForm } from './action-form'

interface Props {
  action: (state: FormState, form: FormData) => Promise<FormState>
  title?: string
  content?: string | null
}

export function PostForm({ action, title, content }: Props) {
  return (
    <ActionForm
      action={action}
      button="Save"
      fields={[
        { name: 'title', label: 'Title', defaultValue: title, required: true },
        { name: 'content', label: 'Content', defaultValue: content ?? '', rows: 10 },
      ]}
    />
  )
}
