import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthenticationError, isOAuthError, OAuthProviderError, TokenExpiredError } from '@evergrant/core'
import {
  allOf,
  anyOf,
  apiClient,
  basicScheme,
  bearerScheme,
  keyScheme,
  oauthScheme,
  openapiSecurity,
  type Requirement,
  type Scheme,
} from '@evergrant/core/api'
import fc from 'fast-check'
import { type World, world } from '../adapters/world.ts'
import { loopbackServer } from '../http/loopback-server.ts'

/** An API that takes everything, and remembers it. */
const open = () => loopbackServer((_, response) => void response.end('ok'))

test('[#81] AND applies all of them to one request', async () => {
  await using w = await world()
  const schemes = {
    oauth: oauthScheme({ manager: w.source }),
    key: keyScheme('header', 'x-key', { value: 'k' }),
    query: keyScheme('query', 'q', { value: '1' }),
  }
  const client = apiClient({ baseUrl: w.api.url, schemes, security: allOf('oauth', 'key', 'query') })
  assert.equal((await client.fetch('/a')).status, 200)
  const [seen] = w.api.seen
  assert.equal(seen?.headers.authorization, `Bearer ${(await w.source.token()).access_token}`)
  assert.deepEqual([seen?.headers['x-key'], seen?.path], ['k', '/a?q=1'])
})

test('[#81 #88] AND that fails lists what each scheme lacks, and sends nothing', async () => {
  await using api = await open()
  const schemes = {
    basic: basicScheme({}),
    key: keyScheme('header', 'x', {}),
    bearer: undefined,
    good: bearerScheme({ value: 'a' }),
  }
  const client = apiClient({ baseUrl: api.url, schemes, security: allOf('basic', 'good', 'key', 'bearer') })
  await assert.rejects(client.fetch('/a'), (error) => {
    assert.ok(error instanceof AuthenticationError)
    assert.equal(error.code, 'NOT_AUTHENTICATED')
    assert.match(
      error.message,
      /\(\[basic\] has no user name and \[key\] has no key and \[bearer\] is not configured\)/,
    )
    return true
  })
  assert.equal(api.seen.length, 0)
})

test('[#81] AND that fails while tokens are fetched lists every failure, with its cause', async () => {
  await using w = await world()
  w.sandbox.fault({ match: { grant_type: 'client_credentials' }, status: 503, times: 9 })
  const schemes = {
    expired: oauthScheme({ token: { access_token: 'a', token_type: 'Bearer', expires_at: 1, raw: {} } }),
    oauth: oauthScheme({ manager: w.source }),
  }
  const client = apiClient({ baseUrl: w.api.url, schemes, security: allOf('expired', 'oauth') })
  await assert.rejects(client.fetch('/a'), (error) => {
    assert.ok(isOAuthError(error) && error.code === 'NOT_AUTHENTICATED')
    assert.match(error.message, /\[expired\] The access token has ended.* and \[oauth\] Here .*503/)
    assert.ok(error.cause instanceof AggregateError)
    assert.deepEqual(
      error.cause.errors.map((one) => one.code),
      ['TOKEN_EXPIRED', 'PROVIDER_UNAVAILABLE'],
    )
    return true
  })
  assert.equal(w.api.seen.length, 0)
})

test('[#82] OR takes the first usable one from left to right, and falls through when one fails', async () => {
  await using w = await world()
  const schemes = {
    unconfigured: undefined,
    oauth: oauthScheme({ manager: w.source }),
    key: keyScheme('header', 'x-key', { value: 'k' }),
  }
  const client = apiClient({ baseUrl: w.api.url, schemes, security: anyOf('unconfigured', 'oauth', 'key') })
  await client.fetch('/a')
  assert.deepEqual([w.api.seen[0]?.headers['x-key'], w.issued()], [undefined, 1])
  w.sandbox.fault({
    match: { grant_type: 'client_credentials' },
    status: 400,
    body: { error: 'invalid_client' },
    times: 9,
  })
  w.clock.advance(7200)
  // The provider refuses: the key is used, and the API hears nothing of the failed token.
  await client.fetch('/b')
  const last = w.api.seen.at(-1)
  assert.deepEqual([last?.headers.authorization, last?.headers['x-key']], [undefined, 'k'])
})

test('[#82 #88] OR without any usable scheme lists all reasons; one reason alone keeps its kind', async () => {
  await using w = await world()
  w.sandbox.fault({
    match: { grant_type: 'client_credentials' },
    status: 400,
    body: { error: 'invalid_scope' },
    times: 9,
  })
  const ended = { access_token: 'a', token_type: 'Bearer', expires_at: 1, raw: {} }
  const schemes = { old: oauthScheme({ token: ended }), oauth: oauthScheme({ manager: w.source }), key: undefined }
  const client = apiClient({ baseUrl: w.api.url, schemes })
  const failure = async (security: Requirement): Promise<Error> => {
    try {
      await client.fetch('/a', { security })
    } catch (error) {
      if (error instanceof Error) return error
    }
    return assert.fail('it was sent')
  }
  const all = await failure(anyOf('key', 'old', 'oauth'))
  assert.match(all.message, /\[key\] is not configured or \[old\] The access token has ended.* or \[oauth\] Here /)
  const expired = await failure('old')
  assert.ok(expired instanceof TokenExpiredError && expired instanceof AuthenticationError)
  assert.match(expired.message, /\[old\]/)
  const refused = await failure(anyOf('key', 'oauth'))
  assert.ok(refused instanceof OAuthProviderError)
  assert.equal(refused.error, 'invalid_scope')
  assert.ok(isOAuthError(refused.cause), '[#94] the original is the cause')
  assert.equal(w.api.seen.length, 0)
})

/** Whether a requirement is met when these schemes are. */
function truth(requirement: Requirement, usable: Readonly<Record<string, boolean>>): boolean {
  if (typeof requirement === 'string') return usable[requirement] === true
  return 'allOf' in requirement
    ? requirement.allOf.every((part) => truth(part, usable))
    : requirement.anyOf.some((part) => truth(part, usable))
}

test('[#83] nested AND and OR follow the truth table, whichever way they are nested', async () => {
  const names = ['a', 'b', 'c', 'd'] as const
  const { requirement } = fc.letrec<{ requirement: Requirement }>((tie) => ({
    requirement: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(...names),
      fc.array(tie('requirement'), { minLength: 1, maxLength: 3 }).map((parts) => allOf(...parts)),
      fc.array(tie('requirement'), { minLength: 1, maxLength: 3 }).map((parts) => anyOf(...parts)),
    ),
  }))
  const state = fc.constantFrom('usable', 'unconfigured', 'failing')
  await fc.assert(
    fc.asyncProperty(requirement, fc.record({ a: state, b: state, c: state, d: state }), async (security, states) => {
      const asked: string[] = []
      const schemes = Object.fromEntries(
        names.map((name): [string, Scheme | undefined] => {
          if (states[name] === 'unconfigured') return [name, undefined]
          const header = keyScheme('header', `x-${name}`, { value: name })
          const ready: Scheme['ready'] = async () => {
            asked.push(name)
            if (states[name] === 'failing') throw new Error(`${name} fails`)
            return header.ready()
          }
          return [name, { ready }]
        }),
      )
      let sent: Headers | undefined
      const fetch = async (input: RequestInfo | URL): Promise<Response> => {
        sent = input instanceof Request ? input.headers : undefined
        return new Response()
      }
      const usable = Object.fromEntries(names.map((name) => [name, states[name] === 'usable']))
      const call = apiClient({ baseUrl: 'https://api.example', schemes, security, fetch }).fetch('/')
      if (!truth(security, usable)) {
        await assert.rejects(call, { code: 'NOT_AUTHENTICATED' })
        assert.equal(sent, undefined)
        return
      }
      await call
      // What was attached is enough for the requirement by itself.
      const attached = Object.fromEntries(names.map((name) => [name, sent?.get(`x-${name}`) === name]))
      assert.ok(truth(security, attached))
    }),
    { numRuns: 500 },
  )
})

test('[#84] an unconfigured scheme calls nobody, and neither does one that stands beside it', async () => {
  await using w = await world()
  const schemes = {
    oauth: oauthScheme({ manager: w.source }),
    none: oauthScheme({}),
    key: keyScheme('header', 'x', { value: 'k' }),
  }
  const client = apiClient({ baseUrl: w.api.url, schemes })
  await client.fetch('/a', { security: anyOf('none', allOf('none', 'oauth'), 'key') })
  await assert.rejects(client.fetch('/a', { security: allOf('oauth', 'none') }), {
    message: /\[none\] has no access token and nothing to get one with/,
  })
  await client.fetch('/a', { security: false })
  assert.equal(w.issued(), 0)
  assert.equal(w.sandbox.journal.count({ endpoint: 'token' }), 0)
  // Set by hand, it is configured.
  schemes.none.source.set('by hand')
  await client.fetch('/b', { security: 'none' })
  assert.equal(w.api.seen.at(-1)?.headers.authorization, 'Bearer by hand')
})

test('[#86] the client’s requirement, a request’s own, and none for one request', async () => {
  await using api = await open()
  const schemes = { a: bearerScheme({ value: 'a' }), b: bearerScheme({ value: 'b' }) }
  const client = apiClient({ baseUrl: api.url, schemes, security: 'a' })
  await client.fetch('/')
  await client.fetch('/', { security: 'b' })
  await client.fetch('/', { security: false })
  await apiClient({ baseUrl: api.url, schemes }).fetch('/')
  assert.deepEqual(
    api.seen.map(({ headers }) => headers.authorization),
    ['Bearer a', 'Bearer b', undefined, undefined],
  )
})

test('a name that no scheme has, and a combination of nothing, are the developer’s mistakes', async () => {
  const schemes = { a: undefined }
  const unknown = { code: 'INVALID_ARGUMENT', message: /"b"; there are: a/ }
  assert.throws(() => apiClient({ schemes, security: allOf('a', 'b') }), unknown)
  const client = apiClient({ baseUrl: 'https://api.example', schemes })
  await assert.rejects(client.fetch('/', { security: anyOf('a', 'b') }), unknown)
  await assert.rejects(client.fetch('/', { security: 'toString' }), { code: 'INVALID_ARGUMENT' })
  assert.throws(() => allOf(), { code: 'INVALID_ARGUMENT' })
  assert.throws(() => anyOf(), { code: 'INVALID_ARGUMENT' })
  assert.throws(() => basicScheme({ username: 'a:b' }), { code: 'INVALID_ARGUMENT' })
  for (const place of ['header', 'cookie'] as const) {
    assert.throws(
      () => keyScheme(place, 'x-key', { value: 'pLaNtEd\r\nx: y' }),
      (error) => {
        assert.ok(isOAuthError(error))
        assert.doesNotMatch(error.message, /pLaNtEd/)
        return error.code === 'INVALID_ARGUMENT'
      },
    )
  }
})

test('[#81 #82] OpenAPI’s list of alternatives is OR, the object in it is AND', () => {
  assert.equal(openapiSecurity(undefined), undefined)
  assert.equal(openapiSecurity([]), false)
  assert.equal(openapiSecurity([{ a: [] }]), 'a')
  assert.deepEqual(openapiSecurity([{ a: ['read'], b: [] }, { c: [] }]), { anyOf: [{ allOf: ['a', 'b'] }, 'c'] })
})

test('[#86] OpenAPI’s empty alternative lets a request go without', async () => {
  await using api = await open()
  const schemes = { key: undefined }
  const security = openapiSecurity([{ key: [] }, {}])
  assert.equal((await apiClient({ baseUrl: api.url, schemes, security }).fetch('/')).status, 200)
  assert.equal(api.seen.length, 1)
})

test('[#87] a header of one’s own replaces the bearer header, in the replay too', async () => {
  await using w = await world()
  const tokens: unknown[] = []
  await using api = await loopbackServer(({ headers }, response) => {
    tokens.push(headers['x-shop-token'])
    assert.equal(headers.authorization, undefined)
    response.writeHead(tokens.length === 1 ? 401 : 200).end()
  })
  const setToken = (request: Request, { access_token }: { access_token: string }): Request => {
    request.headers.set('x-shop-token', access_token)
    return request
  }
  const schemes = { oauth: oauthScheme({ manager: w.source, setToken }) }
  const client = apiClient({ baseUrl: api.url, schemes, security: 'oauth' })
  assert.equal((await client.fetch('/orders', { method: 'PUT', body: 'x' })).status, 200)
  assert.deepEqual([tokens.length, w.issued()], [2, 2])
  assert.notEqual(tokens[0], tokens[1])
  const bound = { access_token: 'a', token_type: 'DPoP', dpop_key: { kty: 'EC' }, raw: {} }
  const proving = apiClient({
    baseUrl: api.url,
    schemes: { oauth: oauthScheme({ token: bound, setToken }) },
    security: 'oauth',
  })
  await assert.rejects(proving.fetch('/orders'), { code: 'NOT_SUPPORTED' })
  assert.equal(tokens.length, 2)
})

test('[#88] without a token nothing is sent, and the text names the scheme', async () => {
  await using w: World = await world()
  w.sandbox.fault({ match: { grant_type: 'client_credentials' }, status: 400, body: { error: 'invalid_client' } })
  const schemes = { petAuth: oauthScheme({ manager: w.source }) }
  const client = apiClient({ baseUrl: w.api.url, schemes, security: 'petAuth' })
  await assert.rejects(client.fetch('/pets'), { code: 'INVALID_CLIENT', message: /not sent.*\[petAuth\] / })
  assert.equal(w.api.seen.length, 0)
  // [#68] The failure poisons nothing.
  assert.equal((await client.fetch('/pets')).status, 200)
})

test('[#82] a caller that gives up ends it: no other scheme is tried', async () => {
  const asked: string[] = []
  const controller = new AbortController()
  const scheme = (name: string): Scheme => ({
    async ready(signal) {
      asked.push(name)
      controller.abort(new Error('enough'))
      signal?.throwIfAborted()
      return (request, next) => next(request)
    },
  })
  const schemes = { a: scheme('a'), b: scheme('b') }
  const client = apiClient({ baseUrl: 'https://api.example', schemes, security: anyOf('a', 'b') })
  await assert.rejects(client.fetch('/', { signal: controller.signal }), { code: 'ABORTED' })
  assert.deepEqual(asked, ['a'])
})
