import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compose, type RetryOptions, retry } from '@evergrant/core'
import { manualClock } from '@evergrant/sandbox'
import { loopbackServer, turns } from './loopback-server.ts'

/** A clock that notes the waits and lets them pass at once. */
function noting() {
  const clock = manualClock()
  const waits: number[] = []
  const sleep = (seconds: number, signal?: AbortSignal): Promise<void> => {
    waits.push(seconds)
    const slept = clock.sleep(seconds, signal)
    clock.advance(seconds)
    return slept
  }
  return { waits, clock: { now: () => clock.now(), monotonic: () => clock.monotonic(), sleep } }
}

function retrying(options: RetryOptions = {}) {
  const { waits, clock } = noting()
  return { waits, clock, fetch: compose([retry({ clock, random: () => 0.5, ...options })]) }
}

test('[#125] a GET is sent again after 503 and a broken connection, each wait a random part of a doubling one', async () => {
  let requests = 0
  await using server = await loopbackServer((_, response) => {
    requests++
    if (requests === 1) response.writeHead(503).end()
    else if (requests === 2) response.socket?.destroy()
    else if (requests === 3) response.writeHead(500).end()
    else response.end('ok')
  })
  const { fetch, waits } = retrying()
  const response = await fetch(`${server.url}/a`)
  assert.equal(await response.text(), 'ok')
  assert.equal(requests, 4)
  assert.deepEqual(waits, [0.25, 0.5, 1])
})

test('[#125] a POST turned away with 429 and Retry-After goes again with the same body, after as long as was asked', async () => {
  await using server = await loopbackServer(turns({ status: 429, headers: { 'retry-after': '7' } }))
  const { fetch, waits } = retrying()
  const response = await fetch(server.url, { method: 'POST', body: JSON.stringify({ a: 1 }) })
  assert.equal(response.status, 200)
  assert.deepEqual(
    server.seen.map(({ method, body }) => [method, body]),
    [
      ['POST', '{"a":1}'],
      ['POST', '{"a":1}'],
    ],
  )
  assert.ok((waits[0] ?? 0) >= 7 && (waits[0] ?? 0) <= 8, `waited ${waits[0]}`)
})

test('[#125] Retry-After as a date counts from the server’s own clock', async () => {
  const headers = { date: 'Sat, 01 Jan 2000 00:00:00 GMT', 'retry-after': 'Sat, 01 Jan 2000 00:00:20 GMT' }
  await using server = await loopbackServer(turns({ status: 503, headers }))
  const { fetch, waits } = retrying()
  assert.equal((await fetch(server.url)).status, 200)
  assert.ok((waits[0] ?? 0) >= 20 && (waits[0] ?? 0) <= 21, `waited ${waits[0]}`)
})

test('[#125] a POST is not repeated after 500, nor after 429 that names no time, nor after a lost connection', async () => {
  await using server = await loopbackServer(turns({ status: 500 }, { status: 429 }))
  const { fetch } = retrying()
  assert.equal((await fetch(server.url, { method: 'POST', body: 'a' })).status, 500)
  assert.equal((await fetch(server.url, { method: 'PATCH', body: 'a' })).status, 429)
  assert.equal(server.seen.length, 2)
  await using dropping = await loopbackServer((_, response) => void response.socket?.destroy())
  await assert.rejects(fetch(dropping.url, { method: 'POST', body: 'a' }), TypeError)
  assert.equal(dropping.seen.length, 1)
})

test('[#125] a POST is repeated when the caller says that it may be: by option or by an idempotency key', async () => {
  await using server = await loopbackServer(turns({ status: 500 }, { status: 200 }, { status: 502 }))
  const allowed = retrying({ repeat: () => true })
  assert.equal((await allowed.fetch(server.url, { method: 'PATCH', body: 'x' })).status, 200)
  const { fetch } = retrying()
  const headers = { 'idempotency-key': 'k1' }
  assert.equal((await fetch(server.url, { method: 'POST', body: 'y', headers })).status, 200)
  assert.deepEqual(
    server.seen.map(({ body }) => body),
    ['x', 'x', 'y', 'y'],
  )
})

test('[#125] a streamed body is replayed byte for byte', async () => {
  await using server = await loopbackServer(turns({ status: 503 }))
  const { fetch } = retrying()
  const body = new Blob(['a'.repeat(200_000), 'end']).stream()
  const response = await fetch(server.url, { method: 'PUT', body, duplex: 'half' } as RequestInit)
  assert.equal(response.status, 200)
  assert.equal(server.seen.length, 2)
  assert.equal(server.seen[0]?.body, server.seen[1]?.body)
  assert.equal(server.seen[1]?.body.length, 200_003)
})

test('[#125] a wait longer than the cap is not waited, and after the last retry the answer is returned', async () => {
  await using server = await loopbackServer(
    (_, response) => void response.writeHead(503, { 'retry-after': '61' }).end(),
  )
  const { fetch, waits } = retrying()
  assert.equal((await fetch(server.url)).status, 503)
  assert.deepEqual(waits, [])
  await using busy = await loopbackServer((_, response) => void response.writeHead(502).end('busy'))
  const two = retrying({ retries: 2 })
  const response = await two.fetch(busy.url)
  assert.equal(await response.text(), 'busy')
  assert.equal(busy.seen.length, 3)
})

test('[#125] an abort ends the wait with the caller’s reason', async () => {
  await using server = await loopbackServer((_, response) => void response.writeHead(503).end())
  const clock = manualClock()
  const abort = new AbortController()
  const fetch = compose([retry({ clock, random: () => 0.5 })])
  const asked = fetch(server.url, { signal: abort.signal })
  while (clock.sleepers === 0) await new Promise(setImmediate)
  abort.abort(new Error('enough'))
  await assert.rejects(asked, /enough/)
  assert.equal(server.seen.length, 1)
})
