import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock, startSandbox } from '@evergrant/sandbox'

test('a manual clock stands still until it is advanced', async () => {
  const clock = manualClock(1_000)
  clock.advance(1.5)
  assert.deepEqual([clock.now(), clock.monotonic()], [1_001.5, 1.5])
})

test('setting the wall clock, even back, leaves the monotonic clock and the sleepers alone', async () => {
  const clock = manualClock(1_000)
  const sleeping = clock.sleep(10)
  clock.set(900)
  assert.deepEqual([clock.now(), clock.monotonic(), clock.sleepers], [900, 0, 1])
  clock.advance(10)
  await sleeping
})

test('sleepers wake when the clock passes them, in the order they are due', async () => {
  const clock = manualClock()
  const woken: number[] = []
  const sleeps = [30, 10, 20, 40].map((seconds) => clock.sleep(seconds).then(() => woken.push(seconds)))
  clock.advance(30)
  await Promise.all(sleeps.slice(0, 3))
  assert.deepEqual(woken, [10, 20, 30])
  assert.equal(clock.sleepers, 1)
})

test('a sleep ends at once when its signal aborts', async () => {
  const clock = manualClock()
  const stop = new AbortController()
  const sleeping = clock.sleep(10, stop.signal)
  stop.abort(new Error('enough'))
  await assert.rejects(sleeping, /enough/)
  await assert.rejects(clock.sleep(10, stop.signal), /enough/)
  assert.equal(clock.sleepers, 0)
})

test('a sandbox without a clock of its own runs in real time that can be moved ahead', async () => {
  await using sandbox = await startSandbox()
  const before = sandbox.clock.now()
  sandbox.advance(3600)
  assert.ok(Math.abs(sandbox.clock.now() - before - 3600) < 60)
  const date = (await fetch(`${sandbox.url}/jwks`)).headers.get('date') ?? ''
  assert.ok(Math.abs(Date.parse(date) / 1000 - sandbox.clock.now()) < 60)
})

test('a clock that cannot be advanced is said to be so', async () => {
  await using sandbox = await startSandbox({ clock: { now: () => 1 } })
  assert.throws(() => sandbox.advance(1), /cannot be advanced/)
})
