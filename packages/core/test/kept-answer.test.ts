import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  compose,
  dpop,
  type FetchMiddleware,
  type Grant,
  hooks,
  memoryStore,
  type ProviderDefinition,
} from '@evergrant/core'
import fc from 'fast-check'
import { brittle, type Connected, connected, passing, settled } from './support/connected.ts'

function mistake(): never {
  throw new TypeError('a hook of the program is wrong')
}

/** After this, the family must be alive and the newest refresh token in the store: nothing was lost. */
async function assertNothingLost(world: Connected, about = ''): Promise<void> {
  const token = await passing(world.clock, world.source().token({ force: true }))
  assert.ok(token.access_token)
  const { standing, in_doubt } = (await world.store.get('alice')) as Grant
  assert.deepEqual([standing.state, in_doubt], ['active', undefined], about)
  assert.deepEqual(
    world.sandbox.families().map(({ alive, replays }) => [alive, replays]),
    [[true, 0]],
    about,
  )
}

const steps: readonly (readonly [string, FetchMiddleware])[] = [
  [
    'a hook that throws after the answer',
    hooks({ after: ({ request }) => (request.method === 'POST' ? mistake() : undefined) }),
  ],
  [
    'a step of the program that throws after the answer',
    async (request, next) => {
      const response = await next(request)
      return request.method === 'POST' ? mistake() : response
    },
  ],
]
for (const [what, step] of steps) {
  for (const bound of [false, true]) {
    test(`${what} does not lose the new refresh token, and its error is thrown on${bound ? ', with DPoP too' : ''}`, async () => {
      await using world = await connected()
      world.clock.advance(4000)
      const fetch = compose([(request, next) => next(request)], compose([step]))
      const client = { ...world.newClient({ fetch }), ...(bound ? { dpop: dpop() } : {}) }
      await assert.rejects(world.source({ client }).token(), /a hook of the program is wrong/)
      const found = await world.store.get('alice')
      assert.deepEqual([found?.standing.state, found?.spending, found?.in_doubt], ['active', undefined, undefined])
      // The token that came is there for everybody.
      assert.ok((await world.source({ client }).token()).access_token)
      assert.equal(world.refreshes(), 1)
      await settled()
      assert.deepEqual(
        world.events.map((event) => ('error' in event ? `${event.type} ${event.error.code}` : event.type)),
        ['refreshed', 'refresh_failed PROGRAM_ERROR'],
      )
      await assertNothingLost(world)
    })
  }
}

test('a turn that throws when it hears of the answer does not lose the new refresh token', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const hosts = { turn: async () => ({ answered: mistake, failed: () => undefined, leave: () => undefined }) }
  await assert.rejects(world.source({ hosts }).token(), /a hook of the program is wrong/)
  await assertNothingLost(world)
})

test('an answer without an access token is refused, and the refresh token that it brought is kept', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, drop: ['access_token'] })
  await assert.rejects(world.source().token(), { code: 'INVALID_ANSWER', grant: 'alice' })
  const found = await world.store.get('alice')
  assert.deepEqual([found?.standing.state, found?.spending, found?.in_doubt], ['failing', undefined, undefined])
  await assertNothingLost(world)
})

test('a rotated refresh token of another account survives a store that fails, and is set aside when it is written', async () => {
  const { store, broken } = brittle(memoryStore())
  await using world = await connected({ store, scope: 'openid mail' })
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, set: { id_token: idTokenOf(world, 'mallory') } })
  const before = await world.store.get('alice')
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  const source = world.source()
  const work = source.token()
  await hold.arrived
  broken.add('put')
  hold.release()
  await assert.rejects(passing(world.clock, work), { code: 'WRONG_ACCOUNT' })
  broken.clear()
  await assert.rejects(source.token(), { code: 'CONSENT_REQUIRED', message: /another account/ })
  const after = await world.store.get('alice')
  assert.notEqual(after?.refresh_token, before?.refresh_token)
  assert.equal(after?.standing.state === 'revoked' && after.standing.reason, 'wrong_account')
})

test('a rotated refresh token of another account that comes late is set aside in the record that was first', async () => {
  await using world = await connected({ scope: 'openid mail' })
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, set: { id_token: idTokenOf(world, 'mallory') } })
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  const work = world.source().token()
  await hold.arrived
  const current = await world.store.get('alice')
  assert.ok(current)
  const { spending: _, ...rest } = current
  await world.store.put(rest, current.version)
  hold.release()
  await assert.rejects(passing(world.clock, work), { code: 'CONSENT_REQUIRED', message: /another account/ })
  const after = await world.store.get('alice')
  assert.notEqual(after?.refresh_token, current.refresh_token)
  assert.equal(world.refreshes(), 1)
})

function idTokenOf(world: Connected, sub: string): string {
  const now = world.clock.now()
  const part = (value: object): string => btoa(JSON.stringify(value)).replaceAll('=', '')
  const claims = { iss: world.sandbox.issuer, sub, aud: 'web', iat: now, exp: now + 60 }
  return `${part({ alg: 'ES256' })}.${part(claims)}.c2ln`
}

/** Fields of a token answer that may be anything, and what may go wrong beside them. */
const spoils = fc.record(
  {
    access_token: fc.oneof(fc.constant(null), fc.constant(''), fc.integer(), fc.constant('usable')),
    token_type: fc.anything({ maxDepth: 1 }),
    expires_in: fc.oneof(fc.constant('soon'), fc.constant(-1), fc.constant(0), fc.integer(), fc.double()),
    scope: fc.oneof(fc.constant(null), fc.array(fc.string()), fc.constant('other'), fc.integer()),
    id_token: fc.oneof(fc.constant('not.a.token'), fc.constant(null), fc.integer(), fc.constant('a.e30.c')),
    error: fc.constantFrom('invalid_request', 'server_error', ''),
    ok: fc.constantFrom(false, true),
  },
  { requiredKeys: [] },
)

test('whatever else a successful refresh answer holds, and whatever hooks do, the new refresh token is never lost', async () => {
  await fc.assert(
    fc.asyncProperty(spoils, fc.boolean(), async (set, throwing) => {
      await using world: Connected = await connected({ provider: { refresh: {} } as Partial<ProviderDefinition> })
      world.clock.advance(4000)
      const before = await world.store.get('alice')
      const json = JSON.parse(JSON.stringify(set)) as Record<string, unknown>
      world.sandbox.fault({ match: { endpoint: 'token' }, set: json })
      const step = hooks({ after: ({ request }) => (throwing && request.method === 'POST' ? mistake() : undefined) })
      const client = world.newClient({ fetch: compose([step]) })
      await world
        .source({ client })
        .token()
        .catch(() => undefined)
      const after = await world.store.get('alice')
      assert.notEqual(after?.refresh_token, before?.refresh_token)
      assert.deepEqual([after?.spending, after?.in_doubt], [undefined, undefined])
      await assertNothingLost(world, JSON.stringify([set, throwing]))
    }),
    { numRuns: 60 },
  )
})
