import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser } from './support/browser.ts'
import { accountAt, connect, connectionTo, PASSWORD, programWith, Scene, sandboxOf } from './support/scene.ts'

const DAY = 86_400

async function names(browser: Browser, query: string): Promise<string[]> {
  const { status, json, text } = await browser.get(`/v1/accounts?${query}`)
  assert.equal(status, 200, text)
  return json.accounts.map(({ name }: { name: string }) => name)
}

/** All pages, a few at a time; each account may come once only. */
async function everything(browser: Browser, query: string): Promise<string[]> {
  const found: string[] = []
  let cursor: string | undefined
  do {
    const { status, json, text } = await browser.get(
      `/v1/accounts?limit=2&${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
    )
    assert.equal(status, 200, text)
    found.push(...json.accounts.map(({ name }: { name: string }) => name))
    cursor = json.next
  } while (cursor !== undefined)
  assert.equal(new Set(found).size, found.length, found.join())
  return found
}

/** Five accounts: two work, one has ended, one is paused, one is new. */
async function five() {
  const scene = await Scene.begin()
  const sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin, { name: 'Büro' })
  const ids: Record<string, string> = {}
  for (const name of ['Zoë', 'bob', 'carol_1', 'dave', 'erin']) {
    ids[name] = await accountAt(connection, admin, { name })
    scene.clock.advance(1)
    if (name !== 'erin') await connect(ids[name] ?? '', sandbox, admin, `${name[0]}@example.test`)
  }
  await sandbox.revokeGrant('b@example.test')
  await admin.post(`/v1/accounts/${ids['bob']}/refresh`)
  await admin.patch(`/v1/accounts/${ids['dave']}`, { paused: true })
  const end = async (): Promise<void> => {
    await sandbox.close()
    await scene[Symbol.asyncDispose]()
  }
  return { scene, sandbox, admin, connection, ids, [Symbol.asyncDispose]: end }
}

test('accounts are found by any of their names, their connection and their owner, in any letters', async () => {
  await using world = await five()
  const { admin, scene, sandbox } = world
  assert.deepEqual(await names(admin, 'q=ZO%C3%8B'), ['Zoë'])
  assert.deepEqual(await names(admin, 'q=%20B@EXAMPLE'), ['bob'], 'who signed in is a name too')
  assert.deepEqual(await names(admin, 'q=l_1'), ['carol_1'])
  assert.deepEqual(await names(admin, 'q=o_'), [], 'what is a wildcard to the database is a letter here')
  assert.deepEqual(await names(admin, 'q=%25'), [])
  assert.equal((await names(admin, 'q=b%C3%BCro')).length, 5)
  assert.equal((await names(admin, 'q=ada')).length, 5)
  const other = await connectionTo(sandbox, admin, { name: 'Elsewhere' })
  const ben = await scene.invited(admin, { name: 'Ben' })
  await accountAt(other, ben, { name: 'his' })
  assert.deepEqual(await names(admin, 'q=ben'), ['his'])
  assert.deepEqual(await names(ben, 'q=b'), ['his'], 'a member finds only their own')
  const owner = (await ben.get('/v1/session')).json.user.id
  assert.deepEqual(await names(admin, `owner=${owner}`), ['his'])
  assert.deepEqual(await names(admin, 'owner=nobody'), [])
  const ada = (await admin.get('/v1/session')).json.user.id
  assert.deepEqual(await names(ben, `owner=${ada}`), [], 'nor by asking for those of another')
})

test('accounts are filtered by state and counted by it, and no count is another than what the list has', async () => {
  await using world = await five()
  const { admin } = world
  assert.deepEqual(await names(admin, 'state=ok'), ['carol_1', 'Zoë'])
  assert.deepEqual(await names(admin, 'state=needs_consent,paused'), ['bob', 'dave'])
  assert.deepEqual(await names(admin, 'state=ok&q=car'), ['carol_1'])
  assert.deepEqual(await names(admin, 'state=checking'), [])
  const { json } = await admin.get('/v1/accounts/counts')
  assert.equal(json.total, 5)
  for (const [state, count] of Object.entries(json.states)) {
    assert.equal((await everything(admin, `state=${state}`)).length, count, state)
  }
  assert.deepEqual([json.states.ok, json.states.new, json.states.needs_consent, json.states.paused], [2, 1, 1, 1])
  assert.equal((await admin.get('/v1/accounts/counts?q=car')).json.total, 1)
  const { text } = await admin.get('/metrics')
  assert.match(text, /^evergrant_accounts\{state="paused"\} 1$/m)
  assert.match(text, /^evergrant_accounts_flagged\{flag="expiring_soon"\} 0$/m)
  for (const query of ['state=fine', 'state=', 'flag=x', 'sort=x', 'ids=', 'state=removed']) {
    assert.equal((await admin.get(`/v1/accounts?${query}`)).status, 400, query)
  }
})

test('accounts whose connection has another client now are found, also where an older server changed it', async () => {
  await using world = await five()
  const { admin, connection, scene } = world
  const db = await scene.tables()
  for (const older of [false, true]) {
    if (older) {
      const row = { client_id: 'another', first_client_id: null, revision: 50 }
      await db.updateTable('connections').set(row).where('id', '=', connection).execute()
    } else assert.equal((await admin.patch(`/v1/connections/${connection}`, { client_id: 'another' })).status, 200)
    assert.deepEqual(await everything(admin, 'state=needs_consent'), ['bob', 'carol_1', 'Zoë'])
    assert.deepEqual(await everything(admin, 'sort=attention'), ['bob', 'carol_1', 'Zoë', 'dave', 'erin'])
    assert.equal((await admin.patch(`/v1/connections/${connection}`, { client_id: 'evergrant' })).status, 200)
    assert.deepEqual(await everything(admin, 'state=needs_consent'), ['bob'])
  }
  await db.updateTable('connections').set({ trouble: '{"code":"X","message":"x","at":0}' }).execute()
  assert.deepEqual(await everything(admin, 'state=connection_error'), ['bob', 'carol_1', 'erin', 'Zoë'])
  await db.destroy()
})

test('lists come in the order that is asked for, page by page, and a cursor is for its own order alone', async () => {
  await using world = await five()
  const { admin, ids, scene } = world
  assert.deepEqual(await everything(admin, 'sort=name'), ['bob', 'carol_1', 'dave', 'erin', 'Zoë'])
  assert.deepEqual(await everything(admin, 'sort=attention'), ['bob', 'carol_1', 'dave', 'erin', 'Zoë'])
  await admin.patch(`/v1/accounts/${ids['bob']}`, { name: 'yves' })
  assert.deepEqual(await everything(admin, 'sort=attention'), ['yves', 'carol_1', 'dave', 'erin', 'Zoë'])
  assert.deepEqual(await everything(admin, 'sort=newest'), ['erin', 'dave', 'carol_1', 'yves', 'Zoë'])
  const { key } = (await admin.post('/v1/api-keys', { name: 'one', password: PASSWORD })).json
  await programWith(key, scene)(ids['carol_1'] ?? '')
  while ((await names(admin, 'sort=used&limit=1'))[0] !== 'carol_1');
  assert.equal((await everything(admin, 'sort=used')).length, 5)
  const { next } = (await admin.get('/v1/accounts?limit=2&sort=newest')).json
  const { status, json } = await admin.get(`/v1/accounts?limit=2&sort=name&cursor=${next}`)
  assert.deepEqual([status, json.field], [400, 'cursor'])
})

test('those that are asked for by id come, as far as whoever asks may see them', async () => {
  await using world = await five()
  const { admin, ids, scene } = world
  assert.deepEqual(await names(admin, `ids=${ids['dave']},${ids['bob']},gone`), ['bob', 'dave'])
  const { key } = (await admin.post('/v1/api-keys', { name: 'one', accounts: [ids['bob']], password: PASSWORD })).json
  const headers = { authorization: `Bearer ${key}` }
  const read = await fetch(`${scene.server.url}/v1/accounts?ids=${ids['dave']},${ids['bob']}`, { headers })
  const { accounts } = (await read.json()) as { accounts: { id: string }[] }
  assert.deepEqual(
    accounts.map(({ id }) => id),
    [ids['bob']],
  )
  const ben = await scene.invited(admin, { name: 'Ben' })
  assert.deepEqual(await names(ben, `ids=${ids['bob']}`), [])
})

test('an account whose grant ends soon says so beside its state, is counted, found, and first in its order', async () => {
  await using world = await five()
  const { admin, ids, sandbox } = world
  const flagged = async (): Promise<string[]> => names(admin, 'flag=expiring_soon')
  // The clock stands still: nothing is renewed in between.
  const connectFor = async (seconds: number): Promise<void> => {
    const told = sandbox.fault({ match: { endpoint: 'token' }, set: { refresh_token_expires_in: seconds } })
    await connect(ids['carol_1'] ?? '', sandbox, admin)
    told.remove()
  }
  await connectFor(20 * DAY)
  assert.deepEqual(await flagged(), [], 'twenty days are not soon')
  await connectFor(13 * DAY)
  assert.deepEqual(await flagged(), ['carol_1'])
  const view = (await admin.get(`/v1/accounts/${ids['carol_1']}`)).json
  assert.deepEqual([view.state, view.expiring_soon], ['ok', true])
  assert.equal((await admin.get('/v1/accounts/counts')).json.flags.expiring_soon, 1)
  assert.equal((await admin.get('/v1/overview')).json.accounts.flags.expiring_soon, 1)
  assert.equal((await names(admin, 'sort=ends'))[0], 'carol_1')
  assert.match((await admin.get('/metrics')).text, /^evergrant_accounts_flagged\{flag="expiring_soon"\} 1$/m)
  await connect(ids['carol_1'] ?? '', sandbox, admin)
  assert.deepEqual(await flagged(), [], 'a new consent ends it')
})

test('accounts are exported as a table that a spreadsheet reads, with nothing in it that it would work out', async () => {
  await using world = await five()
  const { admin, connection, ids } = world
  await accountAt(connection, admin, { name: '=HYPERLINK("http://evil.example","open")' })
  const { status, headers, text } = await admin.get('/v1/accounts.csv')
  assert.equal(status, 200)
  assert.equal(headers.get('content-type'), 'text/csv; charset=utf-8')
  assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="evergrant-accounts.csv"$/)
  const lines = text.trimEnd().split('\r\n')
  assert.match(lines[0] ?? '', /^\uFEFF?id,name,username,/)
  assert.equal(lines.length, 7)
  assert.ok(
    lines.some((line) => line.includes(`"'=HYPERLINK(""http://evil.example"",""open"")"`)),
    text,
  )
  assert.match(lines.find((line) => line.includes(ids['bob'] ?? '')) ?? '', /,b@example\.test,.*,needs_consent,/)
  const some = (await admin.get('/v1/accounts.csv?state=paused')).text.trimEnd().split('\r\n')
  assert.deepEqual([some.length, some[1]?.includes(ids['dave'] ?? '')], [2, true])
  const ben = await world.scene.invited(admin, { name: 'Ben' })
  assert.equal((await ben.get('/v1/accounts.csv')).text.trimEnd().split('\r\n').length, 1)
})

test('an account that is removed is told to those who look at it by the same word as everywhere', async () => {
  await using world = await five()
  const { admin, ids } = world
  const stop = new AbortController()
  const events = admin.events(stop.signal)
  assert.equal((await events.next()).value?.name, 'hello')
  await admin.delete(`/v1/accounts/${ids['erin']}`)
  for await (const { name, data } of events) {
    if (name !== 'account_removed') continue
    assert.deepEqual(data, { id: ids['erin'], state: 'removed' })
    break
  }
  stop.abort()
})
