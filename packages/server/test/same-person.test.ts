/** A person who connects an account that is there already: replace it or keep both. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunningSandbox } from '@evergrant/sandbox'
import type { Answered, Browser } from './support/browser.ts'
import { accountAt, connect, connected, PASSWORD, programWith, Scene, sandboxOf } from './support/scene.ts'

/** What the page asks: the address and the token that its form posts. */
function question({ text }: Answered): { readonly action: string; readonly token: string } {
  const action = /<form method="post" action="([^"]+)"/.exec(text)?.[1]
  const token = /name="token" value="([^"]+)"/.exec(text)?.[1]
  assert.ok(action && token, text)
  return { action, token }
}

/** Presses one of its buttons, as a browser does. */
async function press(page: Answered, choice: 'replace' | 'keep', browser: Browser): Promise<Answered> {
  const { action, token } = question(page)
  return post(action, { token, choice }, browser)
}

async function post(action: string, fields: Record<string, string>, browser: Browser): Promise<Answered> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { cookie, origin: browser.origin, 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams(fields).toString()
  const response = await fetch(`${browser.origin}${action}`, { method: 'POST', headers, body })
  return { status: response.status, headers: response.headers, text: await response.text(), json: undefined }
}

async function second(scene: Scene, sandbox: RunningSandbox) {
  const first = await connected(scene, sandbox)
  scene.clock.advance(60)
  const other = await accountAt(first.connection, first.admin)
  const { page } = await connect(other, sandbox, first.admin)
  return { ...first, other, page }
}

const ids = async (admin: Browser): Promise<string[]> =>
  (await admin.get('/v1/accounts')).json.accounts.map(({ id }: { id: string }) => id)

test('replace: the account that is there gets the new grant and keeps its id and its API keys; the new account is gone', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, other, page, program } = await second(scene, sandbox)
  assert.match(page.text, /This account is connected already/)
  assert.match(page.headers.get('content-security-policy') ?? '', /form-action 'self'/)
  // Stored before anybody is asked.
  assert.equal((await admin.get(`/v1/accounts/${other}`)).json.state, 'ok')
  const key = (await admin.post('/v1/api-keys', { name: 'one', accounts: [account], password: PASSWORD })).json.key
  const before = (await program(other)).json.access_token

  const done = await press(page, 'replace', admin)
  assert.equal(done.status, 200, done.text)
  assert.match(done.text, /was connected already and has the new permission now/)
  assert.ok(done.text.includes(`"replaced":"${other}"`) && done.text.includes(`"account":"${account}"`))
  assert.deepEqual(await ids(admin), [account])
  assert.equal((await programWith(key, scene)(account)).json.access_token, before, 'the new grant, not the former one')
  assert.equal((await program(other)).status, 404)
  scene.clock.advance(4000)
  assert.equal((await program(account)).status, 200, 'it renews itself')
  const { history } = (await admin.get(`/v1/accounts/${account}/history`)).json
  assert.equal(history.filter(({ type }: { type: string }) => type === 'authorized').length, 2)
  const [entry] = (await admin.get('/v1/audit')).json.entries
  assert.deepEqual([entry.action, entry.subject, entry.detail.replaced], ['account.replace', account, other])
  assert.equal(sandbox.journal.count({ endpoint: 'revoke' }), 0, 'ending one would end both at many providers')
})

test('keep both: two accounts of the same person, which nobody asks about again', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, other, page, program } = await second(scene, sandbox)
  const done = await press(page, 'keep', admin)
  assert.match(done.text, /is connected through Practice/)
  assert.deepEqual((await ids(admin)).sort(), [account, other].sort())
  scene.clock.advance(4000)
  assert.deepEqual([(await program(account)).status, (await program(other)).status], [200, 200])
  for (const one of [account, other]) {
    const again = await connect(one, sandbox, admin)
    assert.doesNotMatch(again.page.text, /<form/, 'connected again in place')
  }
})

test('an answer counts once, in time, and in the browser that consented', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account, other, page } = await second(scene, sandbox)
  const stranger = scene.browser()
  stranger.cookies.set('__Host-evergrant-browser', 'x'.repeat(43))
  for (const browser of [scene.browser(), stranger]) {
    assert.equal((await press(page, 'replace', browser)).status, 400)
  }
  const { action } = question(page)
  assert.equal((await post(action, { token: 'guessed', choice: 'replace' }, admin)).status, 400)
  assert.equal((await post(action, {}, admin)).status, 400)
  assert.equal((await ids(admin)).length, 2)
  const both = await Promise.all([press(page, 'replace', admin), press(page, 'replace', admin)])
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400])
  assert.deepEqual(await ids(admin), [account])
  assert.ok(other)

  const third = await accountAt(connection, admin)
  const { page: late } = await connect(third, sandbox, admin)
  scene.clock.advance(601)
  assert.match((await press(late, 'replace', admin)).text, /too long/)
  assert.equal((await ids(admin)).length, 2, 'both are kept')
})

test('what other people have connected is neither offered nor told', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection } = await connected(scene, sandbox)
  const bob = await scene.invited(admin, { name: 'Bob', role: 'member' })
  const his = await accountAt(connection, bob)
  const { page } = await connect(his, sandbox, bob)
  assert.equal(page.status, 200)
  assert.doesNotMatch(page.text, /<form|already/)
  const another = await accountAt(connection, bob)
  const anna = await connect(another, sandbox, bob, 'anna@example.test')
  assert.doesNotMatch(anna.page.text, /<form/, 'another person')
})

test('accounts that an older server connected are found too, and a replacement that was cut off is finished', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account, other, page, program } = await second(scene, sandbox)
  question(page)
  const db = await scene.tables()
  await db.updateTable('accounts').set({ subject: null }).execute()
  const third = await accountAt(connection, admin)
  const again = await connect(third, sandbox, admin)
  assert.match(again.page.text, /<form/)

  // Whoever began it ended before the grant was moved.
  await db.updateTable('accounts').set({ paused: 1 }).where('id', '=', third).execute()
  const since = scene.clock.now()
  await db.updateTable('consent_choices').set({ replacing_since: since }).where('account_id', '=', third).execute()
  await pass(scene, async () => !(await ids(admin)).includes(third))
  await db.destroy()
  assert.deepEqual((await ids(admin)).sort(), [account, other].sort())
  scene.clock.advance(4000)
  assert.equal((await program(account)).status, 200)
})

test('the page asks in German too', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection } = await connected(scene, sandbox)
  const other = await accountAt(connection, admin)
  const begun = await admin.post(`/v1/accounts/${other}/authorize`)
  const page = await admin.visit(await sandbox.approve(begun.json.url), 'de')
  assert.match(page.text, /Dieses Konto ist schon verbunden/)
  assert.match(page.text, />Vorhandenes ersetzen</)
})

/** Lets time pass until it holds; slowly, because databases and sockets take time of their own. */
async function pass(scene: Scene, holds: () => Promise<boolean>): Promise<void> {
  const giveUp = Date.now() + 60_000
  while (!(await holds())) {
    assert.ok(Date.now() < giveUp, 'it never came to be')
    scene.clock.advance(20)
    await new Promise((done) => setTimeout(done, 5))
  }
}
