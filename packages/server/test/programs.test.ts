import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProgramUses } from '../src/accounts/program-uses.ts'
import type { Browser } from './support/browser.ts'
import { accountAt, connect, connected, PASSWORD, programWith, Scene, sandboxOf } from './support/scene.ts'

async function keyOf(browser: Browser, change: object): Promise<{ key: string; id: string }> {
  const { status, json, text } = await browser.post('/v1/api-keys', {
    name: 'a program',
    ...change,
    password: PASSWORD,
  })
  assert.equal(status, 201, text)
  return { key: json.key, id: json.api_key.id }
}

const programs = async (browser: Browser, account: string) =>
  (await browser.get(`/v1/accounts/${account}/programs`)).json.programs

test('an account tells which programs may use it, with what, until when, and when and from where each did last', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, connection, program } = await connected(scene, sandbox)
  const other = await accountAt(connection, admin)
  await connect(other, sandbox, admin, 'bob')
  const end = Math.floor(scene.clock.now()) + 1000
  await keyOf(admin, { name: 'elsewhere', accounts: [other] })
  const named = await keyOf(admin, { name: 'mail', accounts: [account, other], expires_at: end })
  await keyOf(admin, { name: 'narrow', accounts: [account], scopes: ['mail.read'] })
  scene.clock.advance(5)
  assert.equal((await programWith(named.key, scene)(account)).status, 200)
  const at = scene.clock.now()
  await program(account)
  scene.clock.advance(5)
  await program(account)
  await programWith(named.key, scene)(other)

  const [all, mail, narrow, ...rest] = await programs(admin, account)
  assert.equal(rest.length, 0)
  assert.deepEqual(
    [all.name, all.all_accounts, all.opens_mailbox, all.last_use.at, all.last_use.via],
    ['a program', true, false, at + 5, 'token'],
  )
  assert.match(all.last_use.source, /127\.0\.0\.1$|^::1$/)
  assert.deepEqual(
    [mail.id, mail.accounts, mail.opens_mailbox, mail.expires_at, mail.last_use.at, mail.made_by.name],
    [named.id, 2, true, end, at, 'Ada'],
    'its use of another account is told there',
  )
  assert.deepEqual(
    [narrow.name, narrow.scopes, narrow.opens_mailbox, narrow.last_use],
    ['narrow', ['mail.read'], false, undefined],
  )
  assert.ok(!JSON.stringify([all, mail, narrow]).includes(named.key))
  const [key] = (await admin.get('/v1/api-keys')).json.api_keys.filter(({ id }: { id: string }) => id === named.id)
  assert.equal(key.last_used_at, at + 5)

  const refused = await fetch(`${scene.server.url}/v1/accounts/${account}/programs`, {
    headers: { authorization: `Bearer ${named.key}` },
  })
  assert.equal(refused.status, 401, 'programs do not look at each other')
})

test('an account is taken away from one program: the others go on, and so does that program with its other accounts', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, connection } = await connected(scene, sandbox)
  const ben = await scene.invited(admin, { name: 'Ben' })
  const his = await accountAt(connection, ben)
  await connect(his, sandbox, ben, 'ben@example.test')
  const both = await keyOf(admin, { accounts: [account, his], reason: 'backup', password: PASSWORD })
  const alone = await keyOf(ben, { accounts: [his] })
  const use = programWith(both.key, scene)
  assert.equal((await use(his)).status, 200)

  assert.equal((await ben.delete(`/v1/accounts/${account}/programs/${both.id}`)).status, 404, 'not of what is not his')
  assert.equal((await ben.delete(`/v1/accounts/${his}/programs/${both.id}`)).status, 204, 'whoever made the key')
  assert.equal((await use(his)).json.code, 'API_KEY_SCOPE')
  assert.equal((await use(account)).status, 200)
  assert.equal((await ben.delete(`/v1/accounts/${his}/programs/${both.id}`)).status, 404)
  await ben.delete(`/v1/accounts/${his}/programs/${alone.id}`)
  assert.equal((await programWith(alone.key, scene)(his)).json.code, 'API_KEY_INVALID', 'a key for nothing is deleted')

  const [forAll] = await programs(ben, his)
  assert.equal(forAll.all_accounts, true)
  const refused = await admin.delete(`/v1/accounts/${his}/programs/${forAll.id}`)
  assert.deepEqual([refused.status, refused.json.code], [409, 'KEY_FOR_ALL_ACCOUNTS'])
  const { entries } = (await admin.get('/v1/audit')).json
  const noted = entries.filter(({ action }: { action: string }) => action === 'account.program_remove')
  assert.deepEqual(
    noted.map(({ subject, detail }: { subject: string; detail: object }) => [subject, detail]),
    [
      [his, { key: 'a program', deleted: true }],
      [his, { key: 'a program', deleted: false }],
    ],
  )
})

test('uses are written together and not one by one, the latest of all servers wins, and a failure loses none', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, key } = await connected(scene, sandbox)
  const [{ id }] = await programs(admin, account)
  const db = await scene.tables()
  const [one, other] = [new ProgramUses(db, scene.clock), new ProgramUses(db, scene.clock)]
  let asked = 0
  const from = (source: string) => () => {
    asked++
    return source
  }
  for (let n = 0; n < 1000; n++) one.note(id, account, 'token', from('10.0.0.1'))
  assert.equal(asked, 1, 'noted once a second')
  scene.clock.advance(2)
  other.note(id, account, 'mail', from('10.0.0.2'))
  await other.flush()
  await one.flush()
  const uses = async () => (await one.of(account)).map(({ at, source, via }) => [at, source, via])
  const at = scene.clock.now()
  assert.deepEqual(await uses(), [[at, '10.0.0.2', 'mail']], 'what was written later is not what happened later')
  await db.schema.alterTable('program_uses').renameTo('away').execute()
  scene.clock.advance(2)
  one.note(id, account, 'token', from('10.0.0.3'))
  await assert.rejects(one.flush())
  await db.schema.alterTable('away').renameTo('program_uses').execute()
  assert.deepEqual(await uses(), [[at + 2, '10.0.0.3', 'token']])

  await admin.delete(`/v1/accounts/${account}`)
  await one.reap()
  assert.deepEqual(await uses(), [])
  assert.equal((await programWith(key, scene)(account)).status, 404)
  await db.destroy()
})

test('what a program does at one server is told by another within a minute', { timeout: 120_000 }, async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, key } = await connected(scene, sandbox)
  await using second = await scene.another()
  const used = await fetch(`${second.url}/v1/accounts/${account}/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  })
  assert.equal(used.status, 200)
  const at = scene.clock.now()
  assert.equal((await programs(admin, account))[0].last_use, undefined, 'not a write for each request')
  scene.clock.advance(59)
  while ((await programs(admin, account))[0].last_use?.at !== at) await new Promise((done) => setTimeout(done, 10))
})
