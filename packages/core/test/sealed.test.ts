import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  accessToken,
  type Cipher,
  type Grant,
  type GrantSummary,
  grant,
  memoryStore,
  OAuthError,
  sealed,
} from '@evergrant/core'

/** AES-256-GCM with the platform's own cryptography; the context is authenticated. */
async function cipher(key = crypto.getRandomValues(new Uint8Array(32))): Promise<Cipher> {
  const secret = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
  const bound = (iv: Uint8Array<ArrayBuffer>, context: string) => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(context),
  })
  return {
    async seal(text, context) {
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const bytes = await crypto.subtle.encrypt(bound(iv, context), secret, new TextEncoder().encode(text))
      return `${Buffer.from(iv).toString('base64')}.${Buffer.from(bytes).toString('base64')}`
    },
    async open(text, context) {
      const [iv = '', bytes = ''] = text.split('.')
      try {
        const plain = await crypto.subtle.decrypt(
          bound(new Uint8Array(Buffer.from(iv, 'base64')), context),
          secret,
          Buffer.from(bytes, 'base64'),
        )
        return new TextDecoder().decode(plain)
      } catch (cause) {
        throw new OAuthError('UNSEAL_FAILED', 'The record does not open.', { cause })
      }
    },
  }
}

const token = accessToken({
  access_token: 'pLaNtEd-access',
  token_type: 'Bearer',
  id_token: 'pLaNtEd-id',
  expires_at: 2000,
  refresh_at: 1900,
  scope: 'mail',
  raw: { extra: 'pLaNtEd-raw' },
})

function alice(id = 'alice'): Grant {
  return grant({
    id,
    provider: 'acme',
    client: 'web',
    subject: { iss: 'https://acme.example', sub: '1', username: 'alice@example.test' },
    refresh_token: 'pLaNtEd-refresh',
    access: { '': token, 'https://api.example': token },
    standing: { state: 'active', since: 1 },
    updated_at: 1,
    version: 0,
  })
}

test('[#115] no token reaches the inner store in clear, and all come back', async () => {
  const inner = memoryStore()
  const store = sealed(inner, await cipher())
  const stored = await store.put(alice(), 0)
  assert.deepEqual(stored, { ok: true, grant: grant({ ...alice(), version: 1 }) })
  assert.doesNotMatch(JSON.stringify(await inner.get('alice')), /pLaNtEd/)
  assert.deepEqual(await store.get('alice'), grant({ ...alice(), version: 1 }))
})

test('what lists and plans need stays readable without a key', async () => {
  const inner = memoryStore()
  await sealed(inner, await cipher()).put(alice(), 0)
  const found: GrantSummary[] = []
  for await (const one of inner.list({ dueBefore: 1950 })) found.push(one)
  const [summary] = found
  assert.deepEqual(
    [summary?.id, summary?.subject?.username, summary?.refresh_at, summary?.expires_at],
    ['alice', 'alice@example.test', 1900, 2000],
  )
})

test('a record that was swapped with another’s, or put back from before, does not open', async () => {
  const inner = memoryStore()
  const store = sealed(inner, await cipher())
  await store.put(alice(), 0)
  await store.put(alice('bob'), 0)
  const [of, bob] = [await inner.get('alice'), await inner.get('bob')]
  assert.ok(of && bob)
  await inner.put(grant({ ...of, ...(bob.sealed === undefined ? {} : { sealed: bob.sealed }) }), 1)
  await assert.rejects(store.get('alice'), { code: 'UNSEAL_FAILED' })
  await inner.put(of, 2)
  await assert.rejects(store.get('alice'), { code: 'UNSEAL_FAILED' }, 'an older version was put back')
})

test('another key fails with a typed error and overwrites nothing', async () => {
  const inner = memoryStore()
  await sealed(inner, await cipher()).put(alice(), 0)
  const before = await inner.get('alice')
  const other = sealed(inner, await cipher())
  await assert.rejects(other.get('alice'), { code: 'UNSEAL_FAILED', who: 'operator' })
  await assert.rejects(other.put(alice(), 0), { code: 'UNSEAL_FAILED' })
  assert.deepEqual(await inner.get('alice'), before)
})

test('a record in clear is read, and sealed by the next write', async () => {
  const inner = memoryStore()
  await inner.put(alice(), 0)
  const store = sealed(inner, await cipher())
  const found = await store.get('alice')
  assert.equal(found?.refresh_token, 'pLaNtEd-refresh')
  assert.ok(found)
  assert.equal((await store.put(found, 1)).ok, true)
  assert.doesNotMatch(JSON.stringify(await inner.get('alice')), /pLaNtEd/)
})

test('a lost put brings what is there, opened', async () => {
  const store = sealed(memoryStore(), await cipher())
  await store.put(alice(), 0)
  const lost = await store.put(alice(), 0)
  assert.equal(lost.ok, false)
  assert.equal(!lost.ok && lost.current?.refresh_token, 'pLaNtEd-refresh')
})

test('what opens to nonsense is named corrupt', async () => {
  const inner = memoryStore()
  const store = sealed(inner, { seal: () => 'x', open: () => '{"pLaNtEd' })
  await store.put(alice(), 0)
  await assert.rejects(store.get('alice'), { code: 'STORE_CORRUPT', grant: 'alice' })
})
