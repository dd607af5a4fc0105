import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  beginAuthorization,
  clientCredentialsFlow,
  defineClient,
  deleteRegistration,
  finishAuthorization,
  introspectToken,
  memoryStore,
  protectedResource,
  readRegistration,
  registerClient,
  resolveProvider,
  revokeToken,
  tokenSource,
  updateRegistration,
  userInfo,
} from '@evergrant/core'
import { startSandbox } from '@evergrant/sandbox'
import { type OidcServer, oidcServer, redirectUri } from './oidc-server.ts'

function server(): Promise<OidcServer> {
  const common = { redirect_uris: [redirectUri], grant_types: ['authorization_code', 'client_credentials'] }
  const confidential = { ...common, client_secret: 'secret', token_endpoint_auth_method: 'client_secret_post' }
  return oidcServer({
    clients: [
      { ...confidential, client_id: 'program' },
      { ...confidential, client_id: 'signed', userinfo_signed_response_alg: 'RS256' },
    ],
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      userinfo: { enabled: true },
      jwtUserinfo: { enabled: true },
      registration: { enabled: true, initialAccessToken: 'let-me-in' },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: true },
    },
  })
}

function registered(issuer: string, client_id = 'program') {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer })
  return defineClient({ provider, client_id, client_secret: 'secret' })
}

test('a token is looked up at the provider, and one that ended is not active', async () => {
  await using oidc = await server()
  const client = registered(oidc.issuer)
  const { access_token } = await tokenSource('app', {
    client,
    store: memoryStore(),
    flow: clientCredentialsFlow({ scope: 'api:read' }),
  }).token()
  const found = await introspectToken(client, access_token, 'access_token')
  assert.equal(found.active, true)
  assert.equal(found.client_id, 'program')
  assert.equal(found.scope, 'api:read')
  assert.ok((found.exp ?? 0) > Date.now() / 1000)
  assert.equal(await revokeToken(client, access_token), true)
  assert.deepEqual((await introspectToken(client, access_token)).raw, { active: false })
})

test('an introspection that is refused or answers nonsense is a typed error', async () => {
  await using sandbox = await startSandbox({ clients: [{ client_id: 'program', client_secret: 'secret' }] })
  const client = registered(sandbox.issuer)
  sandbox.fault({ match: { endpoint: 'introspect' }, status: 200, body: { active: 'yes' } })
  await assert.rejects(introspectToken(client, 'a-token'), { code: 'INVALID_ANSWER' })
  const provider = resolveProvider({ id: 'x', name: 'X', token_endpoint: `${sandbox.issuer}/token`, discovery: 'none' })
  const bare = defineClient({ provider, client_id: 'program', client_secret: 'secret' })
  await assert.rejects(introspectToken(bare, 'a-token'), { code: 'MISSING_ENDPOINT' })
})

for (const client_id of ['program', 'signed']) {
  test(`the person’s claims are read and held against the id_token (client ${client_id})`, async () => {
    await using oidc = await server()
    const client = registered(oidc.issuer, client_id)
    const begun = await beginAuthorization(client, { grant: 'alice', redirect_uri: redirectUri, scope: 'openid' })
    const store = memoryStore()
    const callback = await oidc.approve(begun.url)
    const grant = await finishAuthorization(client, { callback, pending: begun.pending, store })
    const token = grant.access['']?.access_token ?? ''
    assert.equal((await userInfo(client, token, grant.subject?.sub)).sub, 'alice')
    await assert.rejects(userInfo(client, token, 'bob'), { code: 'WRONG_ACCOUNT' })
    await assert.rejects(userInfo(client, 'no-such-token'), (error: Error & { status?: number }) => {
      assert.equal(error.status, 401)
      return !error.message.includes('no-such-token')
    })
  })
}

test('a program registers itself and works with what it was given', async () => {
  await using oidc = await server()
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  const metadata = {
    client_name: 'Mine',
    redirect_uris: [redirectUri],
    grant_types: ['client_credentials'],
    response_types: [],
  }
  const initial_access_token = 'let-me-in'
  const mine = await registerClient(provider, metadata, { initial_access_token })
  assert.equal(mine.raw['client_name'], 'Mine')
  assert.ok(mine.registration_access_token)
  assert.equal(inspect(mine).includes(mine.client_secret ?? '?'), false)
  const client = defineClient({
    provider,
    client_id: mine.client_id,
    client_secret: mine.client_secret,
    client_auth: 'client_secret_basic',
  })
  const source = tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow() })
  assert.ok((await source.token()).access_token)
  await assert.rejects(registerClient(provider, metadata, { initial_access_token: 'wrong' }), { status: 401 })
  const wrong = { ...metadata, redirect_uris: ['not a uri'] }
  await assert.rejects(registerClient(provider, wrong, { initial_access_token }), { error: 'invalid_redirect_uri' })
})

test('a program reads, changes and ends its own registration, with the token that is replaced each time (RFC 7592)', async () => {
  await using oidc = await server()
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  const metadata = { client_name: 'Mine', redirect_uris: [redirectUri], client_uri: 'https://mine.example' }
  const mine = await registerClient(provider, metadata, { initial_access_token: 'let-me-in' })
  const read = await readRegistration(provider, JSON.parse(JSON.stringify(mine)))
  assert.equal(read.raw['client_name'], 'Mine')
  assert.equal(read.client_secret, mine.client_secret)

  const changed = await updateRegistration(provider, read, { client_name: 'Ours', client_uri: undefined })
  assert.equal(changed.raw['client_name'], 'Ours')
  assert.deepEqual([changed.raw['redirect_uris'], changed.raw['client_uri']], [[redirectUri], undefined])
  assert.notEqual(changed.registration_access_token, read.registration_access_token)
  assert.equal(inspect(changed).includes(changed.registration_access_token ?? '?'), false)
  await assert.rejects(readRegistration(provider, read), (error: Error & { code?: string }) => {
    assert.equal(inspect(error, { depth: 9 }).includes(read.registration_access_token ?? '?'), false)
    return error.code === 'INVALID_CLIENT'
  })
  await assert.rejects(updateRegistration(provider, changed, { redirect_uris: ['no uri'] }), {
    error: 'invalid_redirect_uri',
  })

  await deleteRegistration(provider, changed)
  await assert.rejects(readRegistration(provider, changed), { code: 'INVALID_CLIENT', status: 401 })
  const { registration_access_token: _, ...fixed } = changed
  await assert.rejects(deleteRegistration(provider, fixed), { code: 'NOT_SUPPORTED', outcome: 'not_sent' })
  const insecure = { ...changed, registration_client_uri: 'http://acme.example/reg/1' }
  await assert.rejects(readRegistration(provider, insecure), { code: 'INSECURE_URL' })
})

test('a resource server names its authorization servers, and only for the address that was asked', async () => {
  const documents = new Map<string, unknown>()
  const api = createServer((request, response) => {
    const document = documents.get(request.url ?? '')
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document ?? {}))
  })
  api.listen(0, '127.0.0.1')
  await once(api, 'listening')
  const base = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  try {
    const servers = { authorization_servers: ['https://login.acme.example'], scopes_supported: ['mail'] }
    documents.set('/.well-known/oauth-protected-resource/mcp', { resource: `${base}/mcp`, ...servers })
    const { authorization_servers, scopes_supported } = await protectedResource(`${base}/mcp`)
    assert.deepEqual({ authorization_servers, scopes_supported }, servers)
    for (const resource of [`${base}/other`, 'https://mallory.example/mcp', undefined, 7]) {
      documents.set('/.well-known/oauth-protected-resource/mcp', { resource, ...servers })
      await assert.rejects(protectedResource(`${base}/mcp`), { code: 'ISSUER_MISMATCH' })
    }
    const insecure = { resource: `${base}/mcp`, authorization_servers: ['http://login.acme.example'] }
    documents.set('/.well-known/oauth-protected-resource/mcp', insecure)
    await assert.rejects(protectedResource(`${base}/mcp`), { code: 'INSECURE_URL' })
    await assert.rejects(protectedResource(`${base}/none`), { code: 'DISCOVERY_FAILED', status: 404 })
    await assert.rejects(protectedResource('http://api.example'), { code: 'INSECURE_URL' })
  } finally {
    api.close()
    api.closeAllConnections()
  }
})
