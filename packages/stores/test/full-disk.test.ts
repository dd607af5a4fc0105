import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileStore } from '@evergrant/stores/file'
import { postgresStore } from '@evergrant/stores/postgres'
import { sqliteStore } from '@evergrant/stores/sqlite'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { folder } from './folder.ts'
import { startPostgres } from './servers/postgres.ts'
import { serverUser } from './servers/program.ts'

interface Disk extends AsyncDisposable {
  readonly at: (name: string) => string
  /** From now on nobody may write, not even the administrator. */
  readonly protect: () => void
}

/** A real disk of so many KiB; undefined where none can be mounted. */
async function smallDisk(size = 512): Promise<Disk | undefined> {
  const temp = await folder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', temp.at('.')], { stdio: 'ignore' })
  } catch {
    await temp[Symbol.asyncDispose]()
    return undefined
  }
  return {
    at: temp.at,
    protect: () => void execFileSync('mount', ['-o', 'remount,ro', temp.at('.')]),
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

for (const [kind, open, readable] of [
  ['file', (path: string) => ({ ...fileStore(path), close: async () => undefined }), true],
  // Its log has to be written, even to read.
  ['SQLite', (path: string) => sqliteStore(path), false],
] as const) {
  test(`on a read-only disk the ${kind} store says that it cannot be written, and nothing is changed`, async (t) => {
    await using disk = await smallDisk()
    if (disk === undefined) return t.skip('a disk can be mounted by an administrator on Linux only')
    const first = open(disk.at('grants'))
    const one = await first.put(sampleGrant('a', { refresh_token: 'r1' }), 0)
    assert.ok(one.ok)
    await first.close()
    disk.protect()
    const before = await readFile(disk.at('grants'))
    const store = open(disk.at('grants'))
    const next = sampleGrant('a', { refresh_token: 'r2' })
    for (const call of [() => store.put(next, 1), () => store.put(sampleGrant('b'), 0), () => store.delete('a')])
      await assert.rejects(call, { code: 'STORE_READ_ONLY' })
    if (readable) assert.deepEqual(await store.get('a'), one.grant)
    else await assert.rejects(store.get('a'), { code: 'STORE_READ_ONLY', message: /log beside it/ })
    await store.close()
    assert.deepEqual(await readFile(disk.at('grants')), before)
    assert.deepEqual(await readdir(disk.at('.')), ['grants'])
  })
}

test('on a full disk the PostgreSQL store says so, keeps what it has, and goes on when there is room', async (t) => {
  await using disk = await smallDisk(4096)
  if (disk === undefined) return t.skip('a small disk can be mounted by an administrator on Linux only')
  const server = await startPostgres()
  const user = serverUser('postgres')
  if (user !== undefined) await chown(disk.at('.'), user.uid, user.gid)
  const url = `${await server.schema()}%20-cdefault_tablespace%3Dsmall`
  try {
    await server.run(`CREATE TABLESPACE small LOCATION '${disk.at('.')}'`)
    await using store = postgresStore(url)
    const one = await store.put(sampleGrant('a', { refresh_token: 'r1' }), 0)
    assert.ok(one.ok)
    await writeFile(disk.at('filler'), Buffer.alloc(8_000_000)).catch(() => undefined)
    // Random, as PostgreSQL packs long texts.
    const large = sampleGrant('a', { refresh_token: randomBytes(500_000).toString('base64') })
    await assert.rejects(store.put(large, 1), { code: 'STORE_UNAVAILABLE', message: /out of resources/ })
    assert.deepEqual(await store.get('a'), one.grant)
    await rm(disk.at('filler'))
    assert.ok((await store.put(large, 1)).ok)
  } finally {
    await server.stop()
  }
})
