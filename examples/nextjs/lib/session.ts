// The two cookies of a visitor who is signed in. Scripts cannot read them, and
// no other module writes them.

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

// The headers here are the visitor's.
const isSecure = (headers: Headers) => headers.get('x-forwarded-proto') === 'https'

// Browsers take a cookie of such a name over HTTPS only, and from this very host: no site
// beside it, such as that of a subdomain, can plant one.
function names(headers: Headers) {
  const prefix = isSecure(headers) ? '__Host-' : ''
  return { access: `${prefix}site_access`, refresh: `${prefix}site_refresh` }
}

export function readSession(cookies: ReadableCookies, headers: Headers): Session | undefined {
  const { access, refresh } = names(headers)
  const token = cookies.get(refresh)?.value
  return token ? { access: cookies.get(access)?.value ?? '', refresh: token } : undefined
}

// No session clears them.
export function writeSession(cookies: WritableCookies, session: Session | undefined, headers: Headers) {
  const attributes = {
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: isSecure(headers),
    path: '/',
    // not maxAge, of which Next.js loses a zero on the way from proxy.ts
    expires: new Date(session ? Date.now() + WEEK : 0),
  }
  const { access, refresh } = names(headers)
  cookies.set({ name: access, value: session?.access ?? '', ...attributes })
  cookies.set({ name: refresh, value: session?.refresh ?? '', ...attributes })
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
