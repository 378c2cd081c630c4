// What a refresh costs beyond the write that it cannot do without.

import { addAccounts, addSessions, refresh as renew, refreshTokens } from '../accounts.mjs'
import { alternate, load, requireOnly200, throughput } from '../load.mjs'

const CLIENTS = 8
const SESSIONS = 1000

export default async function refresh(stack) {
  addAccounts(stack, SESSIONS)
  addSessions(stack, 1)
  await stack.define(`
    CREATE TABLE public.counters (id uuid PRIMARY KEY, generation int NOT NULL, refreshed_at timestamptz) WITH (fillfactor = 70);
    INSERT INTO public.counters SELECT id, generation, refreshed_at FROM auth.sessions;
    CREATE FUNCTION auth.count_up(id uuid) RETURNS jsonb LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
      AS $$ UPDATE public.counters c SET generation = generation + 1, refreshed_at = clock_timestamp() WHERE c.id = count_up.id RETURNING to_jsonb(c) $$;
    GRANT EXECUTE ON FUNCTION auth.count_up TO anon`)
  const url = stack.postgrestUrl
  const ids = stack.psql('SELECT id FROM public.counters').split('\n')
  const tokens = refreshTokens(stack, SESSIONS)

  // Each client has its own of them and takes them in turn.
  const turns = Array(CLIENTS).fill(0)
  const next = (client) => client + CLIENTS * (turns[client]++ % Math.floor(SESSIONS / CLIENTS))
  const results = await alternate({
    refresh: () => load(url, CLIENTS, async (connection, client) => {
      const session = next(client)
      const answer = await renew(connection, tokens[session])
      tokens[session] = answer.refreshToken
      return answer
    }),
    update: () => load(url, CLIENTS, (connection, client) => connection.call('count_up', { id: ids[next(client)] })),
  })
  requireOnly200(results)
  return [{
    what: 'POST /rpc/refresh over a function that updates one row by its key',
    bar: ['>=', 0.85],
    ...throughput(results.refresh, results.update),
  }]
}
