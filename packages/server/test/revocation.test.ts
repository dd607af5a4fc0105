import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { grant, sealed } from '@evergrant/core'
import { openKeyring } from '@evergrant/stores/keyring'
import { accountAt, connect, connected, connectionTo, Scene, sandboxOf } from './support/scene.ts'

test('revoking leaves no secret of the grant behind: no token, and no key that a token was bound to', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, admin } = await connected(scene, sandbox)
  const ring = await openKeyring({ file: join(scene.dir, 'data', 'key') })
  await using file = scene.grants()
  const store = sealed(file, ring)
  const before = await store.get(account)
  assert.ok(before?.refresh_token)
  const dpop_key = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'the private part' }
  assert.ok((await store.put(grant({ ...before, dpop_key }), before.version)).ok)

  assert.equal((await admin.post(`/v1/accounts/${account}/revoke`)).status, 200)
  const after = await store.get(account)
  assert.equal(after?.standing.state, 'revoked')
  assert.deepEqual(after?.access, {})
  assert.equal(after?.refresh_token, undefined)
  assert.equal(after?.dpop_key, undefined)
})

test('[#149] a revocation that failed at the provider is told in the answer, with what to do there; here it has ended', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, admin, program } = await connected(scene, sandbox)
  const fault = sandbox.fault({ match: { endpoint: 'revoke' }, status: 503, times: Number.POSITIVE_INFINITY })
  const revoked = await admin.post(`/v1/accounts/${account}/revoke`)
  assert.equal(revoked.status, 200)
  assert.equal(revoked.json.reason, 'revoked_here')
  const { detail, advice, ...told } = revoked.json.still_at_provider
  assert.deepEqual(told, { code: 'PROVIDER_UNAVAILABLE', who: 'person', accounts: 1 })
  assert.match(detail, /503/)
  assert.match(advice, /ended here.*at Sandbox/)
  assert.equal((await program(account)).status, 409)
  assert.ok(sandbox.families().some(({ alive }) => alive))

  fault.remove()
  await connect(account, sandbox, admin)
  const again = await admin.post(`/v1/accounts/${account}/revoke`)
  assert.equal(again.json.still_at_provider, undefined)
})

test('[#149] removing says when the provider may still hold what was allowed, and is silent when all has ended', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, admin, connection } = await connected(scene, sandbox)
  const others: string[] = []
  for (let made = 0; made < 10; made++) {
    const id = await accountAt(connection, admin)
    await connect(id, sandbox, admin)
    others.push(id)
  }
  const never = await accountAt(connection, admin)
  const fault = sandbox.fault({ match: { endpoint: 'revoke' }, status: 503, times: Number.POSITIVE_INFINITY })
  const removed = await admin.delete(`/v1/accounts/${account}`)
  assert.equal(removed.status, 200)
  assert.equal(removed.json.still_at_provider.code, 'PROVIDER_UNAVAILABLE')
  assert.equal((await admin.get(`/v1/accounts/${account}`)).status, 404)
  assert.equal((await admin.delete(`/v1/accounts/${never}`)).status, 204, 'nothing was ever allowed')

  await accountAt(connection, admin)
  const all = await admin.delete(`/v1/connections/${connection}?accounts=delete`)
  assert.equal(all.status, 200)
  assert.equal(all.json.still_at_provider.accounts, others.length, 'also those that the provider was not asked about')
  fault.remove()
})

test('[#149] a provider that offers no revocation is said to hold the grant still', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin, {
    provider: 'generic',
    issuer: undefined,
    authorization_endpoint: `${sandbox.issuer}/authorize`,
    token_endpoint: `${sandbox.issuer}/token`,
  })
  const account = await accountAt(connection, admin)
  assert.equal((await connect(account, sandbox, admin)).page.status, 200)
  const { json } = await admin.post(`/v1/accounts/${account}/revoke`)
  assert.equal(json.still_at_provider.code, 'NOT_SUPPORTED')
  assert.match(json.still_at_provider.detail, /offers no way to end a grant from here/)
  const [last] = (await admin.get(`/v1/accounts/${account}/history`)).json.history
  assert.deepEqual([last.type, last.code], ['revoked', 'NOT_SUPPORTED'])
})
