// C programs for the bench, and a PostgREST beside the stack's own.

import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const output = (program, ...args) => execFileSync(program, args, { encoding: 'utf8' }).trim()
const words = (text) => text.split(/\s+/).filter(Boolean)

function compile(name, flags, libraries = []) {
  mkdirSync(join(HERE, 'bin'), { recursive: true })
  const binary = join(HERE, 'bin', name)
  execFileSync(process.env.CC || 'cc', ['-O2', '-Wall', '-Wextra', ...flags, '-o', binary, join(HERE, `${name}.c`), ...libraries],
    { stdio: ['ignore', 'inherit', 'inherit'] })
  return binary
}

export const compileHashRate = () => compile('hash_rate', [], words(output('pkg-config', '--cflags', '--libs', 'libsodium')))

// bench.no_op(), in a schema that only a PostgREST of the bench serves.
export function createNoOp(stack) {
  const include = output(join(stack.bindir, 'pg_config'), '--includedir-server')
  const library = join(stack.directory, 'no_op.so')
  // where the server may read it, whoever owns this directory
  copyFileSync(compile('no_op', ['-Wno-unused-parameter', '-shared', '-fPIC', `-I${include}`]), library)
  chmodSync(library, 0o755)
  stack.psql(`
    CREATE SCHEMA bench;
    GRANT USAGE ON SCHEMA bench TO anon, authenticated;
    CREATE FUNCTION bench.no_op() RETURNS void LANGUAGE C AS '${library}', 'bench_no_op'`)
}

// Start another PostgREST on the same cluster and return its address.
export async function startAnotherPostgrest(stack, config) {
  const { postgrest, postgrestUrl } = stack
  await stack.startPostgrest(config)
  const url = stack.postgrestUrl
  Object.assign(stack, { postgrest, postgrestUrl })
  return url
}

// A PostgREST that serves the schema bench, checks the same tokens and knows nothing of auth.
export const startPlainPostgrest = (stack, config = {}) => startAnotherPostgrest(stack, {
  PGRST_DB_PRE_CONFIG: undefined,
  PGRST_DB_SCHEMAS: 'bench',
  PGRST_DB_ANON_ROLE: 'anon',
  PGRST_JWT_SECRET: stack.psql('SELECT auth.jwks()'),
  ...config,
})
