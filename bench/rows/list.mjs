// What row-level security and the pre-request cost a list.

import { accessTokens, addAccounts, addPosts, addSessions, refreshTokens } from '../accounts.mjs'
import { alternate, load, requireOnly200, throughput } from '../load.mjs'
import { startPlainPostgrest } from '../tools.mjs'

const CLIENTS = 8

export default async function list(stack) {
  addAccounts(stack, CLIENTS)
  addSessions(stack, 1)
  addPosts(stack)
  stack.psql(`
    CREATE SCHEMA bench;
    GRANT USAGE ON SCHEMA bench TO authenticated;
    CREATE TABLE bench.posts (LIKE auth.posts INCLUDING ALL);
    INSERT INTO bench.posts OVERRIDING SYSTEM VALUE TABLE auth.posts;
    GRANT SELECT ON bench.posts TO authenticated`)
  stack.psql('VACUUM ANALYZE bench.posts')
  const plain = await startPlainPostgrest(stack)
  const tokens = await accessTokens(stack.postgrestUrl, refreshTokens(stack, CLIENTS))
  const get = (url) => () => load(url, CLIENTS, (connection, client) => connection.get('/posts?order=id&limit=20', tokens[client]))

  const results = await alternate({ protected: get(stack.postgrestUrl), plain: get(plain) })
  requireOnly200(results)
  return [{
    what: 'a list of 20 posts over the same without row-level security and pre-request',
    bar: ['>=', 0.75],
    ...throughput(results.protected, results.plain),
  }]
}
