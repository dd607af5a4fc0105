import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTokenCredential } from '@azure/core-auth'
import {
  bearerTokenAuthenticationPolicy,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
} from '@azure/core-rest-pipeline'
import {
  azureChallenges,
  azureCredential,
  googleRefreshHandler,
  graphAuthProvider,
  graphHttpHandler,
} from '@evergrant/core/adapters'
import { AuthenticationHandler, Client } from '@microsoft/microsoft-graph-client'
import { GoogleAuth, OAuth2Client } from 'google-auth-library'
import { type World, world } from './world.ts'

/** The policy refuses to send tokens over plain http, so the last step takes its https to the loopback server. */
function loopbackClient(w: World): HttpClient {
  return {
    async sendRequest(request) {
      const { pathname } = new URL(request.url)
      const headers = Object.fromEntries(request.headers)
      const response = await fetch(w.api.url + pathname, { method: request.method, headers })
      return { request, status: response.status, headers: createHttpHeaders(Object.fromEntries(response.headers)) }
    },
  }
}

test('Azure’s bearer policy takes the source as a TokenCredential and keeps its times', async () => {
  await using w = await world()
  const credential = azureCredential(w.source, { scopes: false, clock: w.clock })
  assert.ok(isTokenCredential(credential))
  const pipeline = createEmptyPipeline()
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: 'https://api.example/.default' }))
  const send = () => pipeline.sendRequest(loopbackClient(w), createPipelineRequest({ url: 'https://api.example/a' }))
  assert.equal((await send()).status, 200)
  assert.equal((await send()).status, 200)
  assert.equal(w.issued(), 1)
  const token = await credential.getToken([])
  const held = await w.source.token()
  assert.equal(token.token, held.access_token)
  assert.equal(token.expiresOnTimestamp, Math.floor((held.expires_at ?? 0) * 1000))
})

test('Azure’s scopes are asked for at the provider, and a claims challenge brings a new token', async () => {
  await using w = await world()
  const credential = azureCredential(w.source)
  const first = await credential.getToken('read')
  assert.equal(w.sandbox.journal.last({ grant_type: 'client_credentials' })?.form['scope'], 'read')
  assert.equal((await credential.getToken(['read'])).token, first.token)
  assert.notEqual((await credential.getToken('read', { claims: '{}' })).token, first.token)
})

test('[#64] Azure’s bearer policy replays once with a newer token after a 401', async () => {
  await using w = await world()
  const options = { scopes: false }
  const pipeline = createEmptyPipeline()
  const credential = azureCredential(w.source, options)
  const challengeCallbacks = azureChallenges(w.source, options)
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: 'x', challengeCallbacks }))
  await w.takeBack()
  const response = await pipeline.sendRequest(
    loopbackClient(w),
    createPipelineRequest({ url: 'https://api.example/a' }),
  )
  assert.equal(response.status, 200)
  assert.deepEqual([w.issued(), w.api.seen.length], [2, 2])
})

test('the Microsoft Graph client takes the source as its authentication provider', async () => {
  await using w = await world()
  // The client's own handler attaches tokens to https addresses only; the last step takes them to the loopback server.
  const attach = new AuthenticationHandler(graphAuthProvider(w.source))
  attach.setNext({
    async execute(context) {
      const { pathname } = new URL(String(context.request))
      context.response = await fetch(w.api.url + pathname, context.options)
    },
  })
  const client = Client.initWithMiddleware({
    middleware: attach,
    baseUrl: 'https://graph.example/',
    customHosts: new Set(['graph.example']),
  })
  const answer = (await client.api('/me').get()) as { method: string }
  assert.equal(answer.method, 'GET')
  assert.deepEqual(w.tokens(), [(await w.source.token()).access_token])
})

test('[#64] the Microsoft Graph client replays once with a newer token through our handler', async () => {
  await using w = await world()
  await w.takeBack()
  const client = Client.initWithMiddleware({ middleware: graphHttpHandler(w.source), baseUrl: w.api.url })
  const answer = (await client.api('/me/messages').post({ subject: 'hello' })) as { body: string }
  assert.deepEqual(JSON.parse(answer.body), { subject: 'hello' })
  assert.deepEqual([w.issued(), w.api.seen.length], [2, 2])
})

test('google-auth-library’s client gets its tokens from the source, also inside of GoogleAuth', async () => {
  await using w = await world()
  const authClient = new OAuth2Client()
  authClient.refreshHandler = googleRefreshHandler(w.source, { clock: w.clock })
  const auth = new GoogleAuth({ authClient })
  const response = await auth.request<{ method: string }>({ url: `${w.api.url}/drive`, method: 'GET' })
  assert.equal(response.data.method, 'GET')
  await auth.request({ url: `${w.api.url}/drive` })
  assert.equal(w.issued(), 1)
  const headers = await authClient.getRequestHeaders()
  assert.equal(headers.get('authorization'), `Bearer ${(await w.source.token()).access_token}`)
})

test('[#64] google-auth-library replays once with a newer token after a 401', async () => {
  await using w = await world()
  const client = new OAuth2Client({ forceRefreshOnFailure: true })
  client.refreshHandler = googleRefreshHandler(w.source, { clock: w.clock })
  await client.getAccessToken()
  await w.takeBack()
  const response = await client.request<{ body: string }>({ url: w.api.url, method: 'POST', data: { a: 1 } })
  assert.equal(response.data.body, '{"a":1}')
  assert.deepEqual([w.issued(), w.api.seen.length], [2, 2])
})
