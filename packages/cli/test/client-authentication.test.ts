import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, type X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Context } from 'oidc-provider'
import { fixture } from '../../core/test/fixture.ts'
import { type OidcServer, oidcServer } from '../../core/test/oidc-server.ts'
import { consentUrl, home } from './command-line.ts'

const path = (name: string): string => fileURLToPath(new URL(`../../core/test/fixtures/${name}`, import.meta.url))
const publicJwk = (name: string, kid = name) => ({
  ...createPublicKey(fixture(name)).export({ format: 'jwk' }),
  use: 'sig',
  kid,
})
const privateJwk = (name: string, kid: string) => ({
  ...createPrivateKey(fixture(name)).export({ format: 'jwk' }),
  kid,
})
const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] as [] }

/** The header of the last client assertion that the server saw. */
function assertionHeader({ seen }: OidcServer): Record<string, unknown> {
  const assertion = seen.findLast(({ path }) => path === '/token')?.form.get('client_assertion') ?? ''
  return JSON.parse(Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString())
}

function server(...clients: object[]): Promise<OidcServer> {
  return oidcServer({
    clients: clients.map((each) => ({ ...machine, client_id: 'app', ...each })),
    features: { clientCredentials: { enabled: true } },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: ['HS256', 'RS256', 'PS256', 'ES256', 'ES384', 'Ed25519'] },
  })
}

const asked = (oidc: OidcServer, ...args: readonly string[]): string[] => [
  ...['token', '--issuer', oidc.issuer, '--client-id', 'app', '--flow', 'client_credentials'],
  ...args,
]

for (const [title, args, env, expected] of [
  ['a key in PEM', ['--client-key-file', path('rsa.pkcs8.pem')], {}, { alg: 'RS256' }],
  [
    'another algorithm and an id',
    ['--client-key-file', path('rsa.pkcs1.pem'), '--client-key-alg', 'PS256', '--client-key-id', 'rsa'],
    {},
    { alg: 'PS256', kid: 'rsa' },
  ],
  [
    'a protected key',
    ['--client-key-file', path('rsa.encrypted.pem')],
    { EVERGRANT_CLIENT_KEY_PASSPHRASE: 'open-sesame' },
    { alg: 'RS256' },
  ],
  [
    'a key with its certificate, sent along',
    ['--client-key-file', path('rsa.pkcs8.pem'), '--client-cert-file', path('client.crt'), '--client-key-x5c'],
    {},
    { alg: 'RS256', x5c: [fixture('client.crt').replace(/-----[^-]+-----|\s/g, '')] },
  ],
  [
    'a thumbprint in the place of the certificate',
    ['--client-key-file', path('rsa.pkcs8.pem'), '--client-key-thumbprint', 'AB:'.repeat(20).slice(0, -1)],
    {},
    { alg: 'RS256', x5t: Buffer.alloc(20, 0xab).toString('base64url') },
  ],
] as const) {
  test(`--client-auth private_key_jwt: ${title}`, async () => {
    await using at = await home()
    const jwks = { keys: [publicJwk('rsa.pkcs8.pem', 'rsa')] }
    await using oidc = await server({ token_endpoint_auth_method: 'private_key_jwt', jwks })
    const ran = await at.run(asked(oidc, '--client-auth', 'private_key_jwt', ...args), { env })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /^\S+\n$/)
    const header = assertionHeader(oidc)
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(header[name], value, name)
  })
}

test('--client-key-file: a JWK, a set of them and a PFX are read too, and a key alone means private_key_jwt', async () => {
  await using at = await home()
  const jwks = { keys: [publicJwk('rsa.pkcs8.pem', 'rsa'), publicJwk('ec.prime256v1.pkcs8.pem', 'ec')] }
  await using oidc = await server({ token_endpoint_auth_method: 'private_key_jwt', jwks })
  const [one, set] = [join(at.folder, 'key.json'), join(at.folder, 'set.json')]
  const keys = [privateJwk('rsa.pkcs8.pem', 'rsa'), privateJwk('ec.prime256v1.pkcs8.pem', 'ec')]
  await writeFile(one, JSON.stringify(keys[1]))
  await writeFile(set, JSON.stringify({ keys }))
  await writeFile(join(at.folder, 'pass'), 'open-sesame\n')
  for (const [args, header] of [
    [['--client-key-file', one], { alg: 'ES256', kid: 'ec' }],
    [['--client-key-file', set, '--client-key-id', 'rsa'], { alg: 'RS256', kid: 'rsa' }],
    [['--client-key-file', path('client.pfx'), '--client-key-passphrase-file', './pass'], { alg: 'RS256' }],
  ] as const) {
    // A secret that stands in the environment for other commands is not sent along.
    const ran = await at.run(asked(oidc, ...args), { env: { EVERGRANT_CLIENT_SECRET: 'of-another-client' } })
    assert.equal(ran.code, 0, ran.stderr)
    const seen = assertionHeader(oidc)
    for (const [name, value] of Object.entries(header)) assert.equal(seen[name], value)
  }
  const both = await at.run(asked(oidc, '--client-key-file', set))
  assert.equal(both.code, 2)
  assert.match(both.stderr, /--client-key-id/)
})

test('--client-auth client_secret_jwt signs with the secret, and basic, post and none do as their names say', async () => {
  await using at = await home()
  const secret = 'a secret of thirty-two characters or more: +/%'
  for (const [method, word] of [
    ['client_secret_jwt', 'client_secret_jwt'],
    ['client_secret_basic', 'basic'],
    ['client_secret_basic', 'client_secret_basic'],
    ['client_secret_post', 'post'],
  ] as const) {
    await using oidc = await server({ token_endpoint_auth_method: method, client_secret: secret })
    const env = { EVERGRANT_CLIENT_SECRET: secret }
    const ran = await at.run(asked(oidc, '--client-auth', word), { env })
    assert.equal(ran.code, 0, ran.stderr)
    const { form, headers } = oidc.seen.findLast(({ path }) => path === '/token') ?? assert.fail()
    assert.equal(form.get('client_secret'), method === 'client_secret_post' ? secret : null)
    assert.equal(headers.authorization?.startsWith('Basic ') ?? false, method === 'client_secret_basic')
    assert.equal(form.has('client_assertion'), method === 'client_secret_jwt')
  }
})

for (const kind of ['tls_client_auth', 'self_signed_tls_client_auth'] as const) {
  test(`--client-auth ${kind} presents the certificate of the files`, async () => {
    await using at = await home()
    const x5c = [fixture('client.crt').replace(/-----[^-]+-----|\s/g, '')]
    const binding =
      kind === 'tls_client_auth'
        ? { tls_client_auth_subject_dn: 'CN=my-program' }
        : { jwks: { keys: [{ ...publicJwk('rsa.pkcs8.pem'), x5c }] } }
    const certificate = (context: Context): X509Certificate | undefined =>
      (
        context.req.socket as never as { getPeerX509Certificate(): X509Certificate | undefined }
      ).getPeerX509Certificate()
    await using oidc = await oidcServer(
      {
        clients: [{ ...machine, client_id: 'app', token_endpoint_auth_method: kind, ...binding }],
        clientAuthMethods: ['tls_client_auth', 'self_signed_tls_client_auth'],
        features: {
          clientCredentials: { enabled: true },
          mTLS: {
            enabled: true,
            tlsClientAuth: true,
            selfSignedTlsClientAuth: true,
            getCertificate: certificate,
            certificateAuthorized: () => true,
            certificateSubjectMatches: (context: Context, _property: string, expected: string) =>
              certificate(context)?.subject === expected,
          },
        },
      },
      { tls: true },
    )
    const env = { NODE_EXTRA_CA_CERTS: path('ca.crt'), EVERGRANT_CLIENT_KEY_PASSPHRASE: 'open-sesame' }
    const files = ['--client-key-file', path('rsa.encrypted.pem'), '--client-cert-file', path('client.crt')]
    const ran = await at.run(asked(oidc, '--client-auth', kind, ...files), { env })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /^\S+\n$/)
    const pfx = await at.run(asked(oidc, '--client-auth', kind, '--client-key-file', path('client.pfx')), { env })
    assert.equal(pfx.code, 0, pfx.stderr)
  })
}

test('login by a key remembers where it is and never what is in it; afterwards the grant is enough', async () => {
  await using at = await home()
  await using oidc = await oidcServer({
    clients: [
      {
        client_id: 'app',
        application_type: 'native',
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['http://127.0.0.1/callback'],
        jwks: { keys: [publicJwk('rsa.pkcs8.pem', 'rsa')] },
      },
    ],
    clientAuthMethods: ['private_key_jwt'],
  })
  const env = { EVERGRANT_CLIENT_KEY_PASSPHRASE: 'open-sesame' }
  const key = ['--client-auth', 'private_key_jwt', '--client-key-file', path('rsa.encrypted.pem')]
  const args = ['login', '--no-open', '--issuer', oidc.issuer, '--client-id', 'app', '--scope', 'openid']
  const login = at.start([...args, ...key, '--client-key-id', 'rsa'], { env })
  await fetch(await oidc.approve(await consentUrl(login)))
  const stored = await login.ended
  assert.equal(stored.code, 0, stored.stderr)
  const renewed = await at.run(['token', '--force'], { env })
  assert.equal(renewed.code, 0, renewed.stderr)
  assert.equal(assertionHeader(oidc)['kid'], 'rsa')
  const locked = await at.run(['token', '--force'])
  assert.equal(locked.code, 2, locked.stderr)
  assert.match(locked.stderr, /it needs a passphrase.*\n +who +whoever wrote the command/)
  const again = at.start(['login', '--no-open', '--verbose'], { env })
  await fetch(await oidc.approve(await consentUrl(again)))
  const said = await again.ended
  assert.equal(said.code, 0, said.stderr)
  assert.ok(!`${said.stderr}${locked.stderr}`.includes('open-sesame'))
})

for (const [title, args, code, words] of [
  ['without a key', ['--client-auth', 'private_key_jwt'], 'USAGE', /--client-key-file/],
  ['with a secret', ['--client-auth', 'private_key_jwt', '--client-secret', 's3cret'], 'USAGE', /secret was given/],
  ['a key for basic', ['--client-auth', 'basic', '--client-key-file', path('ed25519.pem')], 'USAGE', /without one/],
  ['a file that is not there', ['--client-key-file', './nothing.pem'], 'USAGE', /nothing\.pem cannot be read/],
  ['no private key', ['--client-key-file', path('ca.crt')], 'INVALID_KEY', /could not be opened/],
  [
    'a wrong algorithm',
    ['--client-key-file', path('ed25519.pem'), '--client-key-alg', 'RS256'],
    'INVALID_KEY',
    /RS256/,
  ],
  [
    'a certificate of another key',
    [
      ...['--client-auth', 'tls_client_auth', '--client-key-file', path('ed25519.pem')],
      ...['--client-cert-file', path('client.crt')],
    ],
    'INVALID_KEY',
    /belongs to another key/,
  ],
  [
    'tls_client_auth without a certificate',
    ['--client-auth', 'tls_client_auth', '--client-key-file', path('rsa.pkcs8.pem')],
    'USAGE',
    /--client-cert-file/,
  ],
  ['an unknown method', ['--client-auth', 'magic'], 'USAGE', /private_key_jwt/],
] as const) {
  test(`usage: --client-auth, ${title}, exits with 2 before anybody is asked`, async () => {
    await using at = await home()
    const args2 = [
      'token',
      '--flow',
      'client_credentials',
      '--token-endpoint',
      'https://127.0.0.1:9/token',
      '--client-id',
      'a',
    ]
    const ran = await at.run([...args2, ...args, '--json'])
    const { code: said, exit_code, message, advice } = JSON.parse(ran.stderr)
    assert.deepEqual([said, exit_code], [code, 2], ran.stderr)
    assert.match(`${message} ${advice}`, words)
  })
}
