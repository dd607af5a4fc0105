import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  beginAuthorization,
  type Cipher,
  defineClient,
  finishAuthorization,
  type GrantStore,
  grant,
  memoryStore,
  resolveProvider,
  sealed,
  tokenSource,
} from '@evergrant/core'
import { startSandbox } from '@evergrant/sandbox'

// Not a seal, but enough to tell sealed from clear: what matters here is what happens without it.
const cipher: Cipher = {
  seal: (text, context) => Buffer.from(JSON.stringify([text, context])).toString('base64url'),
  open: (text) => (JSON.parse(Buffer.from(text, 'base64url').toString()) as [string])[0],
}

async function storedUnderSeal(store: GrantStore): Promise<void> {
  const stored = await sealed(store, cipher).put(
    grant({
      id: 'alice',
      provider: 'acme',
      client: 'web',
      refresh_token: 'r1',
      access: { '': { access_token: 'a1', token_type: 'Bearer', expires_at: Date.now() / 1000 + 3600, raw: {} } },
      standing: { state: 'active', since: 0 },
      updated_at: 0,
      version: 0,
    }),
    0,
  )
  assert.ok(stored.ok)
}

test('a list of sealed grants says which can renew themselves', async () => {
  const store = memoryStore()
  await storedUnderSeal(store)
  for await (const one of sealed(store, cipher).list()) assert.equal(one.refreshable, true)
  assert.equal((await sealed(store, cipher).get('alice'))?.refresh_token, 'r1')
})

test('a sealed grant read without its key is neither handed out, nor spent, nor written over', async () => {
  const redirect_uri = 'http://127.0.0.1/callback'
  await using sandbox = await startSandbox({ clients: [{ client_id: 'web', redirect_uris: [redirect_uri] }] })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: sandbox.issuer })
  const client = defineClient({ provider, client_id: 'web' })
  const store = memoryStore()
  await storedUnderSeal(store)
  const before = JSON.stringify(await store.get('alice'))

  const source = tokenSource('alice', { client, store })
  await assert.rejects(source.token(), { code: 'UNSEAL_FAILED' })
  await assert.rejects(source.token({ force: true }), { code: 'UNSEAL_FAILED' })
  const { url, pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri })
  const callback = await sandbox.approve(url)
  await assert.rejects(finishAuthorization(client, { callback, pending, store }), { code: 'UNSEAL_FAILED' })

  assert.equal(JSON.stringify(await store.get('alice')), before)
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), 0)
})
