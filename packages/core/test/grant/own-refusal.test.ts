import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineClient, resolveProvider, tokenSource } from '@evergrant/core'
import { startSandbox } from '@evergrant/sandbox'
import { connected } from '../support/connected.ts'

test('a scope that the provider refuses one caller costs the others nothing', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  for (let attempt = 0; attempt < 5; attempt++) {
    await assert.rejects(world.source().token({ scope: 'evil.scope' }), {
      code: 'TOKEN_REQUEST_REFUSED',
      error: 'invalid_scope',
    })
  }
  const stored = await world.store.get('alice')
  assert.equal(stored?.standing.state, 'active')
  assert.equal(stored?.spending, undefined)
  assert.ok((await world.source().token()).access_token)
})

test('a grant of a known person is not shown to another issuer than the one that gave it', async () => {
  await using world = await connected({ scope: 'openid mail' })
  await using elsewhere = await startSandbox({ clock: world.clock })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: elsewhere.issuer })
  const client = defineClient({ provider, client_id: 'web', client_secret: 'x', http: { clock: world.clock } })
  world.clock.advance(4000)
  await assert.rejects(tokenSource('alice', { client, store: world.store }).token(), { code: 'CONSENT_REQUIRED' })
  assert.equal(elsewhere.journal.count({ endpoint: 'token' }), 0)
  assert.ok((await world.source().token()).access_token, 'the former settings still work')
})
