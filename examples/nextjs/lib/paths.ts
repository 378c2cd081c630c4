// The way to sign in, and back: `next` of a link may have been written by anybody.

/** To sign in, and then back to this page */
export const pathToLogin = (page: string) => `/login?next=${encodeURIComponent(page)}`

/** Only a path of this site, as a browser would read it; else the dashboard */
export function pathAfterLogin(next: unknown): string {
  const isOurs = typeof next === 'string' && next.startsWith('/') && !/\/\/|\\|[^!-~]/.test(next)
  return isOurs ? next : '/dashboard'
}
