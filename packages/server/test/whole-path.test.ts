import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { onPostgres } from './support/database.ts'
import {
  accountAt,
  connect,
  connected,
  connectionTo,
  consentUrl,
  PASSWORD,
  Scene,
  SECRET,
  sandboxOf,
} from './support/scene.ts'

test('[#134] a new account says that it needs consent, and works after it', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const account = await accountAt(connection, admin)
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'new')

  const url = await consentUrl(account, admin)
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'awaiting_consent')
  const page = await admin.visit(await sandbox.approve(url, { username: 'alice' }))
  assert.equal(page.status, 200)
  assert.match(page.text, /alice is connected through Practice/)

  const shown = (await admin.get(`/v1/accounts/${account}`)).json
  assert.equal(shown.state, 'ok')
  assert.equal(shown.name, 'alice')
  assert.equal(shown.subject.sub, 'alice')
  assert.deepEqual(shown.missing_scopes, [])
  assert.equal((await admin.get(`/v1/connections/${connection}`)).json.accounts.ok, 1)
})

test('[#62] a program gets a token, the same one until it is due, and a refreshed one after it has expired', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program, admin } = await connected(scene, sandbox)

  const first = await program(account)
  assert.equal(first.status, 200)
  assert.equal(first.headers.get('cache-control'), 'no-store')
  assert.equal(first.json.token_type, 'Bearer')
  assert.equal(first.json.account, account)
  assert.equal(first.json.expires_in, 3600)
  const before = sandbox.journal.count({ endpoint: 'token' })
  assert.equal((await program(account)).json.access_token, first.json.access_token)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), before, 'the provider was not asked')

  scene.clock.advance(3700)
  const second = await program(account)
  assert.equal(second.status, 200)
  assert.notEqual(second.json.access_token, first.json.access_token)
  const echo = await fetch(`${sandbox.url}/api/echo`, {
    headers: { authorization: `Bearer ${second.json.access_token}` },
  })
  assert.equal(echo.status, 200, 'the provider takes the token')

  scene.clock.advance(3700)
  assert.equal((await program(account)).status, 200, 'the rotated refresh token was kept')
  assert.ok((await admin.get(`/v1/accounts/${account}`)).json.version > 1)
})

test('[#67] programs that ask at the same moment share one refresh', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program } = await connected(scene, sandbox)
  scene.clock.advance(3700)
  const before = sandbox.journal.count({ endpoint: 'token' })
  const answers = await Promise.all(Array.from({ length: 40 }, () => program(account)))
  assert.equal(new Set(answers.map(({ json }) => json.access_token)).size, 1)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }) - before, 1)
})

test('[#133] everything outlives a restart: accounts, API keys, sessions and the refreshed token', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program, admin } = await connected(scene, sandbox)
  const first = await program(account)
  await scene.stop()
  await scene.start()
  assert.equal(scene.server.setupLink, undefined, 'there is an administrator')
  assert.equal((await program(account)).json.access_token, first.json.access_token)
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'ok')
  scene.clock.advance(3700)
  assert.equal((await program(account)).status, 200)
})

test('[#139] no secret is stored in clear, answered or logged', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program, admin, connection, key, callback } = await connected(scene, sandbox)
  const url = await consentUrl(account, admin)
  const tokens = [(await program(account)).json.access_token]
  scene.clock.advance(3700)
  tokens.push((await program(account)).json.access_token)
  await admin.post(`/v1/connections/${connection}/check`)
  await admin.post(`/v1/accounts/${account}/test`)
  await admin.post(`/v1/accounts/${account}/refresh`)
  await admin.get('/metrics')
  await admin.get(`/v1/accounts/${account}/history`)

  const secrets: Record<string, string> = {
    code: new URL(callback).searchParams.get('code') ?? '',
    key,
    client: SECRET,
    password: PASSWORD,
  }
  tokens.forEach((token, index) => {
    secrets[`token ${index}`] = token
  })
  sandbox.journal.where({ endpoint: 'token' }).forEach(({ form, outcome }, index) => {
    for (const [name, secret] of Object.entries({ ...form, ...outcome?.issued })) {
      const hidden = ['code', 'code_verifier', 'access_token', 'refresh_token', 'id_token'].includes(name)
      if (hidden && typeof secret === 'string') secrets[`${name} ${index}`] = secret
    }
  })
  assert.ok(Object.keys(secrets).length > 8)
  const stored = await scene.stored()
  const log = scene.log.join('')
  const answered = admin.seen.filter((text) => !text.includes('"api_key"')).join('\n')
  const state = new URL(url).searchParams.get('state') ?? ''
  assert.ok(!stored.includes(state), 'a state in the database')
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(secret, name)
    assert.ok(!stored.includes(secret), `${name} in the database`)
    assert.ok(!log.includes(secret), `${name} in the log`)
    assert.ok(!answered.includes(secret), `${name} in an answer`)
  }
  for (const cookie of admin.cookies.values()) {
    assert.ok(!stored.includes(cookie), 'a cookie in the database')
    assert.ok(!log.includes(cookie), 'a cookie in the log')
  }
})

test('the data folder, the key and the database are for their owner alone', {
  skip: process.platform === 'win32' || onPostgres(),
}, async () => {
  await using scene = await Scene.begin()
  const mode = async (name: string) => ((await stat(join(scene.dir, 'data', name))).mode & 0o777).toString(8)
  assert.equal(await mode('.'), '700')
  for (const name of ['key', 'evergrant.db', 'evergrant.db-wal']) assert.equal(await mode(name), '600', name)
})

test('[#57] accounts in use are renewed before anybody asks', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program, admin } = await connected(scene, sandbox)
  const first = await program(account)
  scene.clock.advance(3300)
  for (let wait = 0; wait < 200; wait++) {
    if ((await admin.get(`/v1/accounts/${account}`)).json.refreshes === 1) break
    scene.clock.advance(1)
  }
  const before = sandbox.journal.count({ endpoint: 'token' })
  const second = await program(account)
  assert.notEqual(second.json.access_token, first.json.access_token)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), before, 'it was there already')
})

test('[#149] revoking ends the grant at the provider and keeps the account; removing takes everything', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program, admin } = await connected(scene, sandbox)
  await program(account)
  const revoked = await admin.post(`/v1/accounts/${account}/revoke`)
  assert.equal(revoked.json.state, 'needs_consent')
  assert.equal(revoked.json.reason, 'revoked_here')
  assert.equal(sandbox.journal.count({ endpoint: 'revoke' }), 1)
  assert.ok(sandbox.families().every(({ alive }) => !alive))
  const refused = await program(account)
  assert.match(refused.json.detail, /revoked here/)
  assert.equal(refused.status, 409)
  assert.equal(refused.json.code, 'CONSENT_REQUIRED')

  const { page } = await connect(account, sandbox, admin)
  assert.equal(page.status, 200)
  assert.equal((await program(account)).status, 200, 'same id, same key')
  assert.equal((await admin.delete(`/v1/accounts/${account}`)).status, 204)
  assert.equal(sandbox.journal.count({ endpoint: 'revoke' }), 2)
  assert.equal((await program(account)).status, 404)
  assert.equal((await admin.get('/v1/accounts')).json.accounts.length, 0)
})
