import node from '@astrojs/node'
import { defineConfig, envField, passthroughImageService } from 'astro/config'

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  env: {
    schema: {
      // "secret" only means: read when the site starts, not built into it
      DIRECTUS_URL: envField.string({ context: 'server', access: 'secret', url: true }),
    },
  },
  security: {
    // Forms that other sites post are refused. This is the default, and the site counts on it.
    checkOrigin: true,
    // Behind a proxy: its host name, so that X-Forwarded-Proto and X-Forwarded-For count.
    // allowedDomains: [{ protocol: 'https', hostname: 'www.example.org' }],
  },
  // who is signed in is Directus' business
  session: false,
  image: { service: passthroughImageService() },
})
