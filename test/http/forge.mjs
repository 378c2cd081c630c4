// What the HTTP tests share: tokens as an attacker makes them, of a genuine one and of all that is public.

import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto'

export const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
export const decode = (segment) => JSON.parse(Buffer.from(segment, 'base64url'))

// By name; jwks is the published key set, exact the very text that PostgREST was told.
function forge(token, { jwks, exact }) {
  const [header, payload, signature] = token.split('.')
  const claims = decode(payload)
  const { kid } = decode(header)
  const stranger = generateKeyPairSync('ed25519').privateKey
  const signed = (head, body) => `${encode(head)}.${encode(body)}.${sign(null, Buffer.from(`${encode(head)}.${encode(body)}`), stranger).toString('base64url')}`
  const hmac = (secret, head = { alg: 'HS256', typ: 'JWT' }) => {
    const input = `${encode(head)}.${payload}`
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
  }

  const forged = {
    'alg none': `${encode({ alg: 'none' })}.${payload}.`,
    'alg none with signature': `${encode({ alg: 'none', kid })}.${payload}.${signature}`,
    'no signature': `${header}.${payload}.`,
    'two segments': `${header}.${payload}`,
    'signature of another payload': `${header}.${encode({ ...claims, sub: randomUUID() })}.${signature}`,
    'role raised': `${header}.${encode({ ...claims, role: 'postgres' })}.${signature}`,
    'expiry removed': `${header}.${encode({ ...claims, exp: undefined })}.${signature}`,
    'key of a stranger under our kid': signed({ alg: 'EdDSA', kid, typ: 'at+jwt' }, claims),
    'key of a stranger in the header': signed({ alg: 'EdDSA', typ: 'at+jwt', jwk: { kty: 'OKP' } }, claims),
    'other alg': signed({ alg: 'Ed25519', kid, typ: 'at+jwt' }, claims),
    'HMAC by the published keys': hmac(jwks),
    'HMAC by the published keys and a line end': hmac(`${jwks}\n`),
    'HMAC by what PostgREST was told': hmac(exact),
    'HMAC by what PostgREST was told, with our kid': hmac(exact, { alg: 'HS256', kid, typ: 'at+jwt' }),
    'HMAC by nothing': hmac(''),
    'padding': `${token}=`,
    'another spelling of the signature': `${header}.${payload}.${signature.slice(0, -1)}${String.fromCharCode(signature.charCodeAt(85) + 1)}`,
  }
  for (const key of JSON.parse(jwks).keys) {
    const publicKey = Buffer.from(key.x, 'base64url')
    forged[`HMAC by the public key ${key.kid}`] = hmac(publicKey)
    forged[`HMAC by the public key ${key.kid}, under its kid`] = hmac(publicKey, { alg: 'HS256', kid: key.kid, typ: 'at+jwt' })
    forged[`HMAC by the public key ${key.kid} as text`] = hmac(key.x)
  }
  return forged
}

export const isRefusedBySql = (stack, token) => {
  try {
    stack.psql(`SELECT auth.authenticate('${token}')`)
    return false
  } catch (error) {
    return /invalid access token|session has ended|access token expired/.test(error.stderr)
  }
}

// By PostgREST in front, and by the database alone.
export async function assertForgeriesAreRefused(client, token) {
  const jwks = JSON.stringify((await client.get('/rpc/jwks')).body)
  const exact = client.stack.psql("BEGIN; SELECT FROM auth.postgrest_config(); SELECT current_setting('pgrst.jwt_secret'); COMMIT").trim()
  for (const [name, forged] of Object.entries(forge(token, { jwks, exact }))) {
    assert.equal((await client.get('/rpc/current_user', { token: forged })).status, 401, name)
    assert.equal(isRefusedBySql(client.stack, forged), true, `${name}, in SQL`)
  }
}
