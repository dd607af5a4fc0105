import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, isOAuthError, OAuthProviderError, TokenExpiredError } from '@evergrant/core'
import {
  type AnyPaths,
  type AuthorizationCodeManager,
  type Client,
  createClient,
  type OAuthCredentials,
  type OAuthToken,
  unwrap,
} from '@evergrant/sdk'
import { redirectUri, type World, world } from './world.ts'

type Credentials = { readonly OAuthACG: OAuthCredentials }
type Managers = { readonly OAuthACG: AuthorizationCodeManager }
type Sample = Client<AnyPaths, Credentials, Managers>

const acg = { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret', redirectUri, scopes: ['file:read'] }
const sample = (w: World, credentials: object = acg): Sample =>
  createClient({ openapi: w.document(), clock: w.clock, auth: { OAuthACG: credentials } }) as unknown as Sample

async function authorized(w: World, credentials: object = acg): Promise<Sample> {
  const client = sample(w, credentials)
  await client.OAuthACG.fetchToken(
    await w.sandbox.approve(await client.OAuthACG.getAuthorizationUrl(), { username: 'alice' }),
  )
  return client
}

test('[#88] before consent a call is stopped, and the error names the scheme and what to do', async () => {
  await using w = await world()
  await assert.rejects(sample(w).GET('/files'), (error) => {
    assert.ok(isOAuthError(error))
    assert.equal(error.code, 'TOKEN_MISSING')
    assert.match(error.message, /\[OAuthACG\].*getAuthorizationUrl\(\).*fetchToken\(\)/)
    return true
  })
  assert.equal(w.api.seen.length, 0)
})

test('[#76] requirements 003, steps 1 to 4: consent, code, token, and a client that is authorized by it', async () => {
  await using w = await world()
  let client = sample(w)
  const authUrl = await client.OAuthACG.getAuthorizationUrl()
  const url = new URL(authUrl)
  assert.equal(url.searchParams.get('scope'), 'file:read')
  assert.equal(url.searchParams.get('redirect_uri'), redirectUri)
  const callback = new URL(await w.sandbox.approve(authUrl, { username: 'alice' }))
  assert.equal(callback.origin + callback.pathname, redirectUri)
  const code = callback.searchParams.get('code') ?? ''

  const token = await client.OAuthACG.fetchToken(code)
  const credentials = client.config.auth.OAuthACG.cloneWith({ token })
  const config = client.config.cloneWith({ auth: { OAuthACG: credentials } })
  client = createClient(config) as unknown as Sample

  const called = unwrap(await client.GET('/files')) as { readonly username: string; readonly scope: string }
  assert.deepEqual([called.username, called.scope], ['alice', 'file:read'])
})

test('requirements 003, step 3: a person who refuses is an error with the words of the server', async () => {
  await using w = await world()
  const client = sample(w)
  const callback = await w.sandbox.deny(await client.OAuthACG.getAuthorizationUrl())
  await assert.rejects(client.OAuthACG.fetchToken(callback), { code: 'ACCESS_DENIED', error: 'access_denied' })
  const bare = 'https://example.com/oauth/callback?error=access_denied'
  await assert.rejects(client.OAuthACG.fetchToken(bare), { code: 'ACCESS_DENIED', error: 'access_denied' })
})

test('[#89] requirements 003: a refused code is an OAuthProviderError, and an API error an ApiError', async () => {
  await using w = await world()
  const client = sample(w)
  await client.OAuthACG.getAuthorizationUrl()
  await assert.rejects(client.OAuthACG.fetchToken('no such code'), (error) => {
    assert.ok(error instanceof OAuthProviderError)
    assert.deepEqual([error.error, error.status], ['invalid_grant', 400])
    return true
  })
  const anonymous = client.cloneWith({ security: false })
  await assert.rejects(
    async () => unwrap(await anonymous.GET('/files')),
    (error) => {
      assert.equal(error instanceof OAuthProviderError, false)
      assert.ok(error instanceof ApiError)
      assert.deepEqual([error.status, error.error_description], [401, 'no token'])
      return true
    },
  )
})

test('a state of the program goes out, comes back, and finds its own authorization among several', async () => {
  await using w = await world()
  const client = sample(w)
  const first = await client.OAuthACG.getAuthorizationUrl({ state: 'mine-1', params: { prompt: 'consent' } })
  const second = await client.OAuthACG.getAuthorizationUrl()
  assert.equal(new URL(first).searchParams.get('state'), 'mine-1')
  assert.equal(new URL(first).searchParams.get('prompt'), 'consent')
  const callback = await w.sandbox.approve(first, { username: 'alice' })
  const code = new URL(callback).searchParams.get('code') ?? ''
  assert.ok((await client.OAuthACG.fetchToken(code, { state: 'mine-1' })).access_token)
  assert.ok((await client.OAuthACG.fetchToken(await w.sandbox.approve(second, { username: 'bob' }))).access_token)
  await assert.rejects(client.OAuthACG.fetchToken(callback), { code: 'AUTHORIZATION_NOT_FOUND' })
})

test('[#57 #66] requirements 003, refreshing: an ended token is renewed, twice in one client, each refresh token once', async () => {
  await using w = await world()
  let client = await authorized(w)
  for (let round = 0; round < 2; round++) {
    const before = client.OAuthACG.token
    assert.equal(client.OAuthACG.isTokenExpired(), false)
    w.clock.advance(7200)
    assert.ok(client.OAuthACG.isTokenExpired())
    const token = await client.OAuthACG.refreshToken()
    const credentials = client.config.auth.OAuthACG.cloneWith({ token })
    client = createClient(client.config.cloneWith({ auth: { OAuthACG: credentials } })) as unknown as Sample
    assert.notEqual(token.refresh_token, before?.refresh_token)
    assert.equal((await client.GET('/files')).response.status, 200)
  }
})

test('[#62 #67] an ended token is renewed by the next calls, which share one request with refreshToken()', async () => {
  await using w = await world()
  const heard: string[] = []
  const client = await authorized(w, {
    ...acg,
    onTokenUpdate: (token: OAuthToken) => void heard.push(token.access_token),
  })
  const before = w.issued()
  w.clock.advance(7200)
  const [one, , token] = await Promise.all([client.GET('/files'), client.GET('/files'), client.OAuthACG.refreshToken()])
  assert.equal(one.response.status, 200)
  assert.equal(w.issued() - before, 1)
  assert.deepEqual(heard.at(-1), token.access_token)
  assert.equal(heard.length, 2, 'one for the code, one for the renewal')
})

test('[#65] requirements 003: without renewal an ended token stops the call before it is sent', async () => {
  await using w = await world()
  const client = (await authorized(w)).cloneWith({ auth: { OAuthACG: { autoRefresh: false } } })
  w.clock.advance(7200)
  const seen = w.api.seen.length
  await assert.rejects(client.GET('/files'), (error) => {
    assert.ok(error instanceof TokenExpiredError)
    assert.match(error.message, /\[OAuthACG\] The OAuth token has ended.*refreshToken\(\)/)
    return true
  })
  assert.equal(w.api.seen.length, seen)
  await client.OAuthACG.refreshToken()
  assert.equal((await client.GET('/files')).response.status, 200)
})

test('[#52 #77] requirements 003, stored token: saved as JSON, a new client works with it, and without anything else until it ends', async () => {
  await using w = await world()
  const saved = JSON.stringify((await authorized(w)).config.auth.OAuthACG.token)
  const token: OAuthToken = JSON.parse(saved)
  const client = sample(w, { token })
  assert.equal((await client.GET('/files')).response.status, 200)
  const restored = sample(w, { ...acg, token })
  w.clock.advance(7200)
  assert.equal((await restored.GET('/files')).response.status, 200, 'with the registration it is renewed')
  await assert.rejects(client.GET('/files'), { code: 'TOKEN_EXPIRED' })
})

test('[#55] no token, an ended token and a valid one are three states', async () => {
  await using w = await world()
  const client = sample(w)
  assert.deepEqual([client.OAuthACG.tokenState, client.OAuthACG.isTokenExpired()], ['missing', false])
  const ready = await authorized(w)
  assert.equal(ready.OAuthACG.tokenState, 'valid')
  w.clock.advance(7200)
  assert.equal(ready.OAuthACG.tokenState, 'expired')
})

test('[#75] what the credentials lack is named', async () => {
  await using w = await world()
  await assert.rejects(sample(w, { ...acg, redirectUri: undefined }).OAuthACG.getAuthorizationUrl(), {
    code: 'MISSING_PARAMETER',
    message: /redirectUri/,
  })
  await assert.rejects(sample(w, {}).OAuthACG.getAuthorizationUrl(), { code: 'MISSING_CLIENT_ID' })
})

test('[#76] a client without credentials is given them by a clone of its configuration', async () => {
  await using w = await world()
  const empty = createClient({ openapi: w.document(), clock: w.clock }) as unknown as Sample
  const credentials = empty.config.auth.OAuthACG.cloneWith(acg)
  const client = createClient(empty.config.cloneWith({ auth: { OAuthACG: credentials } })) as unknown as Sample
  assert.match(await client.OAuthACG.getAuthorizationUrl(), /client_id=OAuthClientId/)
  await assert.rejects(empty.OAuthACG.getAuthorizationUrl(), { code: 'MISSING_CLIENT_ID' })
})
