import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccessToken, providedTokenSource, type TokenManager } from '@evergrant/core'
import {
  type ApiConfiguration,
  apiClient,
  basicScheme,
  cloneWith,
  configuredApi,
  keyScheme,
  oauthScheme,
} from '@evergrant/core/api'
import { manualClock } from '@evergrant/sandbox'
import { world } from '../adapters/world.ts'
import { loopbackServer } from '../http/loopback-server.ts'

test('[#76] credentials: the clone has the changes, 0 and undefined too, and the original stays', async () => {
  await using api = await loopbackServer((_, response) => void response.end())
  const basic = basicScheme({ username: 'alice', password: 'old' })
  const schemes = {
    basic,
    changed: basic.cloneWith({ password: 'new' }),
    empty: basic.cloneWith({ password: undefined }),
    cleared: basic.cloneWith({ username: undefined }),
  }
  const client = apiClient({ baseUrl: api.url, schemes })
  for (const security of ['changed', 'empty', 'basic']) await client.fetch('/', { security })
  const sent = api.seen.map(({ headers }) => Buffer.from(headers.authorization?.slice(6) ?? '', 'base64').toString())
  assert.deepEqual(sent, ['alice:new', 'alice:', 'alice:old'])
  await assert.rejects(client.fetch('/', { security: 'cleared' }), { message: /\[cleared\] has no user name/ })
})

test('[#53 #76 #80] a token source’s clone keeps the live token; clock skew can be set to 0 and listeners taken away', async () => {
  const clock = manualClock()
  let made = 0
  const updates: string[] = []
  const provider = (): AccessToken => {
    made += 1
    return { access_token: `t${made}`, token_type: 'Bearer', expires_at: clock.now() + 100, raw: {} }
  }
  const onTokenUpdate = ({ access_token }: AccessToken): void => void updates.push(access_token)
  const source = providedTokenSource({ clock, provider, onTokenUpdate, clockSkew: 50 })
  await source.token()
  const exact = source.cloneWith({ clockSkew: 0, onTokenUpdate: undefined })
  clock.advance(60)
  assert.equal((await exact.token()).access_token, 't1', 'no refetch: by its own skew the token is good')
  assert.equal((await source.token()).access_token, 't2', 'the original still has its skew')
  assert.equal(exact.peek()?.access_token, 't1')
  clock.advance(40)
  assert.equal((await exact.token()).access_token, 't3')
  assert.deepEqual(updates, ['t1', 't2'])
  const empty = source.cloneWith({ token: undefined, provider: undefined })
  await assert.rejects(empty.token(), { code: 'TOKEN_MISSING' })
  const given = source.cloneWith({ token: 'given' })
  assert.equal((await given.token()).access_token, 'given')
  assert.equal((await source.token()).access_token, 't2')
})

test('[#76 #80] a client’s clone keeps the live tokens and makes no token request; schemes change one by one', async () => {
  await using w = await world()
  const client = apiClient({
    baseUrl: w.api.url,
    schemes: { oauth: oauthScheme({ manager: w.source }), key: keyScheme('header', 'x-key', { value: 'k' }) },
    security: 'oauth',
    headers: { 'x-client': 'one' },
  })
  await client.fetch('/a')
  const clone = client.cloneWith({ headers: undefined, timeout: 5, schemes: { key: undefined } })
  await clone.fetch('/b')
  await client.fetch('/c')
  assert.equal(w.issued(), 1)
  assert.deepEqual(
    w.api.seen.map(({ headers }) => headers['x-client']),
    ['one', undefined, 'one'],
  )
  await assert.rejects(clone.fetch('/d', { security: 'key' }), { message: /\[key\] is not configured/ })
  assert.equal((await client.fetch('/e', { security: 'key' })).status, 401)
})

test('[#77 #80] credentials, configuration, client: a clone of a clone keeps a token that was never asked for', async () => {
  await using w = await world()
  const manager: TokenManager = { id: 'none', token: async () => assert.fail('a token was asked for') }
  const oauth = oauthScheme({ manager, clockSkew: 10 })
  const stored = oauth.cloneWith({ token: (await w.source.token()).access_token })
  const client = apiClient({ baseUrl: w.api.url, schemes: { oauth }, security: 'oauth' })
  const ready = client.cloneWith({ schemes: { oauth: stored.cloneWith({ clockSkew: 0 }) } })
  assert.equal((await ready.fetch('/a')).status, 200)
  assert.equal(oauth.source.held, undefined)
})

test('[#76] a configuration is data: what is absent stays, undefined clears, and nothing changes the original', () => {
  const configuration: ApiConfiguration = {
    baseUrl: 'https://api.example',
    timeout: 60,
    retries: 3,
    schemes: { key: { kind: 'key', in: 'header', name: 'x', value: 'k' } },
  }
  const before = structuredClone(configuration)
  const clone = cloneWith(configuration, { timeout: 0, retries: undefined })
  assert.deepEqual([clone.timeout, clone.retries, clone.baseUrl], [0, undefined, 'https://api.example'])
  assert.deepEqual(configuration, before)
  assert.deepEqual(Object.keys(configuredApi(clone).schemes), ['key'])
})

test('a scheme whose manager is exchanged for another leaves its token behind; one that gets a manager keeps it', async () => {
  const manager = (account: string) => ({ ...providedTokenSource({ token: `of ${account}` }), id: account })
  const alice = manager('alice')
  const oauth = oauthScheme({ manager: alice })
  assert.equal((await oauth.source.token()).access_token, 'of alice')
  const bob = oauth.cloneWith({ manager: manager('bob') })
  assert.equal(bob.source.held, undefined)
  assert.equal((await bob.source.token()).access_token, 'of bob')
  assert.equal(oauth.cloneWith({ manager: alice }).source.held?.access_token, 'of alice')
  assert.equal(oauth.cloneWith({ manager: manager('bob'), token: 'given' }).source.held?.access_token, 'given')
  assert.equal(oauth.cloneWith({ manager: undefined }).source.held?.access_token, 'of alice')
  const stored = oauthScheme({ token: 'stored' }).cloneWith({ manager: alice })
  assert.equal(stored.source.held?.access_token, 'stored')
})
