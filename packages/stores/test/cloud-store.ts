import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import type { Clock, GrantStore } from '@evergrant/core'
import { manualClock } from '@evergrant/sandbox'
import { sealedContract, storeContract } from '@evergrant/stores/contract'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { cutProxy } from './servers/cut-proxy.ts'
import { withoutPackage } from './without-package.ts'

/** A server of a cloud's, spoken to by the cloud's own SDK. */
export interface CloudServer<Client, Settings> extends AsyncDisposable {
  readonly port: number
  /** For the SDK's client. */
  readonly settings: Settings
  readonly client: Client
  /** Refuses to write from now on. */
  failWrites(): void
}

/** What there is to know about one cloud's store. */
export interface CloudStore<Client, Settings, Server extends CloudServer<Client, Settings>> {
  readonly name: string
  readonly start: () => Promise<Server>
  readonly open: (client: Client | Settings, clock?: Clock) => GrantStore & { close(): Promise<void> }
  /** The settings of a client that goes through this port. */
  readonly through: (server: Server, port: number) => Settings
  /** The requests that a put consists of, one after the other: the last of them decides. */
  readonly writes: readonly RegExp[]
  /** Whether the SDK tries a lost write again for minutes. */
  readonly isPatient?: boolean
  /** The SDK, and a program that makes a store without it. */
  readonly without: readonly [name: string, code: string]
  /** For the contracts, where a place holds little. */
  readonly tokenLength?: number
}

/** What is so for every store in a cloud: the contracts, whose client it is, what errors show, and lost connections. */
export function cloudStore<Client, Settings, Server extends CloudServer<Client, Settings>>(
  cloud: CloudStore<Client, Settings, Server>,
): void {
  const { name, start, open, through, writes, tokenLength } = cloud
  const make = async () => {
    const server = await start()
    return {
      store: open(server.client),
      reopen: async () => open(server.client),
      close: async () => server[Symbol.asyncDispose](),
    }
  }
  storeContract(make, { name, tokenLength })
  sealedContract(make, { name, tokenLength })

  test(`[#112] ${name} takes the SDK’s client, or makes one of its settings and closes it`, async () => {
    await using server = await start()
    const own = open(server.settings)
    assert.ok((await own.put(sampleGrant('a'), 0)).ok)
    await own.close()
    const handed = open(server.client)
    assert.ok((await handed.put(sampleGrant('a'), 1)).ok)
    await handed.close()
    assert.equal((await handed.get('a'))?.version, 2)
    assert.deepEqual(own.traits, { durable: true, cas: 'native', list: true })
  })

  for (const [n, request] of writes.entries()) {
    for (const when of ['before', 'after'] as const) {
      const what = when === 'before' ? 'before a write arrives' : 'after it was carried out, before the answer'
      test(`${name}, and a connection that is cut ${what} (${request.source}): told, and nothing is overwritten`, async () => {
        await using server = await start()
        await using proxy = await cutProxy({ port: server.port })
        const direct = open(server.client)
        await direct.put(sampleGrant('a', { refresh_token: 'r1' }), 0)
        const clock = manualClock()
        const store = open(through(server, proxy.port), clock)
        assert.equal((await store.get('a'))?.refresh_token, 'r1')
        // Every try of the SDK's meets the same; one of them goes on for minutes, and is given up by the deadline.
        proxy.cut(request, when)
        const hit = proxy.hit()
        const next = sampleGrant('a', { refresh_token: 'r2' })
        const put = store.put(next, 1).catch((error: unknown) => error)
        await hit
        if (cloud.isPatient === true) clock.advance(15)
        const failed = await put
        assert.ok(failed instanceof Error && 'code' in failed && failed.code === 'STORE_UNAVAILABLE', inspect(failed))
        assert.match(failed.message, /could not be reached: .*may yet have been written/)

        // The record, read again, tells; and the same put again does no harm.
        const isWritten = when === 'after' && n === writes.length - 1
        for (const on of [direct, store]) {
          const { version, refresh_token } = (await on.get('a')) ?? {}
          assert.deepEqual([version, refresh_token], isWritten ? [2, 'r2'] : [1, 'r1'])
        }
        const again = await direct.put(next, 1)
        assert.equal(again.ok, !isWritten)
        const { version, refresh_token } = (again.ok ? again.grant : again.current) ?? {}
        assert.deepEqual([version, refresh_token], [2, 'r2'])

        // Somebody else has written, and then the connection is back: a try that comes late finds that, and loses.
        assert.ok((await direct.put(sampleGrant('a', { refresh_token: 'theirs' }), 2)).ok)
        proxy.cut(undefined)
        assert.equal((await store.put(next, 1)).ok, false)
        await store.close()
        assert.equal((await direct.get('a'))?.refresh_token, 'theirs')
      })
    }
  }

  test(`no error of ${name} shows what was to be written, however deep it is printed`, async () => {
    await using server = await start()
    const store = open(server.client)
    await store.put(sampleGrant('a'), 0)
    server.failWrites()
    const put = store.put(sampleGrant('a', { refresh_token: 'very-secret' }), 1)
    const failed = await put.catch((error: unknown) => error)
    assert.match(inspect(failed), /STORE_READ_ONLY/)
    assert.doesNotMatch(inspect(failed, { depth: 20, showHidden: true, maxStringLength: null }), /very-secret/)
  })

  test(`${name} without the SDK: the first call names the package to install`, async () => {
    const [sdk, code] = cloud.without
    const error = await withoutPackage(sdk, code)
    assert.equal(error.code, 'NOT_SUPPORTED')
    assert.ok(error.message.endsWith(`npm install ${sdk}`), error.message)
  })
}
