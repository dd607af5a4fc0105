import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { grant, keyring, reseal } from '@evergrant/core'
import { openSqlite, resealTables, tableKeys } from '@evergrant/server'
import { addKey, keysFromText, openKeyring } from '@evergrant/stores/keyring'
import { sqliteStore } from '@evergrant/stores/sqlite'
import { connected, consentUrl, Scene, sandboxOf } from './support/scene.ts'

test('[#115] keys are changed under a server that runs: tokens, consents under way and connections go on', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program, admin, connection } = await connected(scene, sandbox)
  // The provider takes the former secret alone, so that a renewal shows that it opens.
  await admin.patch(`/v1/connections/${connection}`, { client_secret: 'not active there so far', former_secret: {} })
  // A consent that was begun before the change is finished after it.
  const callback = await sandbox.approve(await consentUrl(account, admin))
  const path = join(scene.dir, 'data', 'evergrant.db')
  const file = join(scene.dir, 'data', 'key')
  const { current, others = [] } = await addKey(file)
  const ring = await openKeyring({ file })
  const store = sqliteStore(path)
  const db = openSqlite(path)
  try {
    assert.equal((await reseal(store, ring)).resealed, 1)
    const own = await resealTables(db, ring)
    assert.deepEqual([own.total, own.resealed, own.unreadable], [5, 5, []])
    assert.deepEqual([...(await tableKeys(db))], [[current.id, 5]])
    assert.equal((await resealTables(db, ring)).resealed, 0)
  } finally {
    await db.destroy()
    await store.close()
  }
  assert.equal((await admin.visit(callback)).status, 200)
  scene.clock.advance(4000)
  const answered = await program(account)
  assert.equal(answered.status, 200)
  await scene.stop()
  assert.ok(others[0])
  await writeFile(file, `${(await readFile(file, 'utf8')).split('\n')[0]}\n`)
  await scene.start()
  scene.clock.advance(4000)
  assert.equal((await program(account)).status, 200)
})

test('a record in clear that somebody slips into the database is refused, and stays as it is', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program } = await connected(scene, sandbox)
  await using store = sqliteStore(join(scene.dir, 'data', 'evergrant.db'))
  const before = await store.get(account)
  assert.ok(before?.sealed)
  const { sealed: _, ...open } = before
  const slipped = await store.put(grant({ ...open, refresh_token: "a stranger's" }), before.version)
  assert.ok(slipped.ok)
  scene.clock.advance(4000)
  const answered = await program(account)
  assert.deepEqual([answered.status, answered.json.code], [500, 'UNSEAL_FAILED'])
  assert.deepEqual(await store.get(account), slipped.grant)
})

test('values of the server that do not open are told, and stay as they are', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await connected(scene, sandbox)
  const db = openSqlite(join(scene.dir, 'data', 'evergrant.db'))
  try {
    const before = await tableKeys(db)
    const stranger = keyring(await keysFromText('7'.repeat(64)))
    const { resealed, unreadable } = await resealTables(db, stranger)
    assert.equal(resealed, 0)
    assert.ok(unreadable.some(({ id, error }) => id.includes('client secret') && error.code === 'UNSEAL_FAILED'))
    assert.deepEqual(await tableKeys(db), before)
  } finally {
    await db.destroy()
  }
})
