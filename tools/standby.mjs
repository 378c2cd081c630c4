// A streaming standby of a stack's PostgreSQL, in a directory inside the stack's.
//
// It has the methods of a stack (psql, configure, startPostgrest), with its own
// cluster and sockets, and it ends with the stack.

import { until } from './stack.mjs'

// A standby cannot LISTEN. Without the channel PostgREST does not try to; SIGUSR2
// makes it reload its configuration.
const WITHOUT_CHANNEL = { PGRST_DB_CHANNEL_ENABLED: 'false' }

const standbyMethods = {
  // Wait until queries here see everything that the primary has written so far.
  async waitUntilCaughtUp() {
    const written = this.primary.psql('SELECT pg_current_wal_lsn()')
    await this.waitFor(`replay up to ${written}`, () => this.psql(`SELECT pg_last_wal_replay_lsn() >= '${written}'`) === 't')
  },

  // Receive nothing more, as if the primary were gone: whatever it writes from now on never arrives here.
  async disconnect() {
    await this.configure({ primary_conninfo: '' })
    await this.waitFor('the receiver to end', () => this.psql('SELECT count(*) FROM pg_stat_wal_receiver') === '0')
  },

  promote() {
    if (this.psql('SELECT pg_promote()') !== 't') throw new Error('the standby was not promoted')
  },

  waitFor(what, isDone) {
    return until(isDone, () => `gave up waiting for ${what}:\n${this.tail(this.postgres)}`)
  },
}

// Start a standby of a stack, with a PostgREST in front of it unless postgrest is false.
export async function startStandby(primary, { settings = {}, postgrest = {} } = {}) {
  const standby = Object.assign(Object.create(primary), standbyMethods, { primary })
  standby.directory = primary.makeOwnDirectory('standby')
  standby.socketDirectory = standby.makeOwnDirectory('socket')
  standby.dataDirectory = standby.makeOwnDirectory('data')
  standby.env = { ...primary.env, PGHOST: standby.socketDirectory }

  primary.execute('pg_basebackup', ['-D', standby.dataDirectory, '-R', '--checkpoint=fast', '--no-sync'])
  await standby.runPostgres(settings)
  if (postgrest) await standby.startPostgrest({ ...WITHOUT_CHANNEL, ...postgrest })
  return standby
}
