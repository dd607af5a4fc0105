import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { obtainConsent } from '@evergrant/core'
import { loopbackConsent } from '@evergrant/core/node'
import { manualClock } from '@evergrant/sandbox'
import { world } from './world.ts'

const registered = 'http://127.0.0.1/callback'

test('[#40] it listens on a free port, opens the browser, shows how it ended, and closes itself', async () => {
  await using w = await world(registered)
  let page: Promise<Response> | undefined
  await using consent = await loopbackConsent({
    clock: w.clock,
    open: async (url) => {
      const callback = await w.sandbox.approve(url)
      page = fetch(callback)
    },
  })
  assert.match(consent.redirectUri, /^http:\/\/127\.0\.0\.1:\d+\/callback$/)
  const grant = await obtainConsent(w.client, { grant: 'alice', store: w.store, consent })
  assert.equal(grant.id, 'alice')
  const shown = await page
  assert.equal(shown?.status, 200)
  assert.match((await shown?.text()) ?? '', /stored as <strong>alice<\/strong>/)
  await assert.rejects(fetch(consent.redirectUri), 'the listener is closed')
})

test('[#40 #36] a denial is shown in the browser with advice, and thrown', async () => {
  await using w = await world(registered)
  let page: Promise<Response> | undefined
  await using consent = await loopbackConsent({
    clock: w.clock,
    open: async (url) => {
      page = fetch(await w.sandbox.deny(url))
    },
  })
  await assert.rejects(obtainConsent(w.client, { grant: 'a', store: w.store, consent }), { code: 'ACCESS_DENIED' })
  assert.equal((await page)?.status, 400)
})

test('[#40] stray requests change nothing: favicon, wrong state, wrong path, POST, another Host', async () => {
  await using w = await world(registered)
  const statuses: number[] = []
  await using consent = await loopbackConsent({
    clock: w.clock,
    open: async (url) => {
      const callback = new URL(await w.sandbox.approve(url))
      const stray = async (address: string | URL, init?: RequestInit) => {
        statuses.push((await fetch(address, init)).status)
      }
      await stray(new URL('/favicon.ico', callback))
      await stray(`${callback.origin}/callback?code=evil&state=guessed`)
      await stray(`${callback.href}&state=twice`)
      await stray(`${callback.origin}/other${callback.search}`)
      await stray(callback, { method: 'POST' })
      statuses.push(await statusWithHost(callback, 'evil.example'))
      fetch(callback).catch(() => undefined)
    },
  })
  const grant = await obtainConsent(w.client, { grant: 'alice', store: w.store, consent })
  assert.equal(grant.standing.state, 'active')
  assert.deepEqual(statuses, [404, 400, 400, 404, 405, 400])
})

test('[#40] nobody comes: it gives up at the deadline and closes', async () => {
  const clock = manualClock()
  await using consent = await loopbackConsent({ clock, seconds: 300, open: () => undefined })
  const asked = consent('http://127.0.0.1/authorize?state=s')
  while (clock.sleepers === 0) await new Promise(setImmediate)
  clock.advance(301)
  await assert.rejects(asked, { code: 'AUTHORIZATION_EXPIRED' })
  await assert.rejects(fetch(consent.redirectUri))
})

test('[#40] the caller’s abort ends the waiting', async () => {
  const abort = new AbortController()
  const clock = manualClock()
  const open = (): void => abort.abort(new Error('changed my mind'))
  await using consent = await loopbackConsent({ clock, signal: abort.signal, open })
  await assert.rejects(consent('http://127.0.0.1/authorize?state=s'), /changed my mind/)
})

test('[#40] a redirect URI that leads elsewhere, or to a port in use, is refused', async () => {
  const open = (): void => undefined
  await assert.rejects(loopbackConsent({ open, redirectUri: 'https://app.example/cb' }), { code: 'INVALID_ARGUMENT' })
  await using first = await loopbackConsent({ open })
  await assert.rejects(loopbackConsent({ open, redirectUri: first.redirectUri }), /is in use by another program/)
})

test('[#33 #40] two people consent at once, each through a port of its own', async () => {
  await using w = await world(registered)
  const connectAs = async (username: string) => {
    const open = async (url: string): Promise<void> => {
      const callback = await w.sandbox.approve(url, { username })
      fetch(callback).catch(() => undefined)
    }
    await using consent = await loopbackConsent({ clock: w.clock, open })
    return await obtainConsent(w.client, { grant: username, store: w.store, consent })
  }
  const [alice, bob] = await Promise.all([connectAs('alice'), connectAs('bob')])
  assert.notEqual(alice?.subject?.sub, bob?.subject?.sub)
})

/** fetch sets Host itself; a bare socket says what it likes. */
function statusWithHost(url: URL, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => {
      socket.end(`GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    })
    socket.once('data', (data) => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(String(data))?.[1])))
    socket.once('error', reject)
  })
}
