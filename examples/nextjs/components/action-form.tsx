'use client'

import { useActionState, type InputHTMLAttributes, type ReactNode } from 'react'
import type { FormState } from '@/lib/forms'
import { TextArea } from './text-area'

type Attributes = 'type' | 'autoComplete' | 'defaultValue' | 'required' | 'minLength' | 'maxLength'

export interface Field extends Pick<InputHTMLAttributes<HTMLInputElement>, Attributes> {
  name: string
  label: string
  /** for a text of many lines */
  rows?: number
}

interface Props {
  action: (state: FormState, form: FormData) => Promise<FormState>
  button: string
  isDangerous?: boolean
  isCard?: boolean
  fields?: Field[]
  /** what is said after success */
  status?: string
  /** above the button */
  children?: ReactNode
}

// A form for a server action, with JavaScript or without: what was entered is still there after an error.
export function ActionForm({ action, button, isDangerous, fields = [], isCard = fields.length > 0, status, children }: Props) {
  const [state, submit, isPending] = useActionState(action, {})

  return (
    <form action={submit} className={isCard ? 'card' : undefined}>
      {state.error ? (
        <p className="error" role="alert">
          {state.error}
        </p>
      ) : (
        status && (
          <p className="status" role="status">
            {status}
          </p>
        )
      )}
      {fields.map(({ label, rows, ...field }) => {
        const attributes = { ...field, id: field.name, defaultValue: state.values?.[field.name] ?? field.defaultValue }
        return (
          <div className="field" key={field.name}>
            <label htmlFor={field.name}>{label}</label>
            {rows ? <TextArea {...attributes} rows={rows} /> : <input {...attributes} />}
          </div>
        )
      })}
      {children}
      <button className={isDangerous ? 'button-danger' : 'button'} disabled={isPending}>
        {button}
      </button>
    </form>
  )
}
