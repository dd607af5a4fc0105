import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import {
  type CryptographyManager,
  type GrantStore,
  grant,
  isOAuthError,
  type Keyring,
  keyCensus,
  keyring,
  reseal,
  type SealingKey,
  sealed,
  sealingKey,
} from '@evergrant/core'
import type { StoreUnderTest } from '../contract.ts'
import { put } from './calls.ts'
import { fullGrant, plain, sampleGrant } from './sample-grant.ts'

/** Choices of {@link sealedContract}. */
export interface SealedContractOptions {
  /** Named in the titles. Default `the store`. */
  readonly name?: string | undefined
  /** How long the tokens of the largest grant are, in characters. Less for a place with a limit. Default 10240. */
  readonly tokenLength?: number | undefined
}

/**
 * What a store has to do under {@link sealed}, as tests for node:test: tokens are sealed in it, and what does not open is
 * a typed error that overwrites nothing. `make` makes the store itself, without a seal, and is called for every test.
 *
 * @example
 * ```ts
 * import { memoryStore } from '@evergrant/core'
 * import { sealedContract } from '@evergrant/stores/contract'
 *
 * sealedContract(async () => ({ store: memoryStore() }), { name: 'the memory store' })
 * ```
 */
export function sealedContract(make: () => Promise<StoreUnderTest>, options: SealedContractOptions = {}): void {
  const { name = 'the store', tokenLength = 10_240 } = options
  const rule = (title: string, check: (store: GrantStore, under: StoreUnderTest) => Promise<void>): void => {
    test(title, async () => {
      const under = await make()
      try {
        await check(under.store, under)
      } finally {
        await under.close?.()
      }
    })
  }

  describe(`${name} under a seal:`, () => {
    rule('[#115] no token is in it, and all come back, also when it is opened again', async (store, { reopen }) => {
      const ring = await someRing()
      const { sealed: _, ...rest } = fullGrant('a', tokenLength)
      const stored = await put(sealed(store, ring), grant(rest), 0)
      assert.doesNotMatch(JSON.stringify(await store.get('a')), /secret-/)
      const again = reopen === undefined ? store : await reopen()
      assert.deepEqual(plain(await sealed(again, ring).get('a')), plain(stored))
    })

    for (const [form, manager] of Object.entries(managers)) {
      rule(`[#115] encryption of one's own that gives ${form} keeps tokens out of it`, async (store) => {
        const under = sealed(store, manager)
        const stored = await put(under, sampleGrant('a', { refresh_token: 'secret-r' }), 0)
        assert.doesNotMatch(JSON.stringify(await store.get('a')), /secret-/)
        assert.deepEqual(plain(await under.get('a')), plain(stored))
      })
    }

    /** A record is damaged in this way; then it has to be a typed error, for whoever reads or writes, and to stay. */
    const unreadable = (what: string, damage: (text: string, other: string) => string, words: RegExp): void =>
      rule(`${what} is UNSEAL_FAILED for the operator, and is not overwritten`, async (store) => {
        const under = sealed(store, await someRing())
        await put(under, sampleGrant('a', { refresh_token: 'secret-r' }), 0)
        await put(under, sampleGrant('b', { refresh_token: 'secret-b' }), 0)
        const [found, other] = [await store.get('a'), await store.get('b')]
        assert.ok(found?.sealed !== undefined && other?.sealed !== undefined)
        await put(store, grant({ ...found, sealed: damage(found.sealed, other.sealed) }), 1)
        const before = plain(await store.get('a'))
        const next = sampleGrant('a', { refresh_token: 'new' })
        for (const call of [() => under.get('a'), ...[2, 1, 0].map((version) => () => under.put(next, version))])
          await assert.rejects(call, (error: Error) => {
            assert.ok(isOAuthError(error), inspect(error))
            assert.deepEqual([error.code, error.who, error.grant], ['UNSEAL_FAILED', 'operator', 'a'])
            assert.match(error.message, words)
            assert.doesNotMatch(inspect(error, { depth: 9 }), /secret-/)
            return true
          })
        assert.deepEqual(plain(await store.get('a')), before)
        assert.equal((await under.get('b'))?.refresh_token, 'secret-b', 'the others are read')
        await under.delete('a')
        assert.equal(await store.get('a'), undefined, 'a delete needs no key')
      })
    unreadable('a ciphertext that was cut off', (text) => text.slice(0, -7), /does not open|cut off/)
    unreadable('a foreign ciphertext', () => 'gAAAAABmZm9yZWlnbg==', /not a text that a keyring sealed/)
    unreadable("another grant's ciphertext", (_, other) => other, /belongs to another place/)
    unreadable('a ciphertext that was put back from an older version', (text) => text, /belongs to another place/)
    unreadable(
      'a ciphertext under a key that is not known',
      (text) => text.replace(/\.[0-9a-f]{16}\./, `.${'0'.repeat(16)}.`),
      /key 0{16}, which is not given/,
    )
    unreadable('a ciphertext of a format to come', (text) => text.replace('eg2.', 'eg9.'), /format eg9/)

    rule('with the wrong key nothing is read and nothing is written, unless that is asked for', async (store) => {
      await put(sealed(store, await someRing()), sampleGrant('a', { refresh_token: 'secret-r' }), 0)
      const before = plain(await store.get('a'))
      const ring = await someRing()
      const next = sampleGrant('a', { refresh_token: 'new' })
      for (const call of [() => sealed(store, ring).get('a'), () => sealed(store, ring).put(next, 1)])
        await assert.rejects(call, { code: 'UNSEAL_FAILED', grant: 'a' })
      assert.deepEqual(plain(await store.get('a')), before)
      await put(sealed(store, ring, { replaceUnreadable: true }), next, 1)
      assert.equal((await sealed(store, ring).get('a'))?.refresh_token, 'new')
    })

    rule('of 20 puts at once under a seal exactly one wins', async (store) => {
      const under = sealed(store, await someRing())
      const one = await put(under, sampleGrant('a'), 0)
      const puts = Array.from({ length: 20 }, (_, n) => under.put(grant({ ...one, refresh_token: `r${n}` }), 1))
      const winners = (await Promise.all(puts)).filter(({ ok }) => ok)
      assert.equal(winners.length, 1)
      assert.equal((await under.get('a'))?.version, 2)
    })

    rule('keys are changed record by record, while somebody writes', async (store) => {
      if (!store.traits.list) return
      const [old, next] = [await someKey(), await someKey()]
      const ring = keyring({ current: next, others: [old] })
      const writer = sealed(store, keyring({ current: old, others: [next] }))
      for (const id of ['a', 'b', 'c']) await put(writer, sampleGrant(id, { refresh_token: `of ${id}` }), 0)
      const b = await writer.get('b')
      assert.ok(b)
      const [outcome, written] = await Promise.all([
        reseal(store, ring),
        writer.put(grant({ ...b, refresh_token: 'refreshed' }), 1),
      ])
      assert.deepEqual(outcome.unreadable, [])
      // Whoever was second: nothing is lost, and once more all is under the new key.
      await reseal(store, ring)
      assert.deepEqual(await keyCensus(store), { sealed: { [next.id]: 3 }, clear: 0, foreign: 0 })
      const after = sealed(store, keyring({ current: next }))
      assert.equal((await after.get('a'))?.refresh_token, 'of a')
      assert.equal((await after.get('b'))?.refresh_token, written.ok ? 'refreshed' : 'of b')
    })
  })
}

function someKey(): Promise<SealingKey> {
  return sealingKey(crypto.getRandomValues(new Uint8Array(32)))
}

async function someRing(): Promise<Keyring> {
  return keyring({ current: await someKey() })
}

/** Not encryption, but enough to tell whether tokens are in the store. */
const hex = (text: string | Uint8Array): string => Buffer.from(text).toString('hex')
const managers: Readonly<Record<string, CryptographyManager>> = {
  text: { encrypt: hex, decrypt: (given) => Buffer.from(String(given), 'hex').toString() },
  bytes: {
    encrypt: async (text) => Buffer.from(hex(text)),
    decrypt: async (given) => new Uint8Array(Buffer.from(Buffer.from(given).toString(), 'hex')),
  },
}
