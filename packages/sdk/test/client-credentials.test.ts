import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientCredentialsFlow, defineClient, memoryStore, resolveProvider, tokenSource } from '@evergrant/core'
import {
  type AnyPaths,
  type Client,
  createClient,
  type DirectManager,
  type OAuthCredentials,
  type OAuthToken,
  type TokenAcquirer,
} from '@evergrant/sdk'
import { type World, world } from './world.ts'

type Sample = Client<AnyPaths, { readonly OAuthCCG: OAuthCredentials }, { readonly OAuthCCG: DirectManager }>

const ccg = { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret', scopes: ['file:read', 'file:write'] }
const sample = (w: World, credentials: object = ccg): Sample =>
  createClient({ openapi: w.document(), clock: w.clock, auth: { OAuthCCG: credentials } }) as unknown as Sample
const status = async (client: Sample): Promise<number> => (await client.GET('/jobs')).response.status

test('[#61 #67] requirements 004: three first calls at once make one token request, with the scopes asked for', async () => {
  await using w = await world()
  const client = sample(w)
  assert.deepEqual(await Promise.all([status(client), status(client), status(client)]), [200, 200, 200])
  assert.equal(w.issued(), 1)
  const { data } = await client.GET('/jobs')
  assert.equal((data as { readonly scope: string }).scope, 'file:read file:write')
})

test('[#62] an ended token is fetched anew by the next call', async () => {
  await using w = await world()
  const client = sample(w)
  await status(client)
  w.clock.advance(7200)
  assert.equal(await status(client), 200)
  assert.equal(w.issued(), 2)
})

test('[#72] requirements 004: a token that is given by hand is used, and the callback does not hear of it', async () => {
  await using w = await world()
  const { token } = (await fetched(w)).OAuthCCG
  const before = w.issued()
  let heard = 0
  const client = sample(w, { ...ccg, token, onTokenUpdate: () => void heard++ })
  assert.equal(await status(client), 200)
  assert.deepEqual([w.issued() - before, heard], [0, 0])
})

async function fetched(w: World): Promise<Sample> {
  const client = sample(w)
  await client.OAuthCCG.fetchToken()
  return client
}

test('[#71] requirements 004, update callback: once for every new token, awaited before the call goes out', async () => {
  await using w = await world()
  const database: OAuthToken[] = []
  let saw = -1
  const client = sample(w, {
    ...ccg,
    onTokenUpdate: async (token: OAuthToken) => {
      await Promise.resolve()
      saw = w.api.seen.length
      database.push(token)
    },
  })
  await Promise.all([status(client), status(client)])
  assert.deepEqual([database.length, saw], [1, 0])
  w.clock.advance(7200)
  await status(client)
  await client.OAuthCCG.fetchToken()
  assert.equal(database.length, 3)
  assert.equal(database.at(-1)?.access_token, client.OAuthCCG.token?.access_token)
})

test('[#69 #70] requirements 004, token provider: it loads a token or has the manager fetch one, when none is valid', async () => {
  await using w = await world()
  let stored: OAuthToken | undefined
  const asked: (OAuthToken | undefined)[] = []
  const updates: string[] = []
  const client = sample(w, {
    ...ccg,
    tokenProvider: async (last: OAuthToken | undefined, authManager: TokenAcquirer) => {
      asked.push(last)
      return stored ?? authManager.fetchToken()
    },
    onTokenUpdate: (token: OAuthToken) => void updates.push(token.access_token),
  })
  await status(client)
  await status(client)
  assert.deepEqual([asked, w.issued(), updates.length], [[undefined], 1, 1])
  const first = client.OAuthCCG.token
  w.clock.advance(7200)
  stored = (await fetched(w)).OAuthCCG.token
  const issued = w.issued()
  assert.equal(await status(client), 200)
  assert.deepEqual([asked.length, asked[1]?.access_token, w.issued()], [2, first?.access_token, issued])
})

test('[#73] a provider that returns an ended token is an error, and nothing is sent', async () => {
  await using w = await world()
  const token = (await fetched(w)).OAuthCCG.token
  w.clock.advance(7200)
  const client = sample(w, { ...ccg, tokenProvider: () => token })
  await assert.rejects(status(client), { code: 'TOKEN_EXPIRED' })
  assert.equal(w.api.seen.length, 0)
})

test('[#53] requirements 004, clock skew: counts in whether a token has ended; fractions and 0 are fine', async () => {
  await using w = await world()
  for (const [clockSkew, expected] of [
    [0, false],
    [10.5, true],
    [10, true],
    [9.5, false],
  ] as const) {
    const token = { access_token: 'a', token_type: 'Bearer', expires_at: w.clock.now() + 10, raw: {} }
    assert.equal(sample(w, { ...ccg, token, clockSkew }).OAuthCCG.isTokenExpired(), expected, `skew ${clockSkew}`)
  }
  const endless = { access_token: 'a', token_type: 'Bearer', raw: {} }
  assert.equal(sample(w, { token: endless, clockSkew: 99 }).OAuthCCG.isTokenExpired(), false, '[#54] without an end')
})

test('[#68] a failed fetch is the error of its call alone; the next call asks again', async () => {
  await using w = await world()
  const client = sample(w)
  w.sandbox.fault({
    match: { grant_type: 'client_credentials' },
    status: 400,
    body: { error: 'invalid_scope' },
    times: 1,
  })
  await assert.rejects(status(client), { error: 'invalid_scope' })
  assert.equal(await status(client), 200)
})

test('[#64] an API that refuses a token gets the call once more with a newer one', async () => {
  await using w = await world()
  const client = sample(w, { ...ccg, token: 'of-another-server' })
  assert.equal(await status(client), 200)
  assert.deepEqual([w.api.seen.length, w.issued()], [2, 1])
})

test('[#80] clones keep the live token: with other settings, and from the configuration as it is now', async () => {
  await using w = await world()
  const client = await fetched(w)
  const { token } = client.OAuthCCG
  for (const clone of [
    client.cloneWith({ timeout: 30 }),
    client.cloneWith({ fetch: (input, init) => fetch(input, init) }),
    client.cloneWith({ auth: { OAuthCCG: { clockSkew: 5 } } }),
    createClient(client.config) as unknown as Sample,
  ])
    assert.equal(clone.OAuthCCG.token?.access_token, token?.access_token)
  assert.equal(await status(client.cloneWith({ retries: 1 })), 200)
  assert.equal(w.issued(), 1)
  const cleared = client.cloneWith({ auth: { OAuthCCG: { token: undefined } } })
  assert.equal(cleared.OAuthCCG.tokenState, 'missing', '[#76] a value can be cleared')
  assert.equal(client.OAuthCCG.tokenState, 'valid', '[#76] the original stays as it was')
})

test('[#67] several clients on the grant of one store make one token request', async () => {
  await using w = await world()
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: `${w.sandbox.issuer}/token` })
  const registered = defineClient({
    provider,
    client_id: ccg.clientId,
    client_secret: ccg.clientSecret,
    http: { clock: w.clock },
  })
  const store = memoryStore()
  const source = () => tokenSource('job', { client: registered, store, flow: clientCredentialsFlow(), clock: w.clock })
  const [one, two] = [sample(w, { source: source() }), sample(w, { source: source() })]
  assert.equal(await status(one), 200)
  assert.equal(await status(two), 200)
  assert.equal(w.issued(), 1)
})
