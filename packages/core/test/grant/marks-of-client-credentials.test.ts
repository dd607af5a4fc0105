import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientCredentialsFlow, type Grant, type GrantStore, memoryStore, tokenSource } from '@evergrant/core'
import { connected } from '../support/connected.ts'

/** A memory store that remembers what was written. `local`: whether it says that nobody else sees it. */
function written(local: boolean): { store: GrantStore; puts: Grant[] } {
  const inner = memoryStore()
  const puts: Grant[] = []
  const store: GrantStore = {
    ...inner,
    traits: { ...inner.traits, local },
    put(next, expected) {
      puts.push(next)
      return inner.put(next, expected)
    },
  }
  return { store, puts }
}

test('a token by client credentials is recorded once, without a mark, where no other process looks', async () => {
  await using world = await connected()
  const { client, clock } = world
  const { store, puts } = written(true)
  const source = tokenSource('job', { store, client, clock, flow: clientCredentialsFlow() })
  const { access_token } = await source.token()
  assert.deepEqual(
    puts.map(({ spending, access }) => [spending, access['']?.access_token]),
    [[undefined, access_token]],
  )
  assert.equal((await store.get('job'))?.access['']?.access_token, access_token)
})

test('where other processes may look, a mark tells them to wait for the one request', async () => {
  await using world = await connected()
  const { client, clock } = world
  const { store, puts } = written(false)
  await tokenSource('job', { store, client, clock, flow: clientCredentialsFlow() }).token()
  assert.deepEqual(
    puts.map(({ spending }) => spending !== undefined),
    [true, false],
  )
})

test('a refresh token is spent under a mark in every store', async () => {
  await using world = await connected()
  const { client, clock } = world
  const { store, puts } = written(true)
  const alice = await world.store.get('alice')
  assert.ok(alice)
  await store.put(alice, 0)
  await tokenSource('alice', { store, client, clock }).token({ force: true })
  assert.deepEqual(
    puts.slice(1).map(({ spending }) => spending !== undefined),
    [true, false],
  )
})

test('two sources of one grant in a local store record one after another, and none is lost', async () => {
  await using world = await connected()
  const { client, clock } = world
  const { store } = written(true)
  const source = () => tokenSource('job', { store, client, clock, flow: clientCredentialsFlow() })
  const tokens = await Promise.all([source().token(), source().token()])
  const kept = (await store.get('job'))?.access['']?.access_token
  assert.ok(tokens.some(({ access_token }) => access_token === kept))
})
