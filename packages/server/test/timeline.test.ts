import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TimelineEntry, timeline } from '../src/accounts/timeline.ts'
import { connect, connected, PASSWORD, Scene, sandboxOf } from './support/scene.ts'

const HOUR = 3_600
const DAY = 86_400
const now = 1_800_000_000

test('renewals and failures are counted where they happened, also several that are one line', () => {
  const since = now - 10 * DAY
  const history: TimelineEntry[] = [
    { at: since, type: 'authorized' },
    { at: since + 3 * DAY, type: 'refreshed', times: 4, since: since + DAY + HOUR },
    { at: since + 4 * DAY, type: 'refresh_failed', code: 'PROVIDER_UNAVAILABLE' },
    { at: since + 4 * DAY + 60, type: 'refresh_failed', code: 'PROVIDER_UNAVAILABLE' },
    { at: since + 4 * DAY + 120, type: 'refreshed' },
    { at: since + 5 * DAY, type: 'consent_required', code: 'INVALID_GRANT' },
    { at: since + 6 * DAY, type: 'authorized' },
    { at: since + 7 * DAY, type: 'refresh_failed' },
  ]
  const { buckets, marks, seconds, from } = timeline(history, { now, since })
  assert.deepEqual([from, seconds, buckets.length], [since, 6 * HOUR, 41])
  assert.equal(
    buckets.reduce((sum, one) => sum + one.refreshed, 0),
    5,
  )
  assert.equal(
    buckets.reduce((sum, one) => sum + one.failed, 0),
    4,
  )
  assert.ok(buckets.filter(({ refreshed }) => refreshed > 0).length >= 4, 'a line of two days is not one moment')
  assert.deepEqual(
    marks.map(({ at, type, times, code }) =>
      [(at - since) / DAY, type, times, code].filter((one) => one !== undefined),
    ),
    [
      [0, 'consented'],
      [4, 'failing', 2, 'PROVIDER_UNAVAILABLE'],
      [4 + 120 / DAY, 'repaired'],
      [5, 'ended', 'INVALID_GRANT'],
      [6, 'consented'],
      [7, 'failing', 1],
    ],
  )
})

test('a life of minutes has an hour to be seen in, and one of years its last ninety days', () => {
  const young = timeline([], { now, since: now - 20 })
  assert.equal(now - young.from, HOUR)
  assert.ok(young.buckets.length > 10)
  const old = timeline([], { now, since: now - 4000 * DAY, consented_at: now - 4000 * DAY })
  assert.deepEqual([now - old.from, old.consented_at], [90 * DAY, now - 4000 * DAY])
  assert.ok(old.buckets.length <= 61)
})

test('an account has a time line from its consent over trouble and repair to its predicted end', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const tell = () =>
    sandbox.fault({ match: { endpoint: 'token' }, times: Infinity, set: { refresh_token_expires_in: 30 * DAY } })
  const { admin, account } = await connected(scene, sandbox)
  const begun = scene.clock.now()
  const away = sandbox.fault({ match: { endpoint: 'token' }, status: 503, times: Infinity })
  scene.clock.advance(2 * HOUR)
  assert.equal((await admin.post(`/v1/accounts/${account}/refresh`)).status, 503)
  away.remove()
  tell()
  scene.clock.advance(HOUR)
  assert.equal((await admin.post(`/v1/accounts/${account}/refresh`)).status, 200)
  scene.clock.advance(DAY)
  await admin.post('/v1/session', { name: 'Ada', password: PASSWORD })
  await connect(account, sandbox, admin)
  const read = async () => (await admin.get(`/v1/accounts/${account}/timeline`)).json
  // History is nobody's to wait for: it comes after the answers.
  while ((await read()).marks.length < 4);
  const { marks, buckets, predicted_end, consented_at, now } = await read()
  assert.deepEqual(
    marks.map(({ type }: { type: string }) => type),
    ['consented', 'failing', 'repaired', 'consented'],
  )
  assert.equal(marks[0].at, begun)
  assert.ok(buckets.some(({ failed }: { failed: number }) => failed > 0))
  assert.equal(consented_at, now)
  assert.equal(predicted_end.at, Math.floor(now + 30 * DAY))
  const ben = await scene.invited(admin, { name: 'Ben' })
  assert.equal((await ben.get(`/v1/accounts/${account}/timeline`)).status, 404)
})
