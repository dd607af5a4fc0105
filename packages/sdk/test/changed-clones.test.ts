import assert from 'node:assert/strict'
import { test } from 'node:test'
import { providedTokenSource } from '@evergrant/core'
import {
  type AnyPaths,
  type AuthorizationCodeManager,
  type Client,
  createClient,
  type DirectManager,
  describeApi,
} from '@evergrant/sdk'
import { redirectUri, world } from './world.ts'

const app = { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret', scopes: ['file:read'] }

test('a clone with another client, other scopes or another host does not take the token along; any other does', async () => {
  await using w = await world()
  const client = createClient({ openapi: w.document(), clock: w.clock, auth: { OAuthCCG: app } })
  const tokenOf = (of: { readonly auth: unknown }) =>
    (of.auth as { readonly OAuthCCG: DirectManager }).OAuthCCG.token?.access_token
  await client.GET('/jobs')
  const first = tokenOf(client)
  assert.ok(first)
  const kept = [
    { timeout: 9 },
    { auth: { OAuthCCG: { scopes: undefined } } },
    { baseUrl: `${w.api.url}/v2` },
    { auth: { OAuthCCG: { clientSecret: 'rotated', clockSkew: 5 } } },
    { auth: { OAuthCCG: { clientId: app.clientId, scopes: ['file:read'] } } },
    { auth: { OAuthCCG: { clientId: 'other', token: first } } },
  ]
  const dropped = [
    { auth: { OAuthCCG: { clientId: 'other' } } },
    { auth: { OAuthCCG: { scopes: ['file:write'] } } },
    { baseUrl: 'https://elsewhere.example' },
  ]
  for (const changes of kept) {
    assert.equal(tokenOf(client.cloneWith(changes)), first, JSON.stringify(changes))
    assert.equal(tokenOf(createClient(client.config.cloneWith(changes))), first, JSON.stringify(changes))
  }
  for (const changes of dropped) {
    assert.equal(tokenOf(client.cloneWith(changes)), undefined, JSON.stringify(changes))
    assert.equal(tokenOf(createClient(client.config.cloneWith(changes))), undefined, JSON.stringify(changes))
  }
  assert.equal(client.config.auth['OAuthCCG'] !== undefined && 'cloneWith' in client.config.auth['OAuthCCG'], true)
  const wider = client.cloneWith({ auth: { OAuthCCG: { scopes: ['file:read', 'file:write'] } } })
  assert.equal((await wider.GET('/jobs')).response.status, 200)
  assert.equal(w.issued(), 2)
  assert.equal(tokenOf(client), first)
})

test('a client that was made anew takes the callback of what another client of this process asked for, and no other client does', async () => {
  await using w = await world()
  const managerOf = (clientId: string) => {
    const auth = { OAuthACG: { ...app, clientId, redirectUri } }
    return createClient({ openapi: w.document(), clock: w.clock, auth }).auth['OAuthACG'] as AuthorizationCodeManager
  }
  const callback = await w.sandbox.approve(await managerOf('OAuthClientId').getAuthorizationUrl(), {
    username: 'alice',
  })
  assert.ok((await managerOf('OAuthClientId').fetchToken(callback)).access_token)
  await assert.rejects(managerOf('OAuthClientId').fetchToken(callback), { code: 'AUTHORIZATION_NOT_FOUND' })
  const again = await w.sandbox.approve(await managerOf('OAuthClientId').getAuthorizationUrl(), { username: 'alice' })
  await assert.rejects(managerOf('public').fetchToken(again), { code: 'STATE_MISMATCH' })
})

test('another API in the place of one takes over what both describe alike, and nothing at all where calls go to another host', async () => {
  await using w = await world()
  const other = 'https://other.example'
  const document = w.document()
  const client: Client<AnyPaths> = createClient({
    openapi: document,
    clock: w.clock,
    auth: { OAuthCCG: app, key: { value: 'k' }, bearer: { token: 'personal' } },
  })
  await client.GET('/jobs')
  const holds = (of: { readonly config: { readonly auth: object } }) => Object.keys(of.config.auth).sort()
  const all = ['OAuthACG', 'OAuthCCG', 'bearer', 'device', 'key', 'oidc']
  const given = (of: Client<AnyPaths>): string[] =>
    Object.entries<object>(of.config.auth).flatMap(([name, one]) => (Object.keys(one).length > 0 ? [name] : []))
  const tokenOf = (of: Client<AnyPaths>) => of.auth['OAuthCCG']?.token?.access_token
  const first = tokenOf(client)
  assert.ok(first)
  assert.deepEqual(given(client).sort(), ['OAuthCCG', 'bearer', 'key'])

  const newer = { ...document, info: { title: 'The next version', version: '2' } }
  const api = describeApi(newer)
  for (const changes of [{ openapi: newer }, { api }]) {
    const next = client.cloneWith(changes)
    assert.equal(tokenOf(next), first)
    assert.deepEqual(holds(next), all)
    assert.equal(tokenOf(createClient(client.config.cloneWith(changes))), first)
    assert.equal((await next.GET('/jobs')).response.status, 200)
  }
  assert.equal(w.issued(), 1)

  const elsewhere = { ...document, servers: [{ url: other }] }
  const partly = {
    ...document,
    paths: { ...(document['paths'] as object), '/there': { get: { servers: [{ url: other }], responses: {} } } },
  }
  for (const openapi of [elsewhere, partly]) {
    assert.deepEqual(given(client.cloneWith({ openapi })), [])
    assert.deepEqual(given(createClient(client.config.cloneWith({ openapi }))), [])
    const anew = client.cloneWith({ openapi, auth: { key: { value: 'other' } } })
    assert.deepEqual(given(anew), ['key'])
  }

  const { components } = document as { readonly components: { readonly securitySchemes: Record<string, object> } }
  const { key: _, ...securitySchemes } = components.securitySchemes
  const flows = { clientCredentials: { tokenUrl: `${other}/token`, scopes: { 'file:read': '' } } }
  const changed = {
    ...document,
    paths: {},
    components: { securitySchemes: { ...securitySchemes, OAuthCCG: { type: 'oauth2', flows } } },
  }
  assert.deepEqual(given(client.cloneWith({ openapi: changed })), ['bearer'])
  const described: Client<AnyPaths> = createClient({
    api: describeApi(document),
    auth: { bearer: { token: 'personal' } },
  })
  assert.deepEqual(Object.keys(described.cloneWith({ openapi: changed }).auth), Object.keys(client.auth))
  assert.throws(() => described.cloneWith({ openapi: changed, auth: { key: { value: 'k' } } }), {
    code: 'INVALID_ARGUMENT',
    message: /no security scheme "key"/,
  })
})

test('a token is left behind when another person, source or purpose takes its place', async () => {
  await using w = await world()
  const source = (id: string) => ({ ...providedTokenSource({ token: `of ${id}` }), id })
  const shared = source('alice')
  const auth = { OAuthCCG: { ...app, source: shared, tokenParameters: { audience: 'a' } } }
  const client = createClient({ openapi: w.document(), clock: w.clock, auth })
  await client.auth['OAuthCCG']?.source.token()
  const tokenOf = (changes: object) => client.cloneWith({ auth: { OAuthCCG: changes } }).auth['OAuthCCG']?.token
  for (const kept of [{ source: shared }, { tokenParameters: { audience: 'a' } }, { clockSkew: 3 }])
    assert.equal(tokenOf(kept)?.access_token, 'of alice')
  for (const dropped of [
    { source: source('bob') },
    { tokenParameters: { audience: 'b' } },
    { tokenParameters: undefined },
    { username: 'bob' },
  ])
    assert.equal(tokenOf(dropped), undefined, JSON.stringify(Object.keys(dropped)))
})
