// What signing in costs beyond the hash that it cannot do without.

import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { promisify } from 'node:util'
import { addAccounts, email, PASSWORD } from '../accounts.mjs'
import { alternate, load, median, medianRatio, QUICK, rate, ratesByStatus } from '../load.mjs'
import { compileHashRate } from '../tools.mjs'

const CLIENTS = 16

export default async function hash(stack) {
  addAccounts(stack, CLIENTS)
  const slots = Number(stack.psql("SELECT auth.uid(); SHOW auth.max_concurrent_hashes")) || Math.max(Math.floor(cpus().length / 2), 1)
  const stored = stack.psql('SELECT password_hash FROM auth_private.credentials LIMIT 1')
  const hashRate = compileHashRate()

  const results = await alternate({
    libsodium: async () => Number((await promisify(execFile)(hashRate, [slots, QUICK ? 1 : 1.5, stored, PASSWORD])).stdout),
    logins: () => load(stack.postgrestUrl, CLIENTS, (connection, client) => connection.call('login', { email: email(client + 1), password: PASSWORD })),
  })

  const rates = results.logins.map(rate)
  return [{
    what: `sign-ins by ${CLIENTS} clients over libsodium alone in as many processes as hash at once (${slots})`,
    bar: ['>=', 0.95],
    value: medianRatio(rates, results.libsodium),
    numbers: `${median(rates).toFixed(1)} to ${median(results.libsodium).toFixed(1)} per second; sign-ins ${ratesByStatus(results.logins)}`,
  }]
}
