import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AccessToken,
  accessToken,
  OAuthError,
  type ProvidedTokenOptions,
  providedTokenSource,
} from '@evergrant/core'
import { type ManualClock, manualClock } from '@evergrant/sandbox'
import { world } from '../adapters/world.ts'
import { loopbackServer } from '../http/loopback-server.ts'

let made = 0
function fresh(clock: ManualClock, seconds = 100): AccessToken {
  made += 1
  return accessToken({ access_token: `t${made}`, token_type: 'Bearer', expires_at: clock.now() + seconds, raw: {} })
}

function set(options: Omit<ProvidedTokenOptions, 'clock'> = {}) {
  const clock = manualClock()
  const calls: (AccessToken | undefined)[] = []
  const updates: AccessToken[] = []
  const source = providedTokenSource({
    clock,
    provider: async (last) => {
      calls.push(last)
      return fresh(clock)
    },
    onTokenUpdate: async (token) => void updates.push(token),
    ...options,
  })
  return { clock, calls, updates, source }
}

test('[#69] the provider is called only when the token is missing or has ended, with the last one', async () => {
  const { clock, calls, source } = set()
  const first = await source.token()
  assert.equal(await source.token(), first)
  assert.deepEqual(calls, [undefined])
  clock.advance(99.9)
  assert.equal(await source.token(), first)
  clock.advance(0.1)
  assert.notEqual(await source.token(), first)
  assert.deepEqual(calls, [undefined, first])
})

test('[#70] the provider may return a stored token or let the manager fetch one', async () => {
  await using w = await world()
  const stored = fresh(w.clock, 50)
  const source = providedTokenSource({
    clock: w.clock,
    manager: w.source,
    provider: (last, manager) => (last === undefined ? stored : (manager?.token() ?? assert.fail('no manager'))),
  })
  assert.equal(await source.token(), stored)
  assert.equal(w.issued(), 0)
  w.clock.advance(51)
  assert.equal((await source.token()).access_token, (await w.source.token()).access_token)
  assert.equal(w.issued(), 1)
})

test('[#67] concurrent callers share one call of the provider', async () => {
  const { calls, updates, source } = set()
  const tokens = await Promise.all(Array.from({ length: 50 }, () => source.token()))
  assert.equal(new Set(tokens).size, 1)
  assert.equal(calls.length, 1)
  assert.equal(updates.length, 1)
})

test('[#68] a provider that failed is asked again by the next call', async () => {
  let calls = 0
  const clock = manualClock()
  const provider = async () => {
    calls++
    if (calls === 1) throw new Error('offline')
    return fresh(clock)
  }
  const source = providedTokenSource({ clock, provider })
  await assert.rejects(source.token(), /offline/)
  assert.ok(await source.token())
})

test('[#71] onTokenUpdate is awaited and hears each new token once; when it throws, the token stays and is offered again', async () => {
  const { clock, updates, source } = set()
  await source.token()
  await source.token()
  clock.advance(100)
  const second = await source.token()
  assert.equal(updates.length, 2)
  assert.equal(updates[1], second)
  const full = new Error('disk full')
  const heard: string[] = []
  const failing = set({
    onTokenUpdate: async ({ access_token }) => {
      heard.push(access_token)
      if (heard.length <= 2) throw full
    },
  })
  const refusal = (error: unknown) =>
    error instanceof OAuthError &&
    error.code === 'PROGRAM_ERROR' &&
    /onTokenUpdate.*disk full/.test(error.message) &&
    error.cause === full
  await assert.rejects(failing.source.token(), refusal)
  const kept = failing.source.held
  assert.equal(failing.source.peek(), undefined)
  await assert.rejects(failing.source.token(), refusal)
  const both = await Promise.all([failing.source.token(), failing.source.token({ minTtl: 1 })])
  assert.deepEqual(both, [kept, kept])
  await failing.source.token()
  assert.deepEqual(heard, Array(3).fill(kept?.access_token))
  assert.equal(failing.calls.length, 1)
})

test('[#71] a token that is kept by hand is told like one that was fetched, and a listener may ask for the token', async () => {
  const clock = manualClock()
  const told: (string | undefined)[] = []
  const source = providedTokenSource({
    clock,
    onTokenUpdate: async () => void told.push((await source.token()).access_token, source.held?.access_token),
  })
  const token = fresh(clock)
  await source.keep(token)
  await source.keep(token)
  assert.deepEqual(told, [token.access_token, token.access_token])
})

test('clockSkew is a number of seconds, and is named when it makes a new token count as ended', async () => {
  for (const clockSkew of [-1, Number.NaN, Number.POSITIVE_INFINITY, '60' as never])
    assert.throws(() => providedTokenSource({ clockSkew }), { code: 'INVALID_ARGUMENT', message: /clockSkew/ })
  const { source } = set({ clockSkew: 100 })
  await assert.rejects(source.token(), { code: 'TOKEN_EXPIRED', message: /lives 100 more seconds.*clockSkew of 100/ })
})

test('[#72] onTokenUpdate is not called for a token that the user gave or set', async () => {
  const clock = manualClock()
  const given = fresh(clock)
  const updates: AccessToken[] = []
  const source = providedTokenSource({ clock, token: given, onTokenUpdate: (token) => void updates.push(token) })
  assert.equal(await source.token(), given)
  const other = fresh(clock)
  source.set(other)
  assert.equal(await source.token(), other)
  // A provider that returns what is held already brings nothing new.
  const same = providedTokenSource({
    clock,
    token: other,
    provider: () => other,
    onTokenUpdate: (t) => void updates.push(t),
  })
  await same.token({ force: true })
  assert.deepEqual(updates, [])
})

test('[#73] a provider that returns an ended token is an error, and nothing is sent', async () => {
  await using api = await loopbackServer((_, response) => void response.end())
  const clock = manualClock()
  const source = providedTokenSource({ clock, provider: () => fresh(clock, 0) })
  await assert.rejects(source.fetch(api.url), { code: 'TOKEN_EXPIRED' })
  assert.equal(api.seen.length, 0)
})

test('[#16] an existing access token is used without any client until it ends, then nothing is sent', async () => {
  await using api = await loopbackServer((_, response) => void response.end('ok'))
  const clock = manualClock()
  const token = fresh(clock, 60)
  const source = providedTokenSource({ clock, token })
  assert.equal((await source.fetch(api.url)).status, 200)
  assert.equal(api.seen[0]?.headers.authorization, `Bearer ${token.access_token}`)
  clock.advance(60)
  await assert.rejects(source.fetch(api.url), { code: 'TOKEN_EXPIRED' })
  assert.equal(api.seen.length, 1)
})

test('[#54] a token of unknown end, given as plain text, has not ended', async () => {
  const clock = manualClock()
  const source = providedTokenSource({ clock, token: 'opaque' })
  clock.advance(10 * 365 * 86_400)
  assert.equal((await source.token()).access_token, 'opaque')
})

test('[#55] a missing token is an error of its own, not a valid state', async () => {
  const source = providedTokenSource({})
  assert.equal(source.peek(), undefined)
  await assert.rejects(source.token(), { code: 'TOKEN_MISSING' })
})

test('[#53] clock skew may be whole, a fraction, or 0', async () => {
  for (const [clockSkew, ahead, good] of [
    [30, 69.9, true],
    [30, 70, false],
    [0.5, 99.4, true],
    [0.5, 99.5, false],
    [0, 99.999, true],
    [0, 100, false],
  ] as const) {
    const clock = manualClock()
    const token = fresh(clock, 100)
    const source = providedTokenSource({ clock, token, clockSkew })
    clock.advance(ahead)
    assert.equal(source.peek() === token, good, `skew ${clockSkew}, ${ahead} s later`)
  }
})

test('[#64] a token that an API refused is not handed out again', async () => {
  const { calls, source } = set()
  const first = await source.token()
  const second = await source.token({ rejected: first.access_token })
  assert.notEqual(second, first)
  assert.equal(calls.length, 2)
})

test('[#70] a provider that has nothing stored, or nothing but the text of a token', async () => {
  const stored: (string | undefined)[] = [undefined, 'plain']
  const { source, updates } = set({ provider: async () => stored.shift() })
  await assert.rejects(source.token(), { code: 'TOKEN_MISSING' })
  assert.equal((await source.token()).access_token, 'plain')
  assert.equal(updates.length, 1)
})

test('a provider that returns something else than a token is an error that says so, and nothing is sent', async () => {
  for (const returned of [{ foo: 1 }, 5, {}, [], true, 'a\nb', { access_token: 5 }, { access_token: 'a\nb' }]) {
    const { source } = set({ provider: () => returned as never })
    await assert.rejects(source.token(), { code: 'INVALID_ARGUMENT' }, JSON.stringify(returned))
    assert.equal(source.held, undefined)
  }
})

test('a stored token ends when its times say so, in whatever form they were kept', async () => {
  const clock = manualClock()
  const end = clock.now() + 100
  const iso = new Date(end * 1000).toISOString()
  const times = [
    { expires_at: end },
    { expires_at: end * 1000 },
    { expires_at: String(end) },
    { expires_at: iso },
    { expires_in: 100 },
    { expires_in: '160', obtained_at: end - 160 },
    { expires_in: 160, obtained_at: (end - 160) * 1000 },
  ]
  const sources = times.map((time) => providedTokenSource({ clock, token: { access_token: 'kept', ...time } as never }))
  for (const source of sources) {
    assert.equal(source.held?.expires_at, end)
    assert.equal((await source.token()).token_type, 'Bearer')
  }
  clock.advance(100)
  for (const source of sources) await assert.rejects(source.token(), { code: 'TOKEN_EXPIRED' })
  const lasting = { access_token: 'kept', token_type: 'Bearer', expires_at: null, raw: {} } as never
  assert.equal((await providedTokenSource({ clock, token: lasting }).token()).expires_at, undefined)
})

test('a stored token whose times nobody can read is refused by the name of the field, without the token', () => {
  const bad = [
    { expires_at: 'soon' },
    { expires_at: Number.NaN },
    { expires_at: {} },
    { expires_in: 'long' },
    { expires_in: 5, obtained_at: 'yesterday' },
    { refresh_at: 'soon' },
    { refresh_expires_at: 'never' },
  ]
  for (const time of bad) {
    const token = { access_token: 'LEAK', token_type: 'Bearer', raw: {}, ...time } as never
    const name = Object.keys(time).at(-1)
    const refusal = (error: unknown) =>
      error instanceof OAuthError &&
      error.code === 'INVALID_ARGUMENT' &&
      error.message.includes(String(name)) &&
      !error.message.includes('LEAK')
    assert.throws(() => providedTokenSource({ token }), refusal, name)
    assert.throws(() => providedTokenSource({}).set(token), refusal, name)
  }
})
