import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type AuthorizationOptions,
  type BegunAuthorization,
  beginAuthorization,
  type Client,
  clientCredentialsFlow,
  defineClient,
  finishAuthorization,
  type Grant,
  type GrantStore,
  memoryStore,
  type PendingAuthorization,
  type ProviderDefinition,
  resolveProvider,
  revokeToken,
  tokenSource,
} from '@evergrant/core'
import { startOidcProvider } from './oidc-provider.ts'
import { startOwn } from './sandbox.ts'
import type { Server, ServerClient } from './server.ts'

const redirect_uri = 'http://127.0.0.1:1/callback?from=provider'
const redirect_uris = [redirect_uri]
const client_secret = `a secret: +/%&=${'x'.repeat(32)}`
const clients: readonly ServerClient[] = [
  { client_id: 'basic', client_secret, redirect_uris, client_auth: 'client_secret_basic' },
  { client_id: 'post', client_secret, redirect_uris, client_auth: 'client_secret_post' },
  { client_id: 'public', redirect_uris, client_auth: 'none' },
]

for (const [name, start] of [
  ['the sandbox', startOwn],
  ['oidc-provider', startOidcProvider],
] as const) {
  describe(`against ${name}`, () => {
    let server: Server
    before(async () => {
      server = await start({ clients, scopes: ['mail'] })
    })
    after(() => server.close())

    /** A request as it left, for looking at. */
    interface Sent {
      readonly url: string
      readonly form: URLSearchParams
      readonly headers: Headers
    }
    const sent: Sent[] = []

    function client(client_id: string, definition: Partial<ProviderDefinition> = {}): Client {
      const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: server.issuer, ...definition })
      const registered = clients.find((known) => known.client_id === client_id)
      return defineClient({
        provider,
        client_id,
        client_secret: registered?.client_secret,
        client_auth: registered?.client_auth,
        redirect_uris,
        http: {
          fetch: (url, init) => {
            sent.push({
              url: String(url),
              form: new URLSearchParams(String(init?.body ?? '')),
              headers: new Headers(init?.headers),
            })
            return fetch(url, init)
          },
        },
      })
    }

    const begin = (of: Client, options: Partial<AuthorizationOptions> = {}): Promise<BegunAuthorization> =>
      beginAuthorization(of, {
        grant: 'alice',
        redirect_uri,
        scope: 'openid mail offline_access',
        params: { prompt: 'consent' },
        ...options,
      })

    interface Consented {
      readonly client: Client
      readonly store: GrantStore
      readonly grant: Grant
      readonly pending: PendingAuthorization
      readonly callback: string
    }

    async function consented(client_id: string, definition: Partial<ProviderDefinition> = {}): Promise<Consented> {
      const of = client(client_id, definition)
      const store = memoryStore()
      const { url, pending } = await begin(of)
      const callback = await server.approve(url, 'alice')
      sent.length = 0
      const grant = await finishAuthorization(of, { callback, pending, store })
      return { client: of, store, grant, pending, callback }
    }

    const token = (from: Consented, want = {}) => tokenSource('alice', from).token(want)

    for (const discovery of ['oidc', 'oauth2'] as const) {
      test(`the endpoints are discovered when asked the ${discovery} way`, async () => {
        const metadata = await client('basic', { discovery }).metadata()
        assert.equal(metadata.issuer, server.issuer)
        assert.ok(metadata.token_endpoint?.startsWith(server.issuer))
      })
    }

    test('[#1] a confidential client redeems its code with grant type, redirect URI and its secret', async () => {
      await consented('basic')
      const request = sent.find((one) => one.form.get('grant_type') === 'authorization_code')
      assert.ok(request)
      assert.ok(request.form.get('code'))
      assert.equal(request.form.get('redirect_uri'), redirect_uri)
      assert.match(request.headers.get('authorization') ?? '', /^Basic /)
    })

    for (const [client_id, row] of [
      ['basic', '#1 #46'],
      ['post', '#1 #47'],
      ['public', '#2'],
    ] as const) {
      test(`[${row} #3 #31] authorization code with PKCE: ${client_id}`, async () => {
        const { grant, pending } = await consented(client_id)
        const request = sent.find((one) => one.form.get('grant_type') === 'authorization_code')
        assert.ok(request)
        assert.ok(request.form.get('code'))
        assert.equal(request.form.get('redirect_uri'), redirect_uri)
        assert.equal(request.form.get('code_verifier'), pending.code_verifier)
        assert.equal(request.headers.has('authorization'), client_id === 'basic')
        assert.equal(request.form.get('client_secret'), client_id === 'post' ? client_secret : null)
        assert.deepEqual([grant.subject?.iss, grant.subject?.sub], [server.issuer, 'alice'])
        assert.equal(grant.standing.state, 'active')
        assert.ok(grant.refresh_token)
        assert.ok(grant.access['']?.id_token)
      })

      test(`[#7 #57 #62] refresh with rotation: ${client_id}`, async () => {
        const from = await consented(client_id)
        const seen = new Set([from.grant.refresh_token])
        for (let round = 0; round < 3; round++) {
          const { access_token } = await token(from, { force: true })
          const stored = await from.store.get('alice')
          assert.equal(stored?.access['']?.access_token, access_token)
          seen.add(stored?.refresh_token)
        }
        assert.equal(seen.size, 4, 'not every refresh token was a new one')
        assert.equal((await from.store.get('alice'))?.standing.state, 'active')
      })
    }

    test('[#67] concurrent callers of several processes share one refresh', async () => {
      const from = await consented('basic')
      const first = await token(from)
      const expired = { ...from.grant, access: {} }
      await from.store.put(expired, from.grant.version)
      sent.length = 0
      const sources = [1, 2, 3].map(() => tokenSource('alice', from))
      const tokens = await Promise.all(sources.flatMap((source) => [source.token(), source.token(), source.token()]))
      assert.equal(sent.filter((one) => one.form.get('grant_type') === 'refresh_token').length, 1)
      assert.equal(new Set(tokens.map((one) => one.access_token)).size, 1)
      assert.notEqual(tokens[0]?.access_token, first.access_token)
    })

    test('a refresh token that was used twice ends the grant, and a person is asked', async () => {
      const from = await consented('basic')
      await token(from, { force: true })
      const current = await from.store.get('alice')
      assert.ok(current)
      await from.store.put({ ...from.grant, access: {} }, current.version)
      await assert.rejects(token(from), { code: 'CONSENT_REQUIRED', error: 'invalid_grant', who: 'person' })
      assert.equal((await from.store.get('alice'))?.standing.state, 'revoked')
    })

    for (const client_id of ['basic', 'post']) {
      test(`[#4 #61] client credentials: ${client_id}`, async () => {
        const store = memoryStore()
        const flow = clientCredentialsFlow({ scope: 'mail' })
        const source = tokenSource('app', { store, client: client(client_id), flow })
        sent.length = 0
        const { access_token, scope } = await source.token()
        assert.ok(access_token)
        assert.equal(scope, 'mail')
        await source.token()
        assert.equal(sent.filter((one) => one.form.get('grant_type') === 'client_credentials').length, 1)
        assert.equal((await store.get('app'))?.refresh_token, undefined)
      })
    }

    test('[#149] revoking the refresh token ends the grant at the provider', async () => {
      const from = await consented('basic')
      assert.equal(await revokeToken(from.client, from.grant.refresh_token ?? '', 'refresh_token'), true)
      assert.equal(await revokeToken(from.client, 'never-issued'), true)
      await assert.rejects(token(from, { force: true }), { code: 'CONSENT_REQUIRED' })
    })

    test('[#32] a pending authorization survives JSON and is finished in another process', async () => {
      const store = memoryStore()
      const { url, pending } = await begin(client('public'))
      const callback = await server.approve(url, 'alice')
      const elsewhere: PendingAuthorization = JSON.parse(JSON.stringify(pending))
      assert.deepEqual({ ...elsewhere }, { ...pending })
      const grant = await finishAuthorization(client('public'), { callback, pending: elsewhere, store })
      assert.equal(grant.subject?.sub, 'alice')
    })

    test('[#33] several pending authorizations are finished in any order', async () => {
      const store = memoryStore()
      const of = client('basic')
      const [one, two] = [await begin(of, { grant: 'one' }), await begin(of, { grant: 'two' })]
      const [first, second] = [await server.approve(one.url, 'alice'), await server.approve(two.url, 'bob')]
      await finishAuthorization(of, { callback: second, pending: two.pending, store })
      await finishAuthorization(of, { callback: first, pending: one.pending, store })
      assert.equal((await store.get('one'))?.subject?.sub, 'alice')
      assert.equal((await store.get('two'))?.subject?.sub, 'bob')
    })

    test('[#28] a callback of another authorization is refused', async () => {
      const of = client('basic')
      const store = memoryStore()
      const [one, two] = [await begin(of), await begin(of)]
      const callback = await server.approve(one.url, 'alice')
      sent.length = 0
      await assert.rejects(finishAuthorization(of, { callback, pending: two.pending, store }), {
        code: 'STATE_MISMATCH',
        who: 'person',
      })
      assert.equal(sent.length, 0, 'the code was sent all the same')
      assert.equal(await store.get('alice'), undefined)
    })

    test('[#34] a callback works once, and what it gave stays', async () => {
      const of = client('basic')
      const store = memoryStore()
      const { url, pending } = await begin(of)
      const waiting = new Map([[pending.state, pending]])
      const pendingStore = {
        put: async (one: PendingAuthorization) => void waiting.set(one.state, one),
        take: async (state: string) => {
          const found = waiting.get(state)
          waiting.delete(state)
          return found
        },
      }
      const callback = await server.approve(url, 'alice')
      await finishAuthorization(of, { callback, pending: pendingStore, store })
      await assert.rejects(finishAuthorization(of, { callback, pending: pendingStore, store }), {
        code: 'AUTHORIZATION_NOT_FOUND',
        who: 'person',
      })
      assert.ok((await tokenSource('alice', { client: of, store }).token({ force: true })).access_token)
    })

    test('[#34] a code that was redeemed before is not sent again by the same client', async () => {
      const { client: of, callback, pending } = await consented('basic')
      sent.length = 0
      await assert.rejects(finishAuthorization(of, { callback, pending, store: memoryStore() }), {
        code: 'AUTHORIZATION_NOT_FOUND',
      })
      assert.equal(sent.length, 0)
    })

    test('a code that another process redeemed before is refused by the provider, and named as such', async () => {
      const { callback, pending } = await consented('basic')
      await assert.rejects(finishAuthorization(client('basic'), { callback, pending, store: memoryStore() }), {
        code: 'CODE_REFUSED',
        error: 'invalid_grant',
        provider: 'acme',
        grant: 'alice',
      })
    })

    test('[#34] an authorization that took too long is refused before the code is sent', async () => {
      const of = client('basic')
      const { url, pending } = await begin(of, { lifetime: -1 })
      const callback = await server.approve(url, 'alice')
      sent.length = 0
      await assert.rejects(finishAuthorization(of, { callback, pending, store: memoryStore() }), {
        code: 'AUTHORIZATION_EXPIRED',
      })
      assert.equal(sent.length, 0)
    })

    test('[#36] a person who declines is told apart from a provider that refuses', async () => {
      const of = client('basic')
      const { url, pending } = await begin(of)
      const callback = await server.deny(url)
      await assert.rejects(finishAuthorization(of, { callback, pending, store: memoryStore() }), {
        code: 'ACCESS_DENIED',
        error: 'access_denied',
        who: 'person',
      })
    })

    test('a callback that names another issuer, or none although one is promised, is refused (RFC 9207)', async () => {
      const of = client('basic')
      for (const iss of ['https://evil.example', undefined]) {
        const { url, pending } = await begin(of)
        const callback = new URL(await server.approve(url, 'alice'))
        assert.equal(callback.searchParams.get('iss'), server.issuer)
        if (iss === undefined) callback.searchParams.delete('iss')
        else callback.searchParams.set('iss', iss)
        sent.length = 0
        await assert.rejects(finishAuthorization(of, { callback, pending, store: memoryStore() }), {
          code: 'ISSUER_MISMATCH',
        })
        assert.equal(sent.length, 0, 'the code was sent to somebody')
      }
    })

    test('another person’s consent does not replace a grant, unless it is allowed', async () => {
      const { client: of, store, grant } = await consented('basic')
      const again = async (allowOtherSubject: boolean): Promise<Grant> => {
        const { url, pending } = await begin(of)
        return finishAuthorization(of, {
          callback: await server.approve(url, 'bob'),
          pending,
          store,
          allowOtherSubject,
        })
      }
      await assert.rejects(again(false), { code: 'WRONG_ACCOUNT', who: 'person' })
      assert.deepEqual(await store.get('alice'), grant)
      assert.equal((await again(true)).subject?.sub, 'bob')
    })

    test('consenting again renews the grant in place', async () => {
      const { client: of, store, grant } = await consented('basic')
      const { url, pending } = await begin(of)
      const next = await finishAuthorization(of, { callback: await server.approve(url, 'alice'), pending, store })
      assert.equal(next.id, grant.id)
      assert.equal(next.version, grant.version + 1)
      assert.notEqual(next.refresh_token, grant.refresh_token)
    })

    test('[#132] endpoints given by hand do without discovery, with or without an issuer', async () => {
      const { authorization_endpoint, token_endpoint, jwks_uri } = await client('basic').metadata()
      const endpoints = { authorization_endpoint, token_endpoint } as {
        authorization_endpoint: string
        token_endpoint: string
      }
      for (const more of [{ issuer: server.issuer, jwks_uri: jwks_uri as string }, { issuer: undefined }, {}]) {
        const provider = resolveProvider({ id: 'acme', name: 'Acme', ...endpoints, ...(more as object) })
        const of = defineClient({ provider, client_id: 'basic', client_secret, client_auth: 'client_secret_basic' })
        const { url, pending } = await begin(of)
        const callback = await server.approve(url, 'alice')
        const grant = await finishAuthorization(of, { callback, pending, store: memoryStore() })
        assert.equal(grant.subject?.sub, 'alice')
      }
    })

    test('[#3] without PKCE the provider refuses, and its words arrive', async () => {
      const of = client('basic', { pkce: 'off' })
      const { url, pending } = await begin(of)
      assert.equal(new URL(url).searchParams.has('code_challenge'), false)
      const callback = await server.approve(url, 'alice')
      await assert.rejects(finishAuthorization(of, { callback, pending, store: memoryStore() }), {
        code: 'AUTHORIZATION_REFUSED',
        error: 'invalid_request',
      })
    })

    test('a wrong secret is a matter for the administrator', async () => {
      const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: server.issuer })
      for (const client_auth of ['client_secret_basic', 'client_secret_post'] as const) {
        const client_id = client_auth === 'client_secret_basic' ? 'basic' : 'post'
        const of = defineClient({ provider, client_id, client_secret: 'wrong', client_auth })
        const source = tokenSource('app', { store: memoryStore(), client: of, flow: clientCredentialsFlow() })
        await assert.rejects(source.token(), { code: 'INVALID_CLIENT', who: 'administrator', provider: 'acme' })
      }
    })

    test('[#31] a redirect URI that is not registered is refused before the browser opens', async () => {
      await assert.rejects(begin(client('basic'), { redirect_uri: 'https://evil.example/callback' }), {
        code: 'REDIRECT_URI_MISMATCH',
        message: /registered: http:\/\/127\.0\.0\.1:1\/callback/,
      })
    })
  })
}
