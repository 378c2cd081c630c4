// make run: start the whole stack with sample data and one of the example sites, until Ctrl-C.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PASSWORD } from '../test/support.mjs'
import { FRONTENDS, startFrontend } from './frontend.mjs'
import { startStack } from './stack.mjs'

const FRONTEND = process.env.FRONTEND || 'astro'

const AUTHORS = readFileSync(new URL('../examples/authors.sql', import.meta.url), 'utf8')
const SAMPLE_DATA = `
  ${AUTHORS}
  SELECT auth.register_user('alice@example.org', '${PASSWORD}', 'Alice', 'Liddell');
  SELECT auth.register_user('bob@example.org', '${PASSWORD}', 'Bob', 'Dodgson');
  INSERT INTO auth.posts (title, content, author, user_created)
    SELECT 'Hello from ' || first_name, 'Everybody who is signed in can read this; only ' || first_name || ' can change it.', id, id FROM auth.users;`

const banner = (stack, site) => `
Site        ${site.url}  (examples/${site.name}; others: ${FRONTENDS.filter((name) => name !== site.name).map((name) => `make run FRONTEND=${name}`).join(', ')})
PostgREST   ${stack.postgrestUrl}
Directus    ${stack.gatewayUrl}  (the Directus API, see docs/directus.md)
PostgreSQL  ${join(stack.bindir, 'psql')} -h ${stack.socketDirectory} -U postgres ${stack.database}

Sample accounts
  alice@example.org   ${PASSWORD}
  bob@example.org     ${PASSWORD}

A first session, to paste into another terminal:

  url=${stack.postgrestUrl}
  member() { sed -n 's/.*"'$1'": *"\\([^"]*\\)".*/\\1/p'; }

  # register
  curl -s --json '{"email": "carol@example.org", "password": "${PASSWORD}", "first_name": "Carol"}' $url/rpc/register_user; echo

  # sign in
  answer=$(curl -s --json '{"email": "carol@example.org", "password": "${PASSWORD}"}' $url/rpc/login)
  token=$(echo "$answer" | member access_token)
  refresh_token=$(echo "$answer" | member refresh_token)

  # write a post, and list all
  curl -s --json '{"title": "Hello from Carol"}' -H "Authorization: Bearer $token" -H 'Prefer: return=representation' $url/posts; echo
  curl -s -H "Authorization: Bearer $token" "$url/posts?select=title,date_created"; echo

  # who am I?
  curl -s -H "Authorization: Bearer $token" $url/rpc/current_user; echo

  # refresh
  answer=$(curl -s --json '{"refresh_token": "'$refresh_token'"}' $url/rpc/refresh)
  token=$(echo "$answer" | member access_token)
  refresh_token=$(echo "$answer" | member refresh_token)

  # sign out: the session's tokens stop working at once
  curl -s --json '{"refresh_token": "'$refresh_token'"}' $url/rpc/logout; echo
  curl -s -H "Authorization: Bearer $token" $url/posts; echo

Ctrl-C stops the servers and deletes their data.
`

let stack
try {
  console.log('Starting PostgreSQL, PostgREST and nginx ...')
  stack = await startStack()
  await stack.startGateway()
  stack.psql(SAMPLE_DATA)
  console.log(`Building and starting the site of examples/${FRONTEND} (about a minute, the first time) ...`)
  const site = await startFrontend(stack, FRONTEND)
  console.log(banner(stack, site))
  for (const server of [stack.postgres, stack.postgrest, stack.gateway, site])
    server.child.once('exit', async () => {
      if (stack.isStopping) return
      console.error(`A server stopped unexpectedly. The end of its log:\n${stack.tail(server)}`)
      await stack.stop()
      process.exit(1)
    })
  // from here on, Ctrl-C is the normal way to end, not a failure
  process.exitCode = 0
  // the servers do not keep this process alive by themselves
  setInterval(() => {}, 1 << 30)
} catch (error) {
  console.error(`${error.message}\n\nThe stack could not be started.`)
  await stack?.stop()
  process.exit(1)
}
