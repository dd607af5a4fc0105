import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as later } from 'node:timers/promises'
import { Places, type SharedStore, sharedStores } from './places.ts'
import { Scene } from './scene.ts'
import type { WorkerProcess } from './worker-process.ts'

const places = new Places()
after(() => places.close())

/** How many processes are killed; more for a long run. */
const KILLS = Number(process.env['EVERGRANT_CRASH_KILLS'] ?? 30)
const TRANSIENT = /^(?:PROVIDER_|DISCOVERY_FAILED)/
const GRANTS = ['a', 'b', 'c']

// Processes are killed at moments nobody chose, and no grant may be lost nor go back to an older refresh token.
// A busy machine needs its time for so many processes.
describe('at random moments', { concurrency: true, timeout: 1_800_000 }, () => {
  for (const kind of sharedStores) randomKills(kind)
})

function randomKills(kind: SharedStore): void {
  test(`${KILLS} processes killed at random lose no grant and bring no old refresh token back, on the ${kind} store`, {
    timeout: 1_800_000,
  }, async (t) => {
    await using scene = await Scene.begin(places, kind, {
      graceSeconds: 3600,
      reuse: 'revoke-family',
      journalLimit: 1_000_000,
    })
    for (const grant of GRANTS) await scene.connect(grant)
    const times = { lease: 0.5, deadline: 0.4 }
    const newest = new Map<string, number>()
    let interrupted = 0
    let survivor = await scene.worker(times)
    for (let kill = 0; kill < KILLS; kill++) {
      scene.expire()
      const spare = scene.worker(times)
      for (const grant of GRANTS) survivor.tellToken(grant, scene.ahead)
      await later(Math.random() * 50)
      await survivor.kill()
      for (const grant of GRANTS) {
        const { spending, refresh_token } = await scene.record(grant)
        if (spending !== undefined) interrupted += 1
        rises(newest, grant, scene.generation(refresh_token))
      }
      survivor = await spare
      const next = survivor
      const tokens = await Promise.all(GRANTS.map((grant) => persistent(next, grant, scene)))
      for (const token of tokens) assert.ok(await scene.accepts(token))
      for (const grant of GRANTS) {
        const { refresh_token, standing } = await scene.record(grant)
        assert.equal(standing.state, 'active')
        rises(newest, grant, scene.generation(refresh_token))
      }
    }
    const families = scene.sandbox.families()
    assert.deepEqual(
      families.map(({ alive, replays }) => [alive, replays]),
      GRANTS.map(() => [true, 0]),
    )
    assert.deepEqual(
      families.map(({ generation }) => generation),
      GRANTS.map((grant) => newest.get(grant)),
    )
    const repeated = families.reduce((sum, { graceUses }) => sum + graceUses, 0)
    t.diagnostic(
      `${interrupted} of ${KILLS * GRANTS.length} grants were cut off in a refresh, ${repeated} after the answer`,
    )
  })
}

/** A refresh token in the record is never older than one that was there before. */
function rises(newest: Map<string, number>, grant: string, generation: number): void {
  const before = newest.get(grant) ?? 1
  assert.ok(generation >= before, `the refresh token of ${grant} went back from generation ${before} to ${generation}`)
  newest.set(grant, generation)
}

/** On a busy machine a request may outlast the short deadline; a person would try again too. */
async function persistent(worker: WorkerProcess, grant: string, scene: Scene): Promise<string> {
  for (let tries = 1; ; tries++) {
    const [outcome] = await worker.ask(grant, scene.ahead)
    if (outcome !== undefined && 'token' in outcome) return outcome.token
    assert.ok(tries < 400 && outcome !== undefined && TRANSIENT.test(outcome.code), JSON.stringify(outcome))
    await later(250)
  }
}
