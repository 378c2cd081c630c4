// An error page from proxy.ts, of plain text: a page of Next.js cannot choose its
// status, and one that fails is empty for browsers without JavaScript.

import { NextResponse } from 'next/server'

export function errorPage(status: number, heading: string, sentence: string) {
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${heading} – Notes</title>
    <link rel="icon" href="/favicon.svg">
    <link rel="stylesheet" href="/site.css">
  </head>
  <body>
    <a class="skip-link" href="#main">Skip to content</a>
    <header class="site-header"><a href="/">Notes</a></header>
    <main id="main" tabindex="-1">
      <h1>${heading}</h1>
      <p>${sentence}</p>
      <p><a href="/">To the start page</a></p>
    </main>
  </body>
</html>
`
  return new NextResponse(html, { status, headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' } })
}
