// Where to go after signing in: `next` of a link may have been written by anybody.

export function pathToLogin(url: URL): string {
  return `/login?next=${encodeURIComponent(url.pathname + url.search)}`
}

// Only a path of this site, as the browser would read it; else the dashboard.
export function pathAfterLogin(url: URL): string {
  const next = url.searchParams.get('next') ?? ''
  if (!next.startsWith('/') || /\/\/|\\|\p{Cc}/u.test(next)) return '/dashboard'
  const { pathname, search } = new URL(next, url)
  return pathname + search
}
