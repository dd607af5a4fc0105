import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { Outcome } from './orders.ts'
import { Places, type SharedStore, sharedStores } from './places.ts'
import { Scene } from './scene.ts'

const places = new Places()
after(() => places.close())

// What happens when a process is killed or paused in the middle of a refresh, step by step. Most of the time is waiting
// for leases to end, which several scenes can do side by side.
describe('a refresh cut short', { concurrency: true }, () => {
  for (const kind of sharedStores) interruptions(kind)
})

function interruptions(kind: SharedStore): void {
  describe(`with the ${kind} store`, { concurrency: 3 }, () => {
    test('[#119] killed after the mark: the next process spends the old refresh token, and the server sees one refresh', async () => {
      await using scene = await Scene.begin(places, kind)
      await scene.connect('a')
      scene.expire()
      const [first, next] = await Promise.all([scene.worker(), scene.worker()])
      await first.askUntil('afterMark', 'a', scene.ahead)
      await first.kill()
      assert.ok((await scene.record('a')).spending)
      const token = only(await next.ask('a', scene.ahead))
      assert.equal(scene.refreshes, 1)
      const { access, standing, spending, in_doubt } = await scene.record('a')
      assert.equal(access['']?.access_token, token)
      assert.deepEqual([standing.state, spending, in_doubt], ['active', undefined, undefined])
      assert.ok(await scene.accepts(token))
    })

    if (kind === 'file' || kind === 'sqlite') {
      // A lease of five minutes is one that no test waits for.
      test('[#119] killed on this machine: the next process sees that it has ended, and does not wait for its lease', async () => {
        await using scene = await Scene.begin(places, kind, { graceSeconds: 0, reuse: 'revoke-family' })
        const times = { lease: 300, deadline: 60 }
        for (const [point, generation] of [
          ['afterMark', 2],
          ['afterWrite', 3],
        ] as const) {
          if (generation === 2) await scene.connect('a')
          scene.expire()
          const [first, next] = await Promise.all([scene.worker(times), scene.worker(times)])
          await first.askUntil(point, 'a', scene.ahead)
          await first.kill()
          assert.ok(await scene.accepts(only(await next.ask('a', scene.ahead))))
          await assertSound(scene, generation)
        }
        // Spent and not written, at a provider without grace: told as what it was, and nothing else.
        scene.expire()
        const [first, next] = await Promise.all([scene.worker(times), scene.worker(times)])
        await first.askUntil('afterAnswer', 'a', scene.ahead)
        await first.kill()
        const [outcome] = await next.ask('a', scene.ahead)
        assert.ok(outcome && 'code' in outcome && outcome.code === 'CONSENT_REQUIRED', JSON.stringify(outcome))
        const { standing } = await scene.record('a')
        assert.equal(standing.state === 'revoked' && standing.reason, 'refresh_interrupted')
      })
    }

    test('killed after the answer, no grace: consent is required, the reason is recorded and nothing is deleted', async () => {
      await using scene = await Scene.begin(places, kind, { graceSeconds: 0 })
      const before = await scene.connect('a')
      scene.expire()
      const [first, next] = await Promise.all([scene.worker(), scene.worker()])
      await first.askUntil('afterAnswer', 'a', scene.ahead)
      await first.kill()
      const [outcome] = await next.ask('a', scene.ahead)
      assert.ok(outcome && 'code' in outcome && outcome.code === 'CONSENT_REQUIRED', JSON.stringify(outcome))
      assert.match(outcome.message, /interrupted/)
      const after = await scene.record('a')
      assert.equal(after.standing.state, 'revoked')
      assert.equal(after.standing.state === 'revoked' && after.standing.reason, 'refresh_interrupted')
      assert.equal(after.refresh_token, before.refresh_token)
      assert.equal(after.spending, undefined)

      // The grant has ended for good: it is not asked for again.
      const asked = scene.refreshes
      await next.ask('a', scene.ahead)
      assert.equal(scene.refreshes, asked)
    })

    test('killed after the answer, with grace: the next process recovers, and nobody notices', async () => {
      await using scene = await Scene.begin(places, kind, { graceSeconds: 60 })
      await scene.connect('a')
      scene.expire()
      const [first, next] = await Promise.all([scene.worker(), scene.worker()])
      await first.askUntil('afterAnswer', 'a', scene.ahead)
      await first.kill()
      const token = only(await next.ask('a', scene.ahead))
      const { refresh_token, standing, in_doubt } = await scene.record('a')
      assert.equal(scene.generation(refresh_token), 2)
      assert.deepEqual([standing.state, in_doubt], ['active', undefined])
      assert.ok(await scene.accepts(token))
      scene.expire()
      assert.ok(await scene.accepts(only(await next.ask('a', scene.ahead))))
    })

    test('killed after the write: the next process takes the token from the record, without a request', async () => {
      await using scene = await Scene.begin(places, kind)
      await scene.connect('a')
      scene.expire()
      const [first, next] = await Promise.all([scene.worker(), scene.worker()])
      await first.askUntil('afterWrite', 'a', scene.ahead)
      await first.kill()
      const token = only(await next.ask('a', scene.ahead))
      assert.equal(scene.refreshes, 1)
      assert.equal((await scene.record('a')).access['']?.access_token, token)
      assert.ok(await scene.accepts(token))
    })

    test('paused after the mark beyond its lease: it finds what the other process brought, and spends nothing', async () => {
      await using scene = await Scene.begin(places, kind, { graceSeconds: 0 })
      await scene.connect('a')
      scene.expire()
      const [first, next] = await Promise.all([scene.worker(), scene.worker()])
      const { answer } = await first.askUntil('afterMark', 'a', scene.ahead)
      first.pause()
      const token = only(await next.ask('a', scene.ahead))
      first.resume()
      assert.equal(only(await answer), token)
      assert.equal(scene.refreshes, 1)
      await assertSound(scene, 2)
    })

    for (const graceSeconds of [0, 60]) {
      test(`paused after the answer beyond its lease, ${graceSeconds} s of grace: its late write replaces nothing newer`, async () => {
        // Without grace a server that ends the family leaves nothing to save; one that only refuses does.
        await using scene = await Scene.begin(places, kind, { graceSeconds, reuse: 'reject' })
        await scene.connect('a')
        scene.expire()
        const [first, next] = await Promise.all([scene.worker(), scene.worker()])
        const { answer } = await first.askUntil('afterAnswer', 'a', scene.ahead)
        first.pause()
        const [taken] = await next.ask('a', scene.ahead)
        if (graceSeconds === 0) assert.ok(taken && 'code' in taken && taken.code === 'CONSENT_REQUIRED')
        const between = await scene.record('a')
        first.resume()
        const late = only(await answer)
        // With grace the other process has recorded the newest refresh token. Without, the one that only the paused
        // process knew is kept and proven by a spend of its own.
        if (graceSeconds > 0) assert.equal((await scene.record('a')).version, between.version)
        await assertSound(scene, graceSeconds > 0 ? 2 : 3)
        assert.equal((await scene.record('a')).access['']?.access_token, late)
        scene.expire()
        assert.ok(await scene.accepts(only(await next.ask('a', scene.ahead))))
      })
    }

    test('paused after the answer beyond its lease, and the server ends the family: consent is required, in words', async () => {
      await using scene = await Scene.begin(places, kind, { graceSeconds: 0, reuse: 'revoke-family' })
      await scene.connect('a')
      scene.expire()
      const [first, next] = await Promise.all([scene.worker(), scene.worker()])
      const { answer } = await first.askUntil('afterAnswer', 'a', scene.ahead)
      first.pause()
      await next.ask('a', scene.ahead)
      first.resume()
      const [late] = await answer
      assert.ok(late && 'code' in late && late.code === 'CONSENT_REQUIRED')
      const { standing, spending } = await scene.record('a')
      assert.equal(standing.state === 'revoked' && standing.reason, 'refresh_interrupted')
      assert.equal(spending, undefined)
    })

    test('paused after the write: the others go on with the record, and so does it', async () => {
      await using scene = await Scene.begin(places, kind, { graceSeconds: 0 })
      await scene.connect('a')
      scene.expire()
      const [first, next] = await Promise.all([scene.worker(), scene.worker()])
      const { answer } = await first.askUntil('afterWrite', 'a', scene.ahead)
      first.pause()
      const token = only(await next.ask('a', scene.ahead))
      assert.equal(scene.refreshes, 1)
      scene.expire()
      const newer = only(await next.ask('a', scene.ahead))
      const between = await scene.record('a')
      first.resume()
      assert.equal(only(await answer), token)
      assert.deepEqual(await scene.record('a'), between)
      assert.equal(only(await first.ask('a', scene.ahead)), newer)
      assert.equal(scene.refreshes, 2)
      await assertSound(scene, 3)
    })
  })
}

/** The record holds the newest refresh token there is, and its family lives. */
async function assertSound(scene: Scene, generation: number): Promise<void> {
  const { refresh_token, standing, spending } = await scene.record('a')
  assert.equal(scene.generation(refresh_token), generation)
  assert.deepEqual([standing.state, spending], ['active', undefined])
  assert.deepEqual(
    scene.sandbox.families().map((family) => [family.alive, family.generation]),
    [[true, generation]],
  )
}

function only(outcomes: readonly Outcome[]): string {
  const [outcome] = outcomes
  assert.ok(outcome !== undefined && 'token' in outcome, JSON.stringify(outcome))
  return outcome.token
}
