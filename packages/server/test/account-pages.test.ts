import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountAt, connect, connectionTo, PASSWORD, Scene, sandboxOf } from './support/scene.ts'

test('accounts are listed page by page in order of their names, each once, also while some come and go', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const other = await connectionTo(sandbox, admin, { name: 'Other' })
  const connection = await connectionTo(sandbox, admin)
  const names = ['delta', 'Alpha', 'charlie', 'Bravo', 'bravo', 'echo', 'alpha']
  for (const name of names) await accountAt(connection, admin, { name })
  const unnamed = await accountAt(connection, admin)
  await connect(unnamed, sandbox, admin, 'carla@example.test')
  await accountAt(other, admin, { name: 'elsewhere' })

  const listed: string[] = []
  let path = '/v1/accounts?limit=3'
  for (let pages = 1; ; pages++) {
    const { json } = await admin.get(path)
    listed.push(...json.accounts.map(({ name }: { name: string }) => name.toLowerCase()))
    if (json.next === undefined) break
    assert.equal(json.accounts.length, 3)
    if (pages === 1) await accountAt(connection, admin, { name: 'aaa, behind the page that was read' })
    path = `/v1/accounts?limit=3&cursor=${json.next}`
  }
  const expected = [...names, 'carla@example.test', 'elsewhere'].map((name) => name.toLowerCase()).sort()
  assert.deepEqual(listed, expected)

  const { json: some } = await admin.get(`/v1/accounts?limit=500&connection=${other}`)
  assert.deepEqual([some.accounts.length, some.next], [1, undefined])
  const { json: all } = await admin.get('/v1/accounts')
  assert.deepEqual([all.accounts.length, all.next], [10, undefined], 'without a limit all at once, as before')
  assert.deepEqual(
    all.accounts.find(({ id }: { id: string }) => id === unnamed),
    (await admin.get(`/v1/accounts/${unnamed}`)).json,
  )
})

test('a page shows an API key its own accounts alone', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const ids: string[] = []
  for (const name of ['a', 'b', 'c', 'd']) ids.push(await accountAt(connection, admin, { name }))
  const { key } = (await admin.post('/v1/api-keys', { name: 'two', accounts: [ids[1], ids[3]], password: PASSWORD }))
    .json
  const read = async (query: string) => {
    const headers = { authorization: `Bearer ${key}` }
    const response = await fetch(`${scene.server.url}/v1/accounts?${query}`, { headers })
    return (await response.json()) as { accounts: { name: string }[]; next?: string }
  }
  const first = await read('limit=1')
  assert.deepEqual([first.accounts[0]?.name, first.accounts.length], ['b', 1])
  const second = await read(`limit=1&cursor=${first.next}`)
  assert.deepEqual([second.accounts[0]?.name, second.next], ['d', undefined])
})

test('a limit or cursor that cannot be is a mistake of the request', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  for (const query of ['limit=0', 'limit=501', 'limit=x', 'cursor=nonsense', 'cursor=WzFd', 'page=2']) {
    const { status, json } = await admin.get(`/v1/accounts?${query}`)
    assert.deepEqual([status, json.code], [400, 'INVALID_REQUEST'], query)
  }
})

test('an account that an older server made or renamed finds its place when it is listed', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  for (const name of ['x', 'y', 'z']) await accountAt(connection, admin, { name })
  const db = await scene.tables()
  await db.updateTable('accounts').set({ sort_name: '', name: 'zz' }).where('name', '=', 'x').execute()
  await db.destroy()
  const order = async () =>
    (await admin.get('/v1/accounts?limit=10')).json.accounts.map(({ name }: { name: string }) => name)
  assert.deepEqual(await order(), ['zz', 'y', 'z'])
  assert.deepEqual(await order(), ['y', 'z', 'zz'])
})
