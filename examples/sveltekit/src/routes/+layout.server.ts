export const load = ({ locals, url }) => {
  // A load that looks at the address runs for every page, and the hook before it:
  // who has been signed out elsewhere is not shown as signed in.
  void url.pathname
  return { isSignedIn: locals.userId !== null }
}
