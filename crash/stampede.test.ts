import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Places, sharedStores } from './places.ts'
import { Scene } from './scene.ts'

const places = new Places()
after(() => places.close())

const PROCESSES = 8
const CALLERS = 100
/** More for a long run. */
const ROUNDS = Number(process.env['EVERGRANT_CRASH_ROUNDS'] ?? 10)

for (const kind of sharedStores) {
  test(`[#67] [#119] ${PROCESSES} processes with ${CALLERS} callers each share one refresh a round, on the ${kind} store`, async () => {
    await using scene = await Scene.begin(places, kind, { graceSeconds: 0, reuse: 'revoke-family' })
    await scene.connect('a')
    const times = { lease: 40, deadline: 30 }
    const workers = await Promise.all(Array.from({ length: PROCESSES }, () => scene.worker(times)))
    for (let round = 1; round <= ROUNDS; round++) {
      scene.expire()
      const asked = await Promise.all(workers.map((worker) => worker.ask('a', scene.ahead, CALLERS)))
      const outcomes = asked.flat()
      assert.equal(outcomes.length, PROCESSES * CALLERS)
      const tokens = new Set(outcomes.map((outcome) => ('token' in outcome ? outcome.token : outcome.message)))
      assert.equal(tokens.size, 1, [...tokens].join('\n'))
      assert.equal(scene.refreshes, round)
      const [token = ''] = tokens
      assert.ok(await scene.accepts(token))
      const { access, refresh_token } = await scene.record('a')
      assert.equal(access['']?.access_token, token)
      assert.equal(scene.generation(refresh_token), round + 1)
    }
    assert.deepEqual(
      scene.sandbox.families().map(({ alive, replays, generation }) => ({ alive, replays, generation })),
      [{ alive: true, replays: 0, generation: ROUNDS + 1 }],
    )
  })
}
