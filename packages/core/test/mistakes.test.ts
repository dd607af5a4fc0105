import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  beginAuthorization,
  circuitBreaker,
  clientCredentialsFlow,
  compose,
  defineClient,
  finishAuthorization,
  hooks,
  memoryStore,
  PrivateKeyJwt,
  resolveProvider,
  retry,
  tokenSource,
} from '@evergrant/core'
import { startSandbox } from '@evergrant/sandbox'
import { connected, settled } from './support/connected.ts'

/** What a step with a mistake in it throws: a `TypeError`, as failed fetches do. */
function mistake(): never {
  const nothing = undefined as unknown as { readonly name: string }
  return nothing.name as never
}
const isMistake = (error: unknown): boolean => error instanceof TypeError && /reading 'name'/.test(error.message)

test('a mistake in a hook stays what it is, and does not count as an unreachable provider', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const client = world.newClient({ fetch: compose([hooks({ before: mistake })]) })
  const source = world.source({ client })
  await client.metadata().catch(() => undefined)
  await assert.rejects(source.token(), isMistake)
  assert.equal(world.refreshes(), 0)
  assert.equal((await world.store.get('alice'))?.spending, undefined)
  assert.ok((await world.source().token()).access_token)
})

test('a mistake in the token request is recorded, told and thrown on, and the grant lives', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  let wrong = true
  const send = (request: Request, next: (request: Request) => Promise<Response>): Promise<Response> =>
    wrong && request.method === 'POST' ? mistake() : next(request)
  const source = world.source({ client: world.newClient({ fetch: compose([send]) }) })
  await assert.rejects(source.token(), isMistake)
  await settled()
  const [event] = world.events
  assert.ok(event?.type === 'refresh_failed')
  assert.deepEqual([event.error.code, event.error.who], ['PROGRAM_ERROR', 'developer'])
  const found = await world.store.get('alice')
  assert.equal(found?.standing.state === 'failing' && found.standing.trouble.code, 'PROGRAM_ERROR')
  assert.equal(found?.spending, undefined)
  wrong = false
  assert.ok((await source.token({ force: true })).access_token)
  assert.equal((await world.store.get('alice'))?.standing.state, 'active')
})

test('while the valid token lives, a mistake costs nobody anything, and is told', async () => {
  await using world = await connected()
  const source = world.source({
    client: world.newClient({
      fetch: compose([(request, next) => (request.method === 'POST' ? mistake() : next(request))]),
    }),
  })
  const token = await source.token()
  world.clock.advance(3000)
  assert.equal((await source.token()).access_token, token.access_token)
  await settled()
  assert.deepEqual(
    world.events.map((event) => event.type),
    ['refresh_failed'],
  )
})

test('a mistake while a code is redeemed, a token asked for or metadata read reaches the caller', async () => {
  await using sandbox = await startSandbox({ clients: [{ client_id: 'job', client_secret: 'a-secret-of-length' }] })
  const issuer = { id: 'acme', name: 'Acme', issuer: sandbox.issuer }
  const http = { fetch: compose([hooks({ before: mistake })]) }
  const options = { client_id: 'job', client_secret: 'a-secret-of-length', http }
  const found = defineClient({ provider: resolveProvider(issuer), ...options })
  await assert.rejects(found.metadata(), isMistake)
  const endpoints = {
    authorization_endpoint: `${sandbox.issuer}/authorize`,
    token_endpoint: `${sandbox.issuer}/token`,
  }
  const client = defineClient({ provider: resolveProvider({ ...issuer, ...endpoints }), ...options })
  const job = tokenSource('job', { client, store: memoryStore(), flow: clientCredentialsFlow() })
  await assert.rejects(job.token(), isMistake)
  const redirect_uri = 'http://127.0.0.1/cb'
  const { pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri })
  const callback = `${redirect_uri}?code=c&state=${pending.state}&iss=${encodeURIComponent(sandbox.issuer)}`
  await assert.rejects(finishAuthorization(client, { callback, pending, store: memoryStore() }), isMistake)
  assert.equal(sandbox.journal.count({}), 0)
})

test('a key source with a mistake says that the key cannot be had, with the mistake as cause', async () => {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', token_endpoint: 'http://127.0.0.1:9/token' })
  const client = defineClient({ provider, client_id: 'job', client_auth: PrivateKeyJwt(mistake) })
  const job = tokenSource('job', { client, store: memoryStore(), flow: clientCredentialsFlow() })
  await assert.rejects(job.token(), (error: Error) => isMistake(error) || isMistake(error.cause))
})

test('retries and the circuit breaker leave mistakes alone', async () => {
  let calls = 0
  const wrong = (): never => {
    calls++
    return mistake()
  }
  const send = compose([circuitBreaker({ failures: 1 }), retry({ base: 0 }), wrong])
  for (let n = 1; n <= 3; n++) {
    await assert.rejects(send('https://api.example/'), isMistake)
    assert.equal(calls, n)
  }
})
