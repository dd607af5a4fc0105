import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  type BackchannelAuthentication,
  backchannelPing,
  beginBackchannelAuthentication,
  type Client,
  defineClient,
  exchangeToken,
  type Grant,
  JWT_BEARER,
  jwtBearerFlow,
  memoryStore,
  onBehalfOfFlow,
  type ProviderDefinition,
  pollBackchannelAuthentication,
  resolveProvider,
  signingKeyFromPem,
  TOKEN_EXCHANGE,
  tokenExchangeFlow,
  tokenSource,
} from '@evergrant/core'
import { manualClock } from '@evergrant/sandbox'
import type { Context } from 'oidc-provider'
import { asleep } from './asleep.ts'
import { fixture } from './fixture.ts'
import { type OidcServer, oidcServer } from './oidc-server.ts'

const CIBA = 'urn:openid:params:grant-type:ciba'

async function server(ping?: typeof fetch): Promise<OidcServer> {
  return oidcServer(
    {
      clients: [
        {
          client_id: 'program',
          client_secret: 'secret',
          grant_types: [JWT_BEARER, TOKEN_EXCHANGE, CIBA, 'refresh_token'],
          response_types: [],
          redirect_uris: [],
          token_endpoint_auth_method: 'client_secret_post',
          ...(ping === undefined
            ? { backchannel_token_delivery_mode: 'poll' }
            : {
                backchannel_token_delivery_mode: 'ping',
                backchannel_client_notification_endpoint: 'https://client.example/ping',
              }),
        },
      ],
      ...(ping === undefined ? {} : { fetch: ping }),
      features: {
        ciba: {
          enabled: true,
          deliveryModes: ['poll', 'ping'],
          processLoginHint: (_context: Context, hint: string) => hint,
          triggerAuthenticationDevice: () => {},
          validateBindingMessage: () => {},
          validateRequestContext: () => {},
          verifyUserCode: () => {},
        },
      },
    },
    {
      prepare(provider) {
        const grantTokens = async (context: Context): Promise<void> => {
          const { client, params } = context.oidc
          const fields = { accountId: 'alice', client, grantId: 'none', gty: 'extension', scope: params['scope'] }
          const access_token = await new provider.AccessToken(fields).save()
          context.body = { access_token, refresh_token: 'unwanted', expires_in: 60, token_type: 'Bearer' }
        }
        provider.registerGrantType(JWT_BEARER, grantTokens, ['assertion', 'scope', 'requested_token_use'])
        const names = ['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'audience', 'scope']
        provider.registerGrantType(TOKEN_EXCHANGE, grantTokens, [...names, 'requested_token_type'])
      },
    },
  )
}

function registered(oidc: OidcServer, more: Partial<ProviderDefinition> = {}): Client {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer, ...more })
  return defineClient({ provider, client_id: 'program', client_secret: 'secret' })
}

function lastForm(oidc: OidcServer): Record<string, string> {
  return Object.fromEntries(oidc.seen.findLast(({ path }) => path === '/token')?.form ?? [])
}

test('a service account signs for a person, and no refresh token is kept', async () => {
  await using oidc = await server()
  const key = await signingKeyFromPem(fixture('rsa.pkcs8.pem'), { kid: 'k1' })
  const flow = jwtBearerFlow({
    key,
    issuer: 'robot@acme.example',
    subject: 'alice',
    scope: 'mail read',
    claims: { extra: 'x' },
  })
  const store = memoryStore()
  const source = tokenSource('robot', { client: registered(oidc), store, flow })
  const first = await source.token()
  assert.notEqual((await source.token({ force: true })).access_token, first.access_token)
  assert.equal((await store.get('robot'))?.refresh_token, undefined)
  const { assertion = '', scope, grant_type } = lastForm(oidc)
  assert.deepEqual({ scope, grant_type }, { scope: 'mail read', grant_type: JWT_BEARER })
  const [header, claims] = assertion
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString() || '{}'))
  assert.deepEqual(header, { alg: 'RS256', kid: 'k1' })
  const { iss, sub, aud, extra, exp, iat } = claims
  assert.deepEqual({ iss, sub, aud, extra }, { iss: 'robot@acme.example', sub: 'alice', aud: oidc.issuer, extra: 'x' })
  assert.equal(claims.scope, 'mail read')
  assert.equal(exp - iat, 60)
})

test('an assertion without client authentication goes alone, and names its audience as the provider wants', async () => {
  await using oidc = await server()
  const rules = { audience: 'token_endpoint', lifetime: 3600 } as const
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer, client_assertion: rules })
  const client = defineClient({ provider, client_id: 'robot@acme.example', client_auth: 'none' })
  const flow = jwtBearerFlow({ key: () => signingKeyFromPem(fixture('ec.prime256v1.sec1.pem')) })
  // This server wants every client to say who it is; what matters is what was sent.
  await assert.rejects(tokenSource('robot', { client, store: memoryStore(), flow }).token())
  const { assertion = '', ...rest } = lastForm(oidc)
  assert.deepEqual(rest, { grant_type: JWT_BEARER })
  const claims = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString())
  assert.equal(claims.aud, `${oidc.issuer}/token`)
  assert.equal(claims.exp - claims.iat, 3600)
})

test('a token is exchanged for another one, with short or full names of its kind', async () => {
  await using oidc = await server()
  const answer = await exchangeToken(registered(oidc), {
    subject_token: 'the subject',
    actor_token: async () => 'the actor',
    actor_token_type: 'urn:example:badge',
    requested_token_type: 'jwt',
    audience: 'orders',
    scope: 'orders.read',
  })
  assert.ok(answer.access_token)
  const { client_id: _, client_secret: __, ...form } = lastForm(oidc)
  assert.deepEqual(form, {
    grant_type: TOKEN_EXCHANGE,
    subject_token: 'the subject',
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    actor_token: 'the actor',
    actor_token_type: 'urn:example:badge',
    requested_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    audience: 'orders',
    scope: 'orders.read',
  })
})

test('an exchanging token source asks for the subject token each time, and says when it cannot be had', async () => {
  await using oidc = await server()
  let round = 0
  const client = registered(oidc)
  const flow = tokenExchangeFlow({ subject_token: () => `subject ${++round}` })
  const source = tokenSource('downstream', { client, store: memoryStore(), flow })
  await source.token()
  await source.token({ force: true })
  assert.equal(lastForm(oidc)['subject_token'], 'subject 2')
  const failing = tokenExchangeFlow({ subject_token: () => Promise.reject(new Error('nobody is signed in')) })
  const broken = tokenSource('broken', { client, store: memoryStore(), flow: failing })
  await assert.rejects(broken.token(), { code: 'CREDENTIAL_UNAVAILABLE', grant: 'broken' })
})

test('on behalf of a person: the provider decides between JWT bearer and token exchange', async () => {
  await using oidc = await server()
  const flow = onBehalfOfFlow({ assertion: 'the caller’s token', scope: 'api/.default' })
  const on_behalf_of_params = { requested_token_use: 'on_behalf_of' }
  await tokenSource('a', { client: registered(oidc, { on_behalf_of_params }), store: memoryStore(), flow }).token()
  const bearer = lastForm(oidc)
  assert.equal(bearer['grant_type'], JWT_BEARER)
  assert.equal(bearer['requested_token_use'], 'on_behalf_of')
  assert.equal(bearer['assertion'], 'the caller’s token')
  assert.equal(bearer['scope'], 'api/.default')
  await tokenSource('b', { client: registered(oidc), store: memoryStore(), flow }).token()
  assert.equal(lastForm(oidc)['grant_type'], TOKEN_EXCHANGE)
  assert.equal(lastForm(oidc)['subject_token'], 'the caller’s token')
})

test('a person is asked on their own device, and the grant is stored when they agree (CIBA)', async () => {
  await using oidc = await server()
  const clock = manualClock()
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  const client = defineClient({ provider, client_id: 'program', client_secret: 'secret', http: { clock } })
  const store = memoryStore()
  const begin = { grant: 'alice', login_hint: 'alice', binding_message: 'W4SCT', scope: 'offline_access' }
  const pending = await beginBackchannelAuthentication(client, begin)
  assert.equal(oidc.seen.at(-1)?.form.get('binding_message'), 'W4SCT')
  const done = pollBackchannelAuthentication(client, { pending: JSON.parse(JSON.stringify(pending)), store })
  await asleep(clock)
  clock.advance(5)
  await asleep(clock)
  const grant = new oidc.provider.Grant({ accountId: 'alice', clientId: 'program' })
  grant.addOIDCScope('openid offline_access')
  await oidc.provider.backchannelResult(pending.auth_req_id, await grant.save())
  clock.advance(60)
  const stored = await done
  assert.equal(stored.subject?.sub, 'alice')
  assert.ok(stored.refresh_token)
  await assert.rejects(beginBackchannelAuthentication(client, { grant: 'x' }), { code: 'INVALID_ARGUMENT' })
})

test('a provider’s ping names the authentication, and the tokens are asked for at once (CIBA ping mode)', async () => {
  const waiting = new Map<string, BackchannelAuthentication>()
  let answer: (request: Request) => Promise<Response> = async () => assert.fail('a ping came too early')
  const pings: Request[] = []
  await using oidc = await server(async (input, init) => {
    const request = new Request(input, init)
    pings.push(request.clone())
    return answer(request)
  })
  const clock = manualClock()
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer })
  const client = defineClient({ provider, client_id: 'program', client_secret: 'secret', http: { clock } })
  const store = memoryStore()
  const client_notification_token = 'pLaNtEd-notification-token'
  const begin = { grant: 'alice', login_hint: 'alice', scope: 'offline_access', client_notification_token }
  const begun = await beginBackchannelAuthentication(client, begin)
  assert.doesNotMatch(inspect(begun), /pLaNtEd/)
  waiting.set(begun.auth_req_id, JSON.parse(JSON.stringify(begun)))

  const ping = (token: string, body: string, method = 'POST'): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}` }
    const request = new Request('https://client.example/ping', { method, headers, ...(method === 'POST' && { body }) })
    return backchannelPing(request, async (id) => waiting.get(id))
  }
  const named = JSON.stringify({ auth_req_id: begun.auth_req_id })
  await assert.rejects(ping('another', named), { code: 'STATE_MISMATCH', grant: 'alice' })
  await assert.rejects(ping(client_notification_token, '{"auth_req_id":"unknown"}'), { code: 'STATE_MISMATCH' })
  for (const body of ['', 'null', '[]', '{"auth_req_id":7}', `{"a":"${'x'.repeat(70_000)}"}`])
    await assert.rejects(ping(client_notification_token, body), { code: 'CALLBACK_INVALID' })
  await assert.rejects(ping(client_notification_token, '', 'GET'), { code: 'CALLBACK_INVALID' })

  let stored: Grant | undefined
  answer = async (request) => {
    const pending = await backchannelPing(request, (id) => waiting.get(id))
    // The clock stands still: nothing is waited for.
    stored = await pollBackchannelAuthentication(client, { pending, store })
    return new Response(null, { status: 204 })
  }
  const grant = new oidc.provider.Grant({ accountId: 'alice', clientId: 'program' })
  grant.addOIDCScope('openid offline_access')
  await oidc.provider.backchannelResult(begun.auth_req_id, await grant.save())
  assert.equal(pings.length, 1)
  assert.equal(stored?.subject?.sub, 'alice')
  assert.ok((await store.get('alice'))?.refresh_token)
})
