import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  clientCredentialsFlow,
  defineClient,
  grant,
  memoryStore,
  OAuthError,
  resolveProvider,
  revokeToken,
  tokenSource,
} from '@evergrant/core'
import { startSandbox } from '@evergrant/sandbox'
import { isInvalidGrant } from '../src/answer/refusal.ts'
import { connected, passing, settled } from './support/connected.ts'

test('a grant that the provider ended needs a person; the reason and the record stay', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.revokeGrant('alice')
  const error = await world
    .source()
    .token()
    .catch((reason: unknown) => reason)
  assert.ok(error instanceof OAuthError)
  assert.deepEqual(
    [error.code, error.who, error.error, error.grant],
    ['CONSENT_REQUIRED', 'person', 'invalid_grant', 'alice'],
  )
  assert.ok(error.cause instanceof OAuthError)
  const found = await world.store.get('alice')
  assert.equal(found?.standing.state === 'revoked' && found.standing.reason, 'invalid_grant')
  assert.ok(found?.refresh_token)
})

test('a valid token is served although the grant has ended; forcing tells the truth', async () => {
  await using world = await connected()
  const source = world.source()
  const old = await source.token()
  world.clock.advance(3000)
  world.sandbox.fault({ match: { endpoint: 'token' }, status: 400, body: { error: 'invalid_grant' } })
  assert.equal((await source.token()).access_token, old.access_token)
  await settled()
  assert.deepEqual(
    world.events.map((event) => event.type),
    ['consent_required'],
  )
  assert.equal((await source.token()).access_token, old.access_token)
  await assert.rejects(source.token({ force: true }), { code: 'CONSENT_REQUIRED' })
  assert.equal(world.refreshes(), 1)
})

for (const status of [429, 408, 425, 500, 503]) {
  test(`HTTP ${status} does not end a grant, whatever its body says`, async () => {
    await using world = await connected()
    world.clock.advance(4000)
    world.sandbox.fault({ match: { endpoint: 'token' }, status, body: { error: 'invalid_grant' } })
    await assert.rejects(world.source().token(), { class: 'transient' })
    assert.equal((await world.store.get('alice'))?.standing.state, 'failing')
  })
}

test('Retry-After is honoured, by this process and by others', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, retryAfter: 120 })
  const source = world.source()
  await assert.rejects(source.token(), { code: 'RATE_LIMITED', retryAfter: 120 })
  world.clock.advance(119)
  await assert.rejects(source.token(), { code: 'RATE_LIMITED', retryAfter: 1 })
  await assert.rejects(world.source().token(), { code: 'RATE_LIMITED' })
  assert.equal(world.refreshes(), 1)
  world.clock.advance(1)
  assert.ok((await source.token()).access_token)
})

test('one who asks for fewer requests is not asked again at once, even if it does not say when', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, status: 429 })
  const source = world.source()
  await assert.rejects(source.token(), { code: 'RATE_LIMITED' })
  await assert.rejects(source.token(), { code: 'RATE_LIMITED' })
  assert.equal(world.refreshes(), 1)
})

test('failures in a row are spaced out, unless a caller forces', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, html: true, times: Number.POSITIVE_INFINITY })
  const source = world.source()
  const fails = (want = {}): Promise<void> => assert.rejects(source.token(want), { code: 'PROVIDER_UNAVAILABLE' })
  await fails()
  await fails()
  assert.equal(world.refreshes(), 2)
  await fails()
  assert.equal(world.refreshes(), 2)
  await fails({ force: true })
  assert.equal(world.refreshes(), 3)
  world.clock.advance(4)
  await fails()
  assert.equal(world.refreshes(), 4)
})

test('a back-off that was recorded before the clock was set back does not last for ever', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, retryAfter: 60 })
  const source = world.source()
  await assert.rejects(source.token(), { code: 'RATE_LIMITED' })
  const found = await world.store.get('alice')
  assert.ok(found)
  await world.store.put(grant({ ...found, access: {} }), found.version)
  world.clock.set(world.clock.now() - 300 * 86_400)
  world.sandbox.configure({ lifetimes: { refreshToken: 9e8 } })
  assert.ok((await source.token()).access_token)
})

test('wrong client settings are a matter for the administrator, also while it is too early to ask again', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.registerClient({ client_id: 'web', client_secret: 'another', redirect_uris: [] })
  const source = world.source()
  for (let attempt = 0; attempt < 5; attempt++)
    await assert.rejects(source.token(), { code: 'INVALID_CLIENT', who: 'administrator', class: 'configuration' })
  assert.ok(world.refreshes() < 5)
  assert.equal((await world.store.get('alice'))?.standing.state, 'failing')
})

test('what the provider did not accept keeps its code while it is too early to ask again', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const fault = { status: 400, body: { error: 'invalid_scope', error_description: 'no such scope' }, times: 9 }
  world.sandbox.fault({ match: { endpoint: 'token' }, ...fault })
  const source = world.source()
  for (let attempt = 0; attempt < 5; attempt++)
    await assert.rejects(source.token(), {
      code: 'TOKEN_REQUEST_REFUSED',
      error: 'invalid_scope',
      message: /no such scope/,
    })
})

test('an answer that was lost leaves a doubt, and a later invalid_grant is explained by it', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, lostResponse: true })
  const source = world.source()
  await assert.rejects(source.token(), { code: 'PROVIDER_UNREACHABLE', outcome: 'unknown' })
  assert.ok((await world.store.get('alice'))?.in_doubt)
  await assert.rejects(source.token(), { code: 'CONSENT_REQUIRED', message: /interrupted/ })
  const found = await world.store.get('alice')
  assert.equal(found?.standing.state === 'revoked' && found.standing.reason, 'refresh_interrupted')
})

test('an answer that was lost is recovered in silence where the provider gives a second chance', async () => {
  await using world = await connected({ graceSeconds: 60 })
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, lostResponse: true })
  const source = world.source()
  await assert.rejects(source.token(), { outcome: 'unknown' })
  assert.ok((await source.token()).access_token)
  assert.equal((await world.store.get('alice'))?.in_doubt, undefined)
})

test('a request that never left leaves no doubt', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const gone = await startSandbox()
  await gone.close()
  const addresses = { token_endpoint: `${gone.url}/token`, moved_from: [world.sandbox.issuer] }
  const provider = { ...world.client.provider, discovery: 'none', ...addresses } as const
  const http = { clock: world.clock }
  const client = defineClient({ provider, client_id: 'web', client_secret: 'x', http })
  await assert.rejects(world.source({ client }).token(), { code: 'PROVIDER_UNREACHABLE', outcome: 'not_sent' })
  assert.equal((await world.store.get('alice'))?.in_doubt, undefined)
})

test('a refresh token is not shown to another client than the one it was given to', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const { provider } = world.client
  const http = { clock: world.clock }
  const other = defineClient({ provider, client_id: 'other', client_secret: 'x', http })
  const elsewhere = defineClient({ provider: { ...provider, id: 'evil' }, client_id: 'web', client_secret: 'x', http })
  for (const client of [other, elsewhere])
    await assert.rejects(world.source({ client }).token(), {
      code: 'CONSENT_REQUIRED',
      message: /was given to client web of acme/,
    })
  assert.equal(world.refreshes(), 0)
  assert.ok((await world.source().token()).access_token, 'nothing was lost')
})

test('a discovery that fails spends nothing and is tried again', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'discovery' }, status: 500 })
  const source = world.source({ client: world.newClient() })
  await assert.rejects(source.token(), { code: 'PROVIDER_UNAVAILABLE' })
  assert.equal(world.refreshes(), 0)
  const found = await world.store.get('alice')
  assert.deepEqual([found?.standing.state, found?.spending, found?.in_doubt], ['failing', undefined, undefined])
  assert.ok((await source.token()).access_token)
})

test('a refresh that answers for another account is refused; its refresh token is kept aside, and the reason is true', async () => {
  await using world = await connected({ scope: 'openid mail' })
  world.clock.advance(4000)
  const before = await world.store.get('alice')
  const payload = {
    iss: world.sandbox.issuer,
    sub: 'mallory',
    aud: 'web',
    iat: world.clock.now(),
    exp: world.clock.now() + 60,
  }
  const part = (value: object): string => btoa(JSON.stringify(value)).replaceAll('=', '')
  const id_token = `${part({ alg: 'ES256' })}.${part(payload)}.c2ln`
  world.sandbox.fault({ match: { endpoint: 'token' }, set: { id_token, access_token: 'of-mallory' } })
  await assert.rejects(world.source().token(), { code: 'WRONG_ACCOUNT', grant: 'alice' })
  const after = await world.store.get('alice')
  // The sandbox rotates without grace: the refresh token from before is worth nothing any more.
  assert.notEqual(after?.refresh_token, before?.refresh_token)
  assert.doesNotMatch(JSON.stringify(after), /mallory/)
  assert.equal(after?.subject?.sub, 'alice')
  assert.equal(after?.standing.state === 'revoked' && after.standing.reason, 'wrong_account')
  assert.deepEqual([after?.spending, after?.in_doubt], [undefined, undefined])
  // Nobody asks with it, however hard: and nothing claims that a refresh was interrupted.
  const told = { code: 'CONSENT_REQUIRED', message: /tokens of another account/ }
  await assert.rejects(world.source().token(), told)
  await assert.rejects(world.source().token({ force: true }), told)
  assert.equal(world.refreshes(), 1)
  await settled()
  assert.deepEqual(
    world.events.map((event) => event.type),
    ['consent_required'],
  )
  // It can be revoked at the provider, which ends what the mix-up began.
  assert.equal(await revokeToken(world.client, after?.refresh_token ?? '', 'refresh_token'), true)
  assert.deepEqual(
    world.sandbox.families().map(({ alive, replays }) => [alive, replays]),
    [[false, 0]],
  )
})

test('an id_token of a refresh that does not hold is not kept; the tokens beside it are', async () => {
  await using world = await connected({ scope: 'openid mail' })
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, set: { id_token: 'not.a.token' } })
  const token = await world.source().token()
  assert.equal(token.id_token, undefined)
  assert.equal((await world.store.get('alice'))?.standing.state, 'active')
})

test('nothing is fetched between the answer of a refresh and its record', async () => {
  await using world = await connected({ scope: 'openid mail' })
  world.clock.advance(4000)
  const source = world.source({ client: world.newClient() })
  world.sandbox.journal.clear()
  assert.ok((await source.token()).id_token)
  assert.equal(world.sandbox.journal.count({ endpoint: 'jwks' }), 0)
  assert.deepEqual(
    [...world.sandbox.journal].map((entry) => entry.endpoint),
    ['discovery', 'token'],
  )
})

test('a sealed record without a key is an error, never an empty token', async () => {
  await using world = await connected()
  const found = await world.store.get('alice')
  assert.ok(found)
  const { refresh_token: _, ...rest } = found
  const hollow = { ...rest.access[''], access_token: '', token_type: 'Bearer', raw: {} }
  await world.store.put(grant({ ...rest, access: { '': hollow }, sealed: 'v1.x' }), found.version)
  await assert.rejects(world.source().token(), { code: 'UNSEAL_FAILED', who: 'operator' })
})

test('[#61] client credentials: one token call on first use, invalid_grant is no end, and no person is asked', async () => {
  await using world = await connected()
  const store = memoryStore()
  const { client, clock } = world
  const flow = clientCredentialsFlow({ scope: 'jobs' })
  const source = tokenSource('app', { store, client, clock, flow })
  world.sandbox.fault({ match: { grant_type: 'client_credentials' }, status: 400, body: { error: 'invalid_grant' } })
  await assert.rejects(source.token(), { code: 'TOKEN_REQUEST_REFUSED' })
  assert.equal((await store.get('app'))?.standing.state, 'failing')
  const tokens = await passing(clock, Promise.all([source.token(), source.token()]))
  assert.equal(tokens[0]?.scope, 'jobs')
  assert.equal(world.sandbox.journal.count({ grant_type: 'client_credentials' }), 2)
  assert.equal((await store.get('app'))?.refresh_token, undefined)
  clock.advance(4000)
  assert.notEqual((await source.token()).access_token, tokens[0]?.access_token)
})

test('client credentials of another client than before are asked for anew', async () => {
  await using world = await connected()
  world.sandbox.registerClient({ client_id: 'new', client_secret: 'secret' })
  const store = memoryStore()
  const { client, clock } = world
  const flow = clientCredentialsFlow()
  await tokenSource('app', { store, client, clock, flow }).token()
  clock.advance(4000)
  const http = { clock }
  const next = defineClient({ provider: client.provider, client_id: 'new', client_secret: 'secret', http })
  await tokenSource('app', { store, client: next, clock, flow }).token()
  assert.equal((await store.get('app'))?.client, 'new')
})

test('client credentials of a public client are refused before anything is sent', async () => {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', token_endpoint: 'https://acme.example/token' })
  const client = defineClient({ provider, client_id: 'native' })
  const source = tokenSource('app', { store: memoryStore(), client, flow: clientCredentialsFlow() })
  await assert.rejects(source.token(), { code: 'NOT_SUPPORTED', message: /client secret/ })
})

test('only a refusal that says invalid_grant ends a grant', () => {
  const error = (code: 'TOKEN_REQUEST_REFUSED' | 'RATE_LIMITED', error: string): OAuthError =>
    new OAuthError(code, 'x', { error })
  assert.equal(isInvalidGrant(error('TOKEN_REQUEST_REFUSED', 'invalid_grant')), true)
  assert.equal(isInvalidGrant(error('RATE_LIMITED', 'invalid_grant')), false)
  assert.equal(isInvalidGrant(error('TOKEN_REQUEST_REFUSED', 'invalid_scope')), false)
  assert.equal(isInvalidGrant(new Error('invalid_grant')), false)
})
