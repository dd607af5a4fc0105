import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OAuthError } from '@evergrant/core'
import { createClient, type DirectManager, type OAuthToken } from '@evergrant/sdk'
import { world } from './world.ts'

const app = { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret' }

test('a token that onTokenUpdate did not take is offered again at the next call, however it was fetched', async () => {
  await using w = await world()
  for (const byHand of [false, true]) {
    const saved: string[] = []
    let offered = 0
    const full = new Error('disk full')
    const onTokenUpdate = (token: OAuthToken): void => {
      offered += 1
      if (offered === 1) throw full
      saved.push(token.access_token)
    }
    const client = createClient({
      openapi: w.document(),
      clock: w.clock,
      auth: { OAuthCCG: { ...app, onTokenUpdate } },
    })
    const manager = client.auth['OAuthCCG'] as DirectManager
    const asked = w.issued()
    const sent = w.api.seen.length
    await assert.rejects(byHand ? manager.fetchToken() : client.GET('/jobs'), (error) => {
      assert.ok(error instanceof OAuthError)
      assert.equal(error.code, 'PROGRAM_ERROR')
      assert.match(error.message, /onTokenUpdate.*disk full/)
      return true
    })
    assert.equal(w.api.seen.length, sent)
    assert.equal((await client.GET('/jobs')).response.status, 200)
    await client.GET('/jobs')
    assert.deepEqual(saved, [manager.token?.access_token])
    assert.equal(w.issued(), asked + 1)
  }
})

test('a tokenProvider that throws is named, with its own error as the cause', async () => {
  await using w = await world()
  const down = new Error('db down')
  const tokenProvider = () => Promise.reject(down)
  const client = createClient({ openapi: w.document(), auth: { OAuthCCG: { tokenProvider } } })
  await assert.rejects(client.GET('/jobs'), (error) => {
    assert.ok(error instanceof OAuthError)
    assert.equal(error.code, 'PROGRAM_ERROR')
    assert.match(error.message, /\[OAuthCCG\] The tokenProvider function threw: Error: db down/)
    assert.ok(error.cause instanceof OAuthError && error.cause.cause === down)
    return true
  })
  assert.deepEqual(w.api.seen, [])
})

test('isTokenExpired reads a stored token as the client does', async () => {
  await using w = await world()
  const manager = createClient({ openapi: w.document(), clock: w.clock }).auth['OAuthCCG'] as DirectManager
  const token = (expires_at: unknown) =>
    ({ access_token: 't', token_type: 'Bearer', raw: {}, expires_at }) as OAuthToken
  assert.equal(manager.isTokenExpired(token('2001-01-01T00:00:00Z')), true)
  assert.equal(manager.isTokenExpired(token((w.clock.now() + 5) * 1000)), false)
  assert.throws(() => manager.isTokenExpired(token('soon')), { code: 'INVALID_ARGUMENT' })
})
