import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineClient, memoryStore, resolveProvider, tokenSource, tokenSources } from '@evergrant/core'
import { connected } from '../support/connected.ts'

test('client and engine have one clock: the client’s, when none is given', async () => {
  await using world = await connected()
  const source = tokenSource('alice', { store: world.store, client: world.client })
  const first = await source.token()
  assert.ok(source.peek())
  world.clock.advance(4000)
  assert.equal(source.peek(), undefined, 'the token has ended by the client’s clock')
  assert.notEqual((await source.token()).access_token, first.access_token)
})

test('a source’s fetch goes the client’s way, as a proxy needs it, or the one that is given', async () => {
  await using world = await connected()
  const via = (name: string, ways: string[]): typeof fetch => {
    return (input, init) => {
      ways.push(name)
      return fetch(input, init)
    }
  }
  const ways: string[] = []
  const client = world.newClient({ fetch: via('client', ways) })
  const api = `${world.sandbox.issuer}/api/echo`
  await tokenSource('alice', { store: world.store, client }).fetch(api)
  assert.deepEqual(ways, ['client'])
  await tokenSource('alice', { store: world.store, client, fetch: via('given', ways) }).fetch(api)
  await tokenSource('alice', { store: world.store, client: () => client, fetch: via('also given', ways) }).fetch(api)
  assert.deepEqual(ways, ['client', 'given', 'also given'])
  await tokenSource('alice', { store: world.store, client: () => client }).fetch(api)
  assert.deepEqual(ways.slice(3), ['client'])
})

test('a lease that is not longer than the request deadline is refused', async () => {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: 'http://127.0.0.1:1' })
  const client = defineClient({ provider, client_id: 'web', http: { deadline: 5 } })
  const store = memoryStore()
  const refused = { code: 'INVALID_ARGUMENT', message: /lease of 5 s .* deadline of 5 s/ }
  assert.throws(() => tokenSource('alice', { store, client, lease: 5 }), refused)
  assert.throws(() => tokenSources({ store, client, lease: 5 }), refused)
  tokenSource('alice', { store, client, lease: 5.1 })
  // Known only when the client is: before anything is marked or sent.
  await using world = await connected()
  world.clock.advance(4000)
  const late = tokenSource('alice', { store: world.store, client: () => world.client, clock: world.clock, lease: 15 })
  await assert.rejects(late.token(), { code: 'INVALID_ARGUMENT' })
  assert.equal((await world.store.get('alice'))?.spending, undefined)
  assert.equal(world.refreshes(), 0)
})
