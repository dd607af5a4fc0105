import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProviderSummary } from '@evergrant/server/contract'
import { Scene } from './support/scene.ts'

test('all providers are listed, the sure ones first, and those that are gone only when asked for', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const list = async (query = ''): Promise<ProviderSummary[]> =>
    (await admin.get(`/v1/providers${query}`)).json.providers
  const shown = await list()
  const all = await list('?defunct=true')
  assert.equal(all.length, 957)
  assert.ok(shown.length > 900 && shown.every(({ status }) => status !== 'defunct'))
  const firstSingle = shown.findIndex(({ confidence }) => confidence === 'single')
  assert.ok(shown.slice(firstSingle).every(({ confidence }) => confidence === 'single'))
  assert.ok(all.some(({ status }) => status === 'defunct'))
  assert.ok(shown.some(({ sandbox }) => sandbox))
})

test('a search finds by name, other name and category; what cannot be asked is refused', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const ids = async (query: string): Promise<string[]> =>
    (await admin.get(`/v1/providers?${query}`)).json.providers.map(({ id }: ProviderSummary) => id)
  assert.deepEqual(await ids('search=gmail&limit=1'), ['google'])
  assert.ok((await ids('category=accounting&confidence=verified')).includes('xero'))
  assert.deepEqual(await ids('search=no+such+thing'), [])
  assert.equal((await admin.get('/v1/providers?limit=0')).status, 400)
  assert.equal((await admin.get('/v1/providers?confidence=perhaps')).status, 400)
})

test('one provider tells what a connection to it needs, and that it is one source’s word when it is', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const shop = (await admin.get('/v1/providers/shopify')).json
  const [parameter] = shop.parameters
  assert.equal(parameter.name, 'shop')
  assert.match(parameter.help, /myshopify\.com/)
  assert.ok(new RegExp(`^(?:${parameter.pattern})$`).test(parameter.example))
  assert.equal(shop.confidence, 'verified')
  const regions = (await admin.get('/v1/providers/clio')).json.parameters[0]
  assert.ok(regions.values.includes('eu.app.clio.com'))
  const single = (await admin.get('/v1/providers/acumatica')).json
  assert.deepEqual([single.confidence, single.sources], ['single', ['nango']])
  const nobody = await admin.get('/v1/providers/gmial')
  assert.equal(nobody.json.code, 'UNKNOWN_PROVIDER')
  assert.match(nobody.json.detail, /Did you mean google\?/)
})

test('a host or label that is none is refused before it goes into an address, and the message shows an example', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const make = (provider: string, parameters: Record<string, string>) =>
    admin.post('/v1/connections', {
      name: 'x',
      provider,
      client_id: 'c',
      client_secret: 'long-enough-secret',
      parameters,
    })
  for (const shop of ['evil.com/', 'a@evil.com', 'a.b', '../x', 'evil.com#']) {
    const { status, json } = await make('shopify', { shop })
    assert.deepEqual([status, json.code, json.field], [400, 'INVALID_PARAMETER', 'parameters'], shop)
    assert.match(json.detail, /for example my-shop/)
  }
  const missing = (await make('shopify', {})).json
  assert.equal(missing.code, 'MISSING_PARAMETER')
  assert.match(missing.detail, /Shop \(shop\), for example my-shop\. .*myshopify\.com/)
})
