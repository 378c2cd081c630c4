import type { NextConfig } from 'next'

const config: NextConfig = {
  poweredByHeader: false,
  // Titles are in the page itself, also for browsers without JavaScript.
  htmlLimitedBots: /.*/,
  // The lock files of folders above are none of this site's.
  turbopack: { root: import.meta.dirname },
  // The policy about scripts is another for each answer: proxy.ts has it.
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'Referrer-Policy', value: 'same-origin' },
        { key: 'X-Content-Type-Options', value: 'nosniff' },
      ],
    },
  ],
}

export default config
