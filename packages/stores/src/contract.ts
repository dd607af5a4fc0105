// Long because: it is one list of what every store has to do.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import { type Grant, type GrantStore, grant } from '@evergrant/core'
import { aborted, all, put, settled } from './contract/calls.ts'
import { fullGrant, plain, sampleGrant } from './contract/sample-grant.ts'

export { type SealedContractOptions, sealedContract } from './contract/sealed-contract.ts'

/** A store to try, empty and the test's own. */
export interface StoreUnderTest {
  readonly store: GrantStore
  /** Opens the same place again, as another process would. Leave out when nothing outlives the store. */
  readonly reopen?: (() => Promise<GrantStore>) | undefined
  /** Closes all and cleans up. Called even when the test failed. */
  readonly close?: (() => Promise<void>) | undefined
}

/** Choices of {@link storeContract}. */
export interface ContractOptions {
  /** Named in the titles. Default `the store`. */
  readonly name?: string | undefined
  /** Whether a record may carry `sealed` text of its own. False for a store that is wrapped in `sealed`. Default true. */
  readonly sealedField?: boolean | undefined
  /** How long the tokens of the largest grant are, in characters. Less for a place with a limit. Default 102400. */
  readonly tokenLength?: number | undefined
}

/**
 * What every grant store has to do, as tests for node:test. `make` is called for every test.
 *
 * @example
 * ```ts
 * import { memoryStore } from '@evergrant/core'
 * import { storeContract } from '@evergrant/stores/contract'
 *
 * storeContract(async () => ({ store: memoryStore() }), { name: 'the memory store' })
 * ```
 */
export function storeContract(make: () => Promise<StoreUnderTest>, options: ContractOptions = {}): void {
  const { name = 'the store', sealedField = true, tokenLength = 102_400 } = options

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
  const full = (id: string): Grant => {
    const { sealed, ...rest } = fullGrant(id, tokenLength)
    return grant(sealedField && sealed !== undefined ? { ...rest, sealed } : rest)
  }

  describe(`${name} keeps the contract:`, () => {
    rule('[#109] a grant that nobody stored is undefined', async (store) => {
      assert.equal(await store.get('nobody'), undefined)
    })

    rule('[#109] a put is read back, one version on', async (store) => {
      const stored = await put(store, sampleGrant('a', { refresh_token: 'r1' }), 0)
      assert.equal(stored.version, 1)
      assert.deepEqual(plain(await store.get('a')), plain(stored))
      const next = await put(store, grant({ ...stored, refresh_token: 'r2' }), 1)
      assert.equal(next.version, 2)
      assert.deepEqual(plain(await store.get('a')), plain(next))
    })

    rule('the version that counts is the expected one, whatever the grant says', async (store) => {
      await put(store, sampleGrant('a'), 0)
      const stored = await put(store, sampleGrant('a', { version: 41 }), 1)
      assert.equal(stored.version, 2)
      assert.equal((await store.get('a'))?.version, 2)
    })

    rule('a grant that is made anew begins where it says, and who holds the one before loses', async (store, under) => {
      const before = await put(store, sampleGrant('a', { version: 41, refresh_token: 'before' }), 0)
      assert.equal(before.version, 42)
      await store.delete('a')
      const anew = await put(store, sampleGrant('a', { version: 2 ** 30 - 1, refresh_token: 'anew' }), 0)
      assert.equal(anew.version, 2 ** 30)
      const late = grant({ ...before, refresh_token: 'late' })
      for (const on of [store, await under.reopen?.()]) {
        if (on === undefined) continue
        const lost = await on.put(late, before.version)
        assert.deepEqual(plain(lost.ok ? undefined : lost.current), plain(anew))
      }
      assert.deepEqual(plain(await store.get('a')), plain(anew))
      assert.equal((await put(store, anew, anew.version)).version, 2 ** 30 + 1)
    })

    rule('a put that expects nothing loses to what is there, and changes nothing', async (store) => {
      const first = await put(store, sampleGrant('a', { refresh_token: 'first' }), 0)
      const lost = await store.put(sampleGrant('a', { refresh_token: 'second' }), 0)
      assert.equal(lost.ok, false)
      assert.deepEqual(plain(lost.ok ? undefined : lost.current), plain(first))
      assert.deepEqual(plain(await store.get('a')), plain(first))
    })

    rule('a put that expects an older or a later version loses, and changes nothing', async (store) => {
      const one = await put(store, sampleGrant('a'), 0)
      const two = await put(store, grant({ ...one, refresh_token: 'two' }), 1)
      for (const expected of [1, 3]) {
        const lost = await store.put(grant({ ...one, refresh_token: 'late' }), expected)
        assert.equal(lost.ok, false)
        assert.deepEqual(plain(lost.ok ? undefined : lost.current), plain(two))
      }
      assert.deepEqual(plain(await store.get('a')), plain(two))
    })

    rule('a put loses when the grant was deleted meanwhile, and does not bring it back', async (store) => {
      const one = await put(store, sampleGrant('a'), 0)
      await store.delete('a')
      assert.deepEqual(await store.put(one, 1), { ok: false, current: undefined })
      assert.equal(await store.get('a'), undefined)
      assert.equal((await put(store, sampleGrant('a'), 0)).version, 1)
    })

    rule('a put for a grant that never was loses unless it expects nothing', async (store) => {
      assert.deepEqual(await store.put(sampleGrant('a'), 7), { ok: false, current: undefined })
      assert.equal(await store.get('a'), undefined)
    })

    rule('[#109] a delete removes one grant alone, and is silent when there is none', async (store) => {
      await put(store, sampleGrant('a'), 0)
      const b = await put(store, sampleGrant('b'), 0)
      await store.delete('a')
      await store.delete('a')
      await store.delete('nobody')
      assert.equal(await store.get('a'), undefined)
      assert.deepEqual(plain(await store.get('b')), plain(b))
    })

    rule('of 50 puts at once that expect the same version exactly one wins, and the others see it', async (store) => {
      const one = await put(store, sampleGrant('a', { refresh_token: 'before' }), 0)
      const puts = Array.from({ length: 50 }, (_, n) => store.put(grant({ ...one, refresh_token: `r${n}` }), 1))
      const outcomes = await Promise.all(puts)
      const winners = outcomes.filter((outcome) => outcome.ok)
      assert.equal(winners.length, 1)
      const now = await store.get('a')
      assert.equal(now?.version, 2)
      assert.equal(now?.refresh_token, winners[0]?.ok === true ? winners[0].grant.refresh_token : undefined)
      for (const outcome of outcomes) if (!outcome.ok) assert.equal(outcome.current?.version, 2)
    })

    rule('50 puts at once of different grants all win', async (store) => {
      const ids = Array.from({ length: 50 }, (_, n) => `grant-${n}`)
      await Promise.all(ids.map((id) => put(store, sampleGrant(id, { refresh_token: `of ${id}` }), 0)))
      for (const id of ids) assert.equal((await store.get(id))?.refresh_token, `of ${id}`)
    })

    rule('[#52] every field comes back as it was, with Unicode and long tokens', async (store, { reopen }) => {
      const stored = await put(store, full('a'), 0)
      const expected = plain(grant({ ...full('a'), version: 1 }))
      assert.deepEqual(plain(stored), expected)
      assert.deepEqual(plain(await store.get('a')), expected)
      if (reopen !== undefined) assert.deepEqual(plain(await (await reopen()).get('a')), expected)
    })

    rule('a field that only a newer version knows comes back as it was', async (store, { reopen }) => {
      const newer = { ...sampleGrant('a'), of_tomorrow: { list: ['x', 1, null] } }
      await put(store, grant(newer), 0)
      const again = reopen === undefined ? store : await reopen()
      assert.deepEqual(plain(await again.get('a')), { ...newer, version: 1 })
    })

    rule('an absent field stays absent', async (store) => {
      await put(store, full('a'), 0)
      const bare = await put(store, sampleGrant('a'), 1)
      assert.deepEqual(plain(await store.get('a')), plain(bare))
      assert.deepEqual(Object.keys((await store.get('a')) ?? {}).sort(), Object.keys(bare).sort())
    })

    rule('ids are only names, however odd', async (store, { reopen }) => {
      for (const id of ODD_IDS) await put(store, sampleGrant(id, { refresh_token: `of ${id}` }), 0)
      const again = reopen === undefined ? store : await reopen()
      for (const id of ODD_IDS) {
        const found = await again.get(id)
        assert.equal(found?.id, id)
        assert.equal(found?.refresh_token, `of ${id}`)
      }
      for (const id of ['constructor', 'toString', '__proto__ ', 'A', '%2e%2e'])
        assert.equal(await again.get(id), undefined)
      if (store.traits.list) {
        assert.deepEqual(new Set((await all(again.list())).map((one) => one.id)), new Set(ODD_IDS))
      }
      for (const id of ODD_IDS) await again.delete(id)
      for (const id of ODD_IDS) assert.equal(await store.get(id), undefined)
    })

    rule('what a store returns prints without tokens', async (store) => {
      const stored = await store.put(full('a'), 0)
      const lost = await store.put(full('a'), 0)
      for (const shown of [stored, lost, await store.get('a')]) {
        const text = inspect(shown, { depth: 20, maxStringLength: null })
        assert.match(text, /my-program/)
        assert.doesNotMatch(text, /secret-/)
      }
    })

    rule('calls given up beforehand do all or nothing, and reject with ABORTED alone', async (store) => {
      const one = await put(store, sampleGrant('a', { refresh_token: 'r1' }), 0)
      const { signal } = aborted()
      const written = await settled(store.put(grant({ ...one, refresh_token: 'r2' }), 1, { signal }))
      assert.equal((await store.get('a'))?.refresh_token, written ? 'r2' : 'r1')
      await settled(store.get('a', { signal }))
      const deleted = await settled(store.delete('a', { signal }))
      assert.equal((await store.get('a')) === undefined, deleted)
      if (store.traits.list) await settled(all(store.list({}, { signal })))
    })

    rule('a put given up on its way is whole or has not been, and the store goes on', async (store, { reopen }) => {
      let version = 0
      for (let round = 0; round < 20; round++) {
        const controller = new AbortController()
        const next = sampleGrant('a', { refresh_token: `r${round}`, requested_scope: `s${round}` })
        const call = store.put(next, version, { signal: controller.signal })
        setTimeout(() => controller.abort(), round / 4)
        const written = await settled(call)
        const now = await store.get('a')
        assert.equal(now?.version ?? 0, written ? version + 1 : version)
        if (written) assert.deepEqual([now?.refresh_token, now?.requested_scope], [`r${round}`, `s${round}`])
        version = now?.version ?? 0
      }
      const again = reopen === undefined ? store : await reopen()
      assert.equal((await put(again, sampleGrant('a'), version)).version, version + 1)
    })

    rule('a store opened again has what was put, and swaps against it', async (store, { reopen }) => {
      if (reopen === undefined) return
      const one = await put(store, sampleGrant('a', { refresh_token: 'r1' }), 0)
      const again = await reopen()
      assert.deepEqual(plain(await again.get('a')), plain(one))
      await put(again, grant({ ...one, refresh_token: 'r2' }), 1)
      const lost = await store.put(grant({ ...one, refresh_token: 'late' }), 1)
      assert.equal(lost.ok ? undefined : lost.current?.refresh_token, 'r2')
      await again.delete('a')
      assert.equal(await store.get('a'), undefined)
    })

    rule('two stores on one place let exactly one of 50 puts win', async (store, { reopen }) => {
      if (reopen === undefined) return
      const stores = [store, await reopen()] as const
      const one = await put(store, sampleGrant('a'), 0)
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          (n % 2 === 0 ? stores[0] : stores[1]).put(grant({ ...one, refresh_token: `r${n}` }), 1),
        ),
      )
      assert.equal(outcomes.filter((outcome) => outcome.ok).length, 1)
      assert.equal((await store.get('a'))?.version, 2)
    })

    describe('lists', () => {
      const listed = (title: string, check: (store: GrantStore) => Promise<void>): void =>
        rule(title, async (store) => {
          if (store.traits.list) await check(store)
        })

      listed('are empty at first', async (store) => {
        assert.deepEqual(await all(store.list()), [])
      })

      listed('carry no token, anywhere', async (store) => {
        await put(store, full('a'), 0)
        const [one] = await all(store.list())
        assert.equal(one?.id, 'a')
        const found = JSON.stringify(one)
        assert.doesNotMatch(found, /secret-|access_token|refresh_token|id_token|"raw"|"sealed"/)
      })

      listed('say what is known without a token', async (store) => {
        await put(store, full('a'), 0)
        await put(store, sampleGrant('b'), 0)
        const [a, b] = await all(store.list())
        const { subject, requested_scope, granted_scope, look_up_failed, standing, updated_at } = full('a')
        assert.deepEqual(JSON.parse(JSON.stringify(a)), {
          id: 'a',
          provider: 'acme',
          client: 'my-program',
          subject,
          requested_scope,
          granted_scope,
          look_up_failed,
          standing,
          refreshable: true,
          expires_at: 1_700_003_600.25,
          refresh_at: 1_700_002_900.5,
          updated_at,
          version: 1,
        })
        assert.equal(b?.refreshable, false)
      })

      listed('come in order of id, filtered by provider and state, and cut at the limit', async (store) => {
        const revoked = { state: 'revoked', since: 1, reason: 'invalid_grant' } as const
        for (const id of ['d', 'b', 'e', 'a', 'c']) {
          const provider = id < 'c' ? 'acme' : 'other'
          await put(store, sampleGrant(id, { provider, ...(id === 'e' ? { standing: revoked } : {}) }), 0)
        }
        const ids = async (query?: Parameters<GrantStore['list']>[0]): Promise<string> =>
          (await all(store.list(query))).map((one) => one.id).join('')
        assert.equal(await ids(), 'abcde')
        assert.equal(await ids({ provider: 'other' }), 'cde')
        assert.equal(await ids({ state: 'revoked' }), 'e')
        assert.equal(await ids({ state: 'active', provider: 'other' }), 'cd')
        assert.equal(await ids({ limit: 2 }), 'ab')
        assert.equal(await ids({ limit: 0 }), '')
        assert.equal(await ids({ provider: 'nobody' }), '')
      })

      listed('[#74] of what is due come in order of the due date, without what has none', async (store) => {
        const token = (expires_at?: number, refresh_at?: number): Partial<Grant> => ({
          access: {
            '': {
              access_token: 'x',
              token_type: 'Bearer',
              raw: {},
              ...(expires_at === undefined ? {} : { expires_at }),
              ...(refresh_at === undefined ? {} : { refresh_at }),
            },
          },
        })
        await put(store, sampleGrant('never', token()), 0)
        await put(store, sampleGrant('no token'), 0)
        await put(store, sampleGrant('late', token(900, 300)), 0)
        await put(store, sampleGrant('early', token(800, 100.5)), 0)
        await put(store, sampleGrant('by expiry', token(200)), 0)
        const ids = async (dueBefore: number, limit?: number): Promise<string[]> =>
          (await all(store.list({ dueBefore, ...(limit === undefined ? {} : { limit }) }))).map((one) => one.id)
        assert.deepEqual(await ids(1000), ['early', 'by expiry', 'late'])
        assert.deepEqual(await ids(300), ['early', 'by expiry'])
        assert.deepEqual(await ids(100.5), [])
        assert.deepEqual(await ids(1000, 1), ['early'])
      })

      listed('follow every write and delete', async (store) => {
        const one = await put(store, sampleGrant('a'), 0)
        const standing = { state: 'revoked', since: 1, reason: 'revoked_here' } as const
        await put(store, grant({ ...one, standing }), 1)
        assert.deepEqual(
          (await all(store.list({ state: 'revoked' }))).map(({ id, version }) => [id, version]),
          [['a', 2]],
        )
        assert.deepEqual(await all(store.list({ state: 'active' })), [])
        await store.delete('a')
        assert.deepEqual(await all(store.list()), [])
      })

      listed('may be left in the middle, and do not hinder writes meanwhile', async (store) => {
        for (const id of ['a', 'b', 'c']) await put(store, sampleGrant(id), 0)
        for await (const { id } of store.list()) {
          await put(store, sampleGrant(id, { refresh_token: 'new' }), 1)
          if (id === 'b') break
        }
        assert.equal((await store.get('b'))?.version, 2)
        assert.equal((await all(store.list())).length, 3)
      })
    })
  })
}

const ODD_IDS: readonly string[] = [
  '../x',
  '..',
  '/etc/passwd',
  'a/b',
  'a\\b',
  'a b',
  'a',
  '👩‍🚀',
  'é',
  'e\u0301',
  '__proto__',
  'hasOwnProperty',
  "'; DROP TABLE grants; --",
  '%',
  '"quoted"',
  'line\nbreak',
  'nul\u0000byte',
  '0',
  'x'.repeat(512),
]
