import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  beginAuthorization,
  type Client,
  compose,
  defineClient,
  finishAuthorization,
  type Grant,
  grant,
  type ProviderDefinition,
  resolveProvider,
  revokeToken,
} from '@evergrant/core'
import { loopbackServer } from './http/loopback-server.ts'
import { type Connected, connected } from './support/connected.ts'

const redirect_uri = 'http://127.0.0.1/callback'

/** A server at another origin that takes whatever comes and hands a token out for it. */
async function elsewhere() {
  return loopbackServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"evil","expires_in":3600}')
  })
}

/** A second origin of the same provider: what comes there is answered by the sandbox. */
async function secondHome(world: Connected) {
  return loopbackServer(async (request, response) => {
    const { authorization, 'content-type': type = '' } = request.headers
    const { path, body } = request
    const headers = { 'content-type': type, ...(authorization === undefined ? {} : { authorization }) }
    const answer = await fetch(`${world.sandbox.issuer}${path}`, { method: 'POST', headers, body })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
}

/** The client of the same registration with other addresses. */
function clientAt(world: Connected, addresses: Partial<ProviderDefinition>, fetch?: typeof globalThis.fetch): Client {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', ...addresses })
  const http = { clock: world.clock, ...(fetch === undefined ? {} : { fetch }) }
  return defineClient({ provider, client_id: 'web', client_secret: 'pLaNtEd-s3cr3t', http })
}

/** A fetch to which the provider publishes another token endpoint. */
function publishing(token_endpoint: string): typeof fetch {
  return compose([
    async (request, next) => {
      const response = await next(request)
      if (!request.url.includes('/.well-known/')) return response
      return Response.json({ ...((await response.json()) as object), token_endpoint })
    },
  ])
}

const byHand = (origin: string) => ({
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
})

test('the grant says which issuer and which token endpoint gave it, after consent and after every refresh', async () => {
  await using world = await connected()
  const { issuer } = world.sandbox
  const given_by = { issuer, token_endpoint: `${issuer}/token` }
  const first = await world.store.get('alice')
  assert.deepEqual([first?.subject, first?.given_by], [undefined, given_by])
  assert.ok(first)
  // An older version wrote it last.
  const { given_by: _, ...old } = first
  await world.store.put(grant(old), first.version)
  world.clock.advance(4000)
  assert.ok((await world.source().token()).access_token)
  assert.deepEqual((await world.store.get('alice'))?.given_by, given_by)
})

for (const [what, addresses] of [
  ['another token endpoint without an issuer', (_: string, evil: string) => byHand(evil)],
  [
    'another token endpoint beside the same issuer',
    (issuer: string, evil: string) => ({ issuer, token_endpoint: evil }),
  ],
  ['another issuer', (_: string, evil: string) => ({ issuer: evil })],
  [
    'another issuer of one that is told apart by tenants',
    (_: string, evil: string) => ({ issuer: evil, issuer_rule: 'tenant' as const }),
  ],
] as const) {
  test(`the refresh token of a grant without a subject is not sent to ${what}`, async () => {
    await using world = await connected()
    await using evil = await elsewhere()
    const client = clientAt(world, addresses(world.sandbox.issuer, evil.url))
    const valid = await world.source({ client }).token()
    assert.ok(valid.access_token, 'what is still valid is served')
    world.clock.advance(4000)
    await assert.rejects(world.source({ client }).token(), {
      code: 'CONSENT_REQUIRED',
      who: 'person',
      message: new RegExp(`${world.sandbox.issuer}.*not sent to ${evil.url}.*Connect it again, restore`),
    })
    const found = (await world.store.get('alice')) as Grant
    const of = clientAt(world, {
      ...addresses(world.sandbox.issuer, evil.url),
      revocation_endpoint: `${evil.url}/revoke`,
    })
    await assert.rejects(revokeToken(of, found.refresh_token ?? '', 'refresh_token', found), (error: Error) => {
      return 'code' in error && (error.code === 'ISSUER_MISMATCH' || error.code === 'DISCOVERY_FAILED')
    })
    assert.equal(evil.seen.filter(({ method }) => method === 'POST').length, 0)
    // The former settings: nothing was lost.
    assert.ok((await world.source().token()).access_token)
  })
}

test('endpoints that were given by hand count by their origin, also for metadata that is discovered later', async () => {
  await using world = await connected()
  const bare = clientAt(world, byHand(world.sandbox.issuer))
  const begun = await beginAuthorization(bare, { grant: 'alice', redirect_uri })
  const callback = await world.sandbox.approve(begun.url, { username: 'alice' })
  await world.store.delete('alice')
  await finishAuthorization(bare, { callback, pending: begun.pending, store: world.store })
  assert.deepEqual((await world.store.get('alice'))?.given_by, { token_endpoint: `${world.sandbox.issuer}/token` })
  world.clock.advance(4000)
  await using evil = await elsewhere()
  const { issuer } = world.sandbox
  const moved = clientAt(world, { issuer }, publishing(`${evil.url}/token`))
  await assert.rejects(world.source({ client: moved }).token(), { code: 'CONSENT_REQUIRED', message: /not sent to/ })
  assert.equal(evil.seen.length, 0)
  // The same origin, now by its issuer.
  assert.ok((await world.source({ client: clientAt(world, { issuer }) }).token()).access_token)
})

test('an issuer may publish its token endpoint at another origin: it vouches for it', async () => {
  await using world = await connected()
  await using home = await secondHome(world)
  world.clock.advance(4000)
  const client = clientAt(world, { issuer: world.sandbox.issuer }, publishing(`${home.url}/token`))
  assert.ok((await world.source({ client }).token()).access_token)
  assert.equal(home.seen.length, 1)
  assert.equal((await world.store.get('alice'))?.given_by?.token_endpoint, `${home.url}/token`)
})

test('a token endpoint in the settings may move when the definition names where it was', async () => {
  await using world = await connected()
  await using home = await secondHome(world)
  world.clock.advance(4000)
  const addresses = byHand(home.url)
  await assert.rejects(world.source({ client: clientAt(world, addresses) }).token(), { code: 'CONSENT_REQUIRED' })
  const client = clientAt(world, { ...addresses, moved_from: [world.sandbox.issuer] })
  assert.ok((await world.source({ client }).token()).access_token)
  assert.equal(home.seen.length, 1)
})

test('a consent at another server that brings no refresh token does not inherit the one from before', async () => {
  await using world = await connected()
  await using evil = await elsewhere()
  const client = clientAt(world, byHand(evil.url))
  const { pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri })
  const callback = `${redirect_uri}?code=c&state=${pending.state}`
  const after = await finishAuthorization(client, { callback, pending, store: world.store })
  assert.equal(after.refresh_token, undefined)
  assert.deepEqual(after.given_by, { token_endpoint: `${evil.url}/token` })
})
