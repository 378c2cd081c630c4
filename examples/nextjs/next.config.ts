import type { NextConfig } from 'next'

const config: NextConfig = {
  poweredByHeader: false,
  // Titles are in the page itself, also for browsers without JavaScript.
  htmlLimitedBots: /.*/,
  // The lock files of folders above are none of this site's.
  turbopack: { root: import.meta.dirname },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'Content-Security-Policy', value: "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'" },
        { key: 'Referrer-Policy', value: 'same-origin' },
        { key: 'X-Content-Type-Options', value: 'nosniff' },
      ],
    },
  ],
}

export default config
