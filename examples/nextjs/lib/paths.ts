// Where to go after signing in: `next` of a link may have been written by anybody.

export const loginPath = (page: string) => `/login?next=${encodeURIComponent(page)}`

// Only a path of this site; else the dashboard.
export function pathAfterLogin(next: unknown) {
  const isOurs = typeof next === 'string' && next.startsWith('/') && !/\/\/|\\|\p{Cc}/u.test(next)
  return isOurs ? next : '/dashboard'
}
