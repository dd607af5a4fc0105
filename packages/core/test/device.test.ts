import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  beginDeviceAuthorization,
  type ClientOptions,
  type DeviceAuthorization,
  defineClient,
  memoryStore,
  type PollProgress,
  pollDeviceAuthorization,
  resolveProvider,
  tokenSource,
} from '@evergrant/core'
import { manualClock, person, startSandbox } from '@evergrant/sandbox'
import { asleep } from './asleep.ts'
import { oidcServer } from './oidc-server.ts'

const native = { client_id: 'native' }

async function device(more: Partial<ClientOptions> = {}) {
  const clock = manualClock()
  const sandbox = await startSandbox({ clock, clients: [native] })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: sandbox.issuer })
  const client = defineClient({ provider, ...native, ...more, http: { clock, ...more.http } })
  const store = memoryStore()
  const waiting: { seconds: number; trouble: string | undefined }[] = []
  const poll = (pending: DeviceAuthorization, signal?: AbortSignal) =>
    pollDeviceAuthorization(client, {
      pending,
      store,
      signal,
      onProgress: ({ interval, trouble }: PollProgress) => waiting.push({ seconds: interval, trouble: trouble?.code }),
    })
  /** Lets time pass for a program that sleeps, when it has gone to sleep. */
  const pass = async (seconds: number): Promise<void> => {
    await asleep(clock)
    clock.advance(seconds)
  }
  const polls = (): number => sandbox.journal.count({ endpoint: 'token' })
  return { clock, sandbox, client, store, poll, pass, polls, waiting, [Symbol.asyncDispose]: () => sandbox.close() }
}

test('[#8] a device shows a code, waits, and gets a stored grant that renews itself', async () => {
  await using at = await device()
  const pending = await beginDeviceAuthorization(at.client, { grant: 'tv', scope: 'openid mail.read' })
  assert.match(pending.user_code, /^[A-Z]{4}-[A-Z]{4}$/)
  assert.equal(pending.verification_uri, `${at.sandbox.issuer}/device`)
  assert.equal(pending.interval, 5)
  // JSON-safe, as when another process waits.
  const done = at.poll(JSON.parse(JSON.stringify(pending)))
  await at.pass(5)
  await at.pass(0)
  assert.equal(at.polls(), 1)
  await person.approve(pending.verification_uri_complete ?? '', { username: 'bob' })
  await at.pass(5)
  const grant = await done
  assert.equal(grant.subject?.sub, 'bob')
  assert.equal(grant.requested_scope, 'openid mail.read')
  assert.deepEqual(at.waiting, [{ seconds: 5, trouble: undefined }])
  assert.deepEqual(await at.store.get('tv'), grant)
  const source = tokenSource('tv', { client: at.client, store: at.store, clock: at.clock })
  const token = await source.token()
  at.clock.advance(3600)
  assert.notEqual((await source.token()).access_token, token.access_token)
})

test('[#8] slow_down makes every later wait five seconds longer', async () => {
  await using at = await device()
  const pending = await beginDeviceAuthorization(at.client, { grant: 'tv' })
  const early = new URLSearchParams({
    ...native,
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: pending.device_code,
  })
  const done = at.poll(pending)
  await asleep(at.clock)
  await fetch(`${at.sandbox.issuer}/token`, { method: 'POST', body: early })
  await at.pass(4)
  await fetch(`${at.sandbox.issuer}/token`, { method: 'POST', body: early })
  await at.pass(1)
  await at.pass(10)
  await at.pass(0)
  assert.deepEqual(
    at.waiting.map(({ seconds }) => seconds),
    [10, 15],
  )
  await person.approve(pending.verification_uri_complete ?? '')
  await at.pass(60)
  assert.equal((await done).standing.state, 'active')
})

test('[#8] a person who says no, and one who never answers, end the wait with what happened', async () => {
  await using at = await device()
  const pending = await beginDeviceAuthorization(at.client, { grant: 'tv' })
  const denied = assert.rejects(at.poll(pending), { code: 'ACCESS_DENIED', who: 'person', grant: 'tv' })
  await person.deny(pending.verification_uri_complete ?? '')
  await at.pass(5)
  await denied

  const second = await beginDeviceAuthorization(at.client, { grant: 'tv' })
  const late = assert.rejects(at.poll(second), { code: 'AUTHORIZATION_EXPIRED' })
  await at.pass(700)
  await late
  assert.equal(await at.store.get('tv'), undefined)
})

test('[#8] a provider that breaks down or hangs up is asked half as often, and the wait goes on', async () => {
  await using at = await device()
  const pending = await beginDeviceAuthorization(at.client, { grant: 'tv' })
  at.sandbox.fault({ match: { endpoint: 'token' }, times: 1, status: 503 })
  at.sandbox.fault({ match: { endpoint: 'token' }, times: 1, dropBefore: true })
  const done = at.poll(pending)
  await at.pass(5)
  await at.pass(10)
  await at.pass(0)
  assert.deepEqual(
    at.waiting.map(({ seconds, trouble }) => [seconds, trouble]),
    [
      [10, 'PROVIDER_UNAVAILABLE'],
      [20, 'PROVIDER_UNREACHABLE'],
    ],
  )
  await person.approve(pending.verification_uri_complete ?? '')
  await at.pass(20)
  assert.equal((await done).standing.state, 'active')
})

test('[#8] a caller can give up while it waits and while it asks', async () => {
  await using at = await device()
  const pending = await beginDeviceAuthorization(at.client, { grant: 'tv' })
  const waiting = new AbortController()
  const first = assert.rejects(at.poll(pending, waiting.signal), { code: 'ABORTED' })
  await asleep(at.clock)
  waiting.abort()
  await first
  assert.equal(at.polls(), 0)

  const asking = new AbortController()
  const hold = at.sandbox.hold({ match: { endpoint: 'token' } })
  const second = assert.rejects(at.poll(pending, asking.signal), { code: 'ABORTED' })
  await at.pass(5)
  await hold.arrived
  asking.abort()
  await second
  hold.release()
  await assert.rejects(at.poll(pending, AbortSignal.abort()), { code: 'ABORTED' })
})

test('a device authorization of another client is refused, and a provider without the endpoint says so', async () => {
  await using at = await device()
  const pending = await beginDeviceAuthorization(at.client, { grant: 'tv' })
  await assert.rejects(at.poll({ ...pending, client_id: 'other' }), { code: 'INVALID_ARGUMENT' })
  const provider = resolveProvider({
    id: 'acme',
    name: 'Acme',
    token_endpoint: `${at.sandbox.issuer}/token`,
    discovery: 'none',
  })
  const client = defineClient({ provider, ...native })
  await assert.rejects(beginDeviceAuthorization(client, { grant: 'tv' }), { code: 'MISSING_ENDPOINT' })
})

test('[#8] an independent server gives a device its tokens', async () => {
  await using oidc = await oidcServer({
    clients: [
      {
        client_id: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: { deviceFlow: { enabled: true } },
  })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  const clock = manualClock()
  const client = defineClient({ provider, ...native, http: { clock } })
  const pending = await beginDeviceAuthorization(client, { grant: 'tv', scope: 'openid offline_access' })
  const store = memoryStore()
  const done = pollDeviceAuthorization(client, { pending, store })
  await asleep(clock)
  clock.advance(5)
  await asleep(clock)
  await oidc.approveDevice(pending.verification_uri_complete ?? '')
  clock.advance(5)
  const grant = await done
  assert.equal(grant.subject?.sub, 'alice')
  assert.ok(grant.refresh_token)
})
