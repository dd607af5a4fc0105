import assert from 'node:assert/strict'
import { test } from 'node:test'
import type {
  AnyPaths,
  Client,
  ClientCredentialsCredentials,
  Configuration,
  DirectManager,
  OAuthToken,
  TokenAcquirer,
} from '@evergrant/sdk'
import { type Generated, generated } from './generated.ts'
import { type World, world } from './world.ts'

// The samples of "OAuth 2 Client Credentials Grant" in their order, each on a generated client.

interface Auth {
  readonly httpCCG?: ClientCredentialsCredentials | undefined
}
type Sample = Client<AnyPaths, Auth, { readonly httpCCG: DirectManager }>
interface Module {
  createClient(options: Configuration<Auth>): Sample
  readonly HttpCCGScope: { readonly READ_SCOPE: string; readonly WRITE_SCOPE: string }
}

interface Stage extends AsyncDisposable {
  readonly w: World
  readonly at: Generated<Module>
  /** "Client Initialization", with more where a sample has more. */
  initialized(more?: ClientCredentialsCredentials): Sample
}

async function stage(): Promise<Stage> {
  const w = await world()
  const scopes = { read_scope: 'Read scope', write_scope: 'Write scope' }
  const httpCCG = { type: 'oauth2', flows: { clientCredentials: { tokenUrl: `${w.sandbox.issuer}/token`, scopes } } }
  const at = await generated<Module>({
    openapi: '3.1.0',
    info: { title: 'Notes', version: '1' },
    servers: [{ url: w.api.url }],
    security: [{ httpCCG: ['read_scope'] }],
    paths: { '/notes': { get: { responses: { '200': { description: 'OK' } } } } },
    components: { securitySchemes: { httpCCG } },
  })
  const { READ_SCOPE, WRITE_SCOPE } = at.module.HttpCCGScope
  return {
    w,
    at,
    initialized: (more = {}) =>
      at.module.createClient({
        clock: w.clock,
        auth: {
          httpCCG: {
            clientId: 'OAuthClientId',
            clientSecret: 'OAuthClientSecret',
            scopes: [READ_SCOPE, WRITE_SCOPE],
            ...more,
          },
        },
      }),
    async [Symbol.asyncDispose]() {
      await at[Symbol.asyncDispose]()
      await w[Symbol.asyncDispose]()
    },
  }
}

const called = async (client: Sample): Promise<number> => (await client.GET('/notes')).response.status

test('Auth Credentials: token, scopes, token provider, update callback and clock skew are set and read back', async () => {
  await using at = await stage()
  const token = { access_token: 'a', token_type: 'Bearer', raw: {} }
  const given = { token, tokenProvider: () => token, onTokenUpdate: () => undefined, clockSkew: 2.5 }
  const { clientId, clientSecret, scopes, ...rest } = at.initialized(given).config.auth.httpCCG
  assert.deepEqual(
    [clientId, clientSecret, scopes],
    ['OAuthClientId', 'OAuthClientSecret', ['read_scope', 'write_scope']],
  )
  assert.deepEqual({ ...rest }, given)
})

test('Client Initialization: the token is fetched when an endpoint is called that requires it, once for parallel calls', async () => {
  await using at = await stage()
  const client = at.initialized()
  assert.equal(at.w.sandbox.journal.count({}), 0, 'not before')
  assert.deepEqual(await Promise.all([called(client), called(client), called(client)]), [200, 200, 200])
  assert.equal(at.w.issued(), 1)
})

test('Client Initialization: a token that is set by hand is used, and none is fetched', async () => {
  await using at = await stage()
  const first = at.initialized()
  await called(first)
  const credentials = first.config.auth.httpCCG.cloneWith({ token: first.httpCCG.token })
  assert.equal(await called(first.cloneWith({ auth: { httpCCG: credentials } })), 200)
  assert.equal(at.w.issued(), 1)
})

test('Scopes: the client is initialized with scopes of the enumeration, which the token then has', async () => {
  await using at = await stage()
  const { data } = await at.initialized().GET('/notes')
  assert.equal((data as { readonly scope: string }).scope, 'read_scope write_scope')
  assert.match(
    await at.at.text('docs/HttpCCG.md'),
    /\| `READ_SCOPE` \| Read scope \|\n\| `WRITE_SCOPE` \| Write scope \|/,
  )
})

test('Adding OAuth Token Update Callback: it is triggered whenever the token gets updated', async () => {
  await using at = await stage()
  const saved: OAuthToken[] = []
  const client = at.initialized({ onTokenUpdate: (token) => void saved.push(token) })
  await called(client)
  await called(client)
  assert.equal(saved.length, 1)
  at.w.clock.advance(7200)
  await called(client)
  assert.deepEqual(saved.at(-1), client.httpCCG.token)
  assert.equal(saved.length, 2)
})

test('Adding Custom OAuth Token Provider: the stored token, or the one that the auth manager fetches, when the last is null or expired', async () => {
  await using at = await stage()
  let database: OAuthToken | undefined
  const asked: string[] = []
  const loadTokenFromDatabase = async (): Promise<OAuthToken | undefined> => database
  const client = at.initialized({
    tokenProvider: async (lastOAuthToken, authManager: TokenAcquirer) => {
      asked.push(lastOAuthToken === undefined ? 'null' : 'expired')
      return (await loadTokenFromDatabase()) ?? authManager.fetchToken()
    },
  })
  assert.deepEqual([await called(client), await called(client), at.w.issued()], [200, 200, 1])
  at.w.clock.advance(7200)
  const other = at.initialized()
  database = await other.httpCCG.fetchToken()
  assert.equal(await called(client), 200)
  assert.equal(client.httpCCG.token?.access_token, database.access_token)
  assert.deepEqual([asked, at.w.issued()], [['null', 'expired'], 2])
})

test('OAuthClockSkew: seconds are subtracted from the end, in whether it has ended and in whether one is fetched', async () => {
  await using at = await stage()
  const client = at.initialized({ clockSkew: 60 })
  await called(client)
  const { expires_at = 0 } = client.httpCCG.token ?? {}
  at.w.clock.advance(expires_at - at.w.clock.now() - 61)
  assert.deepEqual([client.httpCCG.isTokenExpired(), await called(client), at.w.issued()], [false, 200, 1])
  at.w.clock.advance(1)
  assert.deepEqual([client.httpCCG.isTokenExpired(), await called(client), at.w.issued()], [true, 200, 2])
})
