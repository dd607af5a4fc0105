import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isExpired } from '@evergrant/core'
import fc from 'fast-check'
import { accessToken } from '../src/grant/access-token.ts'
import { backoff } from '../src/grant/backoff.ts'
import { refreshAt, skewFor, softMargin } from '../src/grant/lifetimes.ts'
import { accessKey } from '../src/grant/want.ts'
import { hardEnd } from '../src/grant/wish.ts'

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

for (const [lifetime, margin] of [
  [86_400, 900],
  [3600, 720],
  [600, 120],
  [300, 60],
  [120, 60],
  [60, 30],
  [2, 1],
] as const) {
  test(`[#63] a token of ${lifetime} s is renewed ${margin} s before its end, give or take a tenth`, () => {
    assert.equal(softMargin(lifetime, 0.5), margin)
    assert.ok(Math.abs(softMargin(lifetime, 0) - margin * 0.9) < 1e-9)
    assert.ok(softMargin(lifetime, 0.999) < margin * 1.1)
  })
}

test('the soft end lies between receipt and hard end for every lifetime', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e7 }),
      random,
      fc.option(fc.integer({ min: 1, max: 1e7 }), { nil: undefined }),
      (lifetime, jitter, wish) => {
        const now = 1_700_000_000
        const soft = refreshAt(now, lifetime, wish, jitter)
        assert.ok(soft > now && soft < now + lifetime)
        if (wish !== undefined) assert.ok(soft <= now + wish)
        const token = accessToken({
          access_token: 'a',
          token_type: 'b',
          expires_at: now + lifetime,
          refresh_at: soft,
          raw: {},
        })
        const hard = hardEnd(token, 10)
        assert.ok(hard <= now + lifetime, 'handed out after its end')
        assert.ok(now + lifetime - hard <= 10.000001, 'more than the skew was cut off')
        assert.ok(hard > now + lifetime * 0.7 - 10, `only ${hard - now} of ${lifetime} s are used`)
      },
    ),
  )
})

test('the skew never eats more than a tenth of a short life', () => {
  assert.equal(skewFor(3600), 10)
  assert.equal(skewFor(50), 5)
  assert.equal(skewFor(50, 0), 0)
})

for (const [now, skew, expired] of [
  [99, 0, false],
  [100, 0, true],
  [89.9, 10, false],
  [90, 10, true],
  [99.4, 0.5, false],
  [99.5, 0.5, true],
] as const) {
  test(`[#53] a token that ends at 100 is ${expired ? '' : 'not '}expired at ${now} with a skew of ${skew}`, () => {
    assert.equal(isExpired({ expires_at: 100 }, now, skew), expired)
  })
}

test('[#54] a token without a known end has not expired', () => {
  assert.equal(isExpired({}, Number.MAX_SAFE_INTEGER), false)
  assert.equal(hardEnd(accessToken({ access_token: 'a', token_type: 'b', raw: {} }), 10), Number.POSITIVE_INFINITY)
})

test('back-off begins after the second failure, doubles, and never exceeds an hour', () => {
  assert.equal(backoff(1, 0.5), 0)
  assert.equal(backoff(2, 0.999999) < 2, true)
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 10_000 }), random, (failures, jitter) => {
      const wait = backoff(failures, jitter)
      const full = Math.min(3600, 2 ** Math.min(failures - 1, 12))
      assert.ok(wait >= full / 2 && wait < full + 1e-9)
    }),
  )
})

for (const [want, key] of [
  [{}, ''],
  [{ scope: ' ' }, ''],
  [{ resource: 'r' }, 'r'],
  [{ scope: 'b a' }, ' a b'],
  [{ resource: 'r', scope: ' b  a ' }, 'r a b'],
] as const) {
  test(`tokens for ${JSON.stringify(want)} are kept under ${JSON.stringify(key)}`, () => {
    assert.equal(accessKey(want), key)
  })
}
