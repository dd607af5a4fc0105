import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Client,
  clientCredentialsFlow,
  defineClient,
  hostLimits,
  memoryStore,
  resolveProvider,
  tokenSource,
  tokenSources,
} from '@evergrant/core'
import { manualClock } from '@evergrant/sandbox'
import { type LoopbackServer, loopbackServer } from '../http/loopback-server.ts'
import { connected, passing } from '../support/connected.ts'

const answer = JSON.stringify({ access_token: 'a', token_type: 'Bearer', expires_in: 3600 })

function job(server: LoopbackServer, clock = manualClock()): Client {
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: `${server.url}/token` })
  return defineClient({ provider, client_id: 'job', client_secret: 's', http: { clock } })
}

/** A token endpoint that answers when it is told to, and counts how many wait at once. */
async function slow() {
  const held: (() => void)[] = []
  let most = 0
  const server = await loopbackServer(async (_, response) => {
    await new Promise<void>((resolve) => {
      held.push(resolve)
      most = Math.max(most, held.length)
    })
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
  })
  return {
    server,
    most: () => most,
    async release(count: number, together: number) {
      for (let done = 0; done < count; ) {
        while (held.length < Math.min(together, count - done)) await new Promise((resolve) => setTimeout(resolve, 1))
        // So that a cap that does not hold has the time to show.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 1))
        for (const go of held.splice(0)) {
          go()
          done++
        }
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

test('the grants of one engine ask a host 16 at a time, and all get their token', async () => {
  await using at = await slow()
  const sources = tokenSources({ store: memoryStore(), client: job(at.server), flow: clientCredentialsFlow() })
  const all = Promise.all(Array.from({ length: 40 }, (_, n) => sources.get(`grant ${n}`).token()))
  await at.release(40, 16)
  assert.equal((await all).length, 40)
  assert.equal(at.most(), 16)
})

test('the limits can be set, shared by engines, and turned off', async () => {
  await using at = await slow()
  const hosts = hostLimits({ concurrency: 3 })
  const options = { client: job(at.server), flow: clientCredentialsFlow() }
  const engines = [1, 2].map(() => tokenSources({ ...options, store: memoryStore(), hosts }))
  const single = tokenSource('alone', { ...options, store: memoryStore(), hosts })
  const many = engines.flatMap((engine) => ['a', 'b', 'c'].map((id) => engine.get(id).token()))
  const all = Promise.all([...many, single.token()])
  await at.release(7, 3)
  await all
  assert.equal(at.most(), 3)
  await using free = await slow()
  const unlimited = tokenSources({ ...options, client: job(free.server), store: memoryStore(), hosts: false })
  const rest = Promise.all(Array.from({ length: 20 }, (_, n) => unlimited.get(`${n}`).token()))
  await free.release(20, 20)
  await rest
  assert.equal(free.most(), 20)
})

test('waiting for a turn takes nothing from the deadline and holds no mark', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const hosts = hostLimits({ concurrency: 1 })
  const turn = await hosts.turn(world.client)
  const waiting = world.source({ hosts }).token()
  for (let n = 0; n < 10; n++) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.equal((await world.store.get('alice'))?.spending, undefined)
  world.clock.advance(100)
  turn.leave()
  assert.ok((await passing(world.clock, waiting)).access_token)
  assert.equal(world.refreshes(), 1)
})

test('a host that fails five times in a row is left alone by all grants, and nothing is written for those', async () => {
  const clock = manualClock()
  let status = 503
  await using server = await loopbackServer(
    (_, response) => void response.writeHead(status, { 'content-type': 'application/json' }).end(answer),
  )
  const store = memoryStore()
  const client = job(server, clock)
  const sources = tokenSources({ store, client, flow: clientCredentialsFlow(), random: () => 0.5 })
  for (let n = 0; n < 5; n++) await assert.rejects(sources.get(`${n}`).token(), { status: 503 })
  const alone = { code: 'PROVIDER_UNAVAILABLE', outcome: 'not_sent', retryAfter: 5, grant: 'sixth' }
  await assert.rejects(sources.get('sixth').token(), alone)
  assert.equal(server.seen.length, 5)
  assert.equal(await store.get('sixth'), undefined)
  clock.advance(5)
  status = 200
  assert.equal((await sources.get('sixth').token()).access_token, 'a')
  assert.equal((await sources.get('seventh').token()).access_token, 'a')
})

test('a refusal is an answer: a client that is not accepted does not keep other grants from the host', async () => {
  await using server = await loopbackServer((_, response) => {
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}')
  })
  const sources = tokenSources({ store: memoryStore(), client: job(server), flow: clientCredentialsFlow() })
  for (let n = 0; n < 8; n++) await assert.rejects(sources.get(`${n}`).token(), { code: 'INVALID_CLIENT' })
  assert.equal(server.seen.length, 8)
})

test('while the host is left alone, the token that still lives is served', async () => {
  await using world = await connected()
  const first = await world.source().token()
  world.clock.advance(3000)
  const hosts = hostLimits({ clock: world.clock, failures: 1 })
  const turn = await hosts.turn(world.client)
  turn.failed(Object.assign(new Error('x'), { name: 'OAuthError', code: 'PROVIDER_TIMEOUT' }))
  const source = world.source({ hosts })
  assert.equal((await source.token()).access_token, first.access_token)
  assert.equal((await source.token({ minTtl: 0 })).access_token, first.access_token)
  await assert.rejects(source.token({ force: true }), { code: 'PROVIDER_UNAVAILABLE', outcome: 'not_sent' })
  assert.equal(world.refreshes(), 0)
  assert.equal((await world.store.get('alice'))?.standing.state, 'active')
})

test('a 429 holds back the client that got it for as long as it says, and no other client of the host', async () => {
  const clock = manualClock()
  let busy = true
  await using server = await loopbackServer((seen, response) => {
    const headers = { 'content-type': 'application/json', 'retry-after': '60' }
    response.writeHead(busy && seen.body.includes('client_id=job&') ? 429 : 200, headers).end(answer)
  })
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: `${server.url}/token` })
  const client = (client_id: string): Client =>
    defineClient({ provider, client_id, client_secret: 's', client_auth: 'client_secret_post', http: { clock } })
  const both = { greedy: client('job'), modest: client('other') }
  const sources = tokenSources({
    store: memoryStore(),
    client: (id) => (id.startsWith('greedy') ? both.greedy : both.modest),
    flow: clientCredentialsFlow(),
    clock,
  })
  await assert.rejects(sources.get('greedy 1').token(), { code: 'RATE_LIMITED', retryAfter: 60, status: 429 })
  const held = { code: 'RATE_LIMITED', retryAfter: 60, outcome: 'not_sent', message: /job at 127\.0\.0\.1/ }
  await assert.rejects(sources.get('greedy 2').token(), held)
  assert.ok((await sources.get('modest').token()).access_token, 'another client of the same host')
  assert.equal(server.seen.length, 2)
  clock.advance(59)
  await assert.rejects(sources.get('greedy 2').token(), { code: 'RATE_LIMITED', retryAfter: 1 })
  clock.advance(1)
  busy = false
  assert.ok((await sources.get('greedy 2').token()).access_token)
  assert.ok((await sources.get('greedy 3').token()).access_token)
})

test('a 503 that says how long holds the whole host', async () => {
  const clock = manualClock()
  await using server = await loopbackServer((_, response) => void response.writeHead(503, { 'retry-after': '9' }).end())
  const hosts = hostLimits({ clock })
  const options = { client: job(server, clock), flow: clientCredentialsFlow(), hosts, store: memoryStore() }
  await assert.rejects(tokenSource('a', options).token(), { status: 503 })
  const provider = options.client.provider
  const other = defineClient({ provider, client_id: 'other', client_secret: 's', http: { clock } })
  const alone = { code: 'PROVIDER_UNAVAILABLE', retryAfter: 9, outcome: 'not_sent' }
  await assert.rejects(tokenSource('b', { ...options, client: other }).token(), alone)
  assert.equal(server.seen.length, 1)
})
