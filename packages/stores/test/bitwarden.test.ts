import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processLock } from '@evergrant/core'
import { manualClock } from '@evergrant/sandbox'
import { type BitwardenClient, type BitwardenSecret, bitwardenStore } from '@evergrant/stores/bitwarden'
import { sealedContract, storeContract } from '@evergrant/stores/contract'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { startBitwarden } from './servers/bitwarden.ts'
import { withoutPackage } from './without-package.ts'

const secretId = 'be8e0ad8-d545-4017-a55a-b02f014d4158'

/** The official SDK breaks `npm ci` where the registry lacks a platform of it; without it, its shape stands in. */
const sdk = await import('@bitwarden/sdk-napi').catch(() => undefined)

interface Vault extends BitwardenClient {
  secret: BitwardenSecret
}

function vault(value = '{}'): Vault {
  let revision = 0
  const held: Vault = {
    secret: {
      id: secretId,
      organizationId: 'o',
      key: 'mail',
      value,
      note: 'of Alice',
      projectId: 'p',
      revisionDate: new Date(0),
    },
    secrets: () => ({
      async get(id) {
        if (id !== secretId) throw new Error('Received error message from server: [404 Not Found]')
        return held.secret
      },
      async update(organizationId, id, key, value, note, [projectId]) {
        await new Promise((resolve) => setImmediate(resolve))
        held.secret = { id, organizationId, key, value, note, projectId, revisionDate: new Date(++revision) }
      },
    }),
  }
  return held
}

const make = async () => {
  const client = vault()
  const lock = processLock()
  return {
    store: bitwardenStore({ secretId, client, lock }),
    reopen: async () => bitwardenStore({ secretId, client, lock }),
  }
}

storeContract(make, { name: 'the Bitwarden store with a lock', tokenLength: 2000 })
sealedContract(make, { name: 'the Bitwarden store with a lock', tokenLength: 2000 })

test('[#112] the official SDK signs in, and the grants are kept by it', { skip: sdk === undefined }, async () => {
  assert.ok(sdk)
  await using server = await startBitwarden()
  const { accessToken, apiUrl, identityUrl, organizationId } = server
  const client = new sdk.BitwardenClient({ apiUrl, identityUrl, userAgent: 'test', deviceType: 'SDK' })
  await client.auth().loginAccessToken(accessToken)
  const secrets = client.secrets() as ReturnType<typeof client.secrets> & {
    create(organization: string, key: string, value: string, note: string, projects: string[]): Promise<BitwardenSecret>
  }
  const { id } = await secrets.create(organizationId, 'mail', '{}', 'of Alice', [])
  const store = bitwardenStore({ secretId: id, client: { accessToken, apiUrl, identityUrl } })
  assert.ok((await store.put(sampleGrant('a', { refresh_token: 'r1' }), 0)).ok)
  assert.ok((await store.put(sampleGrant('a', { refresh_token: 'r2' }), 1)).ok)
  assert.equal((await store.put(sampleGrant('a'), 1)).ok, false)
  assert.equal((await bitwardenStore({ secretId: id, client }).get('a'))?.refresh_token, 'r2')
  const { key, note } = await secrets.get(id)
  assert.deepEqual([key, note], ['mail', 'of Alice'])
  const missing = bitwardenStore({ secretId, client })
  await assert.rejects(missing.get('a'), { code: 'STORE_UNAVAILABLE', message: /404/ })
})

test('it promises nothing between processes unless it has a lock', () => {
  assert.equal(bitwardenStore({ secretId, client: vault() }).traits.cas, 'none')
  assert.equal(bitwardenStore({ secretId, client: vault(), lock: processLock() }).traits.cas, 'emulated')
})

test('key, note and project of the secret stay as they are', async () => {
  const client = vault()
  await bitwardenStore({ secretId, client }).put(sampleGrant('a'), 0)
  const { value: _, revisionDate: __, ...rest } = client.secret
  assert.deepEqual(rest, { id: secretId, organizationId: 'o', key: 'mail', note: 'of Alice', projectId: 'p' })
})

test('a write of somebody else between reading and writing is seen, and not written over', async () => {
  const client = vault()
  const store = bitwardenStore({
    secretId,
    client,
    lock: async (_, work) => {
      if (client.secret.value === '{}') await bitwardenStore({ secretId, client }).put(sampleGrant('b'), 0)
      return work()
    },
  })
  assert.ok((await store.put(sampleGrant('a'), 0)).ok)
  assert.equal((await store.get('b'))?.version, 1)
})

for (const when of ['before it arrives', 'after it was carried out'] as const) {
  test(`a connection that is lost during a write, ${when}: told, and the secret, read again, tells`, async () => {
    const client = vault()
    const store = bitwardenStore({ secretId, client, lock: processLock() })
    await store.put(sampleGrant('a', { refresh_token: 'r1' }), 0)
    const secrets = client.secrets()
    const breaking: BitwardenClient = {
      secrets: () => ({
        get: (id) => secrets.get(id),
        async update(...given) {
          if (when === 'after it was carried out') await secrets.update(...given)
          throw new Error('error sending request for url')
        },
      }),
    }
    const next = sampleGrant('a', { refresh_token: 'r2' })
    await assert.rejects(bitwardenStore({ secretId, client: breaking, lock: processLock() }).put(next, 1), {
      code: 'STORE_UNAVAILABLE',
      message: /could not be written: .*may yet have been written/,
    })
    const isWritten = when === 'after it was carried out'
    assert.equal((await store.get('a'))?.refresh_token, isWritten ? 'r2' : 'r1')
    assert.equal((await store.put(next, 1)).ok, !isWritten)
    assert.deepEqual([(await store.get('a'))?.version, (await store.get('a'))?.refresh_token], [2, 'r2'])
  })
}

test('a request that is never answered is given up, and its late write waits for no one and replaces nothing', async () => {
  const client = vault()
  const clock = manualClock()
  const lock = processLock()
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const secrets = client.secrets()
  const slow: BitwardenClient = {
    secrets: () => ({
      get: (id) => secrets.get(id),
      async update(...given) {
        asked.resolve()
        await answer.promise
        return secrets.update(...given)
      },
    }),
  }
  const put = bitwardenStore({ secretId, client: slow, lock, clock }).put(
    sampleGrant('a', { refresh_token: 'slow' }),
    0,
  )
  const failed = assert.rejects(put, { code: 'STORE_UNAVAILABLE', message: /no answer in 15 seconds/ })
  await asked.promise
  clock.advance(15)
  await failed
  // It still has the lock: who comes next writes after it, and finds what it wrote.
  const next = bitwardenStore({ secretId, client, lock }).put(sampleGrant('b'), 0)
  answer.resolve()
  assert.ok((await next).ok)
  const store = bitwardenStore({ secretId, client, lock })
  assert.deepEqual([(await store.get('a'))?.refresh_token, (await store.get('b'))?.version], ['slow', 1])
})

test('a foreign value is left as it is and not repeated; a missing secret and a long value are named', async () => {
  const client = vault('very-secret')
  await assert.rejects(
    bitwardenStore({ secretId, client }).put(sampleGrant('a'), 0),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'STORE_CORRUPT')
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /very-secret/)
      return true
    },
  )
  assert.equal(client.secret.value, 'very-secret')
  await assert.rejects(bitwardenStore({ secretId: 'x', client }).get('a'), {
    code: 'STORE_UNAVAILABLE',
    message: /404/,
  })
  const large = sampleGrant('a', { refresh_token: 'x'.repeat(30_000) })
  const full = bitwardenStore({ secretId, client: vault() })
  await assert.rejects(full.put(large, 0), { code: 'STORE_UNAVAILABLE', message: /takes up to 25000/ })
})

test('without the SDK the first call names the package to install', async () => {
  const error = await withoutPackage(
    '@bitwarden/sdk-napi',
    `import { bitwardenStore } from '@evergrant/stores/bitwarden'
     await bitwardenStore({ secretId: 'x', client: { accessToken: 'y' } }).get('a')`,
  )
  assert.equal(error.code, 'NOT_SUPPORTED')
  assert.match(error.message, /Bitwarden.*npm install @bitwarden\/sdk-napi$/)
})
