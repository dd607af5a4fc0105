import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Client,
  defineClient,
  type Flow,
  type Grant,
  grant,
  isOAuthError,
  memoryStore,
  OAuthError,
  resolveProvider,
  type TestPoints,
  type TokenSource,
  tokenSource,
} from '@evergrant/core'
import { type ManualClock, manualClock } from '@evergrant/sandbox'
import fc from 'fast-check'

/** A provider that rotates without grace: a refresh token that comes a second time ends the family. */
class Family {
  generation = 0
  alive = true
  /** How often each generation was spent. */
  readonly spends: number[] = []

  current(): string {
    return `refresh-${this.generation}`
  }

  spend(presented: string | undefined): number {
    const generation = Number(presented?.replace('refresh-', ''))
    this.spends[generation] = (this.spends[generation] ?? 0) + 1
    if (!this.alive || generation !== this.generation) {
      this.alive = false
      throw new OAuthError('TOKEN_REQUEST_REFUSED', 'used before', { error: 'invalid_grant', outcome: 'refused' })
    }
    this.generation += 1
    return this.generation
  }
}

type Fate = 'answered' | 'unavailable' | 'lost'

/** What may happen, in any order. */
type Step =
  | { readonly do: 'ask'; readonly process: number; readonly force: boolean }
  | { readonly do: 'kill'; readonly process: number; readonly point: keyof TestPoints }
  | { readonly do: 'pass'; readonly seconds: number }
  | { readonly do: 'fate'; readonly fate: Fate }
  | { readonly do: 'jump'; readonly seconds: number }

const process = fc.integer({ min: 0, max: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const), process, force: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      process,
      point: fc.constantFrom<keyof TestPoints>('afterMark', 'afterAnswer', 'afterWrite'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(0, 1, 24, 26, 700, 4000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fate' as const),
      fate: fc.constantFrom<Fate>('answered', 'unavailable', 'lost'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), seconds: fc.constantFrom(-3600, 3600) }) },
)

const provider = resolveProvider({ id: 'acme', name: 'Acme', token_endpoint: 'https://acme.example/token' })

interface World {
  readonly clock: ManualClock
  readonly family: Family
  readonly store: ReturnType<typeof memoryStore>
  readonly client: Client
  readonly flow: Flow
  fate: Fate
}

async function world(): Promise<World> {
  const clock = manualClock(1_700_000_000)
  const family = new Family()
  const store = memoryStore()
  const client = defineClient({ provider, client_id: 'web', client_secret: 'x', http: { clock } })
  const first = { id: 'alice', provider: 'acme', client: 'web', refresh_token: family.current(), access: {} }
  await store.put(grant({ ...first, standing: { state: 'active', since: 0 }, updated_at: 0, version: 0 }), 0)
  const made: World = {
    clock,
    family,
    store,
    client,
    fate: 'answered',
    flow: {
      type: 'refresh_token',
      spends: true,
      async request({ grant: of }) {
        const { fate } = made
        await clock.sleep(1)
        if (fate === 'unavailable') throw new OAuthError('PROVIDER_UNAVAILABLE', 'away', { outcome: 'refused' })
        const generation = family.spend(of.refresh_token)
        await clock.sleep(1)
        if (fate === 'lost') throw new OAuthError('PROVIDER_TIMEOUT', 'lost', { outcome: 'unknown' })
        return {
          access_token: `access-${generation}`,
          token_type: 'Bearer',
          expires_in: 3600,
          refresh_token: `refresh-${generation}`,
          raw: {},
        }
      },
    },
  }
  return made
}

/** Lets a little time pass in small steps, so that the processes interleave. */
async function run(clock: ManualClock, seconds: number): Promise<void> {
  for (let passed = 0; ; passed += 0.25) {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    if (passed >= seconds) return
    clock.advance(0.25)
  }
}

async function check(steps: readonly Step[]): Promise<void> {
  const it = await world()
  const { clock, family, store } = it
  const crashes: { [process: number]: keyof TestPoints } = {}
  const processes: TokenSource[] = []
  const at = (point: keyof TestPoints, index: number) => async (): Promise<void> => {
    if (crashes[index] !== point) return
    delete crashes[index]
    // Killed: nothing of it ever runs again, and a new process takes its place.
    processes[index] = started(index)
    await new Promise(() => undefined)
  }
  const started = (index: number): TokenSource => {
    const testPoints = {
      afterMark: at('afterMark', index),
      afterAnswer: at('afterAnswer', index),
      afterWrite: at('afterWrite', index),
    }
    return tokenSource('alice', { store, client: it.client, clock, flow: it.flow, random: () => 0.5, testPoints })
  }
  for (let index = 0; index < 4; index++) processes.push(started(index))
  const ask = (index: number, force: boolean): void => {
    processes[index]?.token({ force }).catch((error) => {
      assert.ok(isOAuthError(error), String(error))
      unexpected ??= error.code === 'GRANT_NOT_FOUND' ? error : undefined
    })
  }
  let unexpected: unknown
  let lostAny = false
  for (const one of steps) {
    if (one.do === 'ask') ask(one.process, one.force)
    else if (one.do === 'kill') crashes[one.process] = one.point
    else if (one.do === 'fate') it.fate = one.fate
    else if (one.do === 'jump') clock.set(clock.now() + one.seconds)
    else if (one.seconds > 100) {
      await run(clock, 1)
      clock.advance(one.seconds)
    } else await run(clock, one.seconds)
    lostAny ||= one.do === 'fate' && one.fate === 'lost'
    await run(clock, 0.25)
  }
  // Everything comes to rest: no more crashes, the provider answers, leases and back-offs pass.
  it.fate = 'answered'
  for (let index = 0; index < 4; index++) delete crashes[index]
  await run(clock, 30)
  clock.advance(90_000)
  await run(clock, 1)
  const final = tokenSource('alice', { store, client: it.client, clock, flow: it.flow, random: () => 0.5 })
  let outcome: string | undefined
  const settling = final.token().then(
    (token) => {
      outcome = token.access_token
    },
    (error) => {
      outcome = isOAuthError(error) ? error.code : String(error)
    },
  )
  await run(clock, 60)
  await settling
  assert.equal(unexpected, undefined)
  const stored: Grant | undefined = await store.get('alice')
  assert.ok(stored)
  if (family.alive) {
    assert.equal(outcome, `access-${family.generation}`)
    assert.equal(stored.refresh_token, family.current(), 'the newest refresh token is not the one that is stored')
    assert.deepEqual([stored.standing.state, stored.spending, stored.in_doubt], ['active', undefined, undefined])
    assert.ok(
      family.spends.every((times) => times === 1),
      `spends: ${family.spends}`,
    )
  } else {
    assert.equal(outcome, 'CONSENT_REQUIRED')
    assert.equal(stored.standing.state === 'revoked' && stored.standing.reason, 'refresh_interrupted')
    // Only the generation whose answer nobody could record came twice, and it came no third time.
    assert.ok(
      family.spends.slice(0, -1).every((times) => times === 1) && (family.spends.at(-1) ?? 0) <= 2,
      `spends: ${family.spends}`,
    )
    assert.ok(
      lostAny || steps.some((one) => one.do === 'kill' && one.point === 'afterAnswer'),
      'a grant was lost for nothing',
    )
  }
}

test('whatever the order of callers, crashes, outages and clock jumps: one spend per generation, and the newest token is kept', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), check), { numRuns: 60 })
})
