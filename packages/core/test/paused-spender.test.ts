import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  beginAuthorization,
  type Client,
  type Clock,
  defineClient,
  finishAuthorization,
  memoryStore,
  resolveProvider,
  systemClock,
  tokenSource,
} from '@evergrant/core'
import { manualClock, type RunningSandbox, startSandbox } from '@evergrant/sandbox'

const redirect_uri = 'http://127.0.0.1/callback'
const refreshes = { endpoint: 'token', grant_type: 'refresh_token' } as const

async function connected(sandbox: RunningSandbox, scope = 'mail') {
  sandbox.registerClient({ client_id: 'web', redirect_uris: [redirect_uri] })
  const client = fresh(sandbox)
  const store = memoryStore()
  const { url, pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri, scope })
  await finishAuthorization(client, { callback: await sandbox.approve(url), pending, store })
  sandbox.journal.clear()
  return { client, store }
}

function fresh(sandbox: RunningSandbox, send?: typeof fetch): Client {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: sandbox.issuer })
  return defineClient({ provider, client_id: 'web', ...(send === undefined ? {} : { http: { fetch: send } }) })
}

/** For a process that waits a whole lease; here that takes no time. */
function hurried(): Clock {
  let elsewhere = 0
  return {
    ...systemClock,
    monotonic: () => elsewhere,
    async sleep(seconds) {
      elsewhere += seconds
    },
  }
}

test('[#67] a process that was paused between its mark and its request does not spend what another one spent', async () => {
  await using sandbox = await startSandbox()
  const { client, store } = await connected(sandbox)
  const time = manualClock()
  const other = tokenSource('alice', { client, store, clock: hurried() })
  const paused = tokenSource('alice', {
    client,
    store,
    clock: { ...systemClock, monotonic: () => time.monotonic() },
    testPoints: {
      async afterMark() {
        if (time.monotonic() > 0) return
        time.advance(11)
        await other.token({ force: true })
      },
    },
  })
  const token = await paused.token({ force: true })
  assert.equal(sandbox.journal.count(refreshes), 1)
  assert.equal(token.access_token, (await store.get('alice'))?.access['']?.access_token)
  assert.deepEqual(
    sandbox.families().map(({ alive, replays }) => ({ alive, replays })),
    [{ alive: true, replays: 0 }],
  )
})

test('[#67] a request that came too late after all leaves word that what ends the grant may be it', async () => {
  await using sandbox = await startSandbox({ reuse: 'revoke-family' })
  const { client, store } = await connected(sandbox)
  const other = tokenSource('alice', { client, store, lease: 21, clock: hurried() })
  let stopped = true
  const late = fresh(sandbox, async (input, init) => {
    // Its bytes were with the system when the process was stopped; the other one passes the lease meanwhile.
    if (stopped && String(input).endsWith('/token')) {
      stopped = false
      await other.token({ force: true })
    }
    return fetch(input, init)
  })
  const paused = tokenSource('alice', { client: late, store, lease: 21 })
  await paused.token({ force: true })
  assert.deepEqual(
    sandbox.families().map(({ alive, replays }) => ({ alive, replays })),
    [{ alive: false, replays: 1 }],
  )
  const { standing, in_doubt } = (await store.get('alice')) ?? {}
  assert.equal(standing?.state, 'active')
  assert.ok(in_doubt)
  await assert.rejects(other.token({ force: true }), { code: 'CONSENT_REQUIRED', message: /interrupted/ })
})

test('the metadata is known before a spend is marked, so that the lease covers one request', async () => {
  await using sandbox = await startSandbox()
  const { store } = await connected(sandbox)
  let before = 0
  const source = tokenSource('alice', {
    client: fresh(sandbox),
    store,
    testPoints: {
      async afterMark() {
        before = sandbox.journal.count({ endpoint: 'discovery' })
      },
    },
  })
  await source.token({ force: true })
  assert.equal(before, 1)
  assert.equal(sandbox.journal.count({ endpoint: 'discovery' }), 1)
})

test('nothing is asked for between the answer and the record, not even the keys of an id_token', async () => {
  await using sandbox = await startSandbox()
  const { store } = await connected(sandbox, 'openid')
  const source = tokenSource('alice', { client: fresh(sandbox), store })
  const token = await source.token({ force: true })
  assert.ok(token.id_token)
  assert.equal(sandbox.journal.count(refreshes), 1)
  assert.equal(sandbox.journal.count({ endpoint: 'jwks' }), 0)
})
