import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AuthorizationCodeManager, createClient, type DirectManager } from '@evergrant/sdk'
import { redirectUri, world } from './world.ts'

const app = { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret', scopes: ['file:read'] }

test('a clone with another client, other scopes or another host does not take the token along; any other does', async () => {
  await using w = await world()
  const client = createClient({ openapi: w.document(), clock: w.clock, auth: { OAuthCCG: app } })
  const tokenOf = (of: { readonly auth: unknown }) =>
    (of.auth as { readonly OAuthCCG: DirectManager }).OAuthCCG.token?.access_token
  await client.GET('/jobs')
  const first = tokenOf(client)
  assert.ok(first)
  const kept = [
    { timeout: 9 },
    { auth: { OAuthCCG: { scopes: undefined } } },
    { baseUrl: `${w.api.url}/v2` },
    { auth: { OAuthCCG: { clientSecret: 'rotated', clockSkew: 5 } } },
    { auth: { OAuthCCG: { clientId: app.clientId, scopes: ['file:read'] } } },
    { auth: { OAuthCCG: { clientId: 'other', token: first } } },
  ]
  const dropped = [
    { auth: { OAuthCCG: { clientId: 'other' } } },
    { auth: { OAuthCCG: { scopes: ['file:write'] } } },
    { baseUrl: 'https://elsewhere.example' },
  ]
  for (const changes of kept) {
    assert.equal(tokenOf(client.cloneWith(changes)), first, JSON.stringify(changes))
    assert.equal(tokenOf(createClient(client.config.cloneWith(changes))), first, JSON.stringify(changes))
  }
  for (const changes of dropped) {
    assert.equal(tokenOf(client.cloneWith(changes)), undefined, JSON.stringify(changes))
    assert.equal(tokenOf(createClient(client.config.cloneWith(changes))), undefined, JSON.stringify(changes))
  }
  assert.equal(client.config.auth['OAuthCCG'] !== undefined && 'cloneWith' in client.config.auth['OAuthCCG'], true)
  const wider = client.cloneWith({ auth: { OAuthCCG: { scopes: ['file:read', 'file:write'] } } })
  assert.equal((await wider.GET('/jobs')).response.status, 200)
  assert.equal(w.issued(), 2)
  assert.equal(tokenOf(client), first)
})

test('a client that was made anew takes the callback of what another client of this process asked for, and no other client does', async () => {
  await using w = await world()
  const managerOf = (clientId: string) => {
    const auth = { OAuthACG: { ...app, clientId, redirectUri } }
    return createClient({ openapi: w.document(), clock: w.clock, auth }).auth['OAuthACG'] as AuthorizationCodeManager
  }
  const callback = await w.sandbox.approve(await managerOf('OAuthClientId').getAuthorizationUrl(), {
    username: 'alice',
  })
  assert.ok((await managerOf('OAuthClientId').fetchToken(callback)).access_token)
  await assert.rejects(managerOf('OAuthClientId').fetchToken(callback), { code: 'AUTHORIZATION_NOT_FOUND' })
  const again = await w.sandbox.approve(await managerOf('OAuthClientId').getAuthorizationUrl(), { username: 'alice' })
  await assert.rejects(managerOf('public').fetchToken(again), { code: 'STATE_MISMATCH' })
})
