import assert from 'node:assert/strict'
import {
  beginDeviceAuthorization,
  clientCredentialsFlow,
  memoryStore,
  PrivateKeyJwt,
  pollDeviceAuthorization,
  resolveProvider,
  SignedClientSecret,
  tokenSource,
} from '@evergrant/core'
import { receiveCode } from '@evergrant/providers'
import { hmacOf } from './hmac.ts'
import { api, type QuirkCase, type World } from './journey.ts'

const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
const jwk = { ...(await crypto.subtle.exportKey('jwk', pair.publicKey)) }

/** The API's answer to a value that is not one of those that a parameter takes. */
function refusedValue(of: World, values: Readonly<Record<string, string>>): void {
  assert.throws(() => resolveProvider(of.definition, values), { code: 'INVALID_PARAMETER' })
}

/** Quirks of token requests, client authentication and addresses, by kind. */
export const requestCases: Readonly<Record<string, QuirkCase>> = {
  'accept-json-required': {
    habits: { needs_headers: { accept: 'application/json' } },
    strict: false,
  },
  'app-token-first': {
    definition: (origin) => ({
      token_request: { format: 'json' },
      deviations: {
        'app-token-first': {
          endpoint: `${origin}/app_access_token`,
          params: { app_id: '{client_id}', app_secret: '{client_secret}' },
        },
      },
    }),
  },
  'client-auth-basic': { definition: () => ({ client_auth: ['client_secret_basic'] }) },
  'client-auth-secret-only': {
    definition: () => ({ client_auth: ['client_secret_username'] }),
    registered: { client_secret: 'sk_test_1' },
  },
  'client-secret-jwt': {
    definition: () => ({
      client_auth: ['client_secret_signed'],
      client_assertion: { issuer: 'TEAM1', audience: 'https://id.acme.example' },
    }),
    registered: { jwk },
    client: {
      client_auth: SignedClientSecret(pair.privateKey, { issuer: 'TEAM1', audience: 'https://id.acme.example' }),
    },
    strict: false,
  },
  'code-by-webhook': {
    definition: (origin) => ({
      callback: {
        endpoints: {
          parameter: 'installation',
          pattern: '[0-9a-f-]{36}',
          token_endpoint: `${origin}/installations/{value}/authorizations/`,
        },
      },
      deviations: {
        'code-by-webhook': {
          signature_header: 'acme-hook-signature',
          code: 'data.installation.code',
          metadata: { installation: 'data.installation.uuid' },
        },
      },
    }),
    habits: { callback: { installation: '7a485448-a9e2-4c85-8a3c-4f44175783c9' } },
    settings: { pkce: 'optional' },
    strict: false,
    journey: webhook,
  },
  'extra-headers': {
    definition: () => ({
      token_request: { headers: { 'x-api-key': '{client_id}' } },
      api: { headers: { 'x-api-key': '{client_id}' } },
    }),
  },
  'json-token-request': { definition: () => ({ token_request: { format: 'json' } }) },
  'nonstandard-device-flow': {
    definition: (origin) => ({
      device_authorization_endpoint: `${origin}/token`,
      device_params: { response_type: 'device_code' },
      device: { grant_type: 'device', code_parameter: 'code', code_field: 'acme_code', send_user_code: true },
    }),
    journey: device,
  },
  'nonstandard-grant': {
    definition: (origin) => ({
      client_credentials: {
        grant_type: 'account_credentials',
        params: { account_id: '{account}' },
        endpoint: `${origin}/s2s`,
        client_auth: 'client_secret_basic',
      },
      parameters: { account: { title: 'Account ID' } },
    }),
    values: { account: 'a1' },
    async journey(of) {
      const source = tokenSource('app', { client: of.client, store: memoryStore(), flow: clientCredentialsFlow() })
      const { access_token } = await source.token()
      of.clock.advance(4000)
      assert.notEqual((await source.token()).access_token, access_token)
      assert.equal((await source.fetch(`${of.sandbox.issuer}/api/echo`)).status, 200)
    },
  },
  'param-rename-token': {
    definition: () => ({
      token_request: {
        parameter_names: { client_id: 'app_id', client_secret: 'secret', code: 'auth_code', redirect_uri: null },
      },
      refresh_request: { parameter_names: { refresh_token: 'refreshToken', grant_type: 'grantType' } },
    }),
  },
  'private-key-jwt': {
    definition: () => ({ client_auth: ['private_key_jwt'], issuer: 'https://id.acme.example', discovery: 'none' }),
    registered: { jwk },
    settings: { issParameter: false },
    client: { client_auth: PrivateKeyJwt(pair.privateKey, { audience: 'token_endpoint' }) },
    strict: false,
  },
  'public-client-cors': {
    definition: () => ({
      client_auth: ['none'],
      parameters: {
        spa_origin: { title: 'Origin of the single-page application', pattern: 'https://.+', optional: true },
      },
      token_request: { headers: { origin: '{spa_origin}' } },
    }),
    values: { spa_origin: 'https://app.example' },
    registered: { client_secret: undefined },
  },
  'refresh-needs-redirect-uri': { definition: () => ({ refresh_request: { redirect_uri: true } }) },
  'refresh-nonstandard': {
    definition: () => ({
      authorization_params: { type: 'web_server' },
      token_params: { type: 'web_server' },
      token_request: { parameter_names: { grant_type: null } },
      refresh_request: { params: { type: 'refresh' } },
    }),
  },
  'refresh-secretless': {
    definition: () => ({ refresh_request: { client_auth: 'none' } }),
  },
  'refresh-url-differs': {
    definition: (origin) => ({
      refresh_endpoint: `${origin}/oauth/refresh`,
      refresh_request: { parameter_names: { grant_type: null } },
    }),
  },
  'region-from-callback': {
    definition: (origin) => ({
      token_endpoint: `${origin}/world/token`,
      callback: {
        metadata: ['location'],
        endpoints: {
          parameter: 'accounts-server',
          pattern: `${origin.replaceAll('.', '\\.')}/(?:eu|in)`,
          token_endpoint: '{value}/oauth/v2/token',
        },
      },
    }),
    async journey(of) {
      const region = `${of.sandbox.issuer}/eu`
      const { imitate } = of.sandbox.settings
      const callback = { location: 'eu', 'accounts-server': region }
      of.sandbox.configure({ imitate: { ...imitate, habits: { callback } } })
      await of.consent()
      of.clock.advance(4000)
      await of.source.token()
      assert.equal(await api(of), 200)
      assert.equal((await of.grant()).metadata?.['accounts-server'], region)
      const before = of.sandbox.journal.length
      // A host that is not on the list gets neither the code nor the secret.
      const elsewhere = { ...callback, 'accounts-server': `${of.sandbox.issuer}/eu.evil.example` }
      of.sandbox.configure({ imitate: { ...imitate, habits: { callback: elsewhere } } })
      await assert.rejects(of.consent(), { code: 'CALLBACK_INVALID' })
      assert.equal(of.sandbox.journal.where({ endpoint: 'token' }).filter(({ id }) => id > before).length, 0)
    },
  },
  'region-in-url': {
    definition: (origin) => ({
      token_endpoint: `${origin}/{region}/token`,
      parameters: { region: { title: 'Data centre', values: ['eu', 'us'], default: 'us' } },
    }),
    values: { region: 'eu' },
    strict: false,
    connected(of) {
      assert.match(of.client.provider.token_endpoint ?? '', /\/eu\/token$/)
      refusedValue(of, { region: 'mars' })
    },
  },
  'resource-param': {
    definition: (origin) => ({
      parameters: { resource: { title: 'Resource', pattern: 'https?://.+', default: `${origin}/api/echo` } },
      authorization_params: { resource: '{resource}' },
      token_params: { resource: '{resource}' },
    }),
  },
  'sandbox-hosts': {
    definition: (origin) => ({
      token_endpoint: `${origin}/{environment}/token`,
      authorization_endpoint: `${origin}/{environment}/authorize`,
      parameters: { environment: { title: 'Environment', values: ['live', 'sandbox'], default: 'live' } },
    }),
    values: { environment: 'sandbox' },
    strict: false,
    connected: (of) => refusedValue(of, { environment: 'production' }),
  },
  'self-hosted': {
    definition: (origin) => ({
      token_endpoint: '{base}/token',
      authorization_endpoint: '{base}/authorize',
      revocation_endpoint: '{base}/revoke',
      parameters: { base: { title: 'Address of the server', pattern: 'https?://[\\w.:-]+', default: origin } },
    }),
    strict: false,
    connected(of) {
      for (const base of ['ftp://x', 'https://user@x', 'https://x/../y', 'https://x?y']) refusedValue(of, { base })
    },
  },
  'tenant-in-url': {
    definition: (origin) => ({
      token_endpoint: `${origin}/{tenant}/token`,
      authorization_endpoint: `${origin}/{tenant}/authorize`,
      parameters: { tenant: { title: 'Tenant', pattern: '[a-z0-9-]+' } },
    }),
    values: { tenant: 'contoso' },
    strict: false,
    connected(of) {
      for (const tenant of ['../x', 'a/b', 'a?b', 'A']) refusedValue(of, { tenant })
    },
  },
  'token-request-get': { definition: () => ({ token_request: { method: 'GET' } }) },
  'token-request-query': { definition: () => ({ token_request: { format: 'query' } }) },
  'user-agent-required': {
    habits: { needs_headers: { 'user-agent': 'evergrant.*' } },
    strict: false,
  },
}

async function device(of: World): Promise<void> {
  const { client, store, sandbox } = of
  const pending = await beginDeviceAuthorization(client, { grant: 'alice', scope: 'mail.read' })
  const address = new URL(pending.verification_uri)
  address.searchParams.set('user_code', pending.user_code)
  await sandbox.approve(address, { username: 'alice' })
  of.clock.advance(0)
  await pollDeviceAuthorization(client, { pending: { ...pending, interval: 0 }, store })
  assert.equal(await api(of), 200)
  of.clock.advance(4000)
  await of.source.token()
  assert.equal(await api(of), 200)
}

async function webhook(of: World): Promise<void> {
  const { client, store, sandbox } = of
  const url = `${sandbox.issuer}/authorize?response_type=code&client_id=web&scope=mail.read`
  const callback = await sandbox.approve(url, { username: 'alice' })
  const code = new URL(callback).searchParams.get('code')
  const uuid = '7a485448-a9e2-4c85-8a3c-4f44175783c9'
  const body = JSON.stringify({ action: 'created', data: { installation: { uuid, code } } })
  const delivery = (signature: string, text = body): Request =>
    new Request('https://app.example/hook', {
      method: 'POST',
      body: text,
      headers: { 'acme-hook-signature': signature },
    })
  const signature = hmacOf('a secret: +/%', body)
  for (const forged of [delivery(''), delivery(signature.replace(/^./, 'x')), delivery(signature, `${body} `)])
    await assert.rejects(receiveCode(client, forged, { grant: 'alice', store }), { code: 'CALLBACK_INVALID' })
  await receiveCode(client, delivery(signature), {
    grant: ({ installation }) => (installation === uuid ? 'alice' : 'x'),
    store,
  })
  assert.equal(await api(of), 200)
  of.clock.advance(4000)
  await of.source.token()
  assert.equal(await api(of), 200)
}
