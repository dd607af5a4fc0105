import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listProviders, provider, providerDefinition, providerIds } from '@evergrant/providers'

test('[#22] a tenant goes into every address, and common is used when none is given', async () => {
  const common = await provider('microsoft')
  assert.equal(common.token_endpoint, 'https://login.microsoftonline.com/common/oauth2/v2.0/token')
  const contoso = await provider('microsoft', { tenant: 'contoso.com' })
  assert.equal(contoso.authorization_endpoint, 'https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize')
  assert.equal(contoso.issuer, 'https://login.microsoftonline.com/contoso.com/v2.0')
})

for (const tenant of ['evil.com/', '../common', 'a b', 'x?y', 'x#y', '%2e%2e', '-x']) {
  test(`a tenant ${JSON.stringify(tenant)} is refused, and the message shows an example`, async () => {
    await assert.rejects(provider('microsoft', { tenant }), {
      code: 'INVALID_PARAMETER',
      message: /Tenant ID.*contoso/,
    })
  })
}

test('an unknown provider suggests the nearest one', async () => {
  await assert.rejects(provider('gogle'), { code: 'UNKNOWN_PROVIDER', message: /Did you mean google\?/ })
  await assert.rejects(provider('zzzzzzzzzz'), { code: 'UNKNOWN_PROVIDER', message: /Known are generic, google/ })
  await assert.rejects(providerDefinition('__proto__'), { code: 'UNKNOWN_PROVIDER' })
})

test('[#132] any provider can be named by its issuer, or by its endpoints', async () => {
  const byIssuer = await provider('generic', {}, { issuer: 'https://login.example.com/realms/main' })
  assert.equal(byIssuer.name, 'login.example.com')
  assert.equal(byIssuer.issuer, 'https://login.example.com/realms/main')
  assert.deepEqual(byIssuer.default_scopes, ['openid'])
  const token_endpoint = 'https://login.example.com/token'
  const byEndpoints = await provider(
    'generic',
    {},
    { token_endpoint, authorization_endpoint: 'https://login.example.com/authorize' },
  )
  assert.equal(byEndpoints.issuer, undefined)
  assert.equal(byEndpoints.token_endpoint, token_endpoint)
  assert.equal(byEndpoints.default_scopes, undefined)
  await assert.rejects(provider('generic'), { code: 'MISSING_ENDPOINT' })
})

test('plain http is refused for every address that leaves the machine', async () => {
  await assert.rejects(provider('generic', {}, { issuer: 'http://login.example.com' }), { code: 'INSECURE_URL' })
  await assert.rejects(provider('sandbox', { issuer: 'http://192.168.0.1:9000' }), { code: 'INVALID_PARAMETER' })
  assert.equal(
    (await provider('sandbox', { issuer: 'http://127.0.0.1:9000/sandbox' })).issuer,
    'http://127.0.0.1:9000/sandbox',
  )
})

test('the catalogue lists every provider with a name, and ids are file names', async () => {
  const all = await listProviders()
  assert.deepEqual(all.map(({ id }) => id).sort(), providerIds())
  for (const one of all) assert.ok(one.name.length > 2, one.id)
})
