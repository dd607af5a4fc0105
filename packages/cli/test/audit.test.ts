import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { main as server } from '@evergrant/server/main'
import { type Home, home, type Ran } from './command-line.ts'
import { run } from './in-process.ts'

const verify = (at: Home, ...more: string[]): Promise<Ran> =>
  run(['audit', 'verify', '--data-dir', join(at.folder, 'data'), ...more], {})

/** A server's data in which somebody did several things; the server has ended. */
async function used(at: Home): Promise<DatabaseSync> {
  const env = { EVERGRANT_PORT: '0', EVERGRANT_DATA_DIR: join(at.folder, 'data'), EVERGRANT_SANDBOX: 'off' }
  const cost = { N: 2 ** 10, r: 8, p: 1 }
  const surroundings = { signals: false, say: () => undefined, log: { write: () => undefined }, passwordCost: cost }
  await using running = await server(env, surroundings)
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-evergrant': '1',
    origin: running.url,
    'sec-fetch-site': 'same-origin',
  }
  const send = async (path: string, body: object): Promise<void> => {
    const response = await fetch(running.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    assert.ok(response.ok, await response.text())
    const [cookie] = response.headers.getSetCookie()
    if (cookie !== undefined) headers['cookie'] = cookie.split(';')[0] ?? ''
  }
  const token = running.setupLink?.split('#token=')[1]
  await send('/v1/setup', { token, name: 'Ada', password: 'correct horse battery' })
  for (const name of ['one', 'two', 'three']) await send('/v1/users', { name })
  return new DatabaseSync(join(at.folder, 'data/evergrant.db'))
}

test('an audit log that nobody touched is whole, and its newest entry is printed', async () => {
  await using at = await home()
  ;(await used(at)).close()
  const { code, stdout, stderr } = await verify(at)
  assert.equal(code, 0, stderr)
  assert.match(stderr, /4 entries hold/)
  assert.match(stdout, /^4:[\w-]{43}\n$/)
  const again = await verify(at, '--expect', stdout.trim(), '--json')
  assert.deepEqual(JSON.parse(again.stdout), { ok: true, entries: 4, head: stdout.trim().slice(2) })
})

test('whatever is done to the table of the audit log shows', async () => {
  await using at = await home()
  using database = await used(at)
  const noted = (await verify(at)).stdout.trim()
  for (const [done, undone, words] of [
    ["UPDATE audit SET detail = 'x' WHERE seq = 2", 'changed', /entry 2 is not as it was written/],
    ['UPDATE audit SET at = at + 1 WHERE seq = 3', 'changed', /entry 3 is not/],
    ['DELETE FROM audit WHERE seq = 2', 'missing', /entry 2 is not there, and later ones are/],
    ['DELETE FROM audit WHERE seq = 4', 'cut', /entry 4, which was noted, is not there any more/],
    ['DELETE FROM audit', 'cut', /entry 4/],
  ] as const) {
    database.exec('CREATE TABLE kept AS SELECT * FROM audit')
    database.exec(done)
    const { code, stderr } = await verify(at, '--expect', noted)
    assert.equal(code, 1, done)
    assert.match(stderr, words)
    const told = JSON.parse((await verify(at, '--expect', noted, '--json')).stdout)
    assert.equal(told.reason, undone)
    database.exec('DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DROP TABLE kept')
  }
  const other = `4:${'A'.repeat(43)}`
  assert.match((await verify(at, '--expect', other)).stderr, /another one than the one that was noted/)
  assert.equal((await verify(at, '--expect', noted)).code, 0)
})

test('without the sealing key nothing is said about the log, but where to get the key from', async () => {
  await using at = await home()
  ;(await used(at)).close()
  const { stderr: seen } = await verify(at)
  assert.match(seen, /cut off at its end shows only with --expect/)
  await rm(join(at.folder, 'data', 'key'))
  const { code, stdout, stderr } = await verify(at)
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /cannot be followed without the server's sealing key/)
  assert.match(stderr, /--key-file <path>, or set EVERGRANT_KEY/)
  assert.doesNotMatch(stderr, /tampered/)
})

test('what is no noted entry, and a folder without a server’s data, are usage errors', async () => {
  await using at = await home()
  const { code, stderr } = await verify(at, '--expect', '4')
  assert.equal(code, 2)
  assert.match(stderr, /number:link/)
  assert.equal((await at.run(['audit', 'verify', '--data-dir', './data'])).code, 2)
})
