import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, OAuthProviderError, TokenExpiredError } from '@evergrant/core'
import {
  type AnyPaths,
  type AuthorizationCodeCredentials,
  type AuthorizationCodeManager,
  type Client,
  type Configuration,
  type OAuthToken,
  unwrap,
} from '@evergrant/sdk'
import { type Generated, generated } from './generated.ts'
import { redirectUri, type World, world } from './world.ts'

// The samples of "OAuth 2 Authorization Code Grant" in their order, each on a generated client.

interface Auth {
  readonly OAuthACG?: AuthorizationCodeCredentials | undefined
}
type Sample = Client<AnyPaths, Auth, { readonly OAuthACG: AuthorizationCodeManager }>
interface Module {
  createClient(options: Configuration<Auth> | Sample['config']): Sample
  readonly OAuthACGScope: { readonly READ_SCOPE: string }
}

interface Stage extends AsyncDisposable {
  readonly w: World
  readonly at: Generated<Module>
  /** "1. Client Initialization". */
  initialized(more?: AuthorizationCodeCredentials): Sample
}

async function stage(): Promise<Stage> {
  const w = await world()
  const flow = { authorizationUrl: `${w.sandbox.issuer}/authorize`, tokenUrl: `${w.sandbox.issuer}/token` }
  const scopes = { read_scope: 'Read request for files' }
  const OAuthACG = { type: 'oauth2', flows: { authorizationCode: { ...flow, scopes } } }
  const at = await generated<Module>({
    openapi: '3.0.3',
    info: { title: 'Multi auth sample', version: '1' },
    servers: [{ url: w.api.url }],
    security: [{ OAuthACG: ['read_scope'] }],
    paths: { '/files': { get: { responses: { '200': { description: 'OK' } } } } },
    components: { securitySchemes: { OAuthACG } },
  })
  return {
    w,
    at,
    initialized: (more = {}) =>
      at.module.createClient({
        clock: w.clock,
        auth: {
          OAuthACG: {
            clientId: 'OAuthClientId',
            clientSecret: 'OAuthClientSecret',
            redirectUri,
            scopes: [at.module.OAuthACGScope.READ_SCOPE],
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

/** Steps 1 to 4 as the document has them; resolves with the client that came out. */
async function authorized({ w, at, initialized }: Stage, more: AuthorizationCodeCredentials = {}): Promise<Sample> {
  const client = initialized(more)
  const authUrl = await client.OAuthACG.getAuthorizationUrl()
  const callback = new URL(await w.sandbox.approve(authUrl, { username: 'alice' }))
  const token = await client.OAuthACG.fetchToken(callback.searchParams.get('code') ?? '')
  const credentials = client.config.auth.OAuthACG.cloneWith({ token })
  const config = client.config.cloneWith({ auth: { OAuthACG: credentials } })
  return at.module.createClient(config)
}

test('Auth Credentials: client id, client secret, redirect URI, token and scopes are set and read back', async () => {
  await using at = await stage()
  const token = { access_token: 'a', token_type: 'Bearer', raw: {} }
  const { clientId, clientSecret, ...rest } = at.initialized({ token }).config.auth.OAuthACG
  assert.deepEqual([clientId, clientSecret], ['OAuthClientId', 'OAuthClientSecret'])
  assert.deepEqual([rest.redirectUri, rest.scopes, rest.token], [redirectUri, ['read_scope'], token])
})

test('1. Client Initialization: nothing is asked of anybody, and a call before consent is stopped', async () => {
  await using at = await stage()
  const client = at.initialized()
  await assert.rejects(client.GET('/files'), { code: 'TOKEN_MISSING', message: /\[OAuthACG\]/ })
  assert.deepEqual([at.w.api.seen.length, at.w.sandbox.journal.count({})], [0, 0])
})

test('2. Obtain user consent: the address has the client, the redirect URI and the scopes of the initialization', async () => {
  await using at = await stage()
  const url = new URL(await at.initialized().OAuthACG.getAuthorizationUrl())
  assert.equal(url.origin + url.pathname, `${at.w.sandbox.issuer}/authorize`)
  const { searchParams } = url
  assert.deepEqual(
    ['response_type', 'client_id', 'redirect_uri', 'scope'].map((name) => searchParams.get(name)),
    ['code', 'OAuthClientId', redirectUri, 'read_scope'],
  )
})

test('3. Handle the OAuth server response: ?code=… after approval, ?error=access_denied after a refusal', async () => {
  await using at = await stage()
  const client = at.initialized()
  const approved = await at.w.sandbox.approve(await client.OAuthACG.getAuthorizationUrl(), { username: 'alice' })
  assert.ok(new URL(approved).searchParams.get('code'))
  const denied = await at.w.sandbox.deny(await client.OAuthACG.getAuthorizationUrl())
  assert.equal(new URL(denied).searchParams.get('error'), 'access_denied')
  await assert.rejects(client.OAuthACG.fetchToken(denied), { code: 'ACCESS_DENIED', error: 'access_denied' })
})

test('4. Authorize the client using the code: the clone of credentials and configuration makes a client that is answered', async () => {
  await using at = await stage()
  const client = await authorized(at)
  const { response, data } = await client.GET('/files')
  assert.equal(response.status, 200)
  assert.equal((data as { readonly username: string }).username, 'alice')
})

test('4. … except OAuthProviderException, except APIException: OAuthProviderError and ApiError tell the two apart', async () => {
  await using at = await stage()
  const caught: string[] = []
  const handled = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (error instanceof OAuthProviderError) caught.push(`provider: ${error.error} ${error.status}`)
      else if (error instanceof ApiError) caught.push(`API: ${error.status}`)
      else throw error
    }
  }
  const client = at.initialized()
  await handled(() => client.OAuthACG.fetchToken('code'))
  await handled(async () => unwrap(await client.cloneWith({ security: false }).GET('/files')))
  assert.deepEqual(caught, ['provider: invalid_grant 400', 'API: 401'])
})

test('Scopes: the enumeration has the names, and its document the table with descriptions', async () => {
  await using at = await stage()
  assert.deepEqual(at.at.module.OAuthACGScope, { READ_SCOPE: 'read_scope' })
  assert.match(await at.at.text('docs/OAuthACG.md'), /\| `READ_SCOPE` \| Read request for files \|/)
})

test('Refreshing the token: is_token_expired, refresh_token and the clones; the refreshed client is answered', async () => {
  await using at = await stage()
  let client = await authorized(at, { autoRefresh: false })
  assert.equal(client.OAuthACG.isTokenExpired(), false)
  at.w.clock.advance(7200)
  const seen = at.w.api.seen.length
  await assert.rejects(
    client.GET('/files'),
    (error) => error instanceof TokenExpiredError,
    'before the next endpoint call',
  )
  assert.equal(at.w.api.seen.length, seen, 'and nothing was sent')
  if (client.OAuthACG.isTokenExpired()) {
    const token = await client.OAuthACG.refreshToken()
    const credentials = client.config.auth.OAuthACG.cloneWith({ token })
    client = at.at.module.createClient(client.config.cloneWith({ auth: { OAuthACG: credentials } }))
  }
  assert.equal((await client.GET('/files')).response.status, 200)
})

test('Storing an access token for reuse, Creating a client from a stored token: the token alone makes a client', async () => {
  await using at = await stage()
  let database = ''
  const saveTokenToDatabase = (token: OAuthToken | string | undefined): void => {
    database = JSON.stringify(token)
  }
  const loadTokenFromDatabase = (): OAuthToken => JSON.parse(database)
  saveTokenToDatabase((await authorized(at)).config.auth.OAuthACG.token)
  const client = at.at.module.createClient({
    clock: at.w.clock,
    auth: { OAuthACG: { token: loadTokenFromDatabase() } },
  })
  assert.equal((await client.GET('/files')).response.status, 200)
})

test('Complete example: a previous token is restored, and without one the person is asked', async () => {
  await using at = await stage()
  let stored: OAuthToken | undefined
  const program = async (): Promise<Sample | string> => {
    const client = at.initialized()
    if (stored === undefined) return client.OAuthACG.getAuthorizationUrl()
    const credentials = client.config.auth.OAuthACG.cloneWith({ token: stored })
    return at.at.module.createClient(client.config.cloneWith({ auth: { OAuthACG: credentials } }))
  }
  assert.match(String(await program()), /\/authorize\?/)
  stored = (await authorized(at)).OAuthACG.token
  const restored = await program()
  assert.ok(typeof restored === 'object')
  assert.equal((await restored.GET('/files')).response.status, 200)
})
