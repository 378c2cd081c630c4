// What it costs to know who is asking, beyond what any pre-request and any function cost.

import { accessTokens, addAccounts, addSessions, refreshTokens } from '../accounts.mjs'
import { alternate, load, requireOnly200, throughput } from '../load.mjs'
import { createNoOp, startPlainPostgrest } from '../tools.mjs'

const CLIENTS = 8

export default async function currentUser(stack) {
  addAccounts(stack, CLIENTS)
  addSessions(stack, 1)
  createNoOp(stack)
  stack.psql(`
    CREATE FUNCTION bench.constant() RETURNS jsonb LANGUAGE sql STABLE
      AS $$ SELECT '${stack.psql('SELECT to_jsonb(u) FROM auth.users u LIMIT 1')}'::jsonb $$`)
  const plain = await startPlainPostgrest(stack, { PGRST_DB_PRE_REQUEST: 'bench.no_op' })
  const tokens = await accessTokens(stack.postgrestUrl, refreshTokens(stack, CLIENTS))
  const get = (url, path) => () => load(url, CLIENTS, (connection, client) => connection.get(path, tokens[client]))

  const results = await alternate({
    current_user: get(stack.postgrestUrl, '/rpc/current_user'),
    constant: get(plain, '/rpc/constant'),
  })
  requireOnly200(results)
  return [{
    what: 'GET /rpc/current_user over a constant function behind a no-op pre-request in C',
    bar: ['>=', 0.9],
    ...throughput(results.current_user, results.constant),
  }]
}
