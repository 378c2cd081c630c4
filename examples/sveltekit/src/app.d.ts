import type { Directus } from '$lib/server/directus'

declare global {
  namespace App {
    interface Locals {
      /** Asks as whoever is signed in, for this request only. */
      directus: Directus
      /** null: nobody is signed in. */
      userId: string | null
    }
  }
}
