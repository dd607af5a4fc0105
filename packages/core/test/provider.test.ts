import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSecureUrl, isLoopback, isOAuthError, type ProviderDefinition, resolveProvider } from '@evergrant/core'
import fc from 'fast-check'

const tenants: ProviderDefinition = {
  id: 'acme',
  name: 'Acme',
  authorization_endpoint: 'https://login.acme.example/{tenant}/authorize',
  token_endpoint: 'https://{region}.acme.example/{tenant}/token',
  parameters: {
    tenant: { title: 'Tenant ID', example: 'contoso.com' },
    region: { title: 'Region', pattern: 'eu|us', default: 'eu' },
  },
}

test('parameters are filled in, with their defaults', () => {
  const provider = resolveProvider(tenants, { tenant: 'contoso.com' })
  assert.equal(provider.token_endpoint, 'https://eu.acme.example/contoso.com/token')
  assert.equal(provider.authorization_endpoint, 'https://login.acme.example/contoso.com/authorize')
  assert.deepEqual(provider.values, { tenant: 'contoso.com', region: 'eu' })
  assert.equal(
    resolveProvider(tenants, { tenant: 'x', region: 'us' }).token_endpoint,
    'https://us.acme.example/x/token',
  )
})

test('[#15] a missing parameter is named, with an example', () => {
  for (const given of [{}, { tenant: '' }, { tenant: undefined }])
    assert.throws(() => resolveProvider(tenants, given), {
      code: 'MISSING_PARAMETER',
      message: /Acme needs its Tenant ID \(tenant\), for example contoso\.com/,
    })
})

for (const tenant of ['evil.com/', '../x', 'a?b', 'a#b', 'a@b', 'a:b', ' a', 'a\n', 'a\\b', '%2e%2e', '.', '-']) {
  test(`the tenant ${JSON.stringify(tenant)} does not get into an address`, () => {
    assert.throws(() => resolveProvider(tenants, { tenant }), { code: 'INVALID_PARAMETER', who: 'administrator' })
  })
}

test('a pattern must match the whole value', () => {
  for (const region of ['eu.evil.example/', 'us\neu', 'eus', 'xeu'])
    assert.throws(() => resolveProvider(tenants, { tenant: 'x', region }), { code: 'INVALID_PARAMETER' })
})

test('no value at all moves an address to another host', () => {
  const definition = { ...tenants, parameters: { ...tenants.parameters, region: { title: 'Region' } } }
  fc.assert(
    fc.property(fc.string(), fc.string(), (tenant, region) => {
      try {
        const { token_endpoint = '' } = resolveProvider(definition, { tenant, region })
        assert.ok(new URL(token_endpoint).hostname.endsWith('.acme.example'))
      } catch (error) {
        assert.ok(isOAuthError(error), String(error))
      }
    }),
    { numRuns: 500 },
  )
})

test('plain http is for loopback addresses alone', () => {
  for (const address of [
    'http://127.0.0.1:8080/x',
    'http://localhost/x',
    'http://[::1]:1/x',
    'http://127.8.9.1/',
    'https://a.example',
  ])
    assert.doesNotThrow(() => assertSecureUrl(address, 'token endpoint'))
  for (const address of [
    'http://acme.example',
    'http://127.0.0.1.evil.example/',
    'http://localhost.evil.example',
    'http://10.0.0.1',
    'http://[::2]/',
  ])
    assert.throws(() => assertSecureUrl(address, 'token endpoint'), { code: 'INSECURE_URL', message: /token endpoint/ })
  for (const address of [
    '',
    'acme.example/token',
    'ftp://acme.example',
    'javascript:alert(1)',
    'https://user:pw@acme.example',
  ])
    assert.throws(() => assertSecureUrl(address, 'token endpoint'), { code: 'INVALID_ARGUMENT' })
  assert.equal(isLoopback('127.0.0.1.evil.example'), false)
})

test('every address of a definition is held to it', () => {
  for (const field of [
    'issuer',
    'authorization_endpoint',
    'token_endpoint',
    'revocation_endpoint',
    'jwks_uri',
  ] as const)
    assert.throws(
      () => resolveProvider({ id: 'a', name: 'A', issuer: 'https://a.example', [field]: 'http://a.example' }),
      {
        code: 'INSECURE_URL',
        message: new RegExp(`A: ${field}`),
      },
    )
})

test('[#15] neither issuer nor token endpoint: says what is missing', () => {
  assert.throws(() => resolveProvider({ id: 'a', name: 'Acme' }), {
    code: 'MISSING_ENDPOINT',
    message: /issuer or a token endpoint/,
  })
})

test('a value goes into every address, parameter and header that names it, and what lacks an optional one is left out', () => {
  const provider = resolveProvider(
    {
      id: 'acme',
      name: 'Acme',
      token_endpoint: 'https://acme.example/token',
      refresh_endpoint: 'https://{region}.acme.example/refresh',
      parameters: {
        region: { title: 'Region', values: ['eu', 'us'], default: 'eu' },
        audience: { title: 'Audience', optional: true, pattern: '.+' },
      },
      token_params: { audience: '{audience}', region: '{region}' },
      token_request: { headers: { origin: '{audience}', 'client-id': '{client_id}', 'x-region': '{region}' } },
      follow_up: [{ url: 'https://{region}.acme.example/me', gives: { id: 'id' } }],
    },
    { region: 'us' },
  )
  assert.equal(provider.refresh_endpoint, 'https://us.acme.example/refresh')
  assert.deepEqual(provider.token_params, { region: 'us' })
  assert.deepEqual(provider.token_request?.headers, { 'client-id': '{client_id}', 'x-region': 'us' })
  assert.equal(provider.follow_up?.[0]?.url, 'https://us.acme.example/me')
})

test('a value outside of the listed ones is refused, and the message lists them', () => {
  const definition = { ...tenants, parameters: { region: { title: 'Region', values: ['eu', 'us'] } } }
  for (const region of ['mars', 'eu\n', 'eu|us', 'constructor'])
    assert.throws(() => resolveProvider(definition, { region }), { code: 'INVALID_PARAMETER', message: /eu, us/ })
})

test('every further address must be https', () => {
  const http = 'http://acme.example/x'
  const bad: Partial<ProviderDefinition>[] = [
    { refresh_endpoint: http },
    { client_credentials: { endpoint: http } },
    { long_lived: { endpoint: http, grant_type: 'x', token_parameter: 'y' } },
    { revocation: { endpoint: http } },
    { follow_up: [{ url: http, gives: {} }] },
  ]
  for (const fields of bad)
    assert.throws(() => resolveProvider({ id: 'a', name: 'A', token_endpoint: 'https://a.example/t', ...fields }), {
      code: 'INSECURE_URL',
    })
})

test('optional parameters are sent when they are asked for by name', () => {
  const definition: ProviderDefinition = {
    id: 'a',
    name: 'A',
    token_endpoint: 'https://a.example/t',
    token_params: { always: '1' },
    optional_token_params: { expires_in: '1800' },
    optional_authorization_params: { 'grant_options[]': 'per-user' },
  }
  assert.deepEqual(resolveProvider(definition).token_params, { always: '1' })
  const chosen = resolveProvider(definition, {}, { optional: ['expires_in', 'grant_options[]'] })
  assert.deepEqual(chosen.token_params, { always: '1', expires_in: '1800' })
  assert.deepEqual(chosen.authorization_params, { 'grant_options[]': 'per-user' })
})

test('a deviation that nobody brings is refused at once, by its name', () => {
  const definition = { ...tenants, parameters: {}, deviations: { 'sings-the-token': { key: 'C major' } } }
  assert.throws(
    () =>
      resolveProvider({
        ...definition,
        token_endpoint: 'https://a.example/t',
        authorization_endpoint: 'https://a.example/a',
      }),
    {
      code: 'NOT_SUPPORTED',
      message: /sings-the-token/,
    },
  )
})

test('a definition that fits many providers is called by the host it is used with, once that is known', () => {
  const any = { id: 'any', name: 'Any provider', named_by_host: true } as const
  assert.equal(resolveProvider({ ...any, issuer: 'https://login.example:8443/main' }).name, 'login.example:8443')
  assert.equal(resolveProvider({ ...any, token_endpoint: 'https://api.example/token' }).name, 'api.example')
  assert.throws(() => resolveProvider(any), { code: 'MISSING_ENDPOINT', message: /^Any provider needs/ })
  assert.equal(resolveProvider({ ...any, named_by_host: false, issuer: 'https://login.example' }).name, 'Any provider')
})
