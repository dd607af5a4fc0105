import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { grant, sealed } from '@evergrant/core'
import { keyring, loadKey } from '@evergrant/stores/keyring'
import { sqliteStore } from '@evergrant/stores/sqlite'
import { connected, Scene, sandboxOf } from './support/scene.ts'

test('revoking leaves no secret of the grant behind: no token, and no key that a token was bound to', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, admin } = await connected(scene, sandbox)
  const key = await loadKey({ file: join(scene.dir, 'data', 'key') })
  await using file = sqliteStore(join(scene.dir, 'data', 'evergrant.db'))
  const store = sealed(file, keyring({ current: key }))
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
