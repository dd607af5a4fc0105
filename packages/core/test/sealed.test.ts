import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  accessToken,
  type Cipher,
  type CryptographyManager,
  type Grant,
  type GrantStore,
  type GrantSummary,
  grant,
  keyring,
  memoryStore,
  type OAuthError,
  type Serializer,
  sealed,
  sealingKey,
} from '@evergrant/core'

const cipher = async (): Promise<Cipher> =>
  keyring({ current: await sealingKey(crypto.getRandomValues(new Uint8Array(32))) })

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
  assert.equal(summary?.refreshable, true, 'a sealed refresh token is one')
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

test('a put over a version that was not read does not replace a record that does not open', async () => {
  const inner = memoryStore()
  await sealed(inner, await cipher()).put(alice(), 0)
  const before = await inner.get('alice')
  const other = await cipher()
  // The version is known from a list, which needs no key.
  const put = sealed(inner, other).put(grant({ ...alice(), refresh_token: 'new' }), 1)
  await assert.rejects(put, { code: 'UNSEAL_FAILED', grant: 'alice' })
  assert.deepEqual(await inner.get('alice'), before)
  const told = sealed(inner, other, { replaceUnreadable: true })
  assert.ok((await told.put(grant({ ...alice(), refresh_token: 'new' }), 1)).ok)
  assert.equal((await sealed(inner, other).get('alice'))?.refresh_token, 'new')
  await sealed(inner, await cipher()).delete('alice')
  assert.equal(await inner.get('alice'), undefined, 'a delete needs no key')
})

test('a put over a version that was not read, and that is another by now, loses and brings what is there', async () => {
  const inner = memoryStore()
  const by = await cipher()
  const first = sealed(inner, by)
  await first.put(alice(), 0)
  await first.put(grant({ ...alice(), refresh_token: 'second' }), 1)
  const late = sealed(inner, by)
  const lost = await late.put(alice(), 1)
  assert.equal(!lost.ok && lost.current?.refresh_token, 'second')
  assert.deepEqual(await late.put(grant({ ...alice(), id: 'nobody' }), 3), { ok: false, current: undefined })
  assert.ok((await late.put(alice(), 2)).ok)
})

test('a put over what was read here reads nothing more', async () => {
  const inner = memoryStore()
  let reads = 0
  const counted: GrantStore = {
    ...inner,
    get(id) {
      reads += 1
      return inner.get(id)
    },
  }
  const store = sealed(counted, await cipher())
  await store.put(alice(), 0)
  const found = await store.get('alice')
  assert.ok(found)
  for (let version = 1; version < 4; version++) assert.ok((await store.put(found, version)).ok)
  assert.equal(reads, 1)
})

test('where all has to be sealed, a record in clear that somebody slipped in is refused', async () => {
  const inner = memoryStore()
  const store = sealed(inner, await cipher(), { requireSealed: true })
  await inner.put(alice(), 0)
  await assert.rejects(store.get('alice'), { code: 'UNSEAL_FAILED', message: /not sealed/ })
  await assert.rejects(store.put(alice(), 1), { code: 'UNSEAL_FAILED' })
})

/** Turns text around, and marks the form it came in. Not a seal, but it shows who got what. */
const backwards = (text: string): string => [...text].reverse().join('')
const utf8 = new TextEncoder()
const managers: Readonly<Record<string, CryptographyManager>> = {
  text: { encrypt: backwards, decrypt: (given) => backwards(String(given)) },
  bytes: {
    encrypt: (text) => utf8.encode(backwards(text)),
    decrypt: (given) => {
      assert.ok(given instanceof Uint8Array)
      return utf8.encode(backwards(new TextDecoder().decode(given)))
    },
  },
  'promises of bytes': {
    encrypt: async (text) => utf8.encode(backwards(text)),
    decrypt: async (given) => backwards(new TextDecoder().decode(given as Uint8Array)),
  },
}

for (const [form, manager] of Object.entries(managers)) {
  test(`[#115] encryption of one's own may give ${form}`, async () => {
    const inner = memoryStore()
    const store = sealed(inner, manager)
    assert.ok((await store.put(alice(), 0)).ok)
    assert.doesNotMatch(JSON.stringify(await inner.get('alice')), /pLaNtEd/)
    assert.deepEqual(await store.get('alice'), grant({ ...alice(), version: 1 }))
    assert.ok((await store.put(alice('bob'), 0)).ok)
    const [of, bob] = [await inner.get('alice'), await inner.get('bob')]
    assert.ok(of && bob?.sealed)
    await inner.put(grant({ ...of, sealed: bob.sealed }), 1)
    await assert.rejects(store.get('alice'), { code: 'UNSEAL_FAILED', message: /another place/ })
  })
}

test('encryption of one’s own that does not open is a typed error, and nothing is overwritten', async () => {
  const inner = memoryStore()
  await sealed(inner, managers['text'] as CryptographyManager).put(alice(), 0)
  const before = await inner.get('alice')
  const refusing: CryptographyManager = {
    encrypt: backwards,
    decrypt: () => {
      throw new Error('InvalidToken refresh_token=pLaNtEd')
    },
  }
  const nonsense: CryptographyManager = { encrypt: backwards, decrypt: () => 'pLaNtEd nonsense' }
  for (const manager of [refusing, nonsense, await cipher()]) {
    const store = sealed(inner, manager)
    for (const call of [() => store.get('alice'), () => store.put(alice(), 1)])
      await assert.rejects(call, (error: OAuthError) => {
        assert.deepEqual([error.code, error.who, error.grant], ['UNSEAL_FAILED', 'operator', 'alice'])
        assert.doesNotMatch(inspect(error, { depth: 9 }), /pLaNtEd/)
        return true
      })
  }
  assert.deepEqual(await inner.get('alice'), before)
})

const serializers: Readonly<Record<string, Serializer>> = {
  text: {
    stringify: (value) => `tokens: ${JSON.stringify(value)}`,
    parse: (data) => JSON.parse(String(data).slice('tokens: '.length)),
  },
  bytes: {
    stringify: (value) => utf8.encode(JSON.stringify(value)),
    parse(data) {
      assert.ok(data instanceof Uint8Array)
      return JSON.parse(new TextDecoder().decode(data))
    },
  },
  'text that begins with a zero': {
    stringify: (value) => `\u0000b${JSON.stringify(value)}`,
    parse: (data) => JSON.parse(String(data).slice(2)),
  },
}

for (const [form, serializer] of Object.entries(serializers)) {
  test(`[#116] a serializer of one's own may give ${form}`, async () => {
    const inner = memoryStore()
    const clear: Cipher = { seal: (text) => text, open: (text) => text }
    const written = sealed(inner, clear, { serializer })
    await written.put(alice(), 0)
    assert.deepEqual(await written.get('alice'), grant({ ...alice(), version: 1 }))
    const store = sealed(inner, await cipher(), { serializer })
    await store.put(alice('bob'), 0)
    assert.deepEqual(await store.get('bob'), grant({ ...alice('bob'), version: 1 }))
  })
}

test('[#116] what a serializer does not understand is named corrupt, without a word of it', async () => {
  const inner = memoryStore()
  const by = await cipher()
  await sealed(inner, by).put(alice(), 0)
  const store = sealed(inner, by, { serializer: { ...JSON, parse: () => assert.fail('pLaNtEd') } })
  await assert.rejects(store.get('alice'), (error: OAuthError) => {
    assert.equal(error.code, 'STORE_CORRUPT')
    assert.doesNotMatch(inspect(error, { depth: 9 }), /pLaNtEd/)
    return true
  })
})

test('what opens to nonsense is named corrupt', async () => {
  const inner = memoryStore()
  const store = sealed(inner, { seal: () => 'x', open: () => '{"pLaNtEd' })
  await store.put(alice(), 0)
  await assert.rejects(store.get('alice'), { code: 'STORE_CORRUPT', grant: 'alice' })
})

test('what was sealed opens again, however long it is', async () => {
  const store = sealed(memoryStore(), await cipher())
  const refresh_token = 'x'.repeat(6_000_000)
  assert.ok((await store.put(grant({ ...alice(), refresh_token }), 0)).ok)
  assert.equal((await store.get('alice'))?.refresh_token, refresh_token)
})
