// Long because: one entry per row of the table of providers' quirks, so that the row's combination is tested as it occurs.
import assert from 'node:assert/strict'
import {
  beginAuthorization,
  clientCredentialsFlow,
  finishAuthorization,
  memoryStore,
  tokenSource,
} from '@evergrant/core'
import { type QuirkCase, redirect_uri, type World } from './journey.ts'

const token = { match: { endpoint: 'token' }, times: Infinity } as const

/** A consent that the person declines, at a provider with words of its own for it. */
async function declined(
  { client, sandbox, store }: World,
  names: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { url, pending } = await beginAuthorization(client, { grant: 'bob', redirect_uri })
  const callback = await sandbox.deny(url)
  for (const name of Object.values(names)) assert.ok(callback.includes(name), callback)
  await assert.rejects(finishAuthorization(client, { callback, pending, store }), { code: 'ACCESS_DENIED' })
}

/** The combinations in which the field shows deviations, by whom they are known from. */
export const rowCases: Readonly<Record<string, QuirkCase>> = {
  Google: {
    definition: () => ({
      authorization_params: { access_type: 'offline' },
      first_consent_params: { prompt: 'consent' },
    }),
    habits: { offline: { access_type: 'offline', prompt: 'consent' } },
    settings: { alwaysRefreshToken: false, rotation: 'never' },
    faults: [{ ...token, set: { scope: 'mail.read mail.send openid' } }],
  },
  'Microsoft Entra v2': {
    definition: () => ({
      offline_scopes: ['offline_access'],
      authorization_params: { response_mode: 'query' },
      refresh: { send_scope: true },
    }),
    settings: { alwaysRefreshToken: false },
    faults: [{ ...token, set: { ext_expires_in: 7200, refresh_in: 1800, client_info: 'e30' } }],
    connected: async (of) => assert.ok(((await of.source.token()).refresh_at ?? 0) <= of.clock.now() + 1800),
  },
  'Microsoft v1': {
    definition: (origin) => ({
      authorization_params: { resource: `${origin}/api/echo` },
      token_params: { resource: `${origin}/api/echo` },
      token_request: { headers: { metadata: 'true' } },
      token_answer: { fields: { expires_at: 'expires_on' } },
    }),
    connected: async (of) => assert.equal((await of.source.token()).expires_at, of.clock.now() + 3600),
  },
  'Azure AD B2C': {
    definition: (origin) => ({
      issuer: origin,
      issuer_pattern: `${origin.replaceAll('.', '\\.')}/[0-9a-f-]+/v2\\.0`,
      discovery: 'none',
      jwks_uri: `${origin}/jwks`,
      default_scopes: ['openid'],
    }),
    settings: { issParameter: false },
    strict: false,
    async journey(of) {
      of.sandbox.fault({ ...token, claims: { iss: `${of.sandbox.issuer}/0a-1b/v2.0` } })
      assert.equal((await of.consent()).subject?.iss, `${of.sandbox.issuer}/0a-1b/v2.0`)
      of.clock.advance(4000)
      await of.source.token()
      of.sandbox.clearFaults()
      of.sandbox.fault({ ...token, claims: { iss: 'https://evil.example/0a-1b/v2.0' } })
      await assert.rejects(of.consent(), { code: 'ID_TOKEN_INVALID' })
    },
  },
  ADFS: {
    definition: (origin) => ({
      authorization_params: { resource: `${origin}/api/echo` },
      token_params: { resource: `${origin}/api/echo` },
    }),
  },
  GitHub: {
    definition: () => ({
      scope_separator: ',',
      token_answer: {
        error: { code: 'error', description: 'error_description', codes: { bad_refresh_token: 'invalid_grant' } },
      },
    }),
    habits: { answer: 'form', scope_as: ',', needs_headers: { 'user-agent': '.+', accept: 'application/json' } },
    async refreshed(of) {
      await of.sandbox.revokeGrant('alice')
      const failed = { code: 'CONSENT_REQUIRED', error: 'invalid_grant' }
      await assert.rejects(tokenSource('alice', of).token({ force: true }), failed)
      await of.consent()
    },
  },
  'VK ID': {
    definition: () => ({ callback: { repeated: ['device_id'] }, refresh: { rotation: 'always' } }),
    habits: { callback: { device_id: 'd-1&2' } },
    refreshed: async (of) => assert.deepEqual((await of.grant()).metadata, { device_id: 'd-1&2' }),
  },
  'Slack v2': {
    definition: (origin) => ({
      scope_separator: ',',
      authorization_request: { second_scope_param: 'user_scope' },
      token_answer: {
        metadata: ['team.id'],
        error: { code: 'ok', success: [true], name: 'error', codes: { invalid_refresh_token: 'invalid_grant' } },
        second: {
          name: 'user',
          fields: { access_token: 'authed_user.access_token', refresh_token: 'authed_user.refresh_token' },
        },
      },
      revocation: { endpoint: `${origin}/api/auth.revoke`, authentication: 'bearer', token: 'access_token' },
    }),
    request: { second_scope: 'users:read' },
    habits: { metadata: { 'team.id': 'T1' } },
    faults: [{ ...token, set: { token_type: 'bot' } }],
    connected: async (of) => assert.ok((await of.grant('alice/user')).refresh_token),
  },
  Facebook: {
    definition: (origin) => ({
      scope_separator: ',',
      long_lived: {
        endpoint: `${origin}/v20.0/exchange`,
        method: 'GET',
        grant_type: 'fb_exchange_token',
        token_parameter: 'fb_exchange_token',
      },
      refresh_endpoint: `${origin}/v20.0/refresh`,
      refresh_request: {
        method: 'GET',
        grant_type: 'fb_exchange_token',
        parameter_names: { refresh_token: 'fb_exchange_token' },
      },
      token_answer: { fields: { refresh_token: 'access_token', expires_in: 'expires' } },
      revocation: {
        endpoint: `${origin}/v20.0/me/permissions`,
        method: 'DELETE',
        authentication: 'bearer',
        token: 'access_token',
      },
    }),
    habits: { answer: 'form' },
    registered: { client_secret: 'secret' },
  },
  Instagram: {
    definition: (origin) => ({
      scope_separator: ',',
      long_lived: {
        endpoint: `${origin}/access_token`,
        method: 'GET',
        grant_type: 'ig_exchange_token',
        token_parameter: 'access_token',
      },
      refresh_endpoint: `${origin}/refresh_access_token`,
      refresh_request: {
        method: 'GET',
        grant_type: 'ig_refresh_token',
        client_auth: 'none',
        parameter_names: { refresh_token: 'access_token', client_id: null },
      },
      token_answer: { fields: { refresh_token: 'access_token' }, metadata: ['user_id'] },
    }),
    habits: { metadata: { user_id: '17' } },
    refreshed: async (of) => assert.equal((await of.grant()).metadata?.['user_id'], '17'),
  },
  LinkedIn: {
    definition: () => ({
      client_auth: ['client_secret_post'],
      default_scopes: ['openid'],
      authorization_request: { nonce: 'never' },
    }),
    habits: { denial: 'user_cancelled_login' },
    faults: [{ ...token, drop: ['token_type'] }],
    strict: false,
    refreshed: (of) => declined(of, { error: 'user_cancelled_login' }),
  },
  Salesforce: {
    definition: () => ({ refresh: { access_lifetime: 3600 }, token_answer: { metadata: ['instance_url'] } }),
    habits: { metadata: { instance_url: 'https://na1.acme.example' } },
    faults: [{ ...token, drop: ['expires_in'] }],
    refreshed: async (of) => assert.equal((await of.grant()).metadata?.['instance_url'], 'https://na1.acme.example'),
  },
  Shopify: {
    definition: (origin) => ({
      scope_separator: ',',
      token_endpoint: `${origin}/{shop}/access_token`,
      parameters: { shop: { title: 'Shop', pattern: '[a-z0-9-]+' } },
      token_params: { expiring: '1' },
      callback: { metadata: ['shop', 'host'] },
      deviations: { 'signed-callback': { parameter: 'hmac' } },
    }),
    values: { shop: 'one' },
    habits: { callback: { shop: 'one.acme.example', host: 'aG9zdA' } },
    connected: async (of) => assert.equal((await of.grant()).metadata?.['shop'], 'one.acme.example'),
  },
  Stripe: {
    definition: () => ({
      client_auth: ['client_secret_username'],
      refresh: { access_lifetime: 3600 },
      token_answer: { metadata: ['stripe_user_id'] },
    }),
    registered: { client_secret: 'sk_test_1' },
    habits: { metadata: { stripe_user_id: 'acct_1' } },
    faults: [{ ...token, drop: ['expires_in'] }],
  },
  QuickBooks: {
    definition: (origin) => ({
      client_auth: ['client_secret_basic'],
      callback: { metadata: ['realmId'] },
      token_answer: { fields: { refresh_expires_in: 'x_refresh_token_expires_in' } },
      revocation: {
        endpoint: `${origin}/v2/oauth2/tokens/revoke`,
        authentication: 'basic',
        format: 'json',
        params: { token: '{token}' },
      },
    }),
    habits: { callback: { realmId: '9130' }, needs_headers: { accept: 'application/json' } },
    async refreshed(of) {
      const { metadata, refresh_expires_at } = await of.grant()
      assert.equal(metadata?.['realmId'], '9130')
      assert.ok((refresh_expires_at ?? 0) > of.clock.now())
    },
  },
  Xero: {
    definition: (origin) => ({
      client_auth: ['client_secret_basic'],
      offline_scopes: ['offline_access'],
      refresh: { rotation: 'always', grace: 1800 },
      follow_up: [{ url: `${origin}/connections`, gives: { tenants: '[].tenantId' } }],
    }),
    settings: { graceSeconds: 1800, alwaysRefreshToken: false },
    habits: { look_up: [{ tenantId: 't1' }] },
    async refreshed(of) {
      of.sandbox.fault({ match: { grant_type: 'refresh_token' }, lostResponse: true })
      assert.ok(await of.source.token({ force: true }))
      assert.deepEqual((await of.grant()).metadata?.['tenants'], ['t1'])
    },
  },
  HubSpot: {
    definition: (origin) => ({
      authorization_request: { second_scope_param: 'optional_scope' },
      follow_up: [
        { url: `${origin}/oauth/v1/access-tokens/{token}`, authentication: 'none', gives: { hub_id: 'hub_id' } },
      ],
      revocation: {
        endpoint: `${origin}/oauth/v1/refresh-tokens/{token}`,
        method: 'DELETE',
        token: 'refresh_token',
        authentication: 'none',
      },
    }),
    habits: { look_up: { hub_id: 62 } },
    connected: async (of) => assert.equal((await of.grant()).metadata?.['hub_id'], 62),
  },
  Zoom: {
    definition: () => ({
      client_auth: ['client_secret_basic'],
      client_credentials: { grant_type: 'account_credentials', params: { account_id: 'a1' } },
    }),
    async refreshed(of) {
      const flow = clientCredentialsFlow()
      const server = tokenSource('server', { client: of.client, store: memoryStore(), flow })
      assert.ok((await server.token()).access_token)
    },
  },
  Atlassian: {
    definition: (origin) => ({
      authorization_params: { audience: 'api.acme.example', prompt: 'consent' },
      offline_scopes: ['offline_access'],
      client_auth: ['client_secret_post'],
      follow_up: [{ url: `${origin}/oauth/token/accessible-resources`, gives: { cloudId: '0.id' } }],
    }),
    settings: { alwaysRefreshToken: false },
    habits: { look_up: [{ id: 'c1' }] },
    connected: async (of) => assert.equal((await of.grant()).metadata?.['cloudId'], 'c1'),
  },
  Notion: {
    definition: () => ({
      client_auth: ['client_secret_basic'],
      token_request: { format: 'json' },
      authorization_params: { owner: 'user' },
      authorization_request: { parameter_names: { scope: null } },
      token_answer: { metadata: ['workspace_id', 'bot_id'] },
    }),
    habits: { metadata: { workspace_id: 'w', bot_id: 'b' } },
    connected: async (of) => assert.deepEqual((await of.grant()).metadata, { workspace_id: 'w', bot_id: 'b' }),
  },
  'X v2': {
    definition: () => ({ client_auth: ['client_secret_basic'], offline_scopes: ['offline_access'] }),
    settings: { pkce: 'required', reuse: 'revoke-family' },
    connected: async (of) => assert.equal(of.sandbox.families()[0]?.replays, 0),
  },
  TikTok: {
    definition: (origin) => ({
      token_endpoint: `${origin}/v2/oauth/token/`,
      scope_separator: ',',
      pkce: 'S256-hex',
      callback: { decode_code: true },
      authorization_request: { parameter_names: { client_id: 'client_key' } },
      token_request: { parameter_names: { client_id: 'client_key' } },
    }),
  },
  'TikTok for Business': {
    definition: () => ({
      authorization_request: { parameter_names: { client_id: 'app_id', response_type: null, scope: null } },
      callback: { parameter_names: { code: 'auth_code' } },
      token_request: {
        format: 'json',
        parameter_names: { client_id: 'app_id', client_secret: 'secret', code: 'auth_code', redirect_uri: null },
      },
      token_answer: {
        fields: {
          access_token: 'data.access_token',
          refresh_token: 'data.refresh_token',
          expires_in: 'data.expires_in',
        },
        error: { code: 'code', description: 'message' },
      },
      api: { header: 'Access-Token' },
    }),
  },
  Zoho: {
    definition: (origin) => ({
      authorization_params: { access_type: 'offline', prompt: 'consent' },
      scope_separator: ',',
      callback: {
        metadata: ['location'],
        endpoints: {
          parameter: 'accounts-server',
          pattern: 'http://127\\.0\\.0\\.1:\\d+',
          token_endpoint: '{value}/eu/oauth/v2/token',
        },
      },
      token_endpoint: `${origin}/com/oauth/v2/token`,
      api: { scheme: 'Zoho-oauthtoken' },
      token_answer: { metadata: ['api_domain'], error: { code: 'error' } },
    }),
    async journey(of) {
      const { imitate } = of.sandbox.settings
      const callback = { location: 'eu', 'accounts-server': of.sandbox.issuer }
      of.sandbox.configure({
        imitate: { ...imitate, habits: { callback, metadata: { api_domain: 'https://api.acme.example' } } },
      })
      await of.consent()
      of.clock.advance(4000)
      await of.source.token()
      const { metadata } = await of.grant()
      assert.deepEqual(metadata, { ...callback, api_domain: 'https://api.acme.example' })
    },
  },
  'Amazon SP-API': {
    definition: (origin) => ({
      authorization_endpoint: `${origin}/apps/authorize/consent`,
      authorization_params: { application_id: 'amzn1.app' },
      callback: { parameter_names: { code: 'spapi_oauth_code' }, metadata: ['selling_partner_id'] },
    }),
    habits: { callback: { selling_partner_id: 'S1' } },
    connected: async (of) => assert.equal((await of.grant()).metadata?.['selling_partner_id'], 'S1'),
  },
  Apple: {
    definition: () => ({
      authorization_params: { response_mode: 'form_post', response_type: 'code id_token' },
      authorization_request: { nonce: 'always' },
      callback: { metadata: ['user'] },
      default_scopes: ['openid'],
    }),
    begun: (url) => assert.equal(new URL(url).searchParams.get('response_type'), 'code id_token'),
  },
  Reddit: {
    definition: () => ({ client_auth: ['none_basic'], authorization_params: { duration: 'permanent' } }),
    registered: { client_secret: undefined },
    habits: { needs_headers: { 'user-agent': '.+' }, offline: { duration: 'permanent' } },
    settings: { alwaysRefreshToken: false },
  },
  Dropbox: {
    definition: (origin) => ({
      authorization_params: { token_access_type: 'offline' },
      default_scopes: ['openid'],
      authorization_request: { nonce: 'never' },
      revocation: { endpoint: `${origin}/2/auth/token/revoke`, authentication: 'bearer', token: 'access_token' },
    }),
    habits: { offline: { token_access_type: 'offline' } },
    settings: { alwaysRefreshToken: false, rotation: 'never' },
  },
  Strava: {
    definition: () => ({ scope_separator: ',', token_answer: { metadata: ['athlete.id'] } }),
    habits: { metadata: { 'athlete.id': 7 } },
    async refreshed(of) {
      const { imitate } = of.sandbox.settings
      of.sandbox.configure({ imitate: { ...imitate, habits: {} } })
      await of.source.token({ force: true })
      assert.equal((await of.grant()).metadata?.['athlete.id'], 7)
    },
  },
  Withings: {
    definition: () => ({
      scope_separator: ',',
      token_params: { action: 'requesttoken' },
      token_answer: {
        fields: {
          access_token: 'body.access_token',
          refresh_token: 'body.refresh_token',
          expires_in: 'body.expires_in',
        },
        error: { code: 'status', description: 'error' },
      },
    }),
  },
  Fitbit: {
    definition: () => ({
      client_auth: ['client_secret_basic'],
      token_answer: { error: { code: 'errors.0.errorType', description: 'errors.0.message' } },
    }),
    async refreshed(of) {
      of.sandbox.fault({
        match: { endpoint: 'token' },
        status: 400,
        body: { errors: [{ errorType: 'invalid_grant', message: 'Gone' }], success: false },
      })
      await assert.rejects(of.source.token({ force: true }), { code: 'CONSENT_REQUIRED', error_description: 'Gone' })
      await of.consent()
    },
  },
  Mailchimp: {
    definition: (origin) => ({
      follow_up: [{ url: `${origin}/oauth2/metadata`, gives: { dc: 'dc', api: 'api_endpoint' } }],
      api: { scheme: 'OAuth' },
      refresh: { supported: false },
    }),
    habits: { look_up: { dc: 'us6', api_endpoint: 'https://us6.acme.example' } },
    faults: [{ ...token, set: { scope: null, expires_in: 0 }, drop: ['refresh_token'] }],
    refreshes: false,
    connected: async (of) => assert.equal((await of.source.token()).expires_at, undefined),
  },
  eBay: {
    definition: () => ({ client_auth: ['client_secret_basic'], redirect_uri: { sent_as: 'Acme-Acme-Name-abcd' } }),
    faults: [{ ...token, set: { token_type: 'User Access Token', refresh_token_expires_in: 47_304_000 } }],
    connected: async (of) => assert.equal((await of.grant()).refresh_expires_at, of.clock.now() + 47_304_000),
  },
  PayPal: {
    definition: (origin) => ({
      client_auth: ['client_secret_basic'],
      token_endpoint: `${origin}/{environment}/token`,
      parameters: { environment: { title: 'Environment', values: ['live', 'sandbox'], default: 'live' } },
    }),
    values: { environment: 'sandbox' },
    faults: [{ ...token, set: { expires_in: '3600' } }],
  },
  'Exact Online': {
    definition: () => ({ refresh: { early: 30 } }),
    faults: [{ ...token, set: { expires_in: '600' } }],
    strict: false,
    async connected(of) {
      of.clock.advance(500)
      const asked = of.sandbox.journal.count({ endpoint: 'token' })
      await of.source.token({ minTtl: 200 })
      assert.equal(of.sandbox.journal.count({ endpoint: 'token' }), asked, 'not asked before the last thirty seconds')
    },
  },
  Basecamp: {
    definition: () => ({
      authorization_params: { type: 'web_server' },
      authorization_request: { parameter_names: { response_type: null } },
      token_params: { type: 'web_server' },
      token_request: { parameter_names: { grant_type: null } },
      refresh_request: { params: { type: 'refresh' } },
    }),
  },
  'Monday, Printful, Walmart, Shopline': {
    definition: () => ({
      authorization_request: {
        parameter_names: {
          response_type: 'responseType',
          client_id: 'appKey',
          redirect_uri: 'redirectUri',
          state: 'customField',
        },
      },
      callback: { parameter_names: { state: 'customField' } },
    }),
  },
  Figma: {
    definition: (origin) => ({
      token_request: { format: 'query' },
      refresh_endpoint: `${origin}/v1/oauth/refresh`,
      refresh_request: { parameter_names: { grant_type: null } },
      callback: { code_lifetime: 30 },
    }),
    settings: { rotation: 'never' },
  },
  Trovo: {
    definition: () => ({ token_request: { format: 'json', headers: { 'client-id': '{client_id}' } } }),
  },
  Smartsheet: {
    definition: () => ({ deviations: { 'hashed-secret': {} } }),
    registered: { client_secret: 'secret' },
    async journey(of) {
      await of.consent()
      of.clock.advance(4000)
      await of.source.token()
      assert.equal(
        of.sandbox.journal.where({ endpoint: 'token' }).some(({ body }) => body.includes('client_secret')),
        false,
      )
    },
  },
  Deezer: {
    definition: () => ({
      scope_separator: ',',
      authorization_request: { parameter_names: { client_id: 'app_id', scope: 'perms' } },
      token_params: { output: 'json' },
      token_request: { parameter_names: { client_id: 'app_id', client_secret: 'secret' } },
      callback: { state_in_redirect_uri: true, parameter_names: { error: 'error_reason' }, declined: ['user_denied'] },
      token_answer: { fields: { expires_in: 'expires' } },
    }),
    habits: { denial: 'user_denied' },
    refreshed: (of) => declined(of, { error: 'error_reason' }),
  },
  Huawei: {
    definition: () => ({
      callback: { state_in_redirect_uri: true },
      token_answer: {
        fields: { expires_in: 'expire_in' },
        error: { code: 'error', description: 'sub_error', codes: { '1203': 'invalid_grant' } },
      },
    }),
    async refreshed(of) {
      await of.sandbox.revokeGrant('alice')
      await assert.rejects(of.source.token({ force: true }), { code: 'CONSENT_REQUIRED', error_description: /^1203: / })
      await of.consent()
    },
  },
  'WeChat, QQ, Weibo, Douban, VK': {
    definition: () => ({
      authorization_request: { parameter_names: { client_id: 'appid' }, fragment: 'wechat_redirect' },
      token_request: { method: 'GET', parameter_names: { client_id: 'appid', client_secret: 'secret' } },
      api: { query_parameter: 'access_token' },
      token_answer: {
        error: { code: 'errcode', description: 'errmsg', codes: { '42002': 'invalid_grant' } },
        metadata: ['openid'],
      },
    }),
    habits: { metadata: { openid: 'o1' } },
    faults: [{ ...token, drop: ['token_type'] }],
  },
  Yammer: {
    definition: () => ({
      token_answer: { fields: { access_token: 'access_token.token', expires_at: 'access_token.expires_at' } },
    }),
  },
  Concur: {
    definition: () => ({
      deviations: { 'xml-answer': {} },
      token_answer: {
        fields: { access_token: 'Token', refresh_token: 'Refresh_Token', expires_at: 'Expiration_date' },
      },
    }),
    habits: { answer: 'xml' },
  },
  Sentry: {
    definition: () => ({
      token_request: { format: 'json' },
      token_answer: { fields: { access_token: 'token', refresh_token: 'refreshToken', expires_at: 'expiresAt' } },
    }),
    habits: { status: 201 },
  },
  Clover: {
    definition: (origin) => ({
      token_request: { format: 'json' },
      refresh_endpoint: `${origin}/oauth/v2/refresh`,
      token_answer: {
        fields: { expires_at: 'access_token_expiration', refresh_expires_at: 'refresh_token_expiration' },
      },
    }),
    connected: async (of) => assert.ok(((await of.grant()).refresh_expires_at ?? 0) > of.clock.now() + 3600),
  },
  'Braintree, plentyMarkets': {
    definition: () => ({
      scope_separator: ',',
      callback: { metadata: ['merchantId'] },
      token_request: { format: 'json' },
      token_answer: {
        fields: {
          access_token: 'credentials.accessToken',
          refresh_token: 'credentials.refreshToken',
          expires_in: 'credentials.expiresIn',
        },
      },
    }),
    habits: { callback: { merchantId: 'm1' } },
  },
  Bullhorn: {
    definition: (origin) => ({
      deviations: {
        'session-login': {
          endpoint: `${origin}/rest-services/login?version=*`,
          gives: { BhRestToken: 'BhRestToken', restUrl: 'restUrl' },
        },
      },
    }),
    strict: false,
    async refreshed(of) {
      const held = await of.source.token()
      assert.equal(held.raw['BhRestToken'], `session-of-${held.access_token.slice(0, 6)}`)
    },
  },
  Fiserv: {
    definition: () => ({ token_answer: { time_unit: 'milliseconds' } }),
    connected: async (of) => assert.equal((await of.source.token()).expires_at, of.clock.now() + 3600),
  },
  MyAnimeList: { definition: () => ({ pkce: 'plain' }), settings: { pkce: 'optional' } },
  'DocuSign, Asana, FaceIt, World ID': {
    definition: () => ({
      default_scopes: ['openid'],
      authorization_request: { nonce: 'never' },
      token_request: { parameter_names: { redirect_uri: null } },
    }),
  },
  Webex: {
    definition: (origin) => ({
      issuer: 'https://idbroker.acme.example/idb',
      issuer_pattern: 'https://idbroker(?:-eu)?\\.acme\\.example/idb',
      discovery: 'none',
      jwks_uri: `${origin}/jwks`,
      default_scopes: ['openid'],
    }),
    settings: { issParameter: false },
    faults: [{ ...token, claims: { iss: 'https://idbroker-eu.acme.example/idb' } }],
    connected: async (of) => assert.equal((await of.grant()).subject?.iss, 'https://idbroker-eu.acme.example/idb'),
  },
  'Tumblr, Dailymotion': {
    faults: [
      { match: { grant_type: 'refresh_token' }, times: Infinity, set: { refresh_token: null, id_token: false } },
    ],
    settings: { rotation: 'never' },
    strict: false,
    refreshed: async (of) => assert.ok((await of.grant()).refresh_token, 'the old refresh token is kept'),
  },
  'Bitly, Mixcloud, Pipedrive': {
    definition: () => ({ callback: { declined: ['invalid'] } }),
    habits: { denial: 'invalid' },
    strict: false,
    refreshed: (of) => declined(of, { error: 'invalid' }),
  },
}
