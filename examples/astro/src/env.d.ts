declare namespace App {
  interface Locals {
    /** The connection for this request, with the visitor's token once there is one. */
    directus: import('./lib/directus').Directus
    /** Who is signed in. */
    user?: import('./lib/directus').User | undefined
    /** What the error page is about. */
    failure?: string
  }
}
