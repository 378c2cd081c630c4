// The two cookies of a visitor who is signed in. Scripts cannot read them, and
// no other module writes them.

const ACCESS = 'site_access'
const REFRESH = 'site_refresh'
const WEEK = 7 * 24 * 60 * 60 * 1000 // milliseconds; as long as the server renews by default
export const MARGIN = 30_000 // milliseconds; a token that ends sooner could end on its way

export interface Session {
  access: string
  refresh: string
}

interface ReadableCookies {
  get(name: string): { value: string } | undefined
}

interface WritableCookies {
  set(cookie: { name: string; value: string; expires: Date }): unknown
}

export function readSession(cookies: ReadableCookies): Session | undefined {
  const refresh = cookies.get(REFRESH)?.value
  return refresh ? { access: cookies.get(ACCESS)?.value ?? '', refresh } : undefined
}

// No session clears them. The headers are the visitor's.
export function writeSession(cookies: WritableCookies, session: Session | undefined, headers: Headers) {
  const attributes = {
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: headers.get('x-forwarded-proto') === 'https',
    path: '/',
    // not maxAge, of which Next.js loses a zero on the way from proxy.ts
    expires: new Date(session ? Date.now() + WEEK : 0),
  }
  cookies.set({ name: ACCESS, value: session?.access ?? '', ...attributes })
  cookies.set({ name: REFRESH, value: session?.refresh ?? '', ...attributes })
}

// By the token's own word, which is not verified here.
export function isEnding({ access }: Session, margin = MARGIN) {
  try {
    const { exp } = JSON.parse(Buffer.from(access.split('.')[1], 'base64url').toString())
    return !(exp * 1000 > Date.now() + margin)
  } catch {
    return true
  }
}
