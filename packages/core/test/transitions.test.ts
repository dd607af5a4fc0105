import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessToken, type Grant, grant, OAuthError } from '@evergrant/core'
import type { TokenAnswer } from '../src/answer/token-answer.ts'
import { failing, marked, type Receipt, renewed, revoked } from '../src/grant/transitions.ts'

const now = 1000
const receipt: Receipt = { key: '', sent: 990, now, rules: undefined, random: 0.5 }
const answer: TokenAnswer = { access_token: 'new', token_type: 'Bearer', expires_in: 3600, raw: {} }
const base: Grant = grant({
  id: 'alice',
  provider: 'acme',
  client: 'web',
  refresh_token: 'r1',
  requested_scope: 'a b',
  granted_scope: 'a',
  access: {},
  standing: { state: 'active', since: 1 },
  updated_at: 1,
  version: 7,
})
const doubtful = grant({ ...base, in_doubt: 5, spending: { since: 900, by: 'x' } })

function error(more: ConstructorParameters<typeof OAuthError>[2] = {}): OAuthError {
  return new OAuthError('PROVIDER_UNAVAILABLE', 'away', { outcome: 'refused', ...more })
}

test('a mark tells who and since when; a mark found there was left by a spend cut off', () => {
  assert.deepEqual(marked(base, 'me', now).spending, { since: now, by: 'me' })
  assert.equal(marked(base, 'me', now).in_doubt, undefined)
  assert.equal(marked(grant({ ...base, spending: { since: 900, by: 'x' } }), 'me', now).in_doubt, 900)
  assert.equal(marked(doubtful, 'me', now).in_doubt, 5)
})

test('an answer clears mark, doubt and trouble, and counts the lifetime from the request', () => {
  const next = renewed(failing(doubtful, error(), now, 0), answer, receipt)
  assert.deepEqual(
    [next.spending, next.in_doubt, next.standing],
    [undefined, undefined, { state: 'active', since: now }],
  )
  assert.equal(next.access['']?.expires_at, 990 + 3600)
  assert.equal(next.version, 7, 'the store counts versions, nobody else')
})

test('[#56 #57] the refresh token is replaced by a new one and kept without', () => {
  assert.equal(renewed(base, { ...answer, refresh_token: 'r2' }, receipt).refresh_token, 'r2')
  assert.equal(renewed(base, answer, receipt).refresh_token, 'r1')
})

test('[#59] what was granted is kept apart from what was asked for, and from one resource’s scope', () => {
  const next = renewed(base, { ...answer, scope: 'a b c' }, receipt)
  assert.deepEqual([next.requested_scope, next.granted_scope, next.access['']?.scope], ['a b', 'a b c', 'a b c'])
  const other = renewed(base, { ...answer, scope: 'z' }, { ...receipt, key: 'https://api.example' })
  assert.deepEqual([other.granted_scope, other.access['https://api.example']?.scope], ['a', 'z'])
  assert.equal(renewed(base, answer, receipt).access['']?.scope, 'a')
})

test('[#50 #54] without a lifetime the provider’s usual one counts, and without that there is no end', () => {
  const { expires_in: _, ...silent } = answer
  assert.equal(renewed(base, silent, { ...receipt, rules: { access_lifetime: 60 } }).access['']?.expires_at, 1050)
  const token = renewed(base, silent, receipt).access['']
  assert.deepEqual([token?.expires_at, token?.refresh_at], [undefined, undefined])
})

test('tokens of other resources are kept while they live, so that a record does not grow for ever', () => {
  const token = (expires_at: number) => accessToken({ access_token: 'x', token_type: 'Bearer', expires_at, raw: {} })
  const next = renewed(grant({ ...base, access: { dead: token(now), alive: token(now + 1) } }), answer, receipt)
  assert.deepEqual(Object.keys(next.access).sort(), ['', 'alive'])
})

for (const [outcome, spending, before, after] of [
  ['refused', 900, undefined, undefined],
  ['not_sent', 900, undefined, undefined],
  ['unknown', 900, undefined, 900],
  ['unknown', undefined, undefined, now],
  ['unknown', 900, 5, 5],
  ['refused', 900, 5, 5],
] as const) {
  test(`a failure with the outcome ${outcome}, marked at ${spending}, in doubt since ${before}: in doubt since ${after}`, () => {
    const of = grant({
      ...base,
      ...(spending === undefined ? {} : { spending: { since: spending, by: 'me' } }),
      ...(before === undefined ? {} : { in_doubt: before }),
    })
    const next = failing(of, error({ outcome }), now, 0)
    assert.equal(next.in_doubt, after)
    assert.equal(next.spending, undefined)
    assert.equal(next.refresh_token, 'r1')
  })
}

test('failures in a row are counted from the first', () => {
  const second = failing(failing(base, error(), 500, 0), error({ retryAfter: 77 }), now, 0)
  assert.deepEqual(second.standing, {
    state: 'failing',
    since: 500,
    failures: 2,
    next_attempt: now + 77,
    trouble: { code: 'PROVIDER_UNAVAILABLE', message: 'away' },
  })
})

test('an ended grant keeps everything but the mark, and tells why', () => {
  const ended = new OAuthError('TOKEN_REQUEST_REFUSED', 'no', { error: 'invalid_grant', error_description: 'expired' })
  const next = revoked(base, ended, now)
  assert.deepEqual(next.standing, {
    state: 'revoked',
    since: now,
    reason: 'invalid_grant',
    trouble: { code: 'TOKEN_REQUEST_REFUSED', message: 'no', error: 'invalid_grant', error_description: 'expired' },
  })
  assert.equal(next.refresh_token, 'r1')
  const doubted = revoked(doubtful, ended, now)
  assert.equal(doubted.standing.state === 'revoked' && doubted.standing.reason, 'refresh_interrupted')
  assert.equal(doubted.spending, undefined)
})

test('no transition changes what it was given', () => {
  for (const change of [
    marked(base, 'x', 1),
    renewed(base, answer, receipt),
    failing(base, error(), 1, 0),
    revoked(base, error(), 1),
  ]) {
    assert.notEqual(change, base)
    assert.equal(Object.isFrozen(change), true)
  }
})
