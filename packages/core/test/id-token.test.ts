import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import {
  beginAuthorization,
  defineClient,
  finishAuthorization,
  type Grant,
  type GrantStore,
  memoryStore,
  OAuthError,
  type ProviderDefinition,
  resolveProvider,
} from '@evergrant/core'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'

const redirect_uri = 'https://app.example/callback'
const now = (): number => Math.floor(Date.now() / 1000)

/** An authorization server that signs whatever it is told to, and one key that is not its own. */
const keys = { own: await generateKeyPair('RS256'), foreign: await generateKeyPair('RS256') }
let answer: Record<string, unknown> = {}
let jwks: { status: number; body: string } = { status: 200, body: '' }
let issuerTemplate = ''
let origin = ''
let tokenRequests = 0

const server = createServer((request, response) => {
  const metadata = {
    issuer: `${origin}${issuerTemplate}`,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/jwks`,
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
  }
  if (request.url === '/jwks') response.writeHead(jwks.status, { 'content-type': 'text/plain' }).end(jwks.body)
  else if (request.url === '/token') {
    tokenRequests += 1
    response.end(
      JSON.stringify({
        access_token: 'pLaNtEd-access',
        token_type: 'bearer',
        refresh_token: 'pLaNtEd-refresh',
        ...answer,
      }),
    )
  } else response.end(JSON.stringify(metadata))
})

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

interface Attempt {
  readonly claims?: (good: JWTPayload) => JWTPayload
  readonly id_token?: string
  readonly sign?: (claims: JWTPayload) => Promise<string>
  readonly keySet?: { status: number; body: string }
  readonly provider?: Partial<ProviderDefinition>
  readonly scope?: string
  readonly store?: GrantStore
  readonly allowOtherSubject?: boolean
  readonly issuer?: string
}

const signed = (claims: JWTPayload, key = keys.own): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'own' }).sign(key.privateKey)

async function finished(attempt: Attempt): Promise<Grant> {
  const { claims = (good) => good, sign = signed, scope = 'openid mail', issuer = origin } = attempt
  const jwk = { ...(await exportJWK(keys.own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' }
  jwks = attempt.keySet ?? { status: 200, body: JSON.stringify({ keys: [jwk] }) }
  issuerTemplate = attempt.provider?.issuer_rule === 'tenant' ? '/{tenantid}/v2.0' : ''
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer, ...attempt.provider })
  const client = defineClient({ provider, client_id: 'web', client_secret: 'secret' })
  const { pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri, scope })
  const good = {
    iss: origin,
    aud: 'web',
    sub: 'alice',
    iat: now(),
    exp: now() + 60,
    ...(pending.nonce && { nonce: pending.nonce }),
  }
  answer =
    attempt.id_token === 'none'
      ? {}
      : { id_token: attempt.id_token ?? (await sign(claims({ ...good, email: 'pLaNtEd@example.test' }))) }
  const callback = `${redirect_uri}?code=pLaNtEd-code&state=${pending.state}`
  const { store = memoryStore(), allowOtherSubject } = attempt
  const before = await store.get('alice')
  try {
    return await finishAuthorization(client, { callback, pending, store, allowOtherSubject })
  } catch (error) {
    assert.deepEqual(await store.get('alice'), before, 'something was stored all the same')
    assert.doesNotMatch(inspect(error, { depth: 30, showHidden: true }), /pLaNtEd/)
    throw error
  }
}

test('[#60] a sound id_token names the person', async () => {
  const grant = await finished({ claims: (good) => ({ ...good, preferred_username: 'alice@example.test' }) })
  assert.deepEqual(grant.subject, { iss: origin, sub: 'alice', username: 'alice@example.test' })
})

const wrong: readonly (readonly [name: string, attempt: Attempt, message: RegExp])[] = [
  ['[#29] another nonce', { claims: (good) => ({ ...good, nonce: 'another' }) }, /nonce/],
  ['[#29] no nonce', { claims: ({ nonce: _, ...rest }) => rest }, /nonce/],
  ['[#60] another audience', { claims: (good) => ({ ...good, aud: 'evil' }) }, /aud/],
  ['[#60] two audiences and no authorized party', { claims: (good) => ({ ...good, aud: ['web', 'evil'] }) }, /aud/],
  ['[#60] another authorized party', { claims: (good) => ({ ...good, azp: 'evil' }) }, /azp/],
  ['[#60] another issuer', { claims: (good) => ({ ...good, iss: 'https://evil.example' }) }, /iss/],
  ['[#60] an end in the past', { claims: (good) => ({ ...good, exp: now() - 120 }) }, /exp/],
  ['[#60] no subject', { claims: ({ sub: _, ...rest }) => rest }, /sub/],
  ['[#60] a foreign signature', { sign: (claims) => signed(claims, keys.foreign) }, /signature/],
  ['[#60] no signature', { sign: async (claims) => new UnsecuredJWT(claims).encode() }, /./],
  [
    '[#60] a signature made with the client secret',
    {
      sign: (claims) =>
        new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode('secret')),
    },
    /algorithm/,
  ],
  ['words instead of a token', { id_token: 'pLaNtEd' }, /./],
  ['an encrypted token', { id_token: 'pLaNtEd.b.c.d.e' }, /./],
]

for (const [name, attempt, message] of wrong) {
  test(`${name}: the id_token is refused and nothing is stored`, async () => {
    await assert.rejects(finished(attempt), (error) => {
      assert.ok(error instanceof OAuthError)
      assert.match(error.message, message)
      return error.code === 'ID_TOKEN_INVALID' && error.provider === 'acme'
    })
  })
}

test('a key set that cannot be fetched is trouble of the provider, not a wrong id_token', async () => {
  await assert.rejects(finished({ keySet: { status: 500, body: 'pLaNtEd' } }), { class: 'transient' })
})

test('what is no key set is trouble of the provider, not a wrong id_token', async () => {
  for (const body of ['<html>maintenance</html>', '{}', '{"keys":{}}', ''])
    await assert.rejects(finished({ keySet: { status: 200, body } }), { code: 'INVALID_ANSWER', provider: 'acme' })
})

test('a key set without end is not read to its end', async () => {
  await assert.rejects(finished({ keySet: { status: 200, body: ' '.repeat(1_200_000) } }), { code: 'INVALID_ANSWER' })
})

test('with one issuer per tenant, the tenant of the id_token fills the template', async () => {
  const provider = { issuer: `${origin}/common/v2.0`, issuer_rule: 'tenant', discovery: 'oidc' } as const
  const tenant = (tid: string) => (good: JWTPayload) => ({ ...good, tid, iss: `${origin}/7f0c-1/v2.0` })
  const grant = await finished({ provider, claims: tenant('7f0c-1') })
  assert.equal(grant.subject?.iss, `${origin}/7f0c-1/v2.0`)
  await assert.rejects(finished({ provider, claims: tenant('another') }), { code: 'ID_TOKEN_INVALID' })
  await assert.rejects(finished({ provider, claims: tenant('../evil') }), { code: 'ID_TOKEN_INVALID' })
})

test('[#22] without discovery, a tenant that was asked by name is filled by the id_token, and one asked by its id is kept', async () => {
  const own = '9188040d-0000-4000-8000-b66dad000001'
  const asked = (tenant: string) => ({
    issuer: `${origin}/{tenant}/v2.0`,
    issuer_rule: 'tenant' as const,
    discovery: 'none' as const,
    parameters: { tenant: { title: 'Tenant', default: tenant } },
    authorization_endpoint: `${origin}/{tenant}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/jwks`,
  })
  const from = (tid: string) => (good: JWTPayload) => ({ ...good, tid, iss: `${origin}/${tid}/v2.0` })
  for (const tenant of ['common', 'contoso.com', own]) {
    const grant = await finished({ provider: asked(tenant), claims: from(own) })
    assert.equal(grant.subject?.iss, `${origin}/${own}/v2.0`)
  }
  const other = '9188040d-0000-4000-8000-b66dad000002'
  await assert.rejects(finished({ provider: asked(own), claims: from(other) }), { code: 'ID_TOKEN_INVALID' })
})

test('known by endpoints alone, any issuer is taken; everything else still has to hold', async () => {
  const endpoints = { authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token` }
  const { issuer: _, ...provider } = { issuer: undefined, ...endpoints }
  const by = (claims: (good: JWTPayload) => JWTPayload): Promise<Grant> =>
    finished({
      provider: { ...provider, discovery: 'none', issuer: undefined } as unknown as Partial<ProviderDefinition>,
      claims,
    })
  assert.equal(
    (await by((good) => ({ ...good, iss: 'https://whoever.example' }))).subject?.iss,
    'https://whoever.example',
  )
  await assert.rejects(
    by((good) => ({ ...good, aud: 'evil' })),
    { code: 'ID_TOKEN_INVALID' },
  )
  await assert.rejects(
    by((good) => ({ ...good, nonce: 'evil' })),
    { code: 'ID_TOKEN_INVALID' },
  )
})

test('[#17] where a provider signs none, TLS to the token endpoint stands in for the signature and for nothing else', async () => {
  const sign = async (claims: JWTPayload): Promise<string> => new UnsecuredJWT(claims).encode()
  const provider = { id_token_signed_response_alg: 'none' } as const
  const grant = await finished({ provider, sign })
  assert.deepEqual(grant.subject, { iss: origin, sub: 'alice', username: 'pLaNtEd@example.test' })
  const named = ({ email: _, ...good }: JWTPayload): JWTPayload => ({ ...good, unique_name: 'bob' })
  assert.equal((await finished({ provider, sign, claims: named })).subject?.username, 'bob')
  const wrong: Record<string, unknown>[] = [
    { nonce: 'other' },
    { nonce: undefined },
    { iss: 'https://evil.example' },
    { aud: 'another' },
    { exp: now() - 3600 },
    { sub: undefined },
  ]
  for (const change of wrong)
    await assert.rejects(finished({ provider, sign, claims: (good) => ({ ...good, ...change }) }), {
      code: 'ID_TOKEN_INVALID',
    })
  // Signed after all: then the signature counts, and elsewhere an unsigned one never does.
  const foreign = (claims: JWTPayload): Promise<string> => signed(claims, keys.foreign)
  await assert.rejects(finished({ provider, sign: foreign }), { code: 'ID_TOKEN_INVALID' })
  await assert.rejects(finished({ sign }), { code: 'ID_TOKEN_INVALID' })
})

test('a callback in a form that is not supported is refused before the code is sent', async () => {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: origin })
  issuerTemplate = ''
  const client = defineClient({ provider, client_id: 'web', client_secret: 'secret' })
  for (const more of ['response=pLaNtEd.a.b', 'id_token=pLaNtEd', 'token=pLaNtEd', 'id_token=a&id_token=b']) {
    const { pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri })
    const before = tokenRequests
    const callback = `${redirect_uri}?code=pLaNtEd-code&state=${pending.state}&${more}`
    await assert.rejects(finishAuthorization(client, { callback, pending, store: memoryStore() }), (error) => {
      assert.ok(error instanceof OAuthError, inspect(error))
      assert.doesNotMatch(inspect(error, { depth: 30, showHidden: true }), /pLaNtEd/)
      return error.code === 'CALLBACK_INVALID'
    })
    assert.equal(tokenRequests, before)
  }
})

test('a consent of which nobody knows whose it is does not take the place of a known person’s', async () => {
  const store = memoryStore()
  await finished({ store, claims: (good) => ({ ...good, preferred_username: 'alice' }) })
  for (const attempt of [{ id_token: 'none' }, { id_token: 'none', scope: 'mail' }]) {
    await assert.rejects(finished({ ...attempt, store }), {
      code: 'WRONG_ACCOUNT',
      message: /did not say who consented/,
    })
  }
  const { subject } = await finished({ id_token: 'none', store, allowOtherSubject: true })
  assert.equal(subject, undefined, 'the record does not name the person of before')
})
