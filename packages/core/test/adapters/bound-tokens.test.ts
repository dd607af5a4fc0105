import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  clientCredentialsFlow,
  defineClient,
  dpop,
  memoryStore,
  providedTokenSource,
  resolveProvider,
  type TokenSource,
  tokenSource,
} from '@evergrant/core'
import {
  authorizeAxios,
  azureChallenges,
  azureCredential,
  googleRefreshHandler,
  graphAuthProvider,
  graphHttpHandler,
  imapflowAuth,
  kyHooks,
  openapiFetchMiddleware,
  undiciInterceptor,
} from '@evergrant/core/adapters'
import { AuthenticationHandler, Client } from '@microsoft/microsoft-graph-client'
import axios from 'axios'
import { OAuth2Client } from 'google-auth-library'
import { calculateJwkThumbprint, decodeJwt, EmbeddedJWK, jwtVerify } from 'jose'
import ky from 'ky'
import createClient from 'openapi-fetch'
import { Agent, request } from 'undici'
import { type LoopbackServer, loopbackServer, type Seen } from '../http/loopback-server.ts'
import { oidcServer } from '../oidc-server.ts'

interface BoundWorld extends AsyncDisposable {
  readonly source: TokenSource
  readonly api: LoopbackServer
  /** Tokens that the API takes back, by their text. */
  readonly refused: Set<string>
  /** Why the API refused, in order. */
  readonly refusals: string[]
}

/**
 * oidc-provider binds the tokens; the API checks each proof with jose as RFC 9449 §4.3 says, wants its nonce in it, and
 * takes no proof twice.
 */
async function boundWorld(): Promise<BoundWorld> {
  const oidc = await oidcServer({
    clients: [
      {
        client_id: 'machine',
        client_secret: 'secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    features: { clientCredentials: { enabled: true }, dPoP: { enabled: true, requireNonce: () => false } },
  })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  const client = defineClient({ provider, client_id: 'machine', client_secret: 'secret', dpop: dpop() })
  const source = tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow() })
  const { dpop_key } = await source.token()
  const { kty = '', crv = '', x = '', y = '' } = dpop_key ?? {}
  const thumbprint = await calculateJwkThumbprint({ kty, crv, x, y })
  const refused = new Set<string>()
  const refusals: string[] = []
  const used = new Set<unknown>()
  const nonce = 'a-nonce'
  const refusal = async ({ headers, method, path }: Seen, base: string): Promise<string | undefined> => {
    const [, scheme, token = ''] = /^(\S+) (.+)$/.exec(headers.authorization ?? '') ?? []
    if (scheme !== 'DPoP') return `scheme ${scheme}`
    const { payload, protectedHeader } = await jwtVerify(String(headers['dpop']), EmbeddedJWK, { typ: 'dpop+jwt' })
    if ((await calculateJwkThumbprint(protectedHeader.jwk ?? {})) !== thumbprint) return 'another key'
    if (payload['htm'] !== method || payload['htu'] !== base + path.split('?')[0]) return 'another request'
    if (payload['ath'] !== createHash('sha256').update(token).digest('base64url')) return 'another token'
    if (used.has(payload.jti)) return 'used before'
    used.add(payload.jti)
    if (payload['nonce'] !== nonce) return 'use_dpop_nonce'
    return refused.has(token) ? 'invalid_token' : undefined
  }
  const api: LoopbackServer = await loopbackServer(async (seen, response) => {
    const why = await refusal(seen, api.url)
    if (why === undefined) {
      const body = JSON.stringify({ method: seen.method, body: seen.body })
      response.writeHead(200, { 'content-type': 'application/json' }).end(body)
      return
    }
    refusals.push(why)
    const headers = { 'www-authenticate': `DPoP error="${why}"`, 'dpop-nonce': nonce }
    response.writeHead(401, headers).end('refused')
  })
  return {
    source,
    api,
    refused,
    refusals,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]()
      await oidc[Symbol.asyncDispose]()
    },
  }
}

interface Paths {
  '/things': {
    post: {
      requestBody: { content: { 'application/json': { a: number } } }
      responses: { 200: { content: { 'application/json': { method: string; body: string } } } }
    }
  }
}

/** A program that posts {"a":1} again and again with one library; resolves with the answer's body. */
const programs: Record<string, (w: BoundWorld) => () => Promise<unknown>> = {
  axios: (w) => {
    const instance = axios.create({ baseURL: w.api.url, params: { q: '1' } })
    authorizeAxios(instance, w.source)
    return async () => (await instance.post('things', { a: 1 })).data
  },
  'axios that takes every status for good': (w) => {
    const instance = axios.create({ validateStatus: () => true })
    authorizeAxios(instance, w.source)
    return async () => (await instance.post(`${w.api.url}/things`, { a: 1 })).data
  },
  ky: (w) => {
    const client = ky.create({ hooks: kyHooks(w.source) })
    return () => client.post(`${w.api.url}/things?q=1`, { json: { a: 1 } }).json()
  },
  'ky with the source’s fetch': (w) => {
    const client = ky.create({ fetch: w.source.fetch })
    return () => client.post(`${w.api.url}/things`, { json: { a: 1 } }).json()
  },
  undici: (w) => {
    const dispatcher = new Agent().compose(undiciInterceptor(w.source))
    return async () => {
      const options = { method: 'POST', body: '{"a":1}', dispatcher } as const
      return (await request(`${w.api.url}/things?q=1`, options)).body.json()
    }
  },
  'openapi-fetch': (w) => {
    const client = createClient<Paths>({ baseUrl: w.api.url })
    client.use(openapiFetchMiddleware(w.source))
    return async () => (await client.POST('/things', { body: { a: 1 } })).data
  },
  'the Microsoft Graph client through our handler': (w) => {
    const client = Client.initWithMiddleware({ middleware: graphHttpHandler(w.source), baseUrl: w.api.url })
    return () => client.api('/things').post({ a: 1 })
  },
}

for (const [name, program] of Object.entries(programs)) {
  test(`${name} proves a bound token’s key with every request, with the nonce that the API wants`, async () => {
    await using w = await boundWorld()
    const post = program(w)
    for (let n = 0; n < 3; n++) assert.deepEqual(await post(), { method: 'POST', body: '{"a":1}' })
    assert.deepEqual(w.refusals, ['use_dpop_nonce'])
    assert.equal(w.api.seen.length, 4)
  })

  test(`[#64] ${name} replays once with a newer bound token, and not twice`, async () => {
    await using w = await boundWorld()
    const post = program(w)
    await post()
    const { access_token: first } = await w.source.token()
    w.refused.add(first)
    assert.deepEqual(await post(), { method: 'POST', body: '{"a":1}' })
    assert.deepEqual(w.refusals, ['use_dpop_nonce', 'invalid_token'])
    assert.notEqual((await w.source.token()).access_token, first)
  })
}

test('[#64] a bound token that the API refuses again and again is replayed once', async () => {
  await using w = await boundWorld()
  w.refused.has = () => true
  const instance = axios.create()
  authorizeAxios(instance, w.source)
  await assert.rejects(instance.get(w.api.url), { status: 401 })
  assert.deepEqual(w.refusals, ['use_dpop_nonce', 'invalid_token', 'invalid_token'])
})

test('a nonce that comes with an answer is in the next proof', async () => {
  await using w = await boundWorld()
  const nonces: unknown[] = []
  await using api = await loopbackServer(({ headers }, response) => {
    nonces.push(decodeJwt(String(headers['dpop']))['nonce'])
    response.writeHead(200, { 'dpop-nonce': `n${nonces.length}` }).end('{}')
  })
  const instance = axios.create()
  authorizeAxios(instance, w.source)
  const dispatcher = new Agent().compose(undiciInterceptor(w.source))
  await instance.get(api.url)
  await (await request(api.url, { dispatcher })).body.dump()
  await ky.get(api.url, { hooks: kyHooks(w.source) })
  await instance.get(api.url)
  assert.deepEqual(nonces, [undefined, 'n1', 'n2', 'n3'])
})

const unprovable = { code: 'NOT_SUPPORTED', outcome: 'not_sent' } as const

test('libraries that do not show their requests refuse a bound token, and say what to use', async () => {
  await using w = await boundWorld()
  const fetched = { ...unprovable, message: /source\.fetch/ }
  await assert.rejects(azureCredential(w.source, { scopes: false }).getToken([]), fetched)
  const challenge = {
    request: { headers: new Headers({ authorization: 'Bearer x' }) },
    response: { status: 401, headers: new Headers() },
    scopes: [],
  } as unknown as Parameters<ReturnType<typeof azureChallenges>['authorizeRequestOnChallenge']>[0]
  await assert.rejects(azureChallenges(w.source).authorizeRequestOnChallenge(challenge), fetched)
  const google = new OAuth2Client()
  google.refreshHandler = googleRefreshHandler(w.source)
  await assert.rejects(google.request({ url: w.api.url }), fetched)
  const attach = new AuthenticationHandler(graphAuthProvider(w.source))
  attach.setNext({ execute: async () => assert.fail('something was sent') })
  const graph = Client.initWithMiddleware({
    middleware: attach,
    baseUrl: 'https://graph.example/',
    customHosts: new Set(['graph.example']),
  })
  await assert.rejects(graph.api('/me').get(), /graphHttpHandler/)
  await assert.rejects(imapflowAuth(w.source, 'alice'), { ...unprovable, message: /SASL/ })
  assert.equal(w.api.seen.length, 0)
})

test('[#65] a bound token that nobody here can prove is never sent as a bearer token', async () => {
  await using w = await boundWorld()
  const token = await w.source.token()
  const alone = providedTokenSource({ token })
  const { dpop_key: _, ...keyless } = token
  const refusal = { ...unprovable, message: /dpopFetch/ }
  await assert.rejects(alone.fetch(w.api.url), refusal)
  await assert.rejects(providedTokenSource({ token: keyless }).fetch(w.api.url), refusal)
  await assert.rejects(alone.authorize(new Request(w.api.url), fetch), refusal)
  const instance = axios.create()
  authorizeAxios(instance, { token: async () => token })
  await assert.rejects(instance.get(w.api.url), refusal)
  const dispatcher = new Agent().compose(undiciInterceptor(alone))
  await assert.rejects(request(w.api.url, { dispatcher }), refusal)
  await assert.rejects(ky.get(w.api.url, { hooks: kyHooks(alone), retry: 0 }), refusal)
  const client = createClient<Paths>({ baseUrl: w.api.url })
  client.use(openapiFetchMiddleware(alone))
  await assert.rejects(client.POST('/things', { body: { a: 1 } }), refusal)
  assert.equal(w.api.seen.length, 0)
})
