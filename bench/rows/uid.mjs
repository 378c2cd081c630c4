// What auth.uid() costs in a policy, row by row.

import pg from 'pg'
import { median, medianRatio, QUICK } from '../load.mjs'

const ROWS = 1_000_000
const OWNERS = 1000

export default async function uid(stack) {
  stack.psql(`
    CREATE TABLE public.scanned (owner uuid NOT NULL, number int NOT NULL);
    INSERT INTO public.scanned SELECT md5((n % ${OWNERS})::text)::uuid, n FROM generate_series(1, ${ROWS}) n;
    ALTER TABLE public.scanned ENABLE ROW LEVEL SECURITY;
    CREATE POLICY by_uid ON public.scanned TO authenticated USING (owner = auth.uid());
    CREATE POLICY by_literal ON public.scanned TO anon USING (owner = '${stack.psql("SELECT md5('7')::uuid")}');
    GRANT SELECT ON public.scanned TO anon, authenticated`)
  stack.psql('VACUUM ANALYZE public.scanned')

  const client = new pg.Client({ host: stack.socketDirectory, user: 'postgres', database: stack.database })
  await client.connect()
  await client.query("SELECT auth.uid(); SELECT set_config('auth.user_id', md5('7')::uuid::text, false)")
  const scan = async (role) => {
    await client.query(`SET ROLE ${role}`)
    const start = performance.now()
    const { rows } = await client.query('SELECT count(*) FROM public.scanned')
    const time = performance.now() - start
    if (Number(rows[0].count) !== ROWS / OWNERS) throw new Error(`${role} saw ${rows[0].count} rows`)
    return time
  }
  const times = { authenticated: [], anon: [] }
  for (let round = 0; round < (QUICK ? 11 : 101); round++)
    for (const role of Object.keys(times)) times[role].push(await scan(role))
  await client.end()

  return [{
    what: 'a scan of 1M rows under the policy owner = auth.uid() over the same with a literal',
    bar: ['<=', 1.1],
    value: medianRatio(times.authenticated, times.anon),
    numbers: `${median(times.authenticated).toFixed(1)} to ${median(times.anon).toFixed(1)} ms`,
  }]
}
