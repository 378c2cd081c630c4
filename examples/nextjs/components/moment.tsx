// One zone and one language for all, whoever looks, and wherever this runs.
const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

export function Moment({ at }: { at: string }) {
  const date = new Date(at)
  return <time dateTime={date.toISOString()}>{format.format(date)} UTC</time>
}
