import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { type Grant, type GrantStore, lookUp, memoryStore, OAuthError, summary } from '@evergrant/core'
import { type Connected, connected } from './support/connected.ts'

interface Told {
  status: number
  body: string
  asked: number
}

/** A server that is asked after consent, and a person who has consented while it answered so. */
async function world(status: number, body: string, store?: GrantStore): Promise<Connected & { told: Told }> {
  const told: Told = { status, body, asked: 0 }
  const server = createServer((request, response) => {
    told.asked++
    const text = told.body.replaceAll('{token}', request.headers.authorization?.slice('Bearer '.length) ?? '')
    response.writeHead(told.status, { 'content-type': 'application/json' }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/me`
  const provider = { follow_up: [{ url, gives: { tenant: 'tenant', token: 'echo', all: 'all' } }] }
  const of = await connected({ provider, ...(store && { store }) })
  return {
    ...of,
    told,
    async [Symbol.asyncDispose]() {
      await of[Symbol.asyncDispose]()
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
    },
  }
}

async function kept(of: Connected): Promise<Grant> {
  const found = await of.store.get('alice')
  assert.ok(found)
  return found
}

test('a look-up after consent that is refused leaves the consent, and the grant says so until it succeeds', async () => {
  await using of = await world(403, '{"error":"forbidden","error_description":"No API for this app"}')
  const { look_up_failed, standing, metadata } = await kept(of)
  assert.equal(standing.state, 'active')
  assert.equal(metadata, undefined)
  assert.equal(look_up_failed?.at, of.clock.now())
  assert.match(look_up_failed?.trouble.message ?? '', /No API for this app/)
  assert.ok((await of.source().token()).access_token)

  await assert.rejects(lookUp(of.client, of.store, 'alice'), { grant: 'alice', error: 'forbidden' })
  assert.ok((await kept(of)).look_up_failed, 'a second failure lifts nothing')
  Object.assign(of.told, { status: 200, body: '{"tenant":"t1","echo":"{token}","all":["{token}"]}' })
  const found = await lookUp(of.client, of.store, 'alice')
  assert.deepEqual(found.metadata, { tenant: 't1', all: [] }, 'what repeats the token is not kept')
  assert.deepEqual([found.look_up_failed, summary(await kept(of)).look_up_failed], [undefined, undefined])
  assert.equal(of.told.asked, 3)
})

test('a look-up does not show the token to a server that did not give it', async () => {
  await using of = await world(403, '{}')
  const provider = { ...of.client.provider, issuer: 'https://elsewhere.example' }
  await assert.rejects(lookUp({ ...of.client, provider }, of.store, 'alice'), { code: 'ISSUER_MISMATCH' })
  assert.equal(of.told.asked, 1, 'only the consent asked')
})

test('the word that a look-up failed outlives refreshes', async () => {
  await using of = await world(500, 'down')
  of.clock.advance(4000)
  await of.source().token()
  assert.equal(summary(await kept(of)).look_up_failed?.trouble.code, 'PROVIDER_UNAVAILABLE')
})

test('[#93] a look-up answered with what is no JSON, or nested too deep to be kept, is told and ends nothing', async () => {
  const deep = `{"tenant":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  for (const body of ['<html>', deep]) {
    await using of = await world(200, body)
    const { look_up_failed, metadata, standing } = await kept(of)
    assert.deepEqual(
      [look_up_failed?.trouble.code, metadata, standing.state],
      ['INVALID_ANSWER', undefined, 'active'],
      body.slice(0, 20),
    )
  }
})

test('a store that fails during the look-up does not undo the consent', async () => {
  const inner = memoryStore()
  let puts = 0
  const failing: GrantStore = {
    ...inner,
    get: (id) => inner.get(id),
    list: () => inner.list(),
    delete: (id, version) => inner.delete(id, version),
    async put(next, expected) {
      puts++
      if (puts > 1) throw new OAuthError('STORE_UNAVAILABLE', 'The disk is full.')
      return inner.put(next, expected)
    },
  }
  await using of = await world(200, '{"tenant":"t1"}', failing)
  assert.equal((await kept(of)).standing.state, 'active')
  assert.ok((await of.source().token()).access_token)
})
