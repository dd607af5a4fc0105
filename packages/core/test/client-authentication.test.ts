import assert from 'node:assert/strict'
import { createPublicKey, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  ClientAssertion,
  type ClientAuthentication,
  type ClientOptions,
  ClientSecretBasic,
  ClientSecretBasicRaw,
  ClientSecretJwt,
  clientAuthentication,
  clientCredentialsFlow,
  defineClient,
  memoryStore,
  PrivateKeyJwt,
  resolveProvider,
  signingKeyFromPem,
  TlsClientAuth,
  tokenSource,
} from '@evergrant/core'
import {
  assertionFile,
  certificateFetch,
  signingKeyFromPem as protectedPem,
  signingKeyFromPfx,
} from '@evergrant/core/node'
import { startSandbox } from '@evergrant/sandbox'
import type { Context } from 'oidc-provider'
import { fixture, fixtureBytes } from './fixture.ts'
import { type OidcServer, oidcServer } from './oidc-server.ts'

const secret = 'a secret of thirty-two characters or more: +/%'

function publicJwk(name: string): Record<string, unknown> {
  return { ...createPublicKey(fixture(name)).export({ format: 'jwk' }), use: 'sig', kid: name }
}

const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] as [] }

function server(clients: object[]): Promise<OidcServer> {
  return oidcServer({
    clients: clients.map((each) => ({ ...machine, ...each })),
    features: { clientCredentials: { enabled: true } },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['HS256', 'RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'Ed25519'],
    },
  })
}

function obtain(issuer: string, client_auth: ClientAuthentication, more: Partial<ClientOptions> = {}) {
  const provider = more.provider ?? resolveProvider({ id: 'acme', name: 'Acme', issuer })
  const client = defineClient({ client_id: 'program', client_auth, ...more, provider })
  return tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow({ scope: 'api:read' }) })
}

function assertionOf(oidc: OidcServer, index = -1) {
  const token = oidc.seen.filter(({ path }) => path === '/token').at(index)
  assert.ok(token)
  const assertion = token.form.get('client_assertion') ?? ''
  const [header, payload] = assertion.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  return { header: JSON.parse(header ?? ''), payload: JSON.parse(payload ?? ''), form: token.form, assertion }
}

for (const [name, alg] of [
  ['rsa.pkcs8.pem', 'RS256'],
  ['rsa.pkcs1.pem', 'RS256'],
  ['rsa.pkcs8.pem', 'PS256'],
  ['ec.prime256v1.pkcs8.pem', 'ES256'],
  ['ec.prime256v1.sec1.pem', 'ES256'],
  ['ec.secp384r1.sec1.pem', 'ES384'],
  ['ec.secp521r1.sec1.pem', 'ES512'],
  ['ed25519.pem', 'Ed25519'],
] as const) {
  test(`[#9] ${name} signs a ${alg} assertion that an independent server accepts`, async () => {
    const jwks = { keys: [publicJwk(name)] }
    await using oidc = await server([
      {
        client_id: 'program',
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: alg,
        jwks,
      },
    ])
    const key = await signingKeyFromPem(fixture(name), alg === 'PS256' ? { alg } : {})
    const token = await obtain(oidc.issuer, PrivateKeyJwt(key)).token()
    assert.equal(token.scope, 'api:read')
    const { header, payload, form } = assertionOf(oidc)
    assert.equal(header.alg, alg)
    assert.equal(payload.aud, oidc.issuer)
    assert.equal(payload.iss, 'program')
    assert.equal(payload.sub, 'program')
    assert.ok(payload.jti)
    assert.equal(form.has('client_secret'), false)
  })
}

test('[#9] the certificate beside the key names it in the header, by both thumbprints', async () => {
  const jwks = { keys: [publicJwk('rsa.pkcs8.pem')] }
  await using oidc = await server([{ client_id: 'program', token_endpoint_auth_method: 'private_key_jwt', jwks }])
  const pem = fixture('rsa.pkcs8.pem') + fixture('client.crt')
  await obtain(oidc.issuer, PrivateKeyJwt(await signingKeyFromPem(pem))).token()
  const { fingerprint, fingerprint256 } = new X509Certificate(fixture('client.crt'))
  const digest = (hex: string): string => Buffer.from(hex.replaceAll(':', ''), 'hex').toString('base64url')
  const { header } = assertionOf(oidc)
  assert.equal(header.x5t, digest(fingerprint))
  assert.equal(header['x5t#S256'], digest(fingerprint256))
  assert.equal(header.x5c, undefined)

  const byThumbprint = await signingKeyFromPem(fixture('rsa.pkcs8.pem'), { thumbprint: fingerprint })
  await obtain(oidc.issuer, PrivateKeyJwt(byThumbprint)).token()
  assert.equal(assertionOf(oidc).header.x5t, digest(fingerprint))
})

const passphrase = 'open-sesame'
const chain = ['client.crt', 'ca.crt'].map((name) => new X509Certificate(fixture(name)).raw.toString('base64'))
for (const [name, read] of [
  ['PFX with a passphrase', () => signingKeyFromPfx(fixtureBytes('client.pfx'), { passphrase, x5c: true })],
  ['an older PFX', () => signingKeyFromPfx(fixtureBytes('client.legacy.pfx'), { passphrase, x5c: true })],
  [
    'PEM with a passphrase and a chain',
    () => {
      const certificate = fixture('client.crt') + fixture('ca.crt')
      return protectedPem(fixture('rsa.encrypted.pem'), { passphrase, certificate, x5c: true })
    },
  ],
] as const) {
  test(`[#10] ${name}: an independent server accepts the assertion, and the header brings the chain`, async () => {
    const jwks = { keys: [publicJwk('rsa.pkcs8.pem')] }
    await using oidc = await server([{ client_id: 'program', token_endpoint_auth_method: 'private_key_jwt', jwks }])
    let reads = 0
    const key = () => {
      reads += 1
      return read()
    }
    const source = obtain(oidc.issuer, PrivateKeyJwt(key))
    await source.token()
    await source.token({ force: true })
    assert.equal(reads, 1)
    const { header } = assertionOf(oidc)
    assert.deepEqual(header.x5c, chain)
    assert.ok(header.x5t && header['x5t#S256'])
  })
}

test('[#9] a key chosen from settings by name works, and PEM with escaped line ends is read', async () => {
  const jwks = { keys: [publicJwk('rsa.pkcs8.pem')] }
  await using oidc = await server([{ client_id: 'program', token_endpoint_auth_method: 'private_key_jwt', jwks }])
  const pem = fixture('rsa.pkcs8.pem').replaceAll('\n', '\\n')
  const authentication = clientAuthentication({ id: 'acme', name: 'Acme' }, pem, 'private_key_jwt', {
    kid: 'rsa.pkcs8.pem',
  })
  await obtain(oidc.issuer, authentication).token()
  assert.equal(assertionOf(oidc).header.kid, 'rsa.pkcs8.pem')
})

test('[#9] a provider may insist on its token endpoint as audience: that is data', async () => {
  const jwks = { keys: [publicJwk('rsa.pkcs8.pem')] }
  await using oidc = await server([{ client_id: 'program', token_endpoint_auth_method: 'private_key_jwt', jwks }])
  const provider = resolveProvider({
    id: 'acme',
    name: 'Acme',
    issuer: oidc.issuer,
    client_assertion: { audience: 'token_endpoint', lifetime: 300 },
  })
  await obtain(oidc.issuer, PrivateKeyJwt(await signingKeyFromPem(fixture('rsa.pkcs8.pem'))), { provider }).token()
  const { payload } = assertionOf(oidc)
  assert.equal(payload.aud, `${oidc.issuer}/token`)
  assert.equal(payload.exp - payload.iat, 300)
})

test('[#9] every request gets an assertion of its own, unless the provider allows one to be used again', async () => {
  const jwks = { keys: [publicJwk('rsa.pkcs8.pem')] }
  await using oidc = await server([{ client_id: 'program', token_endpoint_auth_method: 'private_key_jwt', jwks }])
  const key = await signingKeyFromPem(fixture('rsa.pkcs8.pem'))
  const source = obtain(oidc.issuer, PrivateKeyJwt(key))
  await source.token()
  await source.token({ force: true })
  assert.notEqual(assertionOf(oidc, -1).payload.jti, assertionOf(oidc, -2).payload.jti)

  const again = obtain(oidc.issuer, PrivateKeyJwt(key, { reuse: true, lifetime: 600 }))
  await again.token()
  // This server sees a jti once only, as most do: proof that the same assertion was sent.
  await assert.rejects(again.token({ force: true }), { code: 'INVALID_CLIENT' })
  assert.equal(assertionOf(oidc, -1).assertion, assertionOf(oidc, -2).assertion)
})

test('client_secret_jwt proves the secret without sending it', async () => {
  await using oidc = await server([
    { client_id: 'program', token_endpoint_auth_method: 'client_secret_jwt', client_secret: secret },
  ])
  await obtain(oidc.issuer, ClientSecretJwt(secret)).token()
  const { payload, form } = assertionOf(oidc)
  assert.equal(payload.aud, oidc.issuer)
  assert.equal(form.toString().includes('thirty'), false)
  await assert.rejects(obtain(oidc.issuer, ClientSecretJwt(`${secret}!`)).token(), { code: 'INVALID_CLIENT' })
})

test('[#11] an assertion that somebody else signed is passed through, from a text, a callback or a file', async () => {
  const jwks = { keys: [publicJwk('rsa.pkcs8.pem')] }
  await using oidc = await server([{ client_id: 'program', token_endpoint_auth_method: 'private_key_jwt', jwks }])
  const signed = async (): Promise<string> => {
    const body = new URLSearchParams()
    const { apply } = PrivateKeyJwt(await signingKeyFromPem(fixture('rsa.pkcs8.pem')))
    await apply({ issuer: oidc.issuer }, { client_id: 'program' }, body, new Headers())
    return body.get('client_assertion') ?? ''
  }
  const ready = await signed()
  await obtain(oidc.issuer, ClientAssertion(ready)).token()
  assert.equal(assertionOf(oidc).assertion, ready)

  const asked: string[] = []
  const callback = ({ issuer, client_id }: { issuer: string; client_id: string }) => {
    asked.push(`${client_id} at ${issuer}`)
    return signed()
  }
  await obtain(oidc.issuer, ClientAssertion(callback)).token()
  assert.deepEqual(asked, [`program at ${oidc.issuer}`])

  const folder = await mkdtemp(join(tmpdir(), 'evergrant-'))
  try {
    const path = join(folder, 'token')
    const source = obtain(oidc.issuer, ClientAssertion(assertionFile(path)))
    await assert.rejects(source.token(), { code: 'CREDENTIAL_UNAVAILABLE', outcome: 'not_sent' })
    for (let round = 0; round < 2; round++) {
      await writeFile(path, `${await signed()}\n`)
      await source.token({ force: true })
    }
    assert.notEqual(assertionOf(oidc, -1).assertion, assertionOf(oidc, -2).assertion)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('an assertion callback that fails or yields nothing sends no request and keeps the cause', async () => {
  await using sandbox = await startSandbox()
  const cause = new Error('the platform is away')
  const failing = obtain(
    sandbox.issuer,
    ClientAssertion(() => Promise.reject(cause)),
  )
  await assert.rejects(failing.token(), (error: Error) => {
    assert.match(error.message, /the platform is away/)
    assert.equal(error.cause, cause)
    return true
  })
  const empty = obtain(
    sandbox.issuer,
    ClientAssertion(() => ''),
  )
  await assert.rejects(empty.token(), { code: 'CREDENTIAL_UNAVAILABLE' })
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 0)
})

for (const kind of ['tls_client_auth', 'self_signed_tls_client_auth'] as const) {
  test(`${kind}: the certificate of the connection proves the client, and the token is bound to it`, async () => {
    const x5c = [fixture('client.crt').replace(/-----[^-]+-----|\s/g, '')]
    const binding =
      kind === 'tls_client_auth'
        ? { tls_client_auth_subject_dn: 'CN=my-program' }
        : { jwks: { keys: [{ ...publicJwk('rsa.pkcs8.pem'), x5c }] } }
    await using oidc = await oidcServer(
      {
        clients: [{ ...machine, client_id: 'program', token_endpoint_auth_method: kind, ...binding }],
        clientAuthMethods: ['tls_client_auth', 'self_signed_tls_client_auth'],
        features: {
          clientCredentials: { enabled: true },
          mTLS: {
            enabled: true,
            certificateBoundAccessTokens: true,
            tlsClientAuth: true,
            selfSignedTlsClientAuth: true,
            getCertificate: (context: Context) => (context.req.socket as never as TlsSocket).getPeerX509Certificate(),
            certificateAuthorized: () => true,
            certificateSubjectMatches: (context: Context, _property: string, expected: string) =>
              (context.req.socket as never as TlsSocket).getPeerX509Certificate()?.subject === expected,
          },
        },
      },
      { tls: true },
    )
    const [ca, cert, key] = [fixture('ca.crt'), fixture('client.crt'), fixture('rsa.pkcs8.pem')]
    const source = obtain(oidc.issuer, TlsClientAuth(kind), { http: { fetch: certificateFetch({ ca, cert, key }) } })
    assert.ok((await source.token()).access_token)
    const { form } = oidc.seen.at(-1) ?? {}
    assert.deepEqual(form && [...form.keys()].sort(), ['client_id', 'grant_type', 'scope'])
    const without = obtain(oidc.issuer, TlsClientAuth(kind), { http: { fetch: certificateFetch({ ca }) } })
    await assert.rejects(without.token(), { code: 'INVALID_CLIENT' })
  })
}

interface TlsSocket {
  getPeerX509Certificate(): X509Certificate | undefined
}

test('[#46] Basic is form-encoded, or raw where the provider wants it so', async () => {
  await using sandbox = await startSandbox({ clients: [{ client_id: 'program', client_secret: secret }] })
  await obtain(sandbox.issuer, ClientSecretBasic(secret)).token()
  const header = (): string => {
    const value = sandbox.journal.last({ endpoint: 'token' })?.headers['authorization']
    return Buffer.from(String(value).replace('Basic ', ''), 'base64').toString()
  }
  assert.match(header(), /^program:a\+secret\+of\+thirty.*%3A\+%2B%2F%25$/)
  const raw = resolveProvider({
    id: 'acme',
    name: 'Acme',
    issuer: sandbox.issuer,
    client_auth: ['client_secret_basic_raw'],
  })
  const client = defineClient({ provider: raw, client_id: 'program', client_secret: 'p:ä%' })
  assert.equal(client.authentication.method, 'client_secret_basic_raw')
  const source = tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow() })
  await assert.rejects(source.token())
  assert.equal(header(), 'program:p:ä%')
  assert.equal(ClientSecretBasicRaw('x').method, 'client_secret_basic_raw')
})

test('a method that cannot work with what is given says what is missing', () => {
  const acme = { id: 'acme', name: 'Acme' }
  const provider = resolveProvider({ ...acme, issuer: 'https://login.acme.example' })
  assert.throws(() => defineClient({ provider, client_id: 'a', client_auth: 'private_key_jwt' }), {
    code: 'NOT_SUPPORTED',
  })
  assert.throws(() => clientAuthentication(acme, undefined, 'client_secret_jwt'), { code: 'MISSING_CLIENT_SECRET' })
  assert.throws(() => clientAuthentication(acme, undefined, 'client_secret_basic_raw'), {
    code: 'MISSING_CLIENT_SECRET',
  })
  assert.throws(() => clientAuthentication(acme, 's', 'tls_client_auth'), { code: 'SECRET_FOR_PUBLIC_CLIENT' })
  assert.equal(clientAuthentication({ ...acme, client_auth: ['private_key_jwt'] }, 'pem').method, 'private_key_jwt')
  assert.equal(clientAuthentication({ ...acme, client_auth: ['client_secret_jwt'] }, 's').method, 'client_secret_jwt')
  assert.equal(clientAuthentication(acme, undefined, 'tls_client_auth').method, 'tls_client_auth')
})
