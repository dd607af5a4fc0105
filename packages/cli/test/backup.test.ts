import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { home } from './command-line.ts'

test('a backup of a server that runs is restored elsewhere, and starts with the key that was kept apart', async () => {
  await using at = await home()
  const data = join(at.folder, 'data')
  const server = at.start(['serve', '--port', '0', '--data-dir', data])
  const [, setup = ''] = await server.seen(/(http:\/\/\S+\/setup#token=\S+)$/m)
  const { origin, hash } = new URL(setup)
  const made = await fetch(`${origin}/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-evergrant': '1' },
    body: JSON.stringify({ token: hash.slice('#token='.length), name: 'Ada', password: 'correct horse battery' }),
  })
  assert.equal(made.status, 200)
  const saved = await at.run(['backup', 'copy.db', '--data-dir', data])
  assert.equal(saved.code, 0, saved.stderr)
  assert.match(saved.stderr, /sealing key is not in it/)
  const copy = join(at.folder, 'copy.db')
  if (process.platform !== 'win32') assert.equal((await stat(copy)).mode & 0o777, 0o600)
  const again = await at.run(['backup', 'copy.db', '--data-dir', data])
  assert.equal(again.code, 2, 'an earlier copy is not written over')
  server.kill('SIGTERM')
  await server.ended

  const other = join(at.folder, 'other')
  const restored = await at.run(['restore', 'copy.db', '--data-dir', other])
  assert.equal(restored.code, 0, restored.stderr)
  assert.match(restored.stderr, /Bring its sealing key/)
  const keyless = await at.run(['serve', '--port', '0', '--data-dir', other])
  assert.equal(keyless.code, 2, keyless.stderr)
  assert.match(keyless.stderr, /There is no sealing key/)
  await writeFile(join(other, 'key'), await readFile(join(data, 'key')), { mode: 0o600 })
  const second = at.start(['serve', '--port', '0', '--data-dir', other])
  const [, url = ''] = await second.seen(/^Evergrant runs at (http:\/\/\S+)$/m)
  const signedIn = await fetch(`${url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-evergrant': '1' },
    body: JSON.stringify({ name: 'Ada', password: 'correct horse battery' }),
  })
  assert.equal(signedIn.status, 200)
  second.kill('SIGTERM')
  await second.ended
  assert.equal((await at.run(['restore', 'copy.db', '--data-dir', other])).code, 2, 'a database is not written over')
})

test('what is no database of a server is neither saved nor put in place', async () => {
  await using at = await home()
  await writeFile(join(at.folder, 'poem.db'), 'The sea is calm tonight.')
  const restored = await at.run(['restore', 'poem.db', '--data-dir', 'data'])
  assert.notEqual(restored.code, 0)
  assert.match(restored.stderr, /no database of an Evergrant server/)
  assert.equal(existsSync(join(at.folder, 'data', 'evergrant.db')), false)
  await mkdir(join(at.folder, 'empty'))
  assert.equal((await at.run(['backup', 'a.db', '--data-dir', 'empty'])).code, 2)
})

test('the data folder that the environment names is the one that is meant', async () => {
  await using at = await home()
  const env = { EVERGRANT_DATA_DIR: join(at.folder, 'elsewhere'), EVERGRANT_SANDBOX: 'off' }
  const server = at.start(['serve', '--port', '0'], { env })
  await server.seen(/runs at/)
  server.kill('SIGTERM')
  await server.ended
  const saved = await at.run(['backup', 'copy.db'], { env })
  assert.equal(saved.code, 0, saved.stderr)
  const followed = await at.run(['audit', 'verify', '--json'], { env })
  assert.deepEqual([followed.code, JSON.parse(followed.stdout).ok], [0, true], followed.stderr)
  const listed = await at.run(['keys', 'list', '--json'], { env })
  assert.equal(JSON.parse(listed.stdout).keys[0].role, 'seals', listed.stderr)
  const store = await at.run(['keys', 'list', '--json', '--store', 'file:./g.json', '--key-file', 'elsewhere/key'], {
    env,
  })
  assert.deepEqual(JSON.parse(store.stdout).keys[0].records, 0, 'a store that is typed wins')
  const none = await at.run(['audit', 'verify'])
  assert.equal(none.code, 2)
  assert.match(none.stderr, /data\/evergrant\.db.*EVERGRANT_DATA_DIR/s)
})
