// Generate docs/reference.md from what the database says about itself: COMMENTs, privileges, and the descriptions of settings.
//
//   node tools/reference.mjs           write it
//   node tools/reference.mjs --check   fail if it is not up to date

import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startStack } from './stack.mjs'

const PATH = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs/reference.md')

const FUNCTIONS = `
  SELECT json_agg(f ORDER BY oid) FROM (
    SELECT p.oid::bigint AS oid, format('auth.%s(%s)', proname, pg_get_function_arguments(p.oid)) AS signature, pg_get_function_result(p.oid) AS result,
        obj_description(p.oid, 'pg_proc') AS comment,
        (SELECT json_agg(DISTINCT CASE grantee WHEN 0 THEN 'everybody' ELSE grantee::regrole::text END) FROM aclexplode(proacl) WHERE grantee <> proowner) AS grantees
      FROM pg_proc p WHERE pronamespace = 'auth'::regnamespace) AS f`
const TABLES = `
  SELECT json_agg(t ORDER BY oid) FROM (
    SELECT c.oid::bigint AS oid, c.oid::regclass::text AS name, obj_description(c.oid, 'pg_class') AS comment,
        (SELECT json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod), 'comment', col_description(c.oid, attnum)) ORDER BY attnum)
          FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
      FROM pg_class c WHERE relkind = 'r' AND relnamespace IN ('auth'::regnamespace, 'auth_private'::regnamespace)) AS t`
const SETTINGS = "LOAD 'auth'; SELECT json_agg(s ORDER BY name) FROM pg_settings s WHERE name LIKE 'auth.%'"

// Units that people read, and their sizes, for each unit of a setting.
const UNITS = {
  s: [['y', 365 * 86_400], ['d', 86_400], ['h', 3600], ['min', 60], ['s', 1]],
  ms: [['s', 1000], ['ms', 1]],
  kB: [['GB', 1024 ** 2], ['MB', 1024], ['kB', 1]],
}
function quantity(text, unit) {
  const number = Number(text)
  const [name, size] = (UNITS[unit] ?? []).find(([, each]) => number >= each && number % each === 0) ?? [unit, 1]
  return `${number / size}${name && number !== 0 ? ` ${name}` : ''}`
}

// PostgreSQL appends the type to each default.
const signature = (text) => text.replace(/(DEFAULT (?:NULL|'[^']*'))::[a-z ]+(\[\])?/g, '$1').replaceAll('timestamp with time zone', 'timestamptz')

const cell = (text) => (text ?? '').replaceAll('|', '\\|')
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1).replace(/\.?$/, '.')
const row = (...cells) => `| ${cells.map(cell).join(' | ')} |`
const code = (text) => (text === '' ? '' : `\`${text}\``)

function describeSetting({ name, vartype, unit, boot_val: boot, min_val: lowest, max_val: highest, enumvals, short_desc: short, extra_desc: extra }) {
  const isNumber = vartype === 'integer'
  const bounds = isNumber ? `${quantity(lowest, unit)} – ${quantity(highest, unit)}` : (enumvals ?? []).map(code).join(', ')
  return row(code(name), isNumber ? quantity(boot, unit) : code(boot), bounds, [short, extra].filter(Boolean).join(' ').replaceAll('  ', ' ').replace(/\bweakens\b/i, (word) => `**${word}**`))
}

const describeTable = ({ name, comment, columns }) => [
  `### \`${name}\``, '', sentence(comment), '',
  '| column | type | |', '|---|---|---|',
  ...columns.map((column) => row(code(column.name), column.type, column.comment ? sentence(column.comment) : '')), '',
]

function render({ functions, tables, settings }) {
  const lines = [
    '# Reference', '',
    'Functions, tables and settings, as the database itself describes them (`\\df+ auth.*`, `\\d+`, `pg_settings`). This page is made from there by',
    '`make reference`; the other pages explain how to use them.', '',
    '## Functions', '',
    'Over HTTP, functions that `anon` or `authenticated` may execute are at `/rpc/<name>`, except for those that [HTTP](http.md) lists as being for SQL only. Null for an argument that must',
    'not be null raises 22004, with its name. A code that a function *refuses with* is returned, not raised: see [HTTP](http.md#refusals).', '',
    '| function | returns | for | |', '|---|---|---|---|',
    ...functions.map(({ signature: text, result, comment, grantees }) => row(code(signature(text)), result, (grantees ?? ['operators']).join(', '), sentence(comment))), '',
    'Functions for operators may be executed by superusers, and by the roles that you grant them to.', '',
    '## Settings', '',
    "A superuser sets them in `postgresql.conf` or with `ALTER SYSTEM` (effective after a reload) or, except for the key files, with `ALTER DATABASE app SET …` (effective for new connections: restart PostgREST).",
    "After a change of `auth.audience` or `auth.exposed_schemas`, `NOTIFY pgrst, 'reload config'`. PostgreSQL knows their names and bounds only once the library is loaded in",
    "a session (`LOAD 'auth'`): change them in such a session, so that a mistake is an error. A mistake that is found later is only a warning in the log, and the default applies. No setting is",
    "secret. A connection that passes one in its options, and is not a superuser's, cannot use the extension (42501).", '',
    '| setting | default | bounds | |', '|---|---|---|---|',
    ...settings.map(describeSetting), '',
    '## Tables', '',
    'Tables in the schema `auth` are served under the policies that [Tables and policies](tables-and-policies.md) describes; those in `auth_private` are for operators.', '',
    ...tables.flatMap(describeTable),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

const stack = await startStack({ postgrest: false })
let text
try {
  const ask = (sql) => JSON.parse(stack.psql(sql))
  text = render({ functions: ask(FUNCTIONS), tables: ask(TABLES), settings: ask(SETTINGS) })
} finally {
  await stack.stop()
}

if (!process.argv.includes('--check')) writeFileSync(PATH, text)
else if (readFileSync(PATH, 'utf8') !== text) {
  console.error('docs/reference.md is not up to date: run make reference')
  process.exitCode = 1
}
