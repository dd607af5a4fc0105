import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
  'a text': [
    'openapi: 3.1.0',
    /^#: this is no OpenAPI document: an object is expected, and this is a text; parse it first/,
  ],
  'another format': [{ asyncapi: '3.0.0' }, /^#: this is no OpenAPI document: "openapi" is missing\.$/],
  'Swagger 2': [{ swagger: '2.0' }, /^#\/swagger: Swagger 2\.0 is not supported; convert the document to OpenAPI 3/],
  'another version': [
    { openapi: '4.0.0' },
    /^#\/openapi: version "4\.0\.0" is not supported; 3\.0, 3\.1 and 3\.2 are\.$/,
  ],
  'a version that is a number': [
    { openapi: 3.1 },
    /^#\/openapi: version 3\.1 is a number, and a text is expected: write "3\.1\.0", in quotes\.$/,
  ],
  'a whole version that is a number': [{ openapi: 3.0 }, /^#\/openapi: version 3\.0 is a number.*"3\.0\.0"/],
  'a list of paths': [document({ paths: [] }), /^#\/paths: an object is expected\.$/],
  'a reference that leads nowhere': [
    document({ paths: { '/a/{b}': get({ parameters: [{ $ref: '#/components/parameters/None' }] }) } }),
    /^#\/paths\/~1a~1\{b\}\/get\/parameters\/0\/\$ref: "#\/components\/parameters\/None" leads nowhere\.$/,
  ],
  'a reference to another file where it is needed': [
    document({ paths: { '/a': { $ref: 'paths.yaml#/a' } } }),
    /^#\/paths\/~1a\/\$ref: "paths\.yaml#\/a" is in another file, which is not read; bundle/,
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
    /^#\/security\/0\/o\/1: the scheme "o" declares no scope "b"; declare it, or allow .*\.$/,
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

test('names without a Latin letter get numbers when generating, with the names of the document beside them', async () => {
  const scopes = { 读取: 'Read', 写入: 'Write', 'file:read': '', SCOPE_1: '' }
  const key = { type: 'apiKey', in: 'header', name: 'X' }
  const files = await generateClient(
    document(schemes({ 认证: oauth({ ...absolute, scopes }), 钥匙: key, Scheme1: key })),
  )
  const client = [...files.values()].join('\n')
  for (const expected of [/SCOPE_2: '读取'/, /SCOPE_3: '写入'/, /FILE_READ: 'file:read'/, /SCOPE_1: 'SCOPE_1'/])
    assert.match(client, expected)
  assert.match(files.get('docs/Scheme2.md') ?? '', /for 认证\.[\s\S]*\| `SCOPE_2` \| 读取 Read \|/)
  assert.match(files.get('docs/Scheme3.md') ?? '', /for 钥匙\./)
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

test('no file and no host that a document names is asked: a reference to either is refused when generating', async () => {
  let asked = 0
  const server = createServer((_, response) => {
    asked++
    response.end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    for (const $ref of [`http://127.0.0.1:${port}/thing.json`, 'thing.yaml#/Thing', 'file:///etc/passwd']) {
      const given = document({ components: { schemas: { Thing: { properties: { other: { $ref } } } } } })
      const message =
        /^#\/components\/schemas\/Thing\/properties\/other\/\$ref: .* is in another file, which is not read/
      await assert.rejects(generateClient(given), { code: 'INVALID_DOCUMENT', message })
      assert.doesNotThrow(() => createClient({ openapi: given }), 'at run time nobody needs the schema')
    }
    const $ref = `http://127.0.0.1:${port}/thing.json`
    const data = {
      'x-policy': { $ref },
      components: { schemas: { A: { type: 'string', example: { $ref }, 'x-b': [{ $ref }] } } },
    }
    assert.match((await generateClient(document(data))).get('schema.ts') ?? '', /A: string/)
    assert.equal(asked, 0)
  } finally {
    server.close()
  }
})

test('scopes that nobody declared: taken where that is allowed or the scheme declares none, and told about', async () => {
  const given = document({
    ...schemes({ o: oauth({ ...absolute, scopes: { a: 'A' } }), silent: oauth(absolute) }),
    paths: { '/a': get({ security: [{ o: ['b'] }] }), '/b': get({ security: [{ silent: ['c'] }, { silent: ['d'] }] }) },
  })
  const warnings: string[] = []
  const onWarning = (warning: string) => void warnings.push(warning)
  assert.throws(() => describeApi(given, { onWarning }), { message: /^#\/paths\/~1a\/get\/security\/0\/o\/0: / })
  const files = await generateClient(given, { allowUndeclaredScopes: true, onWarning })
  assert.deepEqual(warnings, [
    '#/paths/~1a/get/security/0/o/0: the scheme "o" declares no scope "b"; what operations ask for is taken as it is.',
    '#/paths/~1b/get/security/0/silent/0: the scheme "silent" declares no scopes; what operations ask for is taken as it is.',
  ])
  assert.match(files.get('client.ts') ?? '', /A: 'a',[^}]*B: 'b'.*C: 'c',[^}]*D: 'd'/s)
})

test('a small file cannot become a huge document, nor one without an end', async () => {
  const line = (name: string, of: string) =>
    `${name}: &${name} [${Array.from({ length: 9 }, () => `*${of}`).join(', ')}]`
  const bomb = ['a: &a [x]', ...[...'bcdefghij'].map((name, at) => line(name, 'abcdefghi'[at] ?? ''))].join('\n')
  assert.throws(() => parseDocument(bomb), {
    code: 'INVALID_DOCUMENT',
    message: /neither JSON nor YAML: Excessive alias/,
  })
  const endless = parseDocument('openapi: 3.0.0\npaths: &p { /a: *p }')
  assert.deepEqual(describeApi(endless).operations, {})
  await assert.rejects(generateClient(endless), { code: 'INVALID_DOCUMENT', message: /circular structure/ })
  assert.throws(() => parseDocument('['.repeat(100_000)), {
    code: 'INVALID_DOCUMENT',
    message: /neither JSON nor YAML/,
  })
  const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)
  await assert.rejects(generateClient(document({ components: { schemas: { deep } } })), {
    code: 'INVALID_DOCUMENT',
    message: /^#: openapi-typescript cannot make types of it: /,
  })
  assert.throws(() => parseDocument(' '.repeat(100 * 1024 * 1024)), {
    code: 'INVALID_DOCUMENT',
    message: /^#: the document has 100 MiB, and no more than 64 are read\.$/,
  })
})

test('bytes are UTF-8, or UTF-16 by their mark; anything else is told', () => {
  const text = '\ufeff{ "openapi": "3.0.0", "info": { "title": "Tïtle" }, "paths": {} }'
  for (const bytes of [
    new TextEncoder().encode(text),
    Buffer.from(text, 'utf16le'),
    Buffer.from(text, 'utf16le').swap16(),
  ])
    assert.equal(describeApi(parseDocument(bytes)).title, 'Tïtle')
  assert.throws(() => parseDocument(Buffer.from('openapi: "3.0.0"\ninfo: { title: T\xefle }', 'latin1')), {
    code: 'INVALID_DOCUMENT',
    message: /^#: the text is not UTF-8/,
  })
})

test('what stands in an extension is nobody’s reference, and a scheme or schema may be called x-something', () => {
  assert.doesNotThrow(() =>
    describeApi(document({ 'x-policy': { $ref: '#/none' }, info: { 'x-a': [{ $ref: '#/b' }] } })),
  )
  assert.throws(() => describeApi(document({ components: { schemas: { 'x-a': { $ref: '#/none' } } } })), {
    message: /^#\/components\/schemas\/x-a\/\$ref: "#\/none" leads nowhere/,
  })
})

test('OpenAPI 3.2: device flows, named servers and new methods; what has no types is told, and can be called', async () => {
  const seen: string[] = []
  const recorded: typeof fetch = async (input, init) => {
    const { method, url, headers } = new Request(input, init)
    seen.push(`${method} ${url} ${headers.get('x')}`)
    return new Response('{}', { headers: { 'content-type': 'application/json' } })
  }
  const given = {
    ...document({
      servers: [{ url: 'https://api.example', name: 'Live' }],
      ...schemes({ key: { type: 'apiKey', in: 'header', name: 'X' } }),
      security: [{ key: [] }],
      paths: {
        '/a': { ...get({}), query: { responses: {} }, additionalOperations: { COPY: { responses: {}, security: [] } } },
      },
    }),
    openapi: '3.2.0',
  }
  const warnings: string[] = []
  const files = await generateClient(given, { onWarning: (warning) => void warnings.push(warning) })
  assert.match(files.get('schema.ts') ?? '', /"\/a": \{/)
  assert.deepEqual(warnings, [
    "#/paths/~1a/query: client.request('query', …) calls it, without types.",
    "#/paths/~1a/additionalOperations/COPY: client.request('COPY', …) calls it, without types.",
  ])
  const client = createClient({ openapi: given, server: 'live', fetch: recorded, auth: { key: { value: 'k' } } })
  const request = client.request as unknown as (method: string, path: string) => Promise<unknown>
  await request('query', '/a')
  await request('COPY', '/a')
  assert.deepEqual(seen, ['QUERY https://api.example/a k', 'COPY https://api.example/a null'])
})
