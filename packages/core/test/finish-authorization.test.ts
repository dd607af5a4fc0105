import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  beginAuthorization,
  finishAuthorization,
  type Grant,
  type GrantStore,
  grant,
  tokenSource,
} from '@evergrant/core'
import { brittle, type Connected, connected, passing } from './support/connected.ts'

const redirect_uri = 'http://127.0.0.1/callback'

/** Alice consents once more. */
async function again(
  world: Connected,
  options: { scope?: string; store?: GrantStore; resource?: string } = {},
): Promise<Grant> {
  const { scope = 'mail', store = world.store, resource } = options
  const { url, pending } = await beginAuthorization(world.client, { grant: 'alice', redirect_uri, scope, resource })
  return finishAuthorization(world.client, {
    callback: await world.sandbox.approve(url, { username: 'alice' }),
    pending,
    store,
  })
}

async function changed(world: Connected, change: Partial<Grant>): Promise<Grant> {
  const found = await world.store.get('alice')
  assert.ok(found)
  const stored = await world.store.put(grant({ ...found, ...change }), found.version)
  assert.ok(stored.ok)
  return stored.grant
}

test('a refresh token is kept when the new consent gives none', async () => {
  await using world = await connected({ alwaysRefreshToken: true })
  const before = await changed(world, { in_doubt: 5 })
  world.sandbox.configure({ alwaysRefreshToken: false })
  const after = await again(world)
  assert.equal(after.refresh_token, before.refresh_token)
  assert.equal(after.in_doubt, 5, 'the new consent proves nothing about the old refresh token')
  assert.notEqual(after.access['']?.access_token, before.access['']?.access_token)
})

test('a refresh token that the provider ended is not revived by a consent that gives none', async () => {
  await using world = await connected()
  await changed(world, { standing: { state: 'revoked', since: 1, reason: 'invalid_grant' } })
  world.sandbox.configure({ alwaysRefreshToken: false })
  const after = await again(world)
  assert.deepEqual([after.standing.state, after.refresh_token], ['active', undefined])
})

test('a consent brings a revoked grant back under its id', async () => {
  await using world = await connected()
  world.sandbox.revokeGrant('alice')
  world.clock.advance(4000)
  const source = world.source()
  await assert.rejects(source.token(), { code: 'CONSENT_REQUIRED' })
  await again(world)
  assert.ok((await source.token()).access_token)
})

test('a put that loses is repeated over what is there, so that no refresh token is lost', async () => {
  await using world = await connected()
  let races = 0
  const racing: GrantStore = {
    ...world.store,
    async put(next, expected) {
      if (races++ < 3) await changed(world, { updated_at: races })
      return world.store.put(next, expected)
    },
  }
  const after = await again(world, { store: racing })
  assert.equal(races, 4)
  assert.deepEqual(await world.store.get('alice'), after)
  assert.ok((await world.source().token({ force: true })).access_token)
})

test('a consent during a refresh wins, and the late refresh does not undo it', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const hold = world.sandbox.hold({ match: { grant_type: 'refresh_token' } })
  const late = world.source().token()
  await hold.arrived
  const fresh = await again(world)
  hold.release()
  assert.equal((await passing(world.clock, late)).access_token, fresh.access['']?.access_token)
  assert.equal((await world.store.get('alice'))?.refresh_token, fresh.refresh_token)
})

test('a store that fails while the grant is written is a typed error', async () => {
  await using world = await connected()
  const before = await world.store.get('alice')
  const broken: GrantStore = { ...world.store, put: () => Promise.reject(new Error('disk full')) }
  await assert.rejects(passing(world.clock, again(world, { store: broken })), {
    code: 'STORE_UNAVAILABLE',
    grant: 'alice',
    who: 'operator',
  })
  assert.deepEqual(await world.store.get('alice'), before)
})

test('a store that is away for some seconds after the code was redeemed gets the grant all the same', async () => {
  await using world = await connected()
  const { store, broken, puts } = brittle(world.store)
  const hold = world.sandbox.hold({ match: { grant_type: 'authorization_code' } })
  const work = again(world, { store })
  await hold.arrived
  broken.add('put')
  hold.release()
  const done = passing(world.clock, work)
  // The quick attempts have failed by then.
  while (world.clock.sleepers === 0 || puts() < 4) await new Promise((resolve) => setImmediate(resolve))
  broken.clear()
  const written = await done
  assert.deepEqual(await world.store.get('alice'), written)
  world.clock.advance(4000)
  assert.ok((await world.source().token()).access_token)
})

test('a store that never lets anyone win is reported', async () => {
  await using world = await connected()
  const current = await world.store.get('alice')
  const stuck: GrantStore = { ...world.store, put: async () => ({ ok: false, current }) }
  await assert.rejects(again(world, { store: stuck }), { code: 'STORE_UNAVAILABLE' })
})

test('a sealed record is not overwritten without its key', async () => {
  await using world = await connected()
  const before = await changed(world, { sealed: 'x' })
  await assert.rejects(again(world), { code: 'UNSEAL_FAILED' })
  assert.deepEqual(await world.store.get('alice'), before)
})

test('[#59] what was granted is known also when the consent was for a resource', async () => {
  const resource = 'https://api.example/'
  await using world = await connected({ resource, scope: 'mail files' })
  const found = await world.store.get('alice')
  assert.deepEqual([found?.requested_scope, found?.granted_scope], ['mail files', 'mail files'])
  assert.ok((await world.source().token({ resource })).access_token)
  assert.equal(world.refreshes(), 0)
})

test('a callback for another client or provider is refused before the code is sent', async () => {
  await using world = await connected()
  const { url, pending } = await beginAuthorization(world.client, { grant: 'alice', redirect_uri })
  const callback = await world.sandbox.approve(url)
  const codes = world.sandbox.journal.count({ grant_type: 'authorization_code' })
  for (const other of [{ client_id: 'other' }, { provider: 'other' }])
    await assert.rejects(
      finishAuthorization(world.client, { callback, pending: { ...pending, ...other }, store: world.store }),
      { code: 'STATE_MISMATCH' },
    )
  assert.equal(world.sandbox.journal.count({ grant_type: 'authorization_code' }), codes)
})

test('[#36] words of a declined consent are cleaned and cut before they reach an error', async () => {
  await using world = await connected()
  const { pending } = await beginAuthorization(world.client, { grant: 'alice', redirect_uri })
  const long = `access_token=pLaNtEd\u001b[2J${'x'.repeat(5000)}`
  const callback = new URL(redirect_uri)
  const { issuer } = world.sandbox
  callback.search = new URLSearchParams({
    state: pending.state,
    iss: issuer,
    error: long,
    error_description: long,
    error_uri: long,
  }).toString()
  await assert.rejects(finishAuthorization(world.client, { callback, pending, store: world.store }), (error: Error) => {
    const all = `${error.message}${JSON.stringify(error)}`
    assert.doesNotMatch(all, /pLaNtEd|\\u001b/)
    assert.ok(all.length < 5000)
    return true
  })
})

test('a grant that a person just connected needs no request for its first token', async () => {
  await using world = await connected()
  const { store, client, clock } = world
  assert.ok((await tokenSource('alice', { store, client, clock }).token()).access_token)
  assert.equal(world.refreshes(), 0)
})

test('an authorization is finished once: a replay sends no code, and the grant lives', async () => {
  await using world = await connected()
  const { url, pending } = await beginAuthorization(world.client, { grant: 'alice', redirect_uri })
  const callback = await world.sandbox.approve(url, { username: 'alice' })
  const finish = (of = pending): Promise<Grant> =>
    finishAuthorization(world.client, { callback, pending: of, store: world.store })
  // A double click: both at once; then once more, with a copy as a session would have it.
  const both = await Promise.allSettled([finish(), finish()])
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  const used = { code: 'AUTHORIZATION_NOT_FOUND', grant: 'alice', message: /finished already/ }
  await assert.rejects(finish(), used)
  await assert.rejects(finish(JSON.parse(JSON.stringify(pending))), used)
  // The first consent, and this one.
  assert.equal(world.sandbox.journal.count({ endpoint: 'token', grant_type: 'authorization_code' }), 2)
  world.clock.advance(4000)
  assert.ok((await world.source().token()).access_token)
})

test('a code that the provider did not take may be sent again', async () => {
  await using world = await connected()
  const { url, pending } = await beginAuthorization(world.client, { grant: 'alice', redirect_uri })
  const callback = await world.sandbox.approve(url, { username: 'alice' })
  const finish = (): Promise<Grant> => finishAuthorization(world.client, { callback, pending, store: world.store })
  world.sandbox.fault({ match: { endpoint: 'token' }, status: 401, body: { error: 'invalid_client' } })
  await assert.rejects(finish(), { code: 'INVALID_CLIENT' })
  await assert.rejects(
    finishAuthorization(world.client, { callback: `${callback}x`, pending, store: world.store }),
    (error: Error) => 'code' in error,
  )
  assert.equal((await finish()).standing.state, 'active')
})
