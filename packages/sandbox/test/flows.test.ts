import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createSandbox, person, type RunningSandbox, type Sandbox, startSandbox } from '@evergrant/sandbox'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import * as client from 'openid-client'

const redirectUri = 'http://127.0.0.1/callback'
const web = { client_id: 'web', client_secret: 'a secret: +/%', redirect_uris: [redirectUri] }
const native = { client_id: 'native', redirect_uris: [redirectUri] }

async function discovered(sandbox: RunningSandbox, auth?: client.ClientAuth): Promise<client.Configuration> {
  const options = { execute: [client.allowInsecureRequests] }
  const [id, secret] = auth === undefined ? [native.client_id, undefined] : [web.client_id, web.client_secret]
  return client.discovery(new URL(sandbox.issuer), id, secret, auth, options)
}

async function signedIn(sandbox: Sandbox, config: client.Configuration, scope = 'openid email profile') {
  const verifier = client.randomPKCECodeVerifier()
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  }
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const callback = await sandbox.approve(url, { username: 'bob' })
  return { callback, verifier, tokens: await client.authorizationCodeGrant(config, new URL(callback), checks) }
}

for (const [name, auth] of [
  ['client_secret_basic', client.ClientSecretBasic(web.client_secret)],
  ['client_secret_post', client.ClientSecretPost(web.client_secret)],
  ['no client authentication', undefined],
] as const) {
  test(`an independent client signs a person in and refreshes, with ${name}`, async () => {
    await using sandbox = await startSandbox({ clients: [web, native] })
    const config = await discovered(sandbox, auth)
    client.enableNonRepudiationChecks(config)
    const { tokens } = await signedIn(sandbox, config)
    const claims = tokens.claims()
    assert.equal(claims?.sub, 'bob')
    assert.equal(claims?.email, 'bob@example.test')
    assert.equal(claims?.email_verified, true)
    assert.equal(claims?.preferred_username, 'bob')
    const hash = createHash('sha256').update(tokens.access_token).digest()
    assert.equal(claims?.at_hash, hash.subarray(0, hash.length / 2).toString('base64url'))
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, 'bob')).email, 'bob@example.test')

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    assert.notEqual(refreshed.refresh_token, tokens.refresh_token)
    assert.notEqual(refreshed.access_token, tokens.access_token)
    assert.equal(refreshed.claims()?.sub, 'bob')
    assert.deepEqual(
      sandbox
        .families()
        .map(({ sub, clientId, alive, generation, replays }) => [sub, clientId, alive, generation, replays]),
      [['bob', auth === undefined ? 'native' : 'web', true, 2, 0]],
    )
  })
}

test('an independent client gets a token of its own by client_credentials, without a refresh token', async () => {
  await using sandbox = await startSandbox({ clients: [web] })
  const config = await discovered(sandbox, client.ClientSecretBasic(web.client_secret))
  const tokens = await client.clientCredentialsGrant(config, { scope: 'api:read' })
  assert.equal(tokens.scope, 'api:read')
  assert.equal(tokens.expires_in, 3600)
  assert.equal(tokens.refresh_token, undefined)
  const response = await client.fetchProtectedResource(
    config,
    tokens.access_token,
    new URL(`${sandbox.url}/api/echo`),
    'GET',
  )
  const { client_id, sub, scope } = (await response.json()) as Record<string, unknown>
  assert.deepEqual({ client_id, sub, scope }, { client_id: 'web', sub: undefined, scope: 'api:read' })
})

test('an independent client gets tokens on a device, after the person has answered elsewhere', async () => {
  await using sandbox = await startSandbox({ clients: [native], deviceInterval: 1 })
  const config = await discovered(sandbox)
  const started = await client.initiateDeviceAuthorization(config, { scope: 'openid mail.read' })
  assert.match(started.user_code, /^[A-Z]{4}-[A-Z]{4}$/)
  await person.approve(started.verification_uri_complete ?? '', { username: 'bob' })
  const tokens = await client.pollDeviceAuthorizationGrant(config, started)
  assert.equal(tokens.claims()?.sub, 'bob')
  assert.ok(tokens.refresh_token)
})

test('an independent client introspects and revokes', async () => {
  await using sandbox = await startSandbox({ clients: [web] })
  const config = await discovered(sandbox, client.ClientSecretBasic(web.client_secret))
  const { tokens } = await signedIn(sandbox, config)
  const refreshToken = tokens.refresh_token ?? ''
  const access = await client.tokenIntrospection(config, tokens.access_token)
  assert.deepEqual([access.active, access.sub, access.client_id, access.username], [true, 'bob', 'web', 'bob'])
  assert.equal((await client.tokenIntrospection(config, refreshToken)).active, true)
  assert.deepEqual(await client.tokenIntrospection(config, 'unknown'), { active: false })
  await client.tokenRevocation(config, refreshToken)
  assert.deepEqual(await client.tokenIntrospection(config, refreshToken), { active: false })
  assert.deepEqual(await client.tokenIntrospection(config, tokens.access_token), { active: false })
  await client.tokenRevocation(config, 'unknown')
  await assert.rejects(client.refreshTokenGrant(config, refreshToken), { error: 'invalid_grant' })
})

test('revoking an access token leaves the grant alive', async () => {
  await using sandbox = await startSandbox({ clients: [web] })
  const config = await discovered(sandbox, client.ClientSecretBasic(web.client_secret))
  const { tokens } = await signedIn(sandbox, config)
  await client.tokenRevocation(config, tokens.access_token)
  assert.deepEqual(await client.tokenIntrospection(config, tokens.access_token), { active: false })
  assert.ok((await client.refreshTokenGrant(config, tokens.refresh_token ?? '')).access_token)
})

test('an independent client verifies ES256 signatures, and those of a new key', async () => {
  await using sandbox = await startSandbox({ clients: [native], signing: 'ES256' })
  const config = await discovered(sandbox)
  client.enableNonRepudiationChecks(config)
  const { tokens } = await signedIn(sandbox, config)
  await sandbox.rotateKeys()
  const other = await discovered(sandbox)
  client.enableNonRepudiationChecks(other)
  assert.ok((await client.refreshTokenGrant(other, tokens.refresh_token ?? '')).claims())
  const { keys } = (await (await fetch(`${sandbox.url}/jwks`)).json()) as { keys: Record<string, unknown>[] }
  assert.deepEqual(
    keys.map(({ kid, d }) => [kid, d]),
    [
      ['sandbox-1', undefined],
      ['sandbox-2', undefined],
    ],
  )
})

test('an independent client discovers and uses a sandbox that is mounted under a path of another server', async () => {
  const server = createServer((request, response) => {
    sandbox.handle(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sandbox = createSandbox({ issuer: `${origin}/deep/sandbox/`, clients: [native] })
  try {
    for (const algorithm of ['oidc', 'oauth2'] as const) {
      const options = { algorithm, execute: [client.allowInsecureRequests] }
      const config = await client.discovery(new URL(sandbox.issuer), 'native', undefined, undefined, options)
      const { callback, tokens } = await signedIn(sandbox, config)
      assert.equal(new URL(callback).searchParams.get('iss'), `${origin}/deep/sandbox`)
      assert.equal(tokens.claims()?.iss, `${origin}/deep/sandbox`)
    }
    assert.equal((await fetch(`${origin}/token`, { method: 'POST' })).status, 404)
  } finally {
    server.close()
    server.closeAllConnections()
  }
})

test('a sandbox mounted in Fastify works the same, and says so when a body parser came first', async () => {
  const app = Fastify({ forceCloseConnections: true })
  const handle = (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.hijack()
    return sandbox.handle(request.raw, reply.raw)
  }
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.all('/sandbox/*', handle)
    scope.get('/.well-known/oauth-authorization-server/sandbox', handle)
  })
  const failure = Promise.withResolvers<unknown>()
  app.post('/parsed', (request, reply) => {
    reply.hijack()
    sandbox.handle(request.raw, reply.raw).catch((error: unknown) => {
      failure.resolve(error)
      reply.raw.end()
    })
  })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const sandbox = createSandbox({ issuer: `${origin}/sandbox`, clients: [native] })
  try {
    const options = { algorithm: 'oauth2' as const, execute: [client.allowInsecureRequests] }
    const config = await client.discovery(new URL(sandbox.issuer), 'native', undefined, undefined, options)
    const { tokens } = await signedIn(sandbox, config)
    assert.ok((await client.refreshTokenGrant(config, tokens.refresh_token ?? '')).access_token)
    const headers = { 'content-type': 'application/json' }
    await fetch(`${origin}/parsed`, { method: 'POST', body: '{}', headers })
    assert.match(String(await failure.promise), /mount it ahead of any body parser/)
  } finally {
    await app.close()
  }
})

test('an independent client signs in with a password, and not with a wrong one', async () => {
  const users = [{ sub: '1', username: 'carol', email: 'carol@example.test', name: 'Carol', password: 'open sesame' }]
  await using sandbox = await startSandbox({ clients: [web], users })
  const config = await discovered(sandbox, client.ClientSecretBasic(web.client_secret))
  const signIn = (password: string) =>
    client.genericGrantRequest(config, 'password', { username: 'carol', password, scope: 'mail.read' })
  assert.ok((await signIn('open sesame')).refresh_token)
  await assert.rejects(signIn('wrong'), { error: 'invalid_grant' })
})
