// Where to go after signing in: `next` of a link may have been written by anybody.

const DEFAULT = '/dashboard'

/** Leads back to the page, and not to the form action on it that was asked for ("?/save"). */
export const loginPath = ({ pathname, search }: URL) =>
  `/login?next=${encodeURIComponent(search.startsWith('?/') ? pathname : pathname + search)}`

/** A path on this very site: no "//", no "\", no control characters */
export function nextPath(url: URL) {
  const next = url.searchParams.get('next') ?? ''
  return next.startsWith('/') && !/\/\/|\\|[^!-~]/.test(next) ? next : DEFAULT
}
