// Nothing that a client may choose undoes what a refused call leaves behind, after it has been told the refusal.
//
// Each call is made with each argument and each header hostile in every way that could raise an error. Then either the
// refusal was told, and is counted and written down; or it was not, and then the answer to the right secret is no other,
// and nothing was written that was undone.

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startStack } from '../../tools/stack.mjs'
import { freshEmail, PASSWORD } from '../support.mjs'
import { Client } from './client.mjs'

let stack, client, database
before(async () => {
  stack = await startStack()
  client = new Client(stack)
  database = new pg.Client({ host: stack.socketDirectory, user: 'postgres', database: stack.database })
  await database.connect()
  // a sequence knows also of what was rolled back
  await database.query(`CREATE SEQUENCE public.writes;
    CREATE FUNCTION public.note_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN PERFORM nextval('public.writes'); RETURN NULL; END $$;
    CREATE TRIGGER note_write AFTER INSERT OR UPDATE ON auth_private.login_attempts EXECUTE FUNCTION public.note_write();
    CREATE TRIGGER note_write AFTER UPDATE OR DELETE ON auth.sessions EXECUTE FUNCTION public.note_write()`)
  await stack.configure({
    'auth.password_memory': '8MB', 'auth.password_passes': 1, 'auth.refresh_grace': 0, 'auth.max_sessions': 10000,
    'auth.failed_logins_before_delay': 1000, 'auth.failed_logins_before_delay_per_account': 100000, 'auth.failed_logins_before_delay_per_address': 100000,
    'auth.registrations_before_delay': 1000000,
  })
})
after(async () => {
  await database.end()
  await stack.stop()
})

// fetch would refuse most of these, and tidy the rest.
function send(path, { headers = {}, body = '' }) {
  const bytes = Buffer.from(body, 'latin1')
  const all = { Host: 'a', Connection: 'close', 'Content-Type': 'application/json', 'X-Real-IP': '192.0.2.7', 'User-Agent': 'Mine', 'Content-Length': bytes.length, ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  const { hostname, port } = new URL(stack.postgrestUrl)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let answer = ''
    const finish = () => {
      socket.destroy()
      resolve({ status: Number(answer.split(' ')[1]), text: answer.slice(answer.indexOf('\r\n\r\n') + 4) })
    }
    socket.setEncoding('latin1')
    socket.on('error', reject).on('close', finish).on('data', (text) => {
      answer += text
      if (isComplete(answer)) finish()
    })
    socket.write(Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]))
  })
}

// Some errors leave the connection open.
function isComplete(answer) {
  const end = answer.indexOf('\r\n\r\n')
  if (end < 0) return false
  const body = answer.slice(end + 4)
  const length = /^content-length: (\d+)/im.exec(answer.slice(0, end))
  return length ? body.length >= Number(length[1]) : body.endsWith('0\r\n\r\n') || body === '0\r\n\r\n'
}

const ODD_VALUES = ['a\0b', '\xff\xfe', 'a\xf0', 'x'.repeat(6000), 'caf\xc3\xa9 \xf0\x9f\x98\x80', '\\u0000', '"', '{"a', '\x01\x7f', '']
const HEADERS = {
  'User-Agent': [], 'X-Real-IP': ['::ffff:192.0.2.1', '192.0.2.1, 192.0.2.2'], 'X-Other': [], Origin: ['null', 'http://a'], 'Sec-Fetch-Site': ['cross-site', 'none'],
  Cookie: ['__Host-auth_session=x', '__Host-auth_refresh=\0', 'auth_device=x', 'a=\\u0000; b=\0', 'a="; b'],
  Accept: [
    'application/vnd.pgrst.object+json', 'application/vnd.pgrst.object', 'text/csv', 'application/vnd.pgrst.plan+json', 'application/vnd.pgrst.plan; options=analyze', 'application/geo+json',
    'application/octet-stream', 'text/html', 'text/plain', 'application/vnd.pgrst.array;nulls=stripped', 'application/vnd.pgrst.object+json;nulls=stripped', 'application/openapi+json', 'x/y',
  ],
  Prefer: [
    'tx=rollback', 'params=single-object', 'params=multiple-objects', 'count=exact', 'count=planned', 'count=estimated', 'return=minimal', 'return=headers-only', 'return=representation',
    'handling=strict', 'handling=strict, tx=rollback', 'handling=strict, max-affected=0', 'max-affected=0', 'missing=default', 'resolution=merge-duplicates', 'timezone=Nowhere/Land', 'timezone=UTC',
    'handling=strict, timezone=Nowhere/Land',
  ],
  Range: ['0-0', '5-9', '9-5', 'x', '1-'], 'Range-Unit': ['items', 'x'], 'Content-Profile': ['auth', 'public', 'auth_private'], 'Accept-Profile': ['auth', 'public', 'auth_private'],
  'Content-Type': ['text/plain', 'text/csv', 'application/octet-stream', 'application/json; charset=latin1', 'application/vnd.pgrst.object+json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
  'Content-Encoding': ['gzip'], 'Accept-Charset': ['x'], Expect: ['100-continue'], 'X-HTTP-Method-Override': ['GET'],
}
const QUERIES = [
  'select=pgrst_scalar', 'select=pgrst_scalar-%3E%3Ecode', 'select=pgrst_scalar::int', 'select=x:pgrst_scalar-%3E%3Ecode::int', 'select=*', 'select=count()', 'select=pgrst_scalar.count()', 'limit=0', 'limit=1',
  'limit=1&offset=1', 'offset=1', 'offset=-1', 'order=pgrst_scalar', 'order=pgrst_scalar-%3E%3Ecode', 'pgrst_scalar=eq.x', 'pgrst_scalar-%3E%3Ecode=eq.x', 'pgrst_scalar-%3E%3Emessage=match.x',
  'columns=email', 'on_conflict=email', 'and=()', 'or=(pgrst_scalar.is.null)', 'x=1', '%00', 'pgrst_scalar=is.null', 'not.and=(a.eq.1)',
]

// A value of an argument as JSON, in every way that it could be taken amiss.
const ODD_JSON = ['"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', '"\xff"', '"\xc3"', '"\t"', `"${'x'.repeat(300_000)}"`, '5', '-1e400', 'true', 'null', '{}', '[]', '{"a":"\\u0000"}', '""', '"x', '"\\x"']

function* hostile(body) {
  for (const [name, values] of Object.entries(HEADERS))
    for (const value of [...values, ...ODD_VALUES]) yield { what: `${name}: ${value.slice(0, 30)}`, headers: { [name]: value } }
  for (const unit of ['0-0', '5-9', '1-1']) for (const count of ['exact', 'planned']) yield { what: `Range ${unit} count ${count}`, headers: { Range: unit, Prefer: `count=${count}` } }
  for (const accept of HEADERS.Accept) for (const query of QUERIES.slice(0, 12)) yield { what: `${accept} ?${query}`, headers: { Accept: accept }, query }
  for (const query of QUERIES) yield { what: `?${query}`, query }
  for (const argument of Object.keys(body))
    for (const odd of ODD_JSON) yield { what: `${argument} = ${odd.slice(0, 30)}`, body: (real) => write({ ...real, [argument]: undefined }, argument, odd) }
  for (const odd of ['"\\u0000"', '{}', 'null']) yield { what: `mode = ${odd}`, body: (real) => write(real, 'mode', odd) }
  yield { what: 'an array of two', body: (real) => `[${write(real)},${write(real)}]` }
  yield { what: 'an array of one', body: (real) => `[${write(real)}]` }
  yield { what: 'a key twice', body: (real) => write(real).replace(/^\{("[a-z_]+":"[^"]*")/, '{$1,$1') }
  yield { what: 'something behind', body: (real) => `${write(real)} \0` }
  yield { what: 'a form', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: (real) => new URLSearchParams(real).toString() }
  yield { what: 'a form with a NUL', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: (real) => `${new URLSearchParams(real)}&x=%00` }
  yield { what: 'a form with bytes', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: (real) => `${new URLSearchParams(real)}%ff` }
}
function write(real, name, json) {
  const members = Object.entries(real).filter(([, value]) => value !== undefined).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return `{${[...members, ...(name ? [`"${name}":${json}`] : [])].join(',')}}`
}

const number = async (sql) => Number((await database.query(`SELECT ${sql} AS number`)).rows[0].number)
const audited = (call, refusal) => number(`(SELECT count(*) FROM auth_private.audit_log WHERE event = '${call}' AND detail ->> 'refusal' = '${refusal}')`)
const writes = () => number('(SELECT last_value FROM public.writes)')
// When the last attempt was counted: a counter itself empties in time.
const lastCounted = () => number('(SELECT coalesce(extract(epoch FROM max(last_at)), 0) FROM auth_private.login_attempts)')
// PostgREST repeats bodies that it cannot read, and how long its chunks are.
const shape = ({ status, text }) => `${status} ${text.replace(/^[0-9A-Fa-f]+\r\n/gm, '').replace(/auth_r[tq]_[\w-]+|wrong password|\b\d{8}\b/g, PASSWORD)}`

// Make a call with a wrong and a right secret in each hostile way, and compare with what was left behind.
async function tryAll(t, { call, wrong, right, refusal, counted, headers = {}, prepare = async () => {} }) {
  let told = 0
  let untold = 0
  await prepare()
  for (const variant of hostile(wrong())) {
    await prepare()
    const path = `/rpc/${call}${variant.query ? `?${variant.query}` : ''}`
    const ask = async (body) => send(path, { headers: { ...headers, ...variant.headers }, body: variant.body ? variant.body(body) : write(body) })
    const before = [await counted(), await audited(call, refusal)]
    const writesBefore = await writes()
    const refused = await ask(wrong())
    const done = [await counted() - before[0], await audited(call, refusal) - before[1]]
    const isHidden = refused.status === 401 && !refused.text.includes('code') // an offset leaves null as the body
    if (refused.text.includes(refusal) || isHidden) {
      assert.ok(done[0] > 0 && done[1] === 1, `${variant.what}: was told ${refused.text}, and left nothing behind (${done})`)
      told++
    } else {
      assert.equal(await writes(), writesBefore, `${variant.what}: something was written, and undone: ${refused.text}`)
      const accepted = await ask(await right())
      assert.equal(shape(refused), shape(accepted), `${variant.what}: the right secret is answered otherwise, and the wrong one is not refused as such`)
      untold++
    }
  }
  assert.ok(told > 50 && untold > 50, `${told} told, ${untold} not`)
  t.diagnostic(`${told} refusals told, ${untold} requests not answered by one`)
}

for (const header of ['x-real-ip', ''])
  test(`login with a wrong password is counted and written down (client_address_header = '${header}')`, async (t) => {
    await stack.configure({ 'auth.client_address_header': header })
    const email = await client.register()
    await tryAll(t, {
      call: 'login', refusal: 'invalid_credentials',
      wrong: () => ({ email, password: 'wrong password' }), right: () => ({ email, password: PASSWORD }),
      counted: lastCounted,
    })
  })

test('a stolen refresh token ends its session, and that is written down', async (t) => {
  const email = await client.register()
  const sessions = () => number(`(SELECT count(*) FROM auth.sessions JOIN auth.users u ON u.id = user_id WHERE email = '${email}')`)
  let session
  const steal = async () => {
    const first = await client.login(email)
    const second = await client.call('refresh', { refresh_token: first.refresh_token })
    await database.query("UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '1 min'")
    session = { stolen: first.refresh_token, current: second.body.refresh_token }
    return session
  }
  await tryAll(t, {
    call: 'refresh', refusal: 'refresh_token_reused',
    wrong: () => ({ refresh_token: session.stolen }),
    right: () => ({ refresh_token: session.current }),
    counted: async () => -(await sessions()),
    prepare: async () => {
      if (await sessions() === 0) await steal()
    },
  })
})

test('a wrong current password is counted and written down', async (t) => {
  const user = await client.enter()
  await tryAll(t, {
    call: 'change_password', refusal: 'invalid_credentials',
    wrong: () => ({ current_password: 'wrong password', new_password: PASSWORD }),
    right: () => ({ current_password: PASSWORD, new_password: PASSWORD }),
    counted: lastCounted,
    headers: { Authorization: `Bearer ${user.token}` },
  })
})

test("a wrong code of a mail is counted and written down", async (t) => {
  const email = await client.register()
  await stack.configure({ 'auth.client_address_header': null, 'auth.site_url': 'https://example.org', 'auth.mail_requests_before_delay': 1000000 })
  let request, code
  const ask = async () => {
    await database.query('TRUNCATE auth_private.outbox, auth_private.one_time_tokens, auth_private.login_attempts')
    ;({ body: { request } } = await client.call('request_password_reset', { email }))
    ;({ rows: [{ code }] } = await database.query('SELECT auth_private.mail_code(token_id, nonce) AS code FROM auth_private.outbox'))
  }
  await tryAll(t, {
    call: 'reset_password', refusal: 'invalid_code',
    wrong: () => ({ new_password: PASSWORD, request, code: '00000000' }),
    right: async () => {
      await ask()
      return { new_password: PASSWORD, request, code }
    },
    counted: lastCounted,
    prepare: ask,
  })
})

test("a site's own function that signs in returns one value, or is refused before anything is counted", async () => {
  const email = await client.register()
  await stack.define(`
    CREATE FUNCTION public.enter(email text, password text) RETURNS jsonb LANGUAGE sql AS 'SELECT auth.login(email, password)';
    CREATE FUNCTION public.enter_as_set(email text, password text) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT auth.login(email, password)';
    CREATE FUNCTION public.enter_as_table(email text, password text) RETURNS TABLE (answer jsonb) LANGUAGE sql AS 'SELECT auth.login(email, password)';
    GRANT EXECUTE ON FUNCTION public.enter, public.enter_as_set, public.enter_as_table TO anon`)
  const call = (name, password, headers = {}) => send(`/rpc/${name}`, { headers: { 'Content-Profile': 'public', ...headers }, body: write({ email, password }) })
  assert.match((await call('enter', PASSWORD)).text, /access_token/)
  assert.match((await call('enter', 'wrong password')).text, /invalid_credentials/)
  for (const name of ['enter_as_set', 'enter_as_table'])
    for (const headers of [{}, { Accept: 'application/vnd.pgrst.object+json' }, { Prefer: 'handling=strict, max-affected=0' }])
      for (const query of ['', '?limit=1&offset=1', '?limit=0', '?offset=5']) {
        const before = await writes()
        for (const password of [PASSWORD, 'wrong password']) {
          const answer = await call(`${name}${query}`, password, headers)
          assert.doesNotMatch(answer.text, /access_token|invalid_credentials/, `${name}${query} ${JSON.stringify(headers)}`)
        }
        assert.equal(await writes(), before)
      }
})
