import adapter from '@sveltejs/adapter-node'

/** @type {import('@sveltejs/kit').Config} */
export default {
  kit: {
    adapter: adapter(),
    csp: {
      directives: {
        'default-src': ['none'],
        'base-uri': ['none'],
        'connect-src': ['self'],
        'form-action': ['self'],
        'frame-ancestors': ['none'],
        'img-src': ['self', 'data:'],
        'script-src': ['self'],
        'style-src': ['self'],
        // SvelteKit hides its announcer of page titles by a style attribute.
        'style-src-attr': ['unsafe-inline'],
      },
    },
  },
}
