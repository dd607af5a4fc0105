import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser } from './support/browser.ts'
import { accountAt, connectionTo, PASSWORD, Scene, sandboxOf } from './support/scene.ts'

const idOf = async (admin: Browser, name: string): Promise<string> =>
  (await admin.get('/v1/users')).json.users.find((user: { name: string }) => user.name === name).id

test('no two people have names that look the same', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  const made = await ada.post('/v1/users', { name: 'Björn Straße' })
  assert.equal(made.status, 201)
  const { id } = made.json.user
  for (const name of ['björn strasse', 'BJÖRN STRASSE', 'Bjo\u0308rn  Straße', 'Ｂｊörn Straße', 'ADA']) {
    const refused = await ada.post('/v1/users', { name })
    assert.deepEqual([refused.status, refused.json.field], [400, 'name'], name)
    assert.match(refused.json.detail, /looks the same/)
  }
  assert.equal(
    (await ada.patch(`/v1/users/${id}`, { name: 'Ad\u1160a' })).json.field,
    'name',
    'a letter that is not seen',
  )
  assert.equal(
    (await ada.patch(`/v1/users/${id}`, { name: 'BJÖRN STRASSE', role: 'member' })).json.name,
    'BJÖRN STRASSE',
  )
  const same = await Promise.all(['Cleo', 'cleo', 'CLEO'].map((name) => ada.post('/v1/users', { name })))
  assert.deepEqual(same.map(({ status }) => status).sort(), [201, 400, 400])
})

test('names have nothing in them that is not seen, but for joiners where letters need them', async () => {
  await using scene = await Scene.begin()
  const sandbox = await sandboxOf(scene)
  const ada = await scene.admin()
  const connection = await connectionTo(sandbox, ada)
  const account = await accountAt(connection, ada)
  const owner = await idOf(ada, 'Ada')
  for (const code of [0xad, 0x200b, 0x200d, 0x200e, 0x202e, 0x2060, 0x2066, 0xfeff, 0xe0041]) {
    const name = `A${String.fromCodePoint(code)}da`
    for (const answer of [
      await ada.post('/v1/users', { name }),
      await ada.patch(`/v1/users/${owner}`, { name }),
      await ada.post('/v1/accounts', { connection, name }),
      await ada.patch(`/v1/accounts/${account}`, { name }),
      await ada.patch(`/v1/connections/${connection}`, { name }),
      await ada.post('/v1/api-keys', { name, password: PASSWORD }),
    ]) {
      assert.deepEqual([answer.status, answer.json.field], [400, 'name'], code.toString(16))
      assert.match(answer.json.detail, /without invisible characters/)
    }
  }
  // A Persian and a Sinhala name.
  for (const name of ['مهدی‌نیا', 'ශ්‍රී']) {
    assert.equal((await ada.post('/v1/users', { name })).status, 201, name)
    assert.equal((await ada.post('/v1/users', { name: name.replace(/[\u200c\u200d]/, '') })).json.field, 'name', name)
  }
  assert.equal((await ada.patch(`/v1/accounts/${account}`, { name: 'Post 📮 ❤️' })).status, 200)
  await sandbox.close()
})

test('who got a name before goes on with it', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  const ben = await scene.invited(ada, { name: 'Ben' })
  const tables = await scene.tables()
  const name = 'A\u200bda'
  await tables.updateTable('users').set({ name }).where('name', '=', 'Ben').execute()
  await tables.destroy()
  assert.equal((await ben.post('/v1/session', { name, password: PASSWORD })).status, 200)
  const id = await idOf(ada, name)
  assert.equal((await ada.patch(`/v1/users/${id}`, { role: 'admin', password: PASSWORD })).json.role, 'admin')
  assert.equal((await ada.patch(`/v1/users/${id}`, { name: 'ada' })).json.field, 'name')
})
