import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { type Grant, type GrantStore, grant, type Stored } from '@evergrant/core'
import { fileStore } from '@evergrant/stores/file'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { processPlace } from '../src/file/process-identity.ts'
import { folder } from './folder.ts'

const posix = process.platform !== 'win32'
const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)
const isRead = (refresh_token: string) => (found: Grant | undefined) =>
  assert.equal(found?.refresh_token, refresh_token)

async function put(store: GrantStore, next: Grant, expected: number): Promise<Grant> {
  const stored: Stored = await store.put(next, expected)
  assert.ok(stored.ok)
  return stored.grant
}

test('[#117] file and folder can be read by their owner alone', { skip: !posix }, async () => {
  await using temp = await folder()
  const path = temp.at('deep/er/grants.json')
  await fileStore(path).put(sampleGrant('a'), 0)
  assert.equal(await mode(path), '600')
  assert.equal(await mode(dirname(path)), '700')
})

test('[#117] a file that others can read is named once, and closed to them by the next write', {
  skip: !posix,
}, async () => {
  await using temp = await folder()
  const path = temp.at('grants.json')
  await fileStore(path).put(sampleGrant('a'), 0)
  await chmod(path, 0o644)
  const warnings: string[] = []
  const store = fileStore(path, { onWarning: (message) => warnings.push(message) })
  await store.get('a')
  await store.get('a')
  assert.equal(await mode(path), '644')
  await store.put(sampleGrant('b'), 0)
  assert.equal(await mode(path), '600')
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /grants\.json .*644/)
})

test('the file is JSON for people, with one grant under its id', async () => {
  await using temp = await folder()
  await fileStore(temp.at('grants.json')).put(sampleGrant('alice', { refresh_token: 'r1' }), 0)
  const text = await readFile(temp.at('grants.json'), 'utf8')
  assert.equal(
    text,
    `{
  "schema": 1,
  "grants": {
    "alice": {
      "id": "alice",
      "provider": "acme",
      "client": "my-program",
      "access": {},
      "standing": {
        "state": "active",
        "since": 1700000000
      },
      "updated_at": 1700000000,
      "version": 1,
      "refresh_token": "r1"
    }
  }
}
`,
  )
})

test('fields that a newer version or a person added are kept', async () => {
  await using temp = await folder()
  const path = temp.at('grants.json')
  const store = fileStore(path)
  await store.put(sampleGrant('a'), 0)
  const document = JSON.parse(await readFile(path, 'utf8'))
  document.comment = 'mine'
  document.grants.a.later = { x: 1 }
  await writeFile(path, JSON.stringify(document))
  const found = await store.get('a')
  assert.ok(found)
  await put(store, grant({ ...found, refresh_token: 'r2' }), 1)
  const after = JSON.parse(await readFile(path, 'utf8'))
  assert.equal(after.comment, 'mine')
  assert.deepEqual(after.grants.a.later, { x: 1 })
})

for (const [what, spoil, words] of [
  ['cut off', async (path: string) => truncate(path, 100), /cut off/],
  ['emptied', async (path: string) => truncate(path, 0), /empty/],
  ['not UTF-8', async (path: string) => writeFile(path, Buffer.from([0x7b, 0xff, 0x7d])), /UTF-8/],
  ['of another program', async (path: string) => writeFile(path, '{"name":"x"}'), /no schema/],
  ['of a later version', async (path: string) => writeFile(path, '{"schema":2,"grants":{}}'), /schema 2.* reads 1/],
  ['a list', async (path: string) => writeFile(path, '[]'), /not a JSON object/],
  ['without grants', async (path: string) => writeFile(path, '{"schema":1,"grants":[]}'), /no grants/],
  [
    'with a record that has lost its version',
    async (path: string) => writeFile(path, (await readFile(path, 'utf8')).replace('"version": 1', '"version": "1"')),
    /grant "a".*no version/,
  ],
  [
    'with a record under another id',
    async (path: string) => writeFile(path, (await readFile(path, 'utf8')).replace('"a": {', '"b": {')),
    /another id/,
  ],
] as const) {
  test(`[#117] a file that is ${what} is named and left as it is, by reads and by writes`, async () => {
    await using temp = await folder()
    const path = temp.at('grants.json')
    await fileStore(path).put(sampleGrant('a', { refresh_token: 'very-secret' }), 0)
    await spoil(path)
    const before = await readFile(path)
    const store = fileStore(path)
    const expected = (error: Error & { code?: string }): boolean => {
      assert.equal(error.code, 'STORE_CORRUPT')
      assert.match(error.message, words)
      assert.ok(error.message.includes(path))
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /very-secret/)
      return true
    }
    await assert.rejects(store.get('a'), expected)
    await assert.rejects(store.put(sampleGrant('n'), 0), expected)
    await assert.rejects(store.delete('a'), expected)
    await assert.rejects(async () => {
      for await (const _ of store.list()) assert.fail()
    }, expected)
    assert.deepEqual(await readFile(path), before)
    assert.deepEqual(await readdir(dirname(path)), ['grants.json'])
  })
}

test('what cannot be a file is refused by name', async () => {
  await using temp = await folder()
  await mkdir(temp.at('grants.json'))
  await assert.rejects(fileStore(temp.at('grants.json')).get('a'), {
    code: 'STORE_UNAVAILABLE',
    message: /is a folder/,
  })
  await writeFile(temp.at('plain'), '')
  await assert.rejects(fileStore(temp.at('plain/grants.json')).put(sampleGrant('a'), 0), { code: 'STORE_UNAVAILABLE' })
})

for (const [how, write] of [
  ['in place', (path: string, text: string) => writeFileSync(path, text)],
  [
    'by a rename',
    (path: string, text: string) => {
      writeFileSync(`${path}.new`, text)
      renameSync(`${path}.new`, path)
    },
  ],
] as const)
  test(`a writer that ignores the lock, ${how}, in the middle of a put is noticed, and what it wrote stays`, async () => {
    await using temp = await folder()
    const path = temp.at('grants.json')
    const store = fileStore(path)
    const one = await put(store, sampleGrant('a', { refresh_token: 'r1' }), 0)
    const foreign = { ...one, refresh_token: 'of a writer without lock', version: 2 }
    let written = 0
    // Made into text when the file was read under the lock, and before it is replaced.
    const metadata = {
      toJSON: () => {
        if (written++ === 0) write(path, JSON.stringify({ schema: 1, grants: { a: foreign } }))
        return {}
      },
    }
    const lost = await store.put(grant({ ...one, refresh_token: 'r2', metadata }), 1)
    assert.ok(written > 0)
    assert.equal(lost.ok ? undefined : lost.current?.refresh_token, foreign.refresh_token)
    await store.get('a').then(isRead(foreign.refresh_token))
    assert.deepEqual(await readdir(temp.at('.')), ['grants.json'])
  })

test('what a writer that ignores the lock has written half is named, and stays', async () => {
  await using temp = await folder()
  const path = temp.at('grants.json')
  const store = fileStore(path)
  const one = await put(store, sampleGrant('a', { refresh_token: 'r1' }), 0)
  const half = (await readFile(path, 'utf8')).slice(0, 60)
  await writeFile(path, half)
  for (const call of [() => store.put(one, 1), () => store.delete('a'), () => store.get('a')])
    await assert.rejects(call, { code: 'STORE_CORRUPT' })
  assert.equal(await readFile(path, 'utf8'), half)
})

test('a folder that may not be written is said to be so; reading goes on', { skip: !posix }, async (t) => {
  await using temp = await folder()
  await chmod(temp.at('.'), 0o755)
  await mkdir(temp.at('locked'))
  const path = temp.at('locked/grants.json')
  const store = fileStore(path)
  await store.put(sampleGrant('a', { refresh_token: 'r1' }), 0)
  await chmod(path, 0o644)
  await chmod(temp.at('locked'), 0o555)
  // The administrator may write anywhere; another user may not.
  const administrator = process.geteuid?.() === 0
  if (administrator) process.seteuid?.(65_534)
  t.after(() => chmod(temp.at('locked'), 0o755).catch(() => undefined))
  try {
    const lost = sampleGrant('a', { refresh_token: 'r2' })
    await assert.rejects(store.put(lost, 1), { code: 'STORE_READ_ONLY', message: /may not be written/ })
    await assert.rejects(store.delete('a'), { code: 'STORE_READ_ONLY' })
    await store.get('a').then(isRead('r1'))
    assert.equal((await store.put(lost, 7)).ok, false)
  } finally {
    if (administrator) process.seteuid?.(0)
  }
})

test('a file that may not be read is said to be so', { skip: !posix }, async () => {
  await using temp = await folder()
  await chmod(temp.at('.'), 0o755)
  const path = temp.at('grants.json')
  await fileStore(path).put(sampleGrant('a'), 0)
  await chmod(path, process.geteuid?.() === 0 ? 0o600 : 0o000)
  if (process.geteuid?.() === 0) process.seteuid?.(65_534)
  try {
    await assert.rejects(fileStore(path).get('a'), { code: 'STORE_UNAVAILABLE', message: /may not be read/ })
  } finally {
    if (process.getuid?.() === 0) process.seteuid?.(0)
  }
})

test('a write beyond the size limit is refused alone, and names the way out', async () => {
  await using temp = await folder()
  const store = fileStore(temp.at('grants.json'), { maxBytes: 10_000 })
  await store.put(sampleGrant('a'), 0)
  const large = store.put(sampleGrant('large', { refresh_token: 'x'.repeat(10_000) }), 0)
  const small = store.put(sampleGrant('small'), 0)
  await assert.rejects(large, { code: 'STORE_UNAVAILABLE', message: /sqlite:/ })
  assert.ok((await small).ok)
  assert.equal(await store.get('large'), undefined)
  await assert.rejects(fileStore(temp.at('grants.json'), { maxBytes: 100 }).get('a'), { code: 'STORE_UNAVAILABLE' })
})

test('a symbolic link stays one, and what it points to is written', { skip: !posix }, async () => {
  await using temp = await folder()
  await fileStore(temp.at('real.json')).put(sampleGrant('a'), 0)
  await symlink(temp.at('real.json'), temp.at('grants.json'))
  await fileStore(temp.at('grants.json')).put(sampleGrant('b'), 0)
  assert.equal((await fileStore(temp.at('real.json')).get('b'))?.id, 'b')
  assert.deepEqual(await readdir(temp.at('.')), ['grants.json', 'real.json'])
})

/** A lock as a process leaves it that ended in the middle of a write. */
async function abandoned(path: string, owner: object | undefined, started = 'half a new fi'): Promise<void> {
  await mkdir(`${path}.lock`)
  if (owner !== undefined) await writeFile(`${path}.lock/0b5.owner`, JSON.stringify(owner))
  await writeFile(`${path}.lock/0b5.next`, started)
}

const DEAD = 4_194_304 // Above the highest process id that Linux gives by default.

test('[#119] a lock whose process is gone is broken at once, with all it left', async () => {
  await using temp = await folder()
  const path = temp.at('grants.json')
  await abandoned(path, { pid: DEAD, place: processPlace() })
  const started = performance.now()
  assert.ok((await fileStore(path, { staleAfter: 60, deadline: 60 }).put(sampleGrant('a'), 0)).ok)
  assert.ok(performance.now() - started < 30_000)
  assert.deepEqual(await readdir(temp.at('.')), ['grants.json'])
})

for (const [what, owner] of [
  ['of another machine', { pid: process.pid, place: 'elsewhere' }],
  ['of a process id that somebody else has by now', { pid: process.ppid, place: processPlace() }],
  ['that does not say whose it is', undefined],
] as const) {
  test(`[#119] a lock ${what} is broken when it has given no sign of life for long enough`, async () => {
    await using temp = await folder()
    const path = temp.at('grants.json')
    await abandoned(path, owner)
    // Old by the wall clock already: that does not count, as machines need not agree on the time.
    await utimes(`${path}.lock`, 0, 0)
    const started = performance.now()
    assert.ok((await fileStore(path, { staleAfter: 0.3 }).put(sampleGrant('a'), 0)).ok)
    assert.ok(performance.now() - started >= 300)
    assert.deepEqual(await readdir(temp.at('.')), ['grants.json'])
  })
}

test('a plain file or an empty folder in the place of the lock is overcome too', async () => {
  await using temp = await folder()
  await mkdir(temp.at('one.json.lock'))
  assert.ok((await fileStore(temp.at('one.json')).put(sampleGrant('a'), 0)).ok)
  await writeFile(temp.at('two.json.lock'), '')
  assert.ok((await fileStore(temp.at('two.json'), { staleAfter: 0.1 }).put(sampleGrant('a'), 0)).ok)
  assert.deepEqual(await readdir(temp.at('.')), ['one.json', 'two.json'])
})

test('a lock that is alive is waited for up to the deadline, and reads do not wait', async () => {
  await using temp = await folder()
  const path = temp.at('grants.json')
  await fileStore(path).put(sampleGrant('a', { refresh_token: 'r1' }), 0)
  await abandoned(path, { pid: process.ppid, place: processPlace() })
  const store = fileStore(path, { staleAfter: 60, deadline: 0.2 })
  const expected = { code: 'STORE_UNAVAILABLE', message: new RegExp(`locked by process ${process.ppid}`) }
  await assert.rejects(store.put(sampleGrant('b'), 0), expected)
  await store.get('a').then(isRead('r1'))
  // Nothing of the waiter is left behind.
  assert.deepEqual((await readdir(temp.at('.'))).sort(), ['grants.json', 'grants.json.lock'])
})

test('a caller who gives up waiting for the lock has written nothing; the others go on', async () => {
  await using temp = await folder()
  const path = temp.at('grants.json')
  await abandoned(path, { pid: process.ppid, place: processPlace() })
  const store = fileStore(path, { staleAfter: 0.3 })
  const controller = new AbortController()
  const givenUp = store.put(sampleGrant('a'), 0, { signal: controller.signal })
  const other = store.put(sampleGrant('b'), 0)
  setTimeout(() => controller.abort(), 50)
  await assert.rejects(givenUp, { code: 'ABORTED' })
  assert.ok((await other).ok)
  assert.equal(await store.get('a'), undefined)
})

test('what crashed processes left beside the file is removed in time, and nothing else', async () => {
  await using temp = await folder()
  const path = temp.at('grants.json')
  for (const name of ['old', 'young']) await mkdir(`${path}.lock.${name}`)
  await writeFile(`${path}.backup`, '')
  const hourAgo = Date.now() / 1000 - 3600
  await utimes(`${path}.lock.old`, hourAgo, hourAgo)
  await utimes(`${path}.backup`, hourAgo, hourAgo)
  await fileStore(path).put(sampleGrant('a'), 0)
  const left = (await readdir(temp.at('.'))).sort()
  assert.deepEqual(left, ['grants.json', 'grants.json.backup', 'grants.json.lock.young'])
})

test('[#117] a reader beside fifty writes never sees a part of one', async () => {
  await using temp = await folder()
  const path = temp.at('grants.json')
  const [writer, reader] = [fileStore(path), fileStore(path)]
  let writing = true
  const writes = (async () => {
    for (let n = 0; n < 50; n++) await put(writer, sampleGrant('a', { refresh_token: `${n}`.repeat(20_000) }), n)
    writing = false
  })()
  let seen = 0
  while (writing) {
    const found = await reader.get('a')
    if (found === undefined) continue
    assert.equal(found.refresh_token, `${found.version - 1}`.repeat(20_000))
    assert.ok(found.version >= seen)
    seen = found.version
  }
  await writes
  assert.equal((await reader.get('a'))?.version, 50)
})

test('a file that was moved away is an empty store, not an error', async () => {
  await using temp = await folder()
  const store = fileStore(temp.at('grants.json'))
  await store.put(sampleGrant('a'), 0)
  await rename(temp.at('grants.json'), temp.at('moved.json'))
  assert.equal(await store.get('a'), undefined)
  assert.ok((await store.put(sampleGrant('a'), 0)).ok)
})
