import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import {
  type AuthorizationOptions,
  beginAuthorization,
  defineClient,
  finishAuthorization,
  memoryStore,
  pushedRequest,
  resolveProvider,
  type SigningKey,
  signedRequest,
  signingKeyFromPem,
  tokenSource,
} from '@evergrant/core'
import { fixture } from './fixture.ts'
import { type OidcServer, oidcServer, redirectUri } from './oidc-server.ts'

const api = 'https://api.acme.example'

function server(more: Record<string, unknown> = {}, features: Record<string, unknown> = {}): Promise<OidcServer> {
  const jwk = createPublicKey(fixture('ec.prime256v1.sec1.pem')).export({ format: 'jwk' })
  return oidcServer({
    clients: [
      {
        client_id: 'program',
        client_secret: 'secret',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_post',
        jwks: { keys: [{ ...jwk, use: 'sig', kid: 'mine', alg: 'ES256' }] },
        ...more,
      },
    ],
    features: {
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true },
      jwtResponseModes: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context: unknown, audience: string) => ({
          scope: 'api:read',
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
        }),
      },
      ...features,
    },
  })
}

async function consent(oidc: OidcServer, options: Partial<AuthorizationOptions> = {}) {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  const client = defineClient({ provider, client_id: 'program', client_secret: 'secret' })
  const store = memoryStore()
  const asked = { grant: 'alice', redirect_uri: redirectUri, scope: 'openid' }
  const { url, pending } = await beginAuthorization(client, { ...asked, ...options })
  const finish = (callback: string) => finishAuthorization(client, { callback, pending, store })
  return { url: new URL(url), finish, pending, client, store }
}

function key(): Promise<SigningKey> {
  return signingKeyFromPem(fixture('ec.prime256v1.sec1.pem'), { kid: 'mine' })
}

test('a pushed request keeps its parameters out of the address', async () => {
  await using oidc = await server()
  const { url, finish } = await consent(oidc, { steps: [pushedRequest] })
  assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri'])
  assert.equal((await finish(await oidc.approve(url))).subject?.sub, 'alice')
  const pushed = oidc.seen.find(({ path }) => path === '/request')
  assert.equal(pushed?.form.get('redirect_uri'), redirectUri)
  assert.equal(pushed?.form.get('code_challenge_method'), 'S256')
})

test('a provider that requires pushed requests gets them without being told', async () => {
  await using oidc = await server(
    {},
    { pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true } },
  )
  const { url, finish } = await consent(oidc)
  assert.ok(url.searchParams.has('request_uri'))
  assert.equal((await finish(await oidc.approve(url))).subject?.sub, 'alice')
  await assert.rejects(consent(oidc, { redirect_uri: 'http://127.0.0.1/other' }), { error: 'invalid_request' })
})

test('a signed request is accepted, alone and pushed', async () => {
  await using oidc = await server({ require_signed_request_object: true })
  for (const steps of [[signedRequest(key)], [signedRequest(await key()), pushedRequest]]) {
    const { url, finish } = await consent(oidc, { steps })
    assert.equal(url.searchParams.has('code_challenge'), false)
    assert.equal((await finish(await oidc.approve(url))).subject?.sub, 'alice')
  }
})

for (const response_mode of ['jwt', 'form_post', 'form_post.jwt', 'fragment'] as const) {
  test(`[#35] an answer with response_mode ${response_mode} is read`, async () => {
    await using oidc = await server()
    const { url, finish } = await consent(oidc, { response_mode })
    const callback = await oidc.approve(url)
    assert.equal(callback.includes('response='), response_mode.endsWith('jwt'))
    assert.equal((await finish(callback)).subject?.sub, 'alice')
  })
}

test('a signed answer that was changed, or is not signed although it should be, is refused', async () => {
  await using oidc = await server()
  const { url, finish, pending } = await consent(oidc, { response_mode: 'jwt' })
  const callback = new URL(await oidc.approve(url))
  const [header, claims = '', signature] = (callback.searchParams.get('response') ?? '').split('.')
  const opened = JSON.parse(Buffer.from(claims, 'base64url').toString())
  const changed = Buffer.from(JSON.stringify({ ...opened, code: 'mine' })).toString('base64url')
  await assert.rejects(finish(`${redirectUri}?response=${header}.${changed}.${signature}`), {
    code: 'CALLBACK_INVALID',
  })
  const plain = new URLSearchParams({ code: opened.code, state: pending.state, iss: oidc.issuer })
  await assert.rejects(finish(`${redirectUri}?${plain}`), { code: 'CALLBACK_INVALID' })
  assert.equal((await finish(callback.href)).subject?.sub, 'alice')
})

test('a token for one resource is asked for, granted and renewed', async () => {
  await using oidc = await server()
  const options = { resource: api, scope: 'openid api:read', params: { prompt: 'consent' } }
  const { url, finish, client, store } = await consent(oidc, options)
  const grant = await finish(await oidc.approve(url))
  const claims = (token = ''): { aud?: string } =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  assert.equal(claims(grant.access[api]?.access_token).aud, api)
  const source = tokenSource('alice', { client, store })
  const renewed = await source.token({ resource: api, force: true })
  assert.equal(claims(renewed.access_token).aud, api)
  assert.notEqual(renewed.access_token, grant.access[api]?.access_token)
})

test('what exactly is asked for travels as authorization_details, and what was granted is kept', async () => {
  const types = { payment: { validate() {} } }
  const details = [{ type: 'payment', amount: '12.50' }]
  // A plain function: the server looks at its kind.
  const asWritten = function asWritten(): unknown {
    return details
  }
  await using oidc = await server(
    { authorization_details_types: ['payment'] },
    {
      richAuthorizationRequests: {
        enabled: true,
        types,
        authorizationDetailsForGrantSource: asWritten,
        authorizationDetailsForAccessToken: asWritten,
        authorizationDetailsForIntrospection: asWritten,
      },
    },
  )
  const options = { authorization_details: details, resource: api, scope: 'openid api:read' }
  const { url, finish } = await consent(oidc, options)
  assert.deepEqual(JSON.parse(url.searchParams.get('authorization_details') ?? ''), details)
  const grant = await finish(await oidc.approve(url))
  assert.deepEqual(grant.access[api]?.raw['authorization_details'], details)
})
