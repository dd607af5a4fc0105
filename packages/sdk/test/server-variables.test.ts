import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '@evergrant/sdk'

/** An API whose server has variables, and what a client of it sends where. */
async function addressed(url: string, usual: Readonly<Record<string, string>>, variables: Record<string, string>) {
  const sent: string[] = []
  const send: typeof fetch = async (input, init) => {
    sent.push(new Request(input, init).url)
    return Response.json({})
  }
  const openapi = {
    openapi: '3.0.3',
    info: { title: 'Shop', version: '1' },
    servers: [
      {
        url,
        variables: Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, { default: value }])),
      },
    ],
    paths: { '/a': { get: { responses: { '200': { description: 'OK' } } } } },
    components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
    security: [{ key: [] }],
  }
  try {
    await createClient({ openapi, auth: { key: { value: 'k' } }, variables, fetch: send }).GET('/a')
  } catch (error) {
    assert.deepEqual(sent, [], 'refused, and sent all the same')
    throw error
  }
  return sent[0]
}

const shop = 'https://{shop}.shops.example/{version}/api'
const usual = { shop: 'demo', version: 'v1' }

test('a server variable cannot lead the credentials to another host, another path or another part of the address', async () => {
  const hosts = [
    'evil.test/#',
    'evil.test/x?',
    '../../z',
    'a@evil',
    'a:b@evil.test/',
    'evil.test\\',
    'evil.test:8',
    'a b',
    '',
  ]
  const paths = ['..', '../../z', 'v2/..', '%2e%2e', '.', 'x?y', 'x#y', '..\\z', 'a b', 'a\nb']
  const tries = [...hosts.map((shop) => ({ shop })), ...paths.map((version) => ({ version }))]
  for (const variables of [...tries, { shop: 'evil.test%2f' }, { shop: 'evil.test／' }])
    await assert.rejects(
      addressed(shop, usual, variables as never),
      { code: 'INVALID_ARGUMENT' },
      JSON.stringify(variables),
    )
  const split = addressed('https://api.example/{a}{b}/x', { a: 'v', b: '1' }, { a: '.', b: '.' })
  await assert.rejects(split, { code: 'INVALID_ARGUMENT' })
  const whole = (host: string, url = '{host}/api') => addressed(url, { host: 'https://api.example' }, { host })
  for (const host of ['https://me@evil.test', 'https://a.example/..', 'https://a.example?x', 'https:evil.test', 'x'])
    await assert.rejects(whole(host), { code: 'INVALID_ARGUMENT' }, host)
  await assert.rejects(whole('https://evil.test', '{host}.example/api'), { code: 'INVALID_ARGUMENT' })
})

test('a server variable names a shop, a port, a path of several parts, or a whole host where the document leaves it', async () => {
  assert.equal(await addressed(shop, usual, {}), 'https://demo.shops.example/v1/api/a')
  assert.equal(
    await addressed(shop, usual, { shop: 'bücher', version: 'v2/beta' }),
    'https://xn--bcher-kva.shops.example/v2/beta/api/a',
  )
  const local = 'http://{host}:{port}/{base}'
  const at = { host: 'localhost', port: '80', base: '' }
  assert.equal(await addressed(local, at, { host: '127.0.0.1', port: '8080' }), 'http://127.0.0.1:8080/a')
  const whole = await addressed('{host}/api', { host: 'https://api.example' }, { host: 'https://own.example:8443/x' })
  assert.equal(whole, 'https://own.example:8443/x/api/a')
})

test('a server variable that no server of the document has is refused by name', async () => {
  for (const name of ['zz', 'constructor', 'Shop'])
    await assert.rejects(addressed(shop, usual, { [name]: '1' }), {
      code: 'INVALID_ARGUMENT',
      message: `There is no server variable "${name}"; there are: shop, version.`,
    })
})
