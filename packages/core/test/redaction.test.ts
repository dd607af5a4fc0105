import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  accessToken,
  ClientSecretBasic,
  ClientSecretPost,
  defineClient,
  grant,
  memoryStore,
  Redacted,
  refreshFlow,
  resolveProvider,
  scrub,
  tokenSource,
} from '@evergrant/core'
import { refusal } from '../src/answer/refusal.ts'
import { quietly } from '../src/redacted.ts'

const secret = 'pLaNtEd-s3cr3t.~x'

/** Everything that a log, a console or an error page could show. */
function shown(value: unknown): string {
  const deep = { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true, maxStringLength: null }
  return [inspect(value, deep), inspect({ nested: [{ value }] }, deep), String(value), `${JSON.stringify(value)}`].join(
    '\n',
  )
}

test('[#128] a redacted secret shows in no form of output, and can be revealed', () => {
  const redacted = new Redacted(secret)
  assert.doesNotMatch(shown(redacted), /pLaNtEd/)
  assert.doesNotMatch(shown({ redacted }), /pLaNtEd/)
  assert.equal(redacted.reveal(), secret)
})

test('[#128] a client prints without its secret', () => {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: 'https://acme.example' })
  for (const client_auth of [ClientSecretBasic(secret), ClientSecretPost(secret), undefined] as const) {
    const client = defineClient({ provider, client_id: 'web', client_secret: secret, client_auth })
    assert.doesNotMatch(shown(client), /pLaNtEd/)
  }
})

test('[#52 #128] a grant and its tokens print without their secrets, and survive JSON', () => {
  const token = accessToken({ access_token: secret, token_type: 'Bearer', id_token: secret, raw: { hidden: secret } })
  const of = grant({
    id: 'alice',
    provider: 'acme',
    client: 'web',
    refresh_token: secret,
    access: { '': token, 'https://api.example': token },
    standing: { state: 'active', since: 0 },
    sealed: secret,
    updated_at: 0,
    version: 1,
  })
  assert.doesNotMatch(inspect(of, { depth: 9 }), /pLaNtEd/)
  assert.doesNotMatch(inspect([new Map([[of, of]])], { depth: 9 }), /pLaNtEd/)
  assert.doesNotMatch(`${of}${token}`, /pLaNtEd/)
  const copy = grant(JSON.parse(JSON.stringify(of)))
  assert.deepEqual(copy, of)
  assert.equal(copy.access['']?.access_token, secret)
  assert.equal(Object.isFrozen(of) && Object.isFrozen(of.access) && Object.isFrozen(token), true)
})

test('[#128] a pending authorization prints without its verifier', () => {
  assert.doesNotMatch(inspect(quietly({ state: 's', code_verifier: secret }), { depth: 9 }), /pLaNtEd/)
})

test('[#128] a token source prints without its tokens', async () => {
  const store = memoryStore()
  const token = accessToken({ access_token: secret, token_type: 'Bearer', expires_at: 4e9, raw: {} })
  const standing = { state: 'active', since: 0 } as const
  const record = { id: 'alice', provider: 'acme', client: 'web', standing, updated_at: 0, version: 0 }
  await store.put(grant({ ...record, access: { '': token } }), 0)
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: 'https://acme.example' })
  const client = defineClient({ provider, client_id: 'web', client_secret: secret })
  const source = tokenSource('alice', { store, client, flow: refreshFlow })
  assert.equal((await source.token()).access_token, secret)
  assert.doesNotMatch(shown(source), /pLaNtEd/)
})

const leaks: readonly (readonly [name: string, text: string])[] = [
  ['JSON', `{"access_token":"${secret}"}`],
  ['JSON with white space', `{ "refresh_token" : "${secret}" }`],
  ['JSON under a name of its own', `{"data":{"accessToken":"${secret}","sessionToken":"${secret}"}}`],
  ['JSON with escapes', `{"password":"a\\"${secret}"}`],
  ['JSON that was cut off', `{"id_token":"${secret}`],
  ['a form', `grant_type=refresh_token&refresh_token=${secret}&client_secret=${secret}`],
  ['a code in an address', `https://app.example/cb?state=1&code=${secret}#x`],
  ['a header', `Authorization: Bearer ${secret}`],
  ['a Basic header', `Authorization: Basic ${btoa(secret)}`],
  ['markup', `<oauth><access_token>${secret}</access_token></oauth>`],
  ['a connection string', `connect to postgres://app:${secret}@db.example/x failed`],
  ['a JWT', `got eyJhbGciOiJSUzI1NiJ9.${btoa(secret).replaceAll('=', '')}.${btoa(secret).replaceAll('=', '')}`],
]

for (const [name, text] of leaks) {
  test(`[#128] scrub finds what looks like a secret in ${name}`, () => {
    const clean = scrub(text)
    assert.doesNotMatch(clean, /pLaNtEd/)
    assert.equal(clean.includes(btoa(secret).replaceAll('=', '')), false)
    assert.match(clean, /<redacted>/)
  })
}

test('scrub leaves ordinary words alone', () => {
  const words = 'AADSTS70008: The provided authorization code or refresh token has expired. error_code=17, trace 1:2'
  assert.equal(scrub(words), words)
})

test('scrub is quick with a megabyte of the worst', () => {
  const started = performance.now()
  for (const part of ['a.', 'eyJ', '"token', 'a:', 'x://a:']) scrub(part.repeat(16_384 / part.length))
  assert.ok(performance.now() - started < 2000)
})

test('[#128] a provider that repeats the request in its answer does not leak it', () => {
  const text = JSON.stringify({
    error: `bad ${secret}`,
    error_description: `token ${secret}`,
    error_uri: `x?${secret}`,
  })
  const fields = JSON.parse(text) as Record<string, unknown>
  const body = { status: 400, text, fields, retryAfter: undefined, html: false, secrets: [secret] }
  assert.doesNotMatch(shown(refusal(body, { id: 'acme', name: 'Acme' })), /pLaNtEd/)
})

test('[#128] a success that could not be understood shows names, never values', () => {
  for (const text of [`{"at":"${secret}","x":{"y":"${secret}"}}`, secret, `${secret}==`, `at=${secret}`]) {
    const fields = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { [secret]: '=' }
    const error = refusal(
      { status: 200, text, fields, retryAfter: undefined, html: false, secrets: [] },
      { id: 'acme', name: 'Acme' },
    )
    assert.doesNotMatch(shown(error), /pLaNtEd/)
    assert.equal(error.code, 'INVALID_ANSWER')
  }
})

test('[#128] a secret that is an ordinary word does not eat the words of an answer', () => {
  const said = '{"error":"wrong_client","error_description":"The client secret is wrong"}'
  assert.equal(scrub(said, ['wrong']), said)
  // Where it stands under the name of a secret it is hidden, however short.
  assert.equal(scrub('client_secret=wrong&x=1', ['wrong']), 'client_secret=<redacted>&x=1')
  assert.equal(scrub('{"password":"ab"}', ['ab']), '{"password":"<redacted>"}')
  assert.equal(scrub('at 12345678 it', ['12345678']), 'at <redacted> it')
})

for (const code of [
  'NOT_FOUND',
  'InvalidAuthenticationToken',
  'AccessDeniedException',
  'invalid_request',
  'auth/invalid-token',
  'AADSTS70008',
  'ERR_42',
  'notFound',
  'E.AUTH.EXPIRED',
]) {
  test(`the error code ${code} stays readable`, () => {
    const said = `{"error":{"code":"${code}","message":"no"}}`
    assert.equal(scrub(said), said)
  })
}

for (const code of [
  'SplxlOBeZQQYbYS6WxSbIA',
  '4/0AX4XfWgyVyz-uQkAqD',
  'M.R3_BAY.c0ffee12-3456-7890',
  'abcdefghijklmnopqrstuvwxyz',
  'QWERTYUIOPASDFGHJKLZX',
  '123456',
  'pLaNtEd-s3cr3t',
]) {
  test(`[#128] the authorization code ${code} is hidden under its name`, () => {
    assert.equal(scrub(`{"code":"${code}"}`), '{"code":"<redacted>"}')
    assert.doesNotMatch(scrub(`https://app.example/cb?code=${code}&state=x`), new RegExp(code.replaceAll('.', '\\.')))
  })
}
