import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PredictedEnd, predictedEnd, type RefreshRules } from '@evergrant/core'

const DAY = 86_400
const NOW = 1_000_000

type Facts = Parameters<typeof predictedEnd>[0]

const live: Facts = {
  standing: { state: 'active', since: NOW },
  refreshable: true,
  updated_at: NOW,
  consented_at: NOW - 10 * DAY,
  expires_at: NOW + 3600,
}

const end = (of: Partial<Facts>, refresh: RefreshRules = {}): PredictedEnd | undefined =>
  predictedEnd({ ...live, ...of }, { refresh })

test('[#74] an idle limit counts from the last use, and each use puts it off', () => {
  assert.deepEqual(end({}, { idle: 90 * DAY }), { at: NOW + 90 * DAY, reason: 'idle', moves: true })
  const standing = {
    state: 'failing',
    since: NOW - DAY,
    failures: 3,
    next_attempt: NOW,
    trouble: { code: 'X', message: '' },
  } as const
  assert.equal(end({ standing }, { idle: 90 * DAY })?.at, NOW + 89 * DAY, 'a failed attempt is no use')
})

test('[#74] an absolute limit counts from the consent, whatever anybody does, and is left out when that is not known', () => {
  const rules = { idle: 90 * DAY, absolute: 30 * DAY }
  assert.deepEqual(end({}, rules), { at: NOW + 20 * DAY, reason: 'absolute', moves: false })
  const { consented_at: _, ...unknown } = live
  assert.equal(predictedEnd(unknown, { refresh: rules })?.reason, 'idle')
})

test('[#74] what the provider told about the token counts before what is documented about all of them', () => {
  const told = end({ refresh_expires_at: NOW + 5 * DAY }, { idle: 90 * DAY, rotation: 'always' })
  assert.deepEqual(told, { at: NOW + 5 * DAY, reason: 'told', moves: true })
  assert.equal(end({ refresh_expires_at: NOW + 5 * DAY }, { rotation: 'never' })?.moves, false)
})

test('[#74] a refresh token that lives as long as those of an unpublished client says so, with what to do', () => {
  const testing = { lifetime: 7 * DAY, advice: 'Publish it.', link: 'https://console.example/' }
  const found = end({ consented_at: NOW - DAY, refresh_expires_at: NOW + 6 * DAY - 1 }, { testing, idle: 180 * DAY })
  assert.deepEqual(found, {
    at: NOW + 6 * DAY - 1,
    reason: 'testing',
    moves: false,
    advice: 'Publish it.',
    link: 'https://console.example/',
  })
  assert.equal(end({ consented_at: NOW, refresh_expires_at: NOW + 30 * DAY }, { testing })?.reason, 'told')
})

test('[#74] without a refresh token the access token’s end is the grant’s; what ended or never ends has none', () => {
  assert.deepEqual(end({ refreshable: false }), { at: NOW + 3600, reason: 'access_token', moves: false })
  const { expires_at: _, ...lasting } = live
  assert.equal(predictedEnd({ ...lasting, refreshable: false }, {}), undefined)
  assert.equal(end({}), undefined)
  assert.equal(end({ standing: { state: 'revoked', since: NOW, reason: 'invalid_grant' } }, { idle: DAY }), undefined)
})
