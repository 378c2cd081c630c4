import { pathToLogin } from '$lib/server/paths'

// A load that looks at the address runs for every page, and the hook before it:
// who has been signed out elsewhere is not shown as signed in.
export const load = ({ locals, url }) => ({
  isSignedIn: locals.userId !== null,
  pathToLogin: pathToLogin(url.pathname + url.search),
})
