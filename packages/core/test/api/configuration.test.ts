import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isOAuthError } from '@evergrant/core'
import {
  type ApiConfiguration,
  apiClient,
  configurationFromEnvironment,
  configuredApi,
  parsedConfiguration,
} from '@evergrant/core/api'
import { dotenv } from '@evergrant/core/node'
import fc from 'fast-check'
import { world } from '../adapters/world.ts'

const shape: ApiConfiguration = {
  schemes: {
    oAuthCCG: { kind: 'oauth', clockSkew: 5 },
    basic: { kind: 'basic' },
    'api-key': { kind: 'key', in: 'query', name: 'key' },
    personal: { kind: 'bearer' },
  },
}

test('[#78] credentials come from variables and .env; overrides win over both; numbers and lists are parsed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-'))
  try {
    const file = join(folder, '.env')
    await writeFile(
      file,
      [
        '# credentials',
        'PETS_O_AUTH_CCG_CLIENT_ID=from-file',
        'export PETS_O_AUTH_CCG_CLIENT_SECRET="with # and = in it"',
        "PETS_O_AUTH_CCG_SCOPES='read, write admin'",
        'PETS_O_AUTH_CCG_CLOCK_SKEW=0.5',
        'PETS_BASIC_USERNAME=file',
        'PETS_BASIC_PASSWORD=file',
        'PETS_TIMEOUT=30',
      ].join('\n'),
    )
    const environment = { PETS_BASIC_USERNAME: 'environment', PETS_API_KEY_VALUE: 'k', PETS_BASIC_PASSWORD: '' }
    const configuration = configurationFromEnvironment(shape, {
      variables: [environment, await dotenv(file)],
      prefix: 'PETS_',
      overrides: { retries: 0, schemes: { basic: { password: 'override' } } },
    })
    assert.deepEqual(configuration, {
      timeout: 30,
      retries: 0,
      schemes: {
        oAuthCCG: {
          kind: 'oauth',
          clientId: 'from-file',
          clientSecret: 'with # and = in it',
          scopes: ['read', 'write', 'admin'],
          clockSkew: 0.5,
        },
        basic: { kind: 'basic', username: 'environment', password: 'override' },
        'api-key': { kind: 'key', in: 'query', name: 'key', value: 'k' },
        personal: { kind: 'bearer' },
      },
    })
    assert.equal(process.env['PETS_TIMEOUT'], undefined)
    assert.deepEqual(await dotenv(join(folder, 'nothing')), {})
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('[#78] a variable that is no number is named, without its value; an unknown scheme among the overrides too', () => {
  for (const value of ['soon', '0x10', '-1', '1e3', 'NaN', '5 s']) {
    const variables = [{ O_AUTH_CCG_CLOCK_SKEW: value }]
    assert.throws(
      () => configurationFromEnvironment(shape, { variables }),
      (error) => {
        assert.ok(isOAuthError(error) && error.code === 'INVALID_PARAMETER')
        assert.equal(error.message, 'O_AUTH_CCG_CLOCK_SKEW: a number is expected.')
        return true
      },
    )
  }
  const overrides = { schemes: { oauth: {} } }
  assert.throws(() => configurationFromEnvironment(shape, { variables: [], overrides }), { message: /schemes\.oauth/ })
})

test('[#79] a client from JSON fetches its token and calls the API', async () => {
  await using w = await world()
  const json = JSON.stringify({
    baseUrl: w.api.url,
    security: { anyOf: ['key', 'oauth'] },
    retries: 1,
    headers: { 'x-client': 'json' },
    schemes: {
      key: { kind: 'key', in: 'header', name: 'x-key' },
      oauth: {
        kind: 'oauth',
        provider: { id: 'here', name: 'Here', token_endpoint: `${w.sandbox.issuer}/token` },
        clientId: 'job',
        clientSecret: 'a secret',
        scopes: ['read', 'write'],
      },
    },
  })
  const updates: string[] = []
  const onTokenUpdate = ({ access_token }: { access_token: string }): void => void updates.push(access_token)
  const client = apiClient(configuredApi(parsedConfiguration(json), { onTokenUpdate, clock: w.clock }))
  await Promise.all([client.fetch('/a'), client.fetch('/b'), client.fetch('/c')])
  assert.equal(w.issued(), 1)
  assert.equal(w.sandbox.journal.last({ grant_type: 'client_credentials' })?.form['scope'], 'read write')
  assert.deepEqual(w.tokens(), [updates[0], updates[0], updates[0]])
  assert.equal(w.api.seen[0]?.headers['x-client'], 'json')
})

test('[#16 #79] an existing token in JSON needs neither client nor provider; one without credentials is not configured', async () => {
  await using w = await world()
  const { access_token: token } = await w.source.token()
  const from = (scheme: object) => {
    const json = { baseUrl: w.api.url, security: 'oauth', schemes: { oauth: { kind: 'oauth', ...scheme } } }
    return apiClient(configuredApi(parsedConfiguration(json)))
  }
  assert.equal((await from({ token }).fetch('/a')).status, 200)
  await assert.rejects(from({ clientId: 'job' }).fetch('/a'), {
    code: 'NOT_AUTHENTICATED',
    message: /\[oauth\] has no/,
  })
  assert.equal(w.api.seen.length, 1)
})

for (const [name, json, where] of [
  ['no JSON', '{"schemes": pLaNtEd', 'the configuration'],
  ['a list', [], 'the configuration'],
  ['null', null, 'the configuration'],
  ['an unknown field', { schemes: {}, proxy: 'pLaNtEd' }, 'proxy'],
  ['a text for a number', { timeout: 'pLaNtEd', schemes: {} }, 'timeout'],
  ['an unknown kind', { schemes: { a: { kind: 'pLaNtEd' } } }, 'schemes.a.kind'],
  ['a field of another kind', { schemes: { a: { kind: 'basic', token: 'pLaNtEd' } } }, 'schemes.a.token'],
  ['a number for a text', { schemes: { a: { kind: 'bearer', token: 5 } } }, 'schemes.a.token'],
  ['a text for a list', { schemes: { a: { kind: 'oauth', scopes: 'pLaNtEd' } } }, 'schemes.a.scopes'],
  ['a place that there is not', { schemes: { a: { kind: 'key', in: 'body', name: 'x' } } }, 'schemes.a.in'],
  ['a key without a name', { schemes: { a: { kind: 'key', in: 'query' } } }, 'schemes.a.name'],
] as const) {
  test(`[#79] ${name} is refused by the field’s name, without its value`, () => {
    assert.throws(
      () => parsedConfiguration(json),
      (error) => {
        assert.ok(isOAuthError(error) && error.code === 'INVALID_PARAMETER')
        assert.ok(error.message.startsWith(`${where}: `), error.message)
        assert.doesNotMatch(JSON.stringify(error), /pLaNtEd/)
        return true
      },
    )
  })
}

test('[#79] any JSON at all is a configuration or a typed error, and reaches no prototype', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (json) => {
      try {
        parsedConfiguration(json)
      } catch (error) {
        assert.ok(isOAuthError(error), String(error))
      }
    }),
    { numRuns: 500 },
  )
  const hostile = '{"schemes":{"__proto__":{"kind":"bearer","token":"a"}},"constructor":{}}'
  assert.throws(() => parsedConfiguration(hostile), { code: 'INVALID_PARAMETER' })
  assert.equal(Reflect.get({}, 'kind'), undefined)
})
