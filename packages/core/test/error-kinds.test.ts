import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  AuthenticationError,
  beginAuthorization,
  clientCredentialsFlow,
  defineClient,
  finishAuthorization,
  grant,
  InvalidCredentialsError,
  isOAuthError,
  memoryStore,
  OAuthProviderError,
  providedTokenSource,
  resolveProvider,
  TokenExpiredError,
  tokenSource,
} from '@evergrant/core'
import { apiClient, oauthScheme } from '@evergrant/core/api'
import { authorizeWithPassword } from '@evergrant/core/legacy'
import { startSandbox } from '@evergrant/sandbox'
import { loopbackServer } from './http/loopback-server.ts'
import { connected } from './support/connected.ts'

async function caught(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new assert.AssertionError({ message: 'It was fulfilled' })
}

const kinds = (error: unknown): string[] =>
  Object.entries({ AuthenticationError, TokenExpiredError, InvalidCredentialsError, OAuthProviderError })
    .filter(([, kind]) => error instanceof kind)
    .map(([name]) => name)

test('[#91] errors can be caught by kind: expired, wrong credentials, the provider’s own, and neither', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, status: 400, body: { error: 'invalid_grant' } })
  const ended = await caught(world.source().token())
  assert.deepEqual(kinds(ended), ['AuthenticationError', 'TokenExpiredError', 'OAuthProviderError'])

  const client = defineClient({ provider: world.client.provider, client_id: 'web', client_secret: 'wrong' })
  const flow = clientCredentialsFlow()
  const wrong = await caught(tokenSource('app', { client, store: memoryStore(), flow }).token())
  assert.deepEqual(kinds(wrong), ['AuthenticationError', 'InvalidCredentialsError', 'OAuthProviderError'])

  const old = { access_token: 'a', token_type: 'Bearer', expires_at: 1, raw: {} }
  assert.deepEqual(kinds(await caught(providedTokenSource({ token: old }).token())), [
    'AuthenticationError',
    'TokenExpiredError',
  ])
  const provider = resolveProvider({ id: 'gone', name: 'Gone', token_endpoint: 'http://127.0.0.1:2/token' })
  const nobody = defineClient({ provider, client_id: 'web', client_secret: 's' })
  const unreachable = await caught(tokenSource('app', { client: nobody, store: memoryStore(), flow }).token())
  assert.ok(isOAuthError(unreachable))
  assert.deepEqual(kinds(unreachable), [])
  assert.deepEqual(kinds(new TypeError('something else')), [])
})

/** Every error in the chain, from the outside in. */
function chain(error: unknown): Error[] {
  return error instanceof Error ? [error, ...chain(error.cause)] : []
}

test('[#89 #91 #94] wherever a token is asked for, the provider’s own words arrive, in the right kind, with the cause', async () => {
  await using world = await connected()
  const { client, sandbox, store, clock } = world
  const refused = { match: { endpoint: 'token' }, status: 400 } as const
  const words = { error_description: 'Why.', error_uri: 'https://acme.example/why' }

  // requirements: fetching a token with a code fails with the provider's error.
  sandbox.fault({ ...refused, body: { error: 'invalid_grant', ...words } })
  const begun = await beginAuthorization(client, { grant: 'bob', redirect_uri: 'http://127.0.0.1/cb', scope: 'mail' })
  const callback = `http://127.0.0.1/cb?code=a&state=${begun.pending.state}&iss=${encodeURIComponent(sandbox.issuer)}`
  const code = await caught(finishAuthorization(client, { callback, pending: begun.pending, store }))
  assert.deepEqual(kinds(code), ['AuthenticationError', 'OAuthProviderError'])

  sandbox.fault({ ...refused, body: { error: 'invalid_grant', ...words } })
  const login = { grant: 'carol', username: 'carol', password: 'pLaNtEd', store }
  const password = await caught(authorizeWithPassword(client, login))
  assert.deepEqual(kinds(password), ['AuthenticationError', 'InvalidCredentialsError', 'OAuthProviderError'])

  // Refreshing, and the refresh that a call to the API sets off.
  clock.advance(4000)
  sandbox.fault({ ...refused, body: { error: 'invalid_grant', ...words } })
  const source = world.source()
  const called = await caught(source.fetch(`${sandbox.issuer}/api/echo`))
  assert.deepEqual(kinds(called), ['AuthenticationError', 'TokenExpiredError', 'OAuthProviderError'])

  for (const error of [code, password, called]) {
    assert.ok(isOAuthError(error))
    assert.deepEqual(
      [error.error, error.error_description, error.error_uri, error.status],
      ['invalid_grant', ...Object.values(words), 400],
    )
    const first = chain(error).at(-1)
    assert.ok(first !== error && isOAuthError(first), 'the answer itself is the first cause')
    assert.equal(first.status, 400)
    assert.doesNotMatch(inspect(error, { depth: 9 }), /pLaNtEd/)
  }

  // requirements: a token that ended stops an API call before it is sent.
  const before = sandbox.journal.count({})
  const old = { access_token: 'old', token_type: 'Bearer', expires_at: clock.now() - 1, raw: {} }
  const oauth = oauthScheme({ token: old, clock })
  const api = apiClient({ baseUrl: sandbox.issuer, schemes: { oauth }, security: 'oauth' })
  const stopped = await caught(api.fetch('/api/echo'))
  assert.deepEqual(kinds(stopped), ['AuthenticationError', 'TokenExpiredError'])
  assert.equal(sandbox.journal.count({}), before)

  // The provider's trouble is nobody's credentials.
  sandbox.fault({ match: { endpoint: 'token' }, status: 503 })
  const trouble = await caught(
    tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow() }).token(),
  )
  assert.deepEqual(kinds(trouble), ['OAuthProviderError'])
})

for (const error of [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'something_of_its_own',
]) {
  test(`[#90] the provider’s error ${error} arrives unchanged`, async () => {
    await using sandbox = await startSandbox({ clients: [{ client_id: 'job', client_secret: 's' }] })
    const provider = resolveProvider({ id: 'here', name: 'Here', issuer: sandbox.issuer })
    const client = defineClient({ provider, client_id: 'job', client_secret: 's' })
    sandbox.fault({ match: { endpoint: 'token' }, status: 400, body: { error, error_description: 'Why.' } })
    const source = tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow() })
    await assert.rejects(source.token(), { error, error_description: 'Why.', status: 400 })
  })
}

test('[#48] extra parameters of the provider and of the flow are appended; the flow’s win, and the protocol’s stand', async () => {
  await using server = await loopbackServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"access_token":"a","token_type":"Bearer"}')
  })
  const token_params = { audience: 'of the provider', tenant: 'x', grant_type: 'password' }
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: `${server.url}/token`, token_params })
  const client = defineClient({ provider, client_id: 'job', client_secret: 's' })
  const flow = clientCredentialsFlow({ params: { audience: 'of the flow' } })
  await tokenSource('app', { client, store: memoryStore(), flow }).token()
  const form = new URLSearchParams(server.seen[0]?.body)
  assert.deepEqual(form.getAll('audience'), ['of the flow'])
  assert.deepEqual(form.getAll('tenant'), ['x'])
  assert.deepEqual(form.getAll('grant_type'), ['client_credentials'])
})

test('[#49 #77] a stored refresh token is all that is needed; the API’s server never sees what the token endpoint gets', async () => {
  await using login = await loopbackServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"access_token":"fresh","token_type":"Bearer","expires_in":3600}')
  })
  await using api = await loopbackServer((_, response) => void response.end('ok'))
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: `${login.url}/token` })
  const client = defineClient({ provider, client_id: 'web', client_secret: 'pLaNtEd-secret' })
  const store = memoryStore()
  const standing = { state: 'active', since: 0 } as const
  const stored = { id: 'alice', provider: 'here', client: 'web', refresh_token: 'pLaNtEd-refresh', access: {} }
  await store.put(grant({ ...stored, standing, updated_at: 0, version: 0 }), 0)
  assert.equal(await (await tokenSource('alice', { client, store }).fetch(`${api.url}/me`)).text(), 'ok')
  assert.equal(login.seen.length, 1)
  assert.equal(api.seen[0]?.headers.authorization, 'Bearer fresh')
  assert.doesNotMatch(JSON.stringify(api.seen), /pLaNtEd/)
})
