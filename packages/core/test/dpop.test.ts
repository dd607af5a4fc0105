import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  beginAuthorization,
  type Cipher,
  clientCredentialsFlow,
  defineClient,
  dpop,
  dpopFetch,
  type EngineOptions,
  finishAuthorization,
  type GrantStore,
  httpSession,
  memoryStore,
  providedTokenSource,
  resolveProvider,
  sealed,
  tokenSource,
  userInfo,
} from '@evergrant/core'
import { startSandbox } from '@evergrant/sandbox'
import { type OidcServer, oidcServer, redirectUri } from './oidc-server.ts'

function server(): Promise<OidcServer> {
  const common = { redirect_uris: [redirectUri], response_types: ['code'], dpop_bound_access_tokens: true }
  return oidcServer({
    clients: [
      {
        ...common,
        client_id: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      },
      {
        ...common,
        client_id: 'machine',
        client_secret: 'secret',
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['client_credentials', 'authorization_code'],
      },
    ],
    enabledJWA: { dPoPSigningAlgValues: ['ES256', 'RS256', 'PS256'] },
    features: {
      clientCredentials: { enabled: true },
      userinfo: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
    },
  })
}

function native(issuer: string) {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer })
  // A client of its own each time, as in another process: nothing but the store is shared.
  return defineClient({ provider, client_id: 'native', dpop: dpop() })
}

async function consented(oidc: OidcServer, store: GrantStore) {
  const asked = { grant: 'alice', redirect_uri: redirectUri, scope: 'openid' }
  const { url, pending } = await beginAuthorization(native(oidc.issuer), asked)
  const callback = await oidc.approve(url)
  return finishAuthorization(native(oidc.issuer), { callback, pending, store })
}

test('a grant is bound to a key of its own, with the server’s nonce, and renews itself in another process', async () => {
  await using oidc = await server()
  const store = memoryStore()
  const grant = await consented(oidc, store)
  assert.equal(grant.access['']?.token_type, 'DPoP')
  assert.equal(oidc.seen.filter(({ path }) => path === '/token').length, 2)
  const renewed = await tokenSource('alice', { client: native(oidc.issuer), store }).token({ force: true })
  assert.equal(renewed.token_type, 'DPoP')
  assert.notEqual(renewed.access_token, grant.access['']?.access_token)
  assert.deepEqual(renewed.dpop_key, grant.dpop_key)

  const source = tokenSource('alice', { client: native(oidc.issuer), store })
  const response = await dpopFetch(source)(`${oidc.issuer}/me`)
  assert.equal(response.status, 200)
  assert.equal(((await response.json()) as { sub: string }).sub, 'alice')
  const stolen = await fetch(`${oidc.issuer}/me`, { headers: { authorization: `Bearer ${renewed.access_token}` } })
  assert.equal(stolen.status, 401)
})

test('the key is sealed with the tokens, survives JSON and is not printed', async () => {
  await using oidc = await server()
  const inner = memoryStore()
  const cipher: Cipher = {
    seal: (text) => Buffer.from(text).toString('base64'),
    open: (text) => Buffer.from(text, 'base64').toString(),
  }
  const store = sealed(inner, cipher)
  const { dpop_key, access } = await consented(oidc, store)
  const secret = dpop_key?.d ?? ''
  assert.ok(secret.length > 20)
  assert.equal(JSON.stringify(await inner.get('alice')).includes(secret), false)
  assert.equal(inspect(access[''], { depth: 9 }).includes(secret), false)
  assert.equal(inspect(await store.get('alice'), { depth: 9 }).includes(secret), false)
  assert.deepEqual((await store.get('alice'))?.dpop_key, dpop_key)
  await tokenSource('alice', { client: native(oidc.issuer), store }).token({ force: true })
})

test('a token of the client’s own is bound too, and keeps its key when it is renewed', async () => {
  await using oidc = await server()
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  for (const alg of ['ES256', 'RS256', 'PS256'] as const) {
    const client = defineClient({ provider, client_id: 'machine', client_secret: 'secret', dpop: dpop(alg) })
    const source = tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow() })
    const first = await source.token()
    assert.equal(first.token_type, 'DPoP')
    assert.deepEqual((await source.token({ force: true })).dpop_key, first.dpop_key)
  }
})

test('a source sends bound tokens with proofs by itself, through its own fetch and through a session', async () => {
  await using oidc = await server()
  const store = memoryStore()
  await consented(oidc, store)
  const paths: string[] = []
  const client = native(oidc.issuer)
  const options: EngineOptions = {
    client: () => client,
    store,
    fetch: (input, init) => {
      paths.push(new URL(input instanceof Request ? input.url : input).pathname)
      return fetch(input, init)
    },
  }
  const source = tokenSource('alice', options)
  for (const send of [source.fetch, dpopFetch(source), providedTokenSource({ manager: source }).fetch]) {
    const response = await send(`${oidc.issuer}/me`)
    assert.equal(response.status, 200)
    assert.equal(((await response.json()) as { sub: string }).sub, 'alice')
  }
  // Each asked once for a nonce at most; the key keeps it between requests of one source.
  assert.ok(paths.length <= 5, paths.join(' '))
  const session = httpSession({ source, delay: 0 })
  assert.equal((await session.post(`${oidc.issuer}/me`, new URLSearchParams())).status, 200)
})

test('userinfo of a bound token goes with a proof, and with the nonce that the provider asks for', async () => {
  await using oidc = await server()
  const grant = await consented(oidc, memoryStore())
  const token = grant.access['']
  assert.ok(token)
  const client = native(oidc.issuer)
  assert.equal((await userInfo(client, token, 'alice')).sub, 'alice')
  assert.equal((await userInfo(client, token)).sub, 'alice')
  const sent = oidc.seen.filter(({ path }) => path === '/me').map(({ headers }) => headers.authorization)
  // The key kept the nonce of the first refusal.
  assert.deepEqual(sent, Array(3).fill(`DPoP ${token.access_token}`))
  // A client that was made without `dpop` can prove it too: the key is in the token.
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  assert.equal((await userInfo(defineClient({ provider, client_id: 'native' }), token)).sub, 'alice')
  const { dpop_key: _, ...keyless } = token
  await assert.rejects(userInfo(client, keyless), { code: 'NOT_SUPPORTED', outcome: 'not_sent' })
})

test('a provider that does not know DPoP gives bearer tokens, and they are used as such', async () => {
  await using sandbox = await startSandbox({ clients: [{ client_id: 'machine', client_secret: 'secret' }] })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: sandbox.issuer })
  const client = defineClient({ provider, client_id: 'machine', client_secret: 'secret', dpop: dpop() })
  const source = tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow() })
  assert.equal((await source.token()).dpop_key, undefined)
  assert.equal((await dpopFetch(source)(`${sandbox.issuer}/api/echo`)).status, 200)
})

test('a request proves method, address and token, and goes once more with body and nonce when the server asks', async () => {
  await using oidc = await server()
  const store = memoryStore()
  await consented(oidc, store)
  const seen: { request: IncomingMessage; body: string }[] = []
  const api = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    seen.push({ request, body })
    const first = seen.length === 1
    if (first) response.writeHead(401, { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'n-1' })
    response.end('done')
  })
  api.listen(0, '127.0.0.1')
  await once(api, 'listening')
  const base = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  try {
    const source = tokenSource('alice', { client: native(oidc.issuer), store })
    const response = await dpopFetch(source)(`${base}/mail?folder=in#top`, { method: 'POST', body: 'a letter' })
    assert.equal(await response.text(), 'done')
    assert.deepEqual(
      seen.map(({ body }) => body),
      ['a letter', 'a letter'],
    )
    const { request } = seen[1] ?? {}
    const { access_token } = await source.token()
    assert.equal(request?.headers.authorization, `DPoP ${access_token}`)
    const [header, claims] = String(request?.headers['dpop'])
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
    assert.equal(header.typ, 'dpop+jwt')
    assert.equal(header.jwk.d, undefined)
    const ath = createHash('sha256').update(access_token).digest('base64url')
    const { htm, htu, nonce } = claims
    assert.deepEqual({ htm, htu, nonce, ath: claims.ath }, { htm: 'POST', htu: `${base}/mail`, nonce: 'n-1', ath })
  } finally {
    api.close()
    api.closeAllConnections()
  }
})
