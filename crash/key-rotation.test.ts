import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type GrantStore, grant, keyCensus, keyring, sealed } from '@evergrant/core'
import { addKey, keysFromText, openKeyring } from '@evergrant/stores/keyring'
import { openStore } from '@evergrant/stores/open'
import { Places, sharedStores } from './places.ts'

const GRANTS = 60
const KILLS = Number(process.env['EVERGRANT_CRASH_KILLS'] ?? 10)
const script = fileURLToPath(new URL('./rotator.ts', import.meta.url))

const places = new Places()
after(() => places.close())

for (const kind of sharedStores) {
  test(`[#115] a change of keys in the ${kind} store that is killed again and again, beside refreshes, loses no grant`, async (t) => {
    await using place = await places.make(kind)
    const file = join(place.folder, 'keys')
    await using store = await openStore(place.url)
    const running = await refreshers(store, file)
    await addKey(file)
    let rotator: ChildProcess | undefined
    try {
      for (let killed = 0; killed < KILLS; killed++) {
        rotator = start(place.url, file)
        // At a step that no run can be sure to have passed, and anywhere in what it does then.
        if (await steps(rotator, 1 + Math.floor(Math.random() * 4))) {
          const gone = once(rotator, 'exit')
          rotator.kill('SIGKILL')
          await gone
        }
      }
      rotator = start(place.url, file)
      assert.equal(await ended(rotator), 0)
      const refreshes = await running.stop()
      const { current, others = [] } = await keysFromText(await readFile(file, 'utf8'))
      const [old] = others
      assert.ok(old)
      assert.deepEqual(await keyCensus(store), { sealed: { [current.id]: GRANTS }, clear: 0, foreign: 0 })
      const [byNew, byOld] = [current, old].map((key) => sealed(store, keyring({ current: key })))
      for (const [id, token] of running.tokens) {
        assert.equal((await byNew?.get(id))?.refresh_token, token, `the last refresh of ${id} is there`)
        await assert.rejects(byOld?.get(id) ?? Promise.resolve(), { code: 'UNSEAL_FAILED' })
      }
      t.diagnostic(`${KILLS} times killed, ${refreshes} refreshes beside it`)
    } finally {
      rotator?.kill('SIGKILL')
      await running.stop()
    }
  })
}

/**
 * Grants under one key, and callers that refresh them all the time as token sources do: mark, spend, write. A write that
 * follows a mark must never lose, since its refresh token would be in doubt.
 */
async function refreshers(store: GrantStore, file: string) {
  const under = sealed(store, await openKeyring({ file }))
  const standing = { state: 'active', since: 0 } as const
  const tokens = new Map<string, string>()
  const ids = Array.from({ length: GRANTS }, (_, n) => `g${n}`)
  for (const id of ids) {
    const first = { id, provider: 'p', client: 'c', access: {}, standing, updated_at: 0, version: 0 }
    assert.ok((await under.put(grant({ ...first, refresh_token: `${id} 0` }), 0)).ok)
    tokens.set(id, `${id} 0`)
  }
  let [refreshes, wanted] = [0, true]
  const refresh = async (id: string): Promise<void> => {
    const found = await under.get(id)
    assert.ok(found)
    assert.equal(found.refresh_token, tokens.get(id), `${id} is what was written last`)
    const marked = await under.put(grant({ ...found, spending: { since: 0, by: 'x' } }), found.version)
    if (!marked.ok) return
    // What a provider takes for its answer, in turns of the loop.
    for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done))
    const { spending: _, ...rest } = marked.grant
    const token = `${id} ${++refreshes}`
    const written = await under.put(grant({ ...rest, refresh_token: token }), marked.grant.version)
    assert.ok(written.ok, `the refresh of ${id} was made to lose`)
    tokens.set(id, token)
  }
  const caller = async (mine: readonly string[]): Promise<void> => {
    for (let n = 0; wanted; n++) await refresh(mine[n % mine.length] ?? '')
  }
  // Each grant has one caller: what it wrote last is what is there.
  const callers = Promise.all([0, 1].map((which) => caller(ids.filter((_, n) => n % 2 === which))))
  callers.catch(() => undefined)
  const stop = async (): Promise<number> => {
    wanted = false
    await callers
    return refreshes
  }
  return { tokens, stop }
}

function start(url: string, file: string): ChildProcess {
  return fork(script, [url, file], {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

/** Resolves after so many steps; false when it ended before. */
function steps(rotator: ChildProcess, most: number): Promise<boolean> {
  return new Promise((resolve) => {
    let seen = 0
    rotator.on('message', () => ++seen === most && resolve(true))
    rotator.on('exit', () => resolve(false))
  })
}

async function ended(rotator: ChildProcess): Promise<number | null> {
  if (rotator.exitCode === null) await once(rotator, 'exit')
  return rotator.exitCode
}
