import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthenticationError, isOAuthError } from '@evergrant/core'
import { allOf, anyOf, customScheme } from '@evergrant/core/api'
import { type ClientOptions, createClient, type DeviceManager } from '@evergrant/sdk'
import { redirectUri, type World, world } from './world.ts'

const client = (w: World, auth: ClientOptions['auth'], more: ClientOptions = {}) =>
  createClient({ openapi: w.document(), clock: w.clock, auth, ...more })
const ccg = { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret' }

test('[#85] key in header, query and cookie, basic, bearer and a scheme of your own are applied', async () => {
  await using w = await world()
  const value = 'k'
  const stamp = customScheme((request) => {
    request.headers.set('x-api-key', 'k')
    return request
  })
  const all = client(w, {
    key: { value },
    queryKey: { value },
    cookieKey: { value },
    basic: { username: 'ada', password: 'p' },
    bearer: { token: 'of-somebody' },
    custom: stamp,
  })
  for (const path of ['/key', '/query', '/cookie', '/basic', '/custom'])
    assert.equal((await all.GET(path)).response.status, 200, path)
  await all.GET('/bearer')
  const [header, query, cookie, basic] = w.api.seen
  assert.deepEqual(
    [header?.headers['x-api-key'], query?.path, cookie?.headers.cookie, basic?.headers.authorization],
    ['k', '/query?key=k', 'key=k', 'Basic YWRhOnA='],
  )
  assert.equal(w.api.seen.at(-1)?.headers.authorization, 'Bearer of-somebody')
  assert.throws(() => client(w, { custom: { value: 'x' } }), { code: 'NOT_SUPPORTED', message: /customScheme/ })
})

test('[#86] security: [] sends nothing, whatever is configured; a client may override what is asked for', async () => {
  await using w = await world()
  const both = client(w, { OAuthCCG: ccg, key: { value: 'k' } })
  await both.GET('/open')
  assert.deepEqual([w.api.seen[0]?.headers.authorization, w.issued()], [undefined, 0])
  await both.cloneWith({ security: 'key' }).GET('/jobs')
  assert.deepEqual([w.api.seen[1]?.headers['x-api-key'], w.issued()], ['k', 0])
  await both.cloneWith({ security: false }).GET('/jobs')
  assert.equal(w.api.seen[2]?.headers['x-api-key'], undefined)
  const call = { security: false }
  await both.GET('/key', call)
  assert.equal(w.api.seen[3]?.headers['x-api-key'], 'k', 'a setting that calls do not have changes nothing')
})

test('[#82 #84] OR takes the first that is ready; schemes without credentials never touch the network', async () => {
  await using w = await world()
  await client(w, { key: { value: 'k' } }).GET('/either')
  assert.deepEqual([w.api.seen[0]?.headers['x-api-key'], w.sandbox.journal.count({})], ['k', 0])
  const waiting = { ...ccg, redirectUri }
  const { response } = await client(w, { OAuthACG: waiting, OAuthCCG: ccg, key: { value: 'k' } }).GET('/either')
  assert.equal(response.status, 200)
  assert.match(String(w.api.seen[1]?.headers.authorization), /^Bearer /)
  assert.equal(w.api.seen[1]?.headers['x-api-key'], undefined)
  assert.equal((await client(w, {}).GET('/maybe')).response.status, 401, 'an empty alternative goes without any')
})

test('[#81] AND applies all; when one of them is missing nobody is asked for the others', async () => {
  await using w = await world()
  assert.equal((await client(w, { OAuthCCG: ccg, key: { value: 'k' } }).GET('/both')).response.status, 200)
  const [seen] = w.api.seen
  assert.ok(seen?.headers.authorization?.startsWith('Bearer ') && seen.headers['x-api-key'] === 'k')
  const before = w.sandbox.journal.count({})
  await assert.rejects(client(w, { OAuthCCG: ccg }).GET('/both'), { code: 'NOT_AUTHENTICATED' })
  assert.equal(w.sandbox.journal.count({}), before)
})

test('[#83] requirements are nested where a client asks for it: one of two, together with a third', async () => {
  await using w = await world()
  const security = allOf(anyOf('OAuthACG', 'OAuthCCG'), anyOf('queryKey', 'key'))
  const nested = client(w, { OAuthCCG: ccg, key: { value: 'k' } }, { security })
  assert.equal((await nested.GET('/jobs')).response.status, 200)
  const [seen] = w.api.seen
  assert.ok(seen?.headers.authorization?.startsWith('Bearer ') && seen.headers['x-api-key'] === 'k')
  const none = nested.cloneWith({ auth: { key: undefined } })
  await assert.rejects(none.GET('/jobs'), /\[queryKey\] is not configured or \[key\] is not configured/)
})

test('[#88] when no alternative fits, nothing is sent and all reasons are listed', async () => {
  await using w = await world()
  await assert.rejects(client(w, { basic: {} }).GET('/all-or-key'), (error) => {
    assert.ok(error instanceof AuthenticationError && isOAuthError(error))
    assert.match(
      error.message,
      /\[OAuthCCG\] has no access token and nothing to get one with and \[OAuthACG\] has no .* or \[key\] is not configured/,
    )
    return true
  })
  assert.equal(w.api.seen.length, 0)
})

test('[#85] mutual TLS sends with the fetch that holds the certificate, and is lacking without', async () => {
  await using w = await world()
  const sent: string[] = []
  const certified: typeof fetch = (input, init) => {
    sent.push(new Request(input).url)
    return fetch(input, init)
  }
  await client(w, { mtls: { fetch: certified }, key: { value: 'k' } }).GET('/mtls')
  assert.deepEqual(sent, [`${w.api.url}/mtls`])
  await assert.rejects(client(w, { mtls: {}, key: { value: 'k' } }).GET('/mtls'), /\[mtls\] has no fetch with a client/)
})

test('OpenID Connect discovers its endpoints, for whichever flow is chosen', async () => {
  await using w = await world()
  const byClient = client(w, { oidc: { ...ccg, flow: 'clientCredentials' } })
  assert.equal((await byClient.GET('/oidc')).response.status, 200)
  const byPerson = client(w, { oidc: { ...ccg, redirectUri, scopes: ['openid'] } })
  const manager = byPerson.auth['oidc']
  assert.ok(manager?.flow === 'authorizationCode')
  const token = await manager.fetchToken(
    await w.sandbox.approve(await manager.getAuthorizationUrl(), { username: 'alice' }),
  )
  assert.ok(token.id_token, 'and the verified id_token comes along')
  assert.equal((await byPerson.GET('/oidc')).response.status, 200)
})

test('a device gets its token with a code that a person types in elsewhere', async () => {
  await using w = await world()
  const document = w.document({ openapi: '3.1.0' })
  const one = createClient({ openapi: document, auth: { device: { clientId: 'public' } } })
  const manager = one.auth['device'] as DeviceManager
  const code = await manager.requestCode()
  assert.match(code.user_code, /\w/)
  await w.sandbox.approve(code.verification_uri_complete ?? '', { username: 'alice' })
  assert.ok((await manager.fetchToken(code)).access_token)
})

test('servers are chosen by name or index, with their variables; a baseUrl stands for all', async () => {
  await using w = await world()
  await client(w, {}, { server: 'testing' }).GET('/open')
  await client(w, {}, { server: 1 }).GET('/open')
  await client(w, {}, { baseUrl: `${w.api.url}/open/elsewhere/` }).GET('/open')
  assert.deepEqual(
    w.api.seen.map(({ path }) => path),
    ['/open/open', '/open/open', '/open/elsewhere/open'],
  )
  await assert.rejects(client(w, {}, { server: 'nowhere' }).GET('/open'), /there are: production, testing/)
  const elsewhere = client(w, {}, { server: 'testing', variables: { host: 'https://evil.example' } })
  await assert.rejects(elsewhere.GET('/open'), { code: 'INVALID_ARGUMENT', message: /host/ })
})

test('credentials do not follow a call to another address than the API', async () => {
  await using w = await world()
  await using other = await world()
  await assert.rejects(client(w, { key: { value: 'k' } }).GET('/key', { baseUrl: other.api.url }), {
    code: 'INVALID_ARGUMENT',
    message: /not sent to/,
  })
  assert.equal(other.api.seen.length, 0)
})

test('middlewares of openapi-fetch, and a fetch for one call, are handed whole requests', async () => {
  await using w = await world()
  const one = client(w, { key: { value: 'k' } })
  const seen: string[] = []
  const middleware = {
    onRequest({ request }: { readonly request: Request }) {
      seen.push(`${request.method} ${new URL(request.url).pathname}`)
      request.headers.set('x-trace', 'mine')
      return request
    },
  }
  one.use(middleware)
  await one.GET('/key')
  one.eject(middleware)
  await one.GET('/key', { middleware: [middleware] })
  await one.GET('/key', {
    fetch: (request: Request) => {
      seen.push(`own fetch ${request.headers.get('x-api-key')}`)
      return fetch(request)
    },
  })
  assert.deepEqual(seen, ['GET /key', 'GET /key', 'own fetch k'])
  assert.deepEqual(
    w.api.seen.map(({ headers }) => [headers['x-trace'], headers['x-api-key']]),
    [
      ['mine', 'k'],
      ['mine', 'k'],
      [undefined, 'k'],
    ],
  )
})
