import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  clientCredentialsFlow,
  defineClient,
  type Flow,
  keepAlive,
  memoryStore,
  resolveProvider,
  tokenSource,
  withLifetime,
} from '@evergrant/core'
import { manualClock, startSandbox } from '@evergrant/sandbox'

const day = 86_400
const used = 1_700_000_000
const active = { standing: { state: 'active', since: used - 300 * day }, refreshable: true, updated_at: used } as const

test('[#74] the next keep-alive is due at a quarter of the idle limit after the last use', () => {
  assert.deepEqual(keepAlive(active, { idle: 90 * day }), { ends_at: used + 90 * day, due_at: used + 22.5 * day })
})

test('[#74] an absolute limit predicts the end and a warning, and no keep-alive when none can help', () => {
  const consented = used - 80 * day
  const rules = { idle: 60 * day, absolute: 90 * day }
  assert.deepEqual(keepAlive(active, rules, consented), { ends_at: used + 10 * day, warn_at: used + 1 * day })
  const early = keepAlive(active, rules, used - 10 * day)
  assert.deepEqual(early, { ends_at: used + 60 * day, due_at: used + 15 * day, warn_at: used + 71 * day })
})

test('[#74] while refreshes fail, the idle time counts from the last success', () => {
  const since = used - 10 * day
  const trouble = { code: 'PROVIDER_UNAVAILABLE', message: '' }
  const standing = { state: 'failing', since, failures: 9, next_attempt: used, trouble } as const
  assert.equal(keepAlive({ ...active, standing }, { idle: 90 * day }).ends_at, since + 90 * day)
})

test('[#74] nothing is due without limits, without a refresh token, or after the end', () => {
  assert.deepEqual(keepAlive(active, undefined), {})
  assert.deepEqual(keepAlive(active, { rotation: 'always' }), {})
  assert.deepEqual(keepAlive({ ...active, refreshable: false }, { idle: day }), {})
  const standing = { state: 'revoked', since: used, reason: 'invalid_grant' } as const
  assert.deepEqual(keepAlive({ ...active, standing }, { idle: day }), {})
})

test('[#74] the spread only brings a keep-alive forward, by a tenth at most', () => {
  const due = keepAlive(active, { idle: 40 * day }, undefined, 0.999).due_at ?? 0
  assert.ok(due < used + 10 * day && due > used + 9 * day)
})

async function withoutExpiry(flow: (plain: Flow) => Flow) {
  const clock = manualClock()
  const app = { client_id: 'job', client_secret: 's', grant_types: ['client_credentials'] }
  const sandbox = await startSandbox({ clients: [app], clock })
  sandbox.fault({ match: {}, drop: ['expires_in'], times: Number.POSITIVE_INFINITY })
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: `${sandbox.issuer}/token` })
  const client = defineClient({ provider, client_id: 'job', client_secret: 's', http: { clock } })
  const source = tokenSource('a', { client, store: memoryStore(), flow: flow(clientCredentialsFlow()), clock })
  return { clock, source, [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose]() }
}

test('[#54] an unknown lifetime is used until it is refused, unless a policy knows better', async () => {
  await using plain = await withoutExpiry((flow) => flow)
  assert.equal((await plain.source.token()).expires_at, undefined)
  await using fixed = await withoutExpiry((flow) => withLifetime(flow, 600))
  assert.equal((await fixed.source.token()).expires_at, fixed.clock.now() + 600)
  await using asked = await withoutExpiry((flow) => withLifetime(flow, async () => 42))
  assert.equal((await asked.source.token()).expires_at, asked.clock.now() + 42)
  await using broken = await withoutExpiry((flow) => withLifetime(flow, () => Promise.reject(new Error('down'))))
  assert.equal((await broken.source.token()).expires_at, undefined)
})
