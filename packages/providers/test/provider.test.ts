import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listProviders, provider, providerDefinition, providerIds, searchProviders } from '@evergrant/providers'

test('[#22] a tenant goes into every address, and common is used when none is given', async () => {
  const common = await provider('microsoft')
  assert.equal(common.token_endpoint, 'https://login.microsoftonline.com/common/oauth2/v2.0/token')
  const contoso = await provider('microsoft', { tenant: 'contoso.com' })
  assert.equal(contoso.authorization_endpoint, 'https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize')
  assert.equal(contoso.jwks_uri, 'https://login.microsoftonline.com/contoso.com/discovery/v2.0/keys')
  // The id_token names the tenant by its number, whatever it was asked by.
  assert.equal(contoso.issuer, 'https://login.microsoftonline.com/{tenantid}/v2.0')
  assert.equal(contoso.issuer_tenant, 'contoso.com')
})

for (const tenant of ['evil.com/', '../common', 'a b', 'x?y', 'x#y', '%2e%2e', '-x']) {
  test(`a tenant ${JSON.stringify(tenant)} is refused, and the message shows an example`, async () => {
    await assert.rejects(provider('microsoft', { tenant }), {
      code: 'INVALID_PARAMETER',
      message: /Tenant ID.*contoso/,
    })
  })
}

test('an unknown provider suggests the nearest one, by its id, its name or another name in use', async () => {
  const suggests = async (given: string, id: string) =>
    assert.rejects(provider(given), { code: 'UNKNOWN_PROVIDER', message: new RegExp(`Did you mean ${id}\\?`) })
  await suggests('gogle', 'google')
  await suggests('Google', 'google')
  await suggests('gmail', 'google')
  await suggests('Outlook', 'microsoft')
  await suggests('githbu', 'github')
  await suggests('sales force', 'salesforce')
  await assert.rejects(provider('zzzzzzzzzz'), { code: 'UNKNOWN_PROVIDER', message: /"generic" takes any issuer/ })
  await assert.rejects(providerDefinition('__proto__'), { code: 'UNKNOWN_PROVIDER' })
  await assert.rejects(providerDefinition('../package'), { code: 'UNKNOWN_PROVIDER' })
})

test('a search finds by id, name, alias and category, the surest first, and leaves out what is gone', async () => {
  const ids = async (text: string, filter = {}) => (await searchProviders(text, filter)).map(({ id }) => id)
  assert.equal((await ids('google'))[0], 'google')
  assert.equal((await ids('Gmail'))[0], 'google')
  assert.equal((await ids('git'))[0], 'github')
  assert.deepEqual((await ids('salesforce')).slice(0, 2), ['salesforce', 'salesforce-sandbox'])
  assert.ok((await ids('mail')).includes('fastmail'))
  assert.deepEqual(await ids('no such thing at all'), [])
  const shown = await searchProviders('')
  const [first] = shown
  assert.equal(first?.confidence, 'verified')
  assert.ok(shown.every(({ status }) => status !== 'defunct'))
  assert.ok((await searchProviders('', { defunct: true })).length > shown.length)
  for (const one of await searchProviders('', { category: 'crm', pkce: 'known', confidence: 'verified' })) {
    assert.ok(
      one.categories?.includes('crm') && one.confidence === 'verified' && /required|supported/.test(one.pkce ?? ''),
    )
  }
  assert.ok((await ids('', { rotation: 'always' })).includes('xero'))
})

test('a parameter that is missing is named, with an example and where to find it', async () => {
  await assert.rejects(provider('shopify'), {
    code: 'MISSING_PARAMETER',
    message: /Shopify needs its Shop \(shop\), for example my-shop.*myshopify\.com/,
  })
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
  for (const one of all) assert.ok(one.name.length > 1, one.id)
})
