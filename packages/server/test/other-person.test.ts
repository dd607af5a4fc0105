/** Somebody else consents than the account was added for, or than it belongs to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountAt, connect, connected, consentUrl, programWith, Scene, sandboxOf } from './support/scene.ts'

async function world() {
  const scene = await Scene.begin()
  const sandbox = await sandboxOf(scene)
  const { admin, connection, account, key } = await connected(scene, sandbox)
  const close = async (): Promise<void> => {
    await sandbox.close()
    await scene[Symbol.asyncDispose]()
  }
  const view = async (id: string) => (await admin.get(`/v1/accounts/${id}`)).json
  return { scene, sandbox, admin, connection, account, key, view, [Symbol.asyncDispose]: close }
}

test('whoever signs in as somebody else than the account was added for is told, and may keep that', async () => {
  await using here = await world()
  const { sandbox, admin, connection, view } = here
  const id = await accountAt(connection, admin, { login_hint: 'anna@example.test' })
  const { page } = await connect(id, sandbox, admin, 'carl@example.test')
  assert.match(page.text, /You signed in as carl@example\.test, but this account was added for anna@example\.test/)
  const shown = await view(id)
  assert.deepEqual(
    [shown.state, shown.added_for, shown.subject.username],
    ['ok', 'anna@example.test', 'carl@example.test'],
  )
  const kept = (await admin.post(`/v1/accounts/${id}/confirm`, { right: true })).json
  assert.deepEqual([kept.added_for, kept.login_hint, kept.state], [undefined, 'carl@example.test', 'ok'])
  const again = await connect(id, sandbox, admin, 'anna@example.test')
  assert.match(again.page.text, /That was another account/, 'it is his from now on')
})

test('whoever tries again is asked for as the account was added for, and the other consent ends at the provider', async () => {
  await using here = await world()
  const { scene, sandbox, admin, connection, key, view } = here
  const id = await accountAt(connection, admin, { login_hint: 'anna@example.test' })
  await connect(id, sandbox, admin, 'carl@example.test')
  const url = await consentUrl(id, admin)
  assert.equal(new URL(url).searchParams.get('login_hint'), 'anna@example.test')
  assert.match((await admin.visit(await sandbox.approve(url, { username: 'anna@example.test' }))).text, /Connected/)
  const shown = await view(id)
  assert.deepEqual([shown.state, shown.added_for, shown.subject.username], ['ok', undefined, 'anna@example.test'])
  scene.clock.advance(4000)
  assert.equal((await programWith(key, scene)(id)).status, 200)
  const alive = sandbox.families().filter((family) => family.alive)
  assert.ok(!alive.some(({ sub }) => sub === 'carl@example.test'), 'nobody holds his consent any more')
})

test('an address and a user name with the same beginning are taken for the same person', async () => {
  await using here = await world()
  const { sandbox, admin, connection, view } = here
  const id = await accountAt(connection, admin, { login_hint: 'Bob@example.test' })
  await connect(id, sandbox, admin, 'bob')
  assert.equal((await view(id)).added_for, undefined)
  const other = await accountAt(connection, admin, { login_hint: 'anna@example.test' })
  await connect(other, sandbox, admin, 'bob')
  assert.equal((await view(other)).added_for, 'anna@example.test')
})

test('a wrong account is told beside the state of one that works on, until a consent succeeds', async () => {
  await using here = await world()
  const { sandbox, admin, account, view } = here
  const owner: string = (await view(account)).subject.username
  const { page } = await connect(account, sandbox, admin, 'carl@example.test')
  assert.match(page.text, new RegExp(`You signed in as carl@example\\.test, but this account belongs to ${owner}`))
  const { state, consent_failed } = await view(account)
  assert.deepEqual(
    [state, consent_failed.code, consent_failed.who, consent_failed.username],
    ['ok', 'WRONG_ACCOUNT', 'person', 'carl@example.test'],
  )
  const german = (await admin.get(`/v1/accounts/${account}`, { 'accept-language': 'de' })).json.consent_failed
  assert.match(german.detail, /wurde .* benutzt/)
  await connect(account, sandbox, admin, owner)
  assert.equal((await view(account)).consent_failed, undefined)
})

test('a consent that failed while the account worked says nothing about it when its client changes', async () => {
  await using here = await world()
  const { sandbox, admin, connection, account, view } = here
  await connect(account, sandbox, admin, 'carl@example.test')
  await admin.patch(`/v1/connections/${connection}`, { client_id: 'another' })
  assert.deepEqual([(await view(account)).state, (await view(account)).reason], ['needs_consent', 'settings'])
})

test('whoever owns an account that waits for confirmation may connect it themself instead', async () => {
  await using here = await world()
  const { scene, sandbox, admin, connection, view } = here
  const id = await accountAt(connection, admin)
  const { link } = (await admin.post(`/v1/accounts/${id}/connect-link`)).json
  const carl = scene.browser()
  const begun = await carl.post('/v1/connect/begin', { token: link.split('#token=')[1] })
  await carl.visit(await sandbox.approve(begun.json.url, { username: 'carl@example.test' }))
  assert.equal((await view(id)).unconfirmed, true)
  await connect(id, sandbox, admin, 'anna@example.test')
  const shown = await view(id)
  assert.deepEqual([shown.unconfirmed, shown.state, shown.subject.username], [undefined, 'ok', 'anna@example.test'])
})
