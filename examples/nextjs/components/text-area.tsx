'use client'

import { useSyncExternalStore, type TextareaHTMLAttributes } from 'react'

const neverChanges = () => () => {}

// When its scripts arrive, React puts the text that the page came with over what
// was typed until then; for a textarea without a text it does not.
export function TextArea({ defaultValue, ...attributes }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const isArriving = useSyncExternalStore(neverChanges, () => false, () => typeof window !== 'undefined')
  return <textarea {...attributes} defaultValue={isArriving ? undefined : defaultValue} />
}
