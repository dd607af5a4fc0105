import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileStore } from '@evergrant/stores/file'
import { sqliteStore } from '@evergrant/stores/sqlite'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { folder } from './folder.ts'

/** A real disk of 512 KiB; undefined where none can be mounted. */
async function smallDisk(): Promise<({ at: (name: string) => string } & AsyncDisposable) | undefined> {
  const temp = await folder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', temp.at('.')], { stdio: 'ignore' })
  } catch {
    await temp[Symbol.asyncDispose]()
    return undefined
  }
  return {
    at: temp.at,
    async [Symbol.asyncDispose]() {
      execFileSync('umount', ['--lazy', temp.at('.')])
      await temp[Symbol.asyncDispose]()
    },
  }
}

for (const [kind, open] of [
  ['file', (path: string) => ({ ...fileStore(path), close: async () => undefined })],
  ['SQLite', (path: string) => sqliteStore(path)],
] as const) {
  test(`on a full disk the ${kind} store says so, keeps what it has, and goes on when there is room`, async (t) => {
    await using disk = await smallDisk()
    if (disk === undefined) return t.skip('a small disk can be mounted by an administrator on Linux only')
    const store = open(disk.at('grants'))
    assert.ok((await store.put(sampleGrant('a', { refresh_token: 'r1' }), 0)).ok)
    await writeFile(disk.at('filler'), Buffer.alloc(1_000_000)).catch(() => undefined)
    const large = sampleGrant('a', { refresh_token: 'r2'.repeat(50_000) })
    await assert.rejects(store.put(large, 1), { code: 'STORE_UNAVAILABLE', message: /disk is full/ })
    assert.equal((await store.get('a'))?.refresh_token, 'r1')
    await rm(disk.at('filler'))
    assert.ok((await store.put(large, 1)).ok)
    assert.equal((await store.get('a'))?.version, 2)
    await store.close()
    assert.deepEqual(await readdir(disk.at('.')), ['grants'])
  })
}
