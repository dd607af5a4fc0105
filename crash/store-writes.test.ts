import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { after, test } from 'node:test'
import { setTimeout as later } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { grant } from '@evergrant/core'
import { type OpenedStore, openStore } from '@evergrant/stores/open'
import { Places, sharedStores } from './places.ts'

const WRITERS = 4
const DISTURBANCES = Number(process.env['EVERGRANT_CRASH_DISTURBANCES'] ?? 12)

const places = new Places()
after(() => places.close())

for (const kind of sharedStores) {
  test(`[#119] processes killed and paused in the middle of writing lose no write to the ${kind} store and write nothing late`, async (t) => {
    await using place = await places.make(kind)
    const store = await openStore(place.url)
    const writers = new Set<ChildProcess>()
    const acknowledged: number[] = []
    const failures: string[] = []
    const start = (): void => {
      const script = fileURLToPath(new URL('./writer.ts', import.meta.url))
      const child = fork(script, [kind, place.url], {
        execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      })
      child.on('message', (version) => acknowledged.push(Number(version)))
      child.stderr?.on('data', (chunk) => failures.push(String(chunk)))
      writers.add(child)
    }
    const kill = async (child: ChildProcess): Promise<void> => {
      writers.delete(child)
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    let paused = 0
    try {
      await begun(store)
      for (let n = 0; n < WRITERS; n++) start()
      while (acknowledged.length < 20) await later(20)
      let newest = 0
      for (let n = 0; n < DISTURBANCES; n++) {
        await later(Math.random() * 150)
        const victim = [...writers][Math.floor(Math.random() * writers.size)]
        assert.ok(victim)
        if (n % 2 === 0) {
          await kill(victim)
          start()
        } else {
          paused += 1
          victim.kill('SIGSTOP')
          await later(400)
          victim.kill('SIGCONT')
        }
        const now = await store.get('a')
        assert.ok(now && now.version >= newest, `version ${now?.version} after ${newest}`)
        newest = now.version
      }
      await Promise.all([...writers].map(kill))
      assert.deepEqual(failures, [])
      // No version was given to two writers, and none that was given is missing from the end.
      assert.equal(new Set(acknowledged).size, acknowledged.length)
      const last = await store.get('a')
      assert.ok(last && last.version >= acknowledged.reduce((most, one) => Math.max(most, one), 0))
      assert.ok((await store.put(last, last.version)).ok)
      const left = (await readdir(place.folder)).filter((name) => name.endsWith('.lock'))
      assert.deepEqual(left, [])
      t.diagnostic(`${acknowledged.length} writes, ${DISTURBANCES - paused} processes killed and ${paused} paused`)
    } finally {
      await Promise.all([...writers].map(kill))
      await store.close()
    }
  })
}

async function begun(store: OpenedStore): Promise<void> {
  const standing = { state: 'active', since: 0 } as const
  const first = { id: 'a', provider: 'p', client: 'c', access: {}, standing, updated_at: 0, version: 0 }
  assert.ok((await store.put(grant(first), 0)).ok)
}
