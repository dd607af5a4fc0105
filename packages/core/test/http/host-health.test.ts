import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  circuitBreaker,
  clientCredentialsFlow,
  compose,
  concurrencyLimit,
  defineClient,
  learnedClock,
  memoryStore,
  resolveProvider,
  tokenSource,
} from '@evergrant/core'
import { manualClock, startSandbox } from '@evergrant/sandbox'
import { loopbackServer } from './loopback-server.ts'

test('after failures in a row a host is left alone, then one request tries, and success lets the others follow', async () => {
  let status = 500
  await using server = await loopbackServer((_, response) => void response.writeHead(status).end())
  await using other = await loopbackServer((_, response) => void response.end())
  const clock = manualClock()
  const fetch = compose([circuitBreaker({ failures: 3, cooldown: 10, clock, random: () => 0.5 })])
  for (let n = 0; n < 3; n++) assert.equal((await fetch(server.url)).status, 500)
  await assert.rejects(fetch(server.url), { code: 'PROVIDER_UNAVAILABLE', outcome: 'not_sent', retryAfter: 10 })
  assert.equal(server.seen.length, 3)
  assert.equal((await fetch(other.url)).status, 200, 'another host is not concerned')
  clock.advance(10)
  assert.equal((await fetch(server.url)).status, 500, 'the trial')
  await assert.rejects(fetch(server.url), { retryAfter: 20 })
  clock.advance(20)
  status = 200
  const [first, second] = await Promise.allSettled([fetch(server.url), fetch(server.url)])
  assert.equal(first?.status, 'fulfilled')
  assert.equal(second?.status, 'rejected', 'only one tries')
  assert.equal((await fetch(server.url)).status, 200)
})

test('Retry-After of a 429 holds for the whole host, and connection failures count', async () => {
  const clock = manualClock()
  await using server = await loopbackServer(
    (_, response) => void response.writeHead(429, { 'retry-after': '30' }).end(),
  )
  const fetch = compose([circuitBreaker({ clock, failures: 2, random: () => 0.5 })])
  assert.equal((await fetch(server.url)).status, 429)
  await assert.rejects(fetch(`${server.url}/other`), { code: 'PROVIDER_UNAVAILABLE', retryAfter: 30 })
  clock.advance(30)
  assert.equal((await fetch(server.url)).status, 429)
  for (let n = 0; n < 2; n++) await assert.rejects(fetch('http://127.0.0.1:2/'), TypeError)
  await assert.rejects(fetch('http://127.0.0.1:2/'), { code: 'PROVIDER_UNAVAILABLE' })
})

test('the caller’s own abort is no failure of the host', async () => {
  await using server = await loopbackServer((_, response) => void response.end())
  const fetch = compose([circuitBreaker({ failures: 1, clock: manualClock() })])
  await assert.rejects(fetch(server.url, { signal: AbortSignal.abort() }))
  assert.equal((await fetch(server.url)).status, 200)
})

test('a token request to a host that is left alone spends nothing and keeps its reason', async () => {
  const app = { client_id: 'job', client_secret: 's', grant_types: ['client_credentials'] }
  await using sandbox = await startSandbox({ clients: [app] })
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: `${sandbox.issuer}/token` })
  const fetch = compose([circuitBreaker({ failures: 1 })])
  const client = defineClient({ provider, client_id: 'job', client_secret: 's', http: { fetch } })
  sandbox.fault({ match: {}, status: 503, times: 1 })
  const flow = clientCredentialsFlow()
  const first = tokenSource('a', { client, store: memoryStore(), flow })
  const second = tokenSource('b', { client, store: memoryStore(), flow })
  await assert.rejects(first.token(), { code: 'PROVIDER_UNAVAILABLE', status: 503 })
  await assert.rejects(second.token(), { code: 'PROVIDER_UNAVAILABLE', outcome: 'not_sent' })
  assert.equal(sandbox.journal.count({ grant_type: 'client_credentials' }), 1)
})

test('at most so many requests run against one host; the others follow in order, and an aborted one leaves', async () => {
  let running = 0
  let most = 0
  const release: (() => void)[] = []
  await using server = await loopbackServer(async (_, response) => {
    running++
    most = Math.max(most, running)
    await new Promise<void>((resolve) => release.push(resolve))
    running--
    response.end()
  })
  await using other = await loopbackServer((_, response) => void response.end())
  const fetch = compose([concurrencyLimit(2)])
  const abort = new AbortController()
  const all = [1, 2, 3, 4].map((n) => fetch(`${server.url}/${n}`))
  const leaving = fetch(`${server.url}/leaving`, { signal: abort.signal })
  assert.equal((await fetch(other.url)).status, 200)
  abort.abort(new Error('enough'))
  await assert.rejects(leaving, /enough/)
  while (running < 2) await new Promise(setImmediate)
  for (let done = 0; done < 4; ) {
    const next = release.shift()
    if (next === undefined) await new Promise(setImmediate)
    else {
      next()
      done++
    }
  }
  await Promise.all(all)
  assert.equal(most, 2)
  assert.deepEqual(server.seen.map(({ path }) => path).toSorted(), ['/1', '/2', '/3', '/4'])
})

test('the clock learns the median of what the server says, and no more than the bound', async () => {
  const clock = manualClock()
  let ahead = 120
  await using server = await loopbackServer((_, response) => {
    response.writeHead(200, { date: new Date((clock.now() + ahead) * 1000).toUTCString() }).end()
  })
  const learned = learnedClock({ clock, bound: 600 })
  const fetch = compose([learned.learn])
  for (let n = 0; n < 4; n++) await fetch(server.url)
  ahead = -5000
  await fetch(server.url)
  assert.ok(Math.abs(learned.skew() - 120.5) <= 1, `one odd answer changes nothing: ${learned.skew()}`)
  assert.ok(Math.abs(learned.now() - clock.now() - 120.5) <= 1)
  ahead = 86_400
  for (let n = 0; n < 9; n++) await fetch(server.url)
  assert.equal(learned.skew(), 600)
  ahead = 0
  for (let n = 0; n < 9; n++) await fetch(server.url)
  assert.equal(learned.skew(), 0, 'a second is no skew')
})
