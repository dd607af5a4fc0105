import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorCatalogue, isOAuthError } from '@evergrant/core'
import { createClient, describeApi } from '@evergrant/sdk'
import { generateClient, parseDocument } from '@evergrant/sdk/generate'

const document = (changes: object) => ({ openapi: '3.0.3', info: { title: 'T', version: '1' }, paths: {}, ...changes })
const schemes = (securitySchemes: object) => ({ components: { securitySchemes } })
const oauth = (flow: object) => ({ type: 'oauth2', flows: { clientCredentials: { scopes: {}, ...flow } } })
const get = (operation: object) => ({ get: { responses: {}, ...operation } })
const absolute = { tokenUrl: 'https://auth.example/token' }

const cases: Readonly<Record<string, readonly [given: unknown, message: RegExp]>> = {
  'no object': ['openapi', /^#: this is no OpenAPI document: an object/],
  'another format': [{ asyncapi: '3.0.0' }, /^#: this is no OpenAPI document: "openapi" is missing\.$/],
  'Swagger 2': [{ swagger: '2.0' }, /^#\/swagger: Swagger 2\.0 is not supported; convert the document to OpenAPI 3/],
  'another version': [{ openapi: '4.0.0' }, /^#\/openapi: version "4\.0\.0" is not supported; 3\.0 and 3\.1 are\.$/],
  'a reference that leads nowhere': [
    document({ paths: { '/a/{b}': get({ parameters: [{ $ref: '#/components/parameters/None' }] }) } }),
    /^#\/paths\/~1a~1\{b\}\/get\/parameters\/0\/\$ref: "#\/components\/parameters\/None" leads nowhere\.$/,
  ],
  'a reference to another file where it is needed': [
    document({ paths: { '/a': { $ref: 'paths.yaml#/a' } } }),
    /^#\/paths\/~1a\/\$ref: "paths\.yaml#\/a" is in another file; bundle/,
  ],
  'a reference in a circle': [
    document({ paths: { '/a': { $ref: '#/paths/~1a' } } }),
    /^#\/paths\/~1a\/\$ref: "#\/paths\/~1a" leads back to itself\.$/,
  ],
  'an unknown scheme in an operation': [
    document({
      ...schemes({ key: { type: 'apiKey', in: 'header', name: 'X' } }),
      paths: { '/a': get({ security: [{ kye: [] }] }) },
    }),
    /^#\/paths\/~1a\/get\/security\/0\/kye: there is no security scheme "kye"; there are: key\.$/,
  ],
  'an unknown scheme of the whole document': [
    document({ security: [{ none: [] }] }),
    /^#\/security\/0\/none: .*there are: none\.$/,
  ],
  'a scope that is not declared': [
    document({ ...schemes({ o: oauth({ ...absolute, scopes: { a: 'A' } }) }), security: [{ o: ['a', 'b'] }] }),
    /^#\/security\/0\/o\/1: the scheme "o" declares no scope "b"\.$/,
  ],
  'a relative token address without a server': [
    document(schemes({ o: oauth({ tokenUrl: '/token' }) })),
    /^#\/components\/securitySchemes\/o\/flows\/clientCredentials\/tokenUrl: "\/token" is relative, and the document names no server/,
  ],
  'an operation id that is used twice': [
    document({ paths: { '/a': get({ operationId: 'list' }), '/b': get({ operationId: 'list' }) } }),
    /^#\/paths\/~1b\/get\/operationId: "list" is also the operation id of get \/a\.$/,
  ],
  'a kind of scheme that nobody knows': [
    document(schemes({ s: { type: 'magic' } })),
    /^#\/components\/securitySchemes\/s\/type: apiKey, .* is expected, not "magic"\.$/,
  ],
  'a server variable without a default': [
    document({ servers: [{ url: 'https://{region}.example' }] }),
    /^#\/servers\/0\/variables\/region: .*needs a default\.$/,
  ],
}

for (const [name, [given, message]] of Object.entries(cases)) {
  test(`${name} is one message that points to the place, at run time and when generating`, async () => {
    const refusal = { code: 'INVALID_DOCUMENT', message }
    assert.throws(() => createClient({ openapi: given }), refusal)
    await assert.rejects(generateClient(given), refusal)
  })
}

test('names that collide in TypeScript are told when generating, and are no trouble at run time', async () => {
  const key = { type: 'apiKey', in: 'header', name: 'X' }
  const twoSchemes = document(schemes({ 'my-auth': key, my_auth: key }))
  const message =
    '#/components/securitySchemes/my_auth: "my_auth" and "my-auth" would both be MyAuth in TypeScript; rename one.'
  await assert.rejects(generateClient(twoSchemes), { code: 'INVALID_DOCUMENT', message })
  assert.deepEqual(Object.keys(describeApi(twoSchemes).schemes), ['my-auth', 'my_auth'])
  const twoScopes = document(schemes({ o: oauth({ ...absolute, scopes: { 'a:b': '', 'a.b': '' } }) }))
  await assert.rejects(generateClient(twoScopes), {
    message: /^#\/components\/securitySchemes\/o\/flows\/clientCredentials\/scopes\/a\.b: .* would both be A_B/,
  })
})

test('text that is neither JSON nor YAML is told with its place', () => {
  assert.throws(() => parseDocument('a: [1, 2'), {
    code: 'INVALID_DOCUMENT',
    message: /neither JSON nor YAML: .*line 1/,
  })
  assert.throws(() => parseDocument('{"openapi": }'), { code: 'INVALID_DOCUMENT', message: /neither JSON nor YAML/ })
  assert.equal(errorCatalogue.INVALID_DOCUMENT.who, 'developer')
})

test('a relative address stands on the server, and data that looks like a reference is data', () => {
  const api = describeApi(
    document({
      servers: [{ url: 'https://api.example/v1/' }],
      ...schemes({ o: oauth({ tokenUrl: '../token' }) }),
      paths: { '/a': get({ requestBody: { content: { 'application/json': { example: { $ref: '#/none' } } } } }) },
    }),
  )
  const [scheme] = Object.values(api.schemes)
  assert.ok(scheme?.type === 'oauth2')
  assert.equal(scheme.flows.clientCredentials?.tokenUrl, 'https://api.example/token')
})

test('credentials for a scheme that the document does not have are refused by name', () => {
  assert.throws(
    () => createClient({ openapi: document({}), auth: { petAuth: { token: 'a' } } }),
    (error) => {
      assert.ok(isOAuthError(error))
      assert.match(error.message, /no security scheme "petAuth"; there are: none/)
      return true
    },
  )
  assert.throws(() => createClient({}), { code: 'MISSING_PARAMETER' })
})
