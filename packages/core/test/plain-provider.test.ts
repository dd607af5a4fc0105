import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  clientCredentialsFlow,
  defineClient,
  memoryStore,
  type Provider,
  plainProvider,
  resolveProvider,
  tokenSource,
} from '@evergrant/core'

const endpoints = { id: 'acme', name: 'Acme', token_endpoint: 'https://login.acme.example/token' }

/** Each with something that only resolveProvider's functions can follow. */
const RULES = {
  token_request: { format: 'json' },
  refresh_request: { grant_type: 'renew' },
  client_credentials: { endpoint: 'https://login.acme.example/app' },
  token_answer: { fields: { access_token: 'data.token' } },
  advice: { rules: [] },
  api: { header: 'X-Token' },
  callback: { endpoints: { parameter: 'region', pattern: 'eu|us', token_endpoint: 'https://{value}.acme.example/' } },
  deviations: { odd: {} },
  hooks: [{}],
  parameters: { tenant: { title: 'Tenant' } },
  issuer_pattern: 'https://acme.example/.*',
  long_lived: { endpoint: 'https://login.acme.example/long', grant_type: 'long', token_parameter: 'token' },
  unheard_of: true,
} as const

for (const [field, rule] of Object.entries(RULES)) {
  test(`a provider written by hand with ${field} makes no client, instead of being misread`, () => {
    const provider: Provider = { ...plainProvider(endpoints), [field]: rule }
    const refused = {
      code: 'NOT_SUPPORTED',
      who: 'developer',
      message: new RegExp(`^Acme has ${field},.*resolveProvider`),
    }
    assert.throws(() => defineClient({ provider, client_id: 'program' }), refused)
  })
}

test('a provider written by hand that publishes its endpoints, or whose testing end is known, makes no client', () => {
  const published: Provider = { id: 'acme', name: 'Acme', values: {}, issuer: 'https://login.acme.example' }
  assert.throws(() => defineClient({ provider: published, client_id: 'program' }), {
    code: 'NOT_SUPPORTED',
    message: /^Acme has discovery,/,
  })
  const refresh = { idle: 60, testing: { lifetime: 604_800, advice: 'Publish it.' } }
  assert.throws(() => defineClient({ provider: plainProvider({ ...endpoints, refresh }), client_id: 'program' }), {
    code: 'NOT_SUPPORTED',
    message: /^Acme has refresh\.testing,/,
  })
})

test('a resolved provider that went through JSON is refused for the rules that it lost, and plain ones go on', () => {
  const odd = resolveProvider({ ...endpoints, token_request: { format: 'json' } })
  assert.ok(defineClient({ provider: { ...odd }, client_id: 'program' }))
  const read = JSON.parse(JSON.stringify(odd)) as Provider
  assert.throws(() => defineClient({ provider: read, client_id: 'program' }), { code: 'NOT_SUPPORTED' })
  const plain = JSON.parse(JSON.stringify(resolveProvider(endpoints))) as Provider
  assert.ok(defineClient({ provider: plain, client_id: 'program' }))
})

test('a plain provider asks for tokens, reads answers and refusals as RFC 6749 has them', async () => {
  let answer = Response.json({ access_token: 'first', expires_in: 3600, tenant: 'eu' })
  let asked: Request | undefined
  const provider = plainProvider({ ...endpoints, token_params: { audience: 'api', empty: '' } })
  const http = {
    fetch: async (...[input, init]: Parameters<typeof fetch>) => {
      asked = new Request(input, init)
      return answer
    },
  }
  const client = defineClient({ provider, client_id: 'program', client_secret: 'the secret', http })
  const flow = clientCredentialsFlow({ scope: 'read' })
  const source = tokenSource('own', { client, store: memoryStore(), flow })
  const token = await source.token()
  assert.deepEqual([token.access_token, token.raw['tenant']], ['first', 'eu'])
  assert.equal(asked?.url, endpoints.token_endpoint)
  assert.deepEqual(Object.fromEntries(new URLSearchParams(await asked?.text())), {
    audience: 'api',
    grant_type: 'client_credentials',
    scope: 'read',
    client_id: 'program',
    client_secret: 'the secret',
  })
  answer = Response.json({ error: 'invalid_client', error_description: 'no such client' }, { status: 401 })
  await assert.rejects(tokenSource('other', { client, store: memoryStore(), flow }).token(), {
    code: 'INVALID_CLIENT',
    who: 'administrator',
    error: 'invalid_client',
    message: 'Acme answered 401 invalid_client: no such client',
  })
})
