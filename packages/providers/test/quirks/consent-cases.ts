import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { beginAuthorization, finishAuthorization, resolveProvider } from '@evergrant/core'
import { type QuirkCase, redirect_uri } from './journey.ts'

/** Quirks of the authorization request and of the callback, by kind. */
export const consentCases: Readonly<Record<string, QuirkCase>> = {
  'audience-param': {
    definition: () => ({ authorization_params: { audience: 'api.acme.example' } }),
  },
  'authorization-fragment': {
    definition: () => ({ authorization_request: { fragment: 'acme_redirect' } }),
    begun: (url) => assert.equal(new URL(url).hash, '#acme_redirect'),
  },
  'callback-form-post': {
    definition: () => ({ authorization_params: { response_mode: 'form_post' } }),
    begun: (url) => assert.equal(new URL(url).searchParams.get('response_mode'), 'form_post'),
  },
  'callback-metadata': {
    definition: () => ({ callback: { metadata: ['realmId', 'absent'] } }),
    habits: { callback: { realmId: '9130', other: 'x' } },
    strict: false,
    refreshed: async (of) => assert.deepEqual((await of.grant()).metadata, { realmId: '9130' }),
  },
  'callback-signature': {
    definition: () => ({ callback: { metadata: ['shop'] }, deviations: { 'signed-callback': { parameter: 'hmac' } } }),
    habits: { callback: { shop: 'a&b=c.example' } },
    strict: false,
    async connected({ client, sandbox, store, clock }) {
      const { url, pending } = await beginAuthorization(client, { grant: 'bob', redirect_uri })
      const callback = new URL(await sandbox.approve(url, { username: 'bob' }))
      const forged = [
        (of: URL) => of.searchParams.delete('hmac'),
        (of: URL) => of.searchParams.set('shop', 'evil.example'),
        (of: URL) => of.searchParams.append('extra', '1'),
        (of: URL) => of.searchParams.set('hmac', createHmac('sha256', '').update('x').digest('hex')),
        (of: URL) => of.searchParams.append('hmac', of.searchParams.get('hmac') ?? ''),
      ]
      for (const forge of forged) {
        const changed = new URL(callback)
        forge(changed)
        await assert.rejects(finishAuthorization(client, { callback: changed, pending, store }), {
          code: 'CALLBACK_INVALID',
        })
      }
      assert.equal(await store.get('bob'), undefined)
      await finishAuthorization(client, { callback, pending, store })
      assert.equal((await store.get('bob'))?.metadata?.['shop'], 'a&b=c.example')
      clock.advance(1)
    },
  },
  'code-needs-decoding': {
    definition: () => ({ callback: { decode_code: true } }),
  },
  'code-param-rename': {
    definition: () => ({ callback: { parameter_names: { code: 'auth_code', state: 'customField' } } }),
  },
  'fragment-authorize-url': {
    definition: (origin) => ({ authorization_endpoint: `${origin}/app#/oauth/authorize?theme=dark` }),
    strict: false,
    begun(url) {
      const { search, hash } = new URL(url)
      assert.equal(search, '')
      assert.match(hash, /^#\/oauth\/authorize\?theme=dark&.*client_id=web/)
    },
  },
  'install-link-authorize': {
    definition: (origin) => ({
      authorization_endpoint: `${origin}/install/{client_id}/new`,
      authorization_request: {
        parameter_names: { client_id: null, response_type: null, redirect_uri: null, scope: null },
      },
      token_request: { parameter_names: { redirect_uri: null } },
      pkce: 'off',
    }),
    settings: { pkce: 'optional' },
    begun: (url) => assert.match(url, /\/install\/web\/new\?state=[\w-]+$/),
  },
  'issuer-per-tenant': {
    definition: (origin) => ({
      issuer: `${origin}/{tenantid}/v2.0`,
      issuer_rule: 'tenant',
      jwks_uri: `${origin}/jwks`,
      default_scopes: ['openid'],
      discovery: 'none',
    }),
    settings: { issParameter: false },
    strict: false,
    async journey(of) {
      const iss = `${of.sandbox.issuer}/8d0e/v2.0`
      of.sandbox.fault({ match: { endpoint: 'token' }, times: Infinity, claims: { iss, tid: '8d0e' } })
      assert.equal((await of.consent()).subject?.iss, iss)
      of.clock.advance(4000)
      assert.ok(await of.source.token())
      of.sandbox.clearFaults()
      of.sandbox.fault({ match: { endpoint: 'token' }, times: Infinity, claims: { iss, tid: 'another' } })
      await assert.rejects(of.consent(), { code: 'ID_TOKEN_INVALID' })
    },
  },
  'literal-scope-separators': {
    definition: () => ({ scope_separator: ',', authorization_request: { literal_scope_separator: true } }),
    begun: (url) => assert.match(url, /[?&]scope=mail\.read,mail\.send(?:&|$)/),
  },
  'no-scope-param': {
    definition: () => ({ authorization_request: { parameter_names: { scope: null } } }),
    begun: (url) => assert.equal(new URL(url).searchParams.has('scope'), false),
  },
  'nonce-required': {
    definition: () => ({ authorization_request: { nonce: 'always' } }),
  },
  'offline-param': {
    definition: () => ({ authorization_params: { access_type: 'offline' } }),
    habits: { offline: { access_type: 'offline' } },
    settings: { alwaysRefreshToken: false },
  },
  'offline-scope': {
    definition: () => ({ offline_scopes: ['offline_access'] }),
    settings: { alwaysRefreshToken: false },
  },
  'omit-empty-params': {
    definition: () => ({ authorization_params: { force_install: '' }, token_params: { force_install: '' } }),
    habits: { refuses_empty: true },
    strict: false,
    begun: (url) => assert.doesNotMatch(url, /force_install/),
  },
  'omit-response-type': {
    definition: () => ({ authorization_params: { response_type: 'auth_code' } }),
    begun: (url) => assert.equal(new URL(url).searchParams.get('response_type'), 'auth_code'),
  },
  'param-rename-authorize': {
    definition: () => ({
      authorization_request: {
        parameter_names: { client_id: 'appKey', redirect_uri: 'redirect_url', state: 'customField' },
      },
      callback: { parameter_names: { state: 'customField' } },
    }),
  },
  'pkce-hex-challenge': {
    definition: () => ({ pkce: 'S256-hex' }),
    begun: (url) => assert.match(new URL(url).searchParams.get('code_challenge') ?? '', /^[0-9a-f]{64}$/),
  },
  'pkce-opt-in': {
    definition: () => ({ pkce: 'opt-in' }),
    settings: { pkce: 'optional' },
    begun: (url) => assert.doesNotMatch(url, /code_challenge/),
    async refreshed(of) {
      of.sandbox.configure({ pkce: 'required' })
      const { url, pending } = await beginAuthorization(of.client, { grant: 'bob', redirect_uri, pkce: true })
      assert.equal(new URL(url).searchParams.get('code_challenge_method'), 'S256')
      const callback = await of.sandbox.approve(url, { username: 'bob' })
      await finishAuthorization(of.client, { callback, pending, store: of.store })
    },
  },
  'pkce-plain-only': {
    definition: () => ({ pkce: 'plain' }),
    settings: { pkce: 'optional' },
  },
  'pkce-required': {
    definition: () => ({ pkce: 'S256' }),
    settings: { pkce: 'required' },
    strict: false,
    begun: (url) => assert.equal(new URL(url).searchParams.get('code_challenge_method'), 'S256'),
  },
  'redirect-uri-rules': {
    definition: () => ({
      redirect_uri: { pattern: 'http://127\\.0\\.0\\.1/.*', help: 'Use 127.0.0.1, not localhost.' },
    }),
    strict: false,
    async connected({ client, definition }) {
      const asked = { grant: 'bob', redirect_uri: 'http://localhost/callback' }
      await assert.rejects(beginAuthorization({ ...client, redirect_uris: undefined }, asked), {
        code: 'REDIRECT_URI_MISMATCH',
        message: /localhost\/callback\. Use 127\.0\.0\.1, not localhost/,
      })
      const named = resolveProvider({ ...definition, redirect_uri: { sent_as: 'Acme-Name-42' } })
      const { url, pending } = await beginAuthorization({ ...client, provider: named }, { grant: 'bob', redirect_uri })
      assert.equal(new URL(url).searchParams.get('redirect_uri'), 'Acme-Name-42')
      assert.equal(pending.redirect_uri, 'Acme-Name-42')
    },
  },
  'refresh-token-once': {
    definition: () => ({ first_consent_params: { prompt: 'consent' } }),
    habits: { offline: { prompt: 'consent' } },
    settings: { alwaysRefreshToken: false },
    async refreshed(of) {
      const before = await of.grant()
      const { url, pending } = await beginAuthorization(of.client, {
        grant: 'alice',
        redirect_uri,
        hasRefreshToken: true,
      })
      assert.doesNotMatch(url, /prompt/)
      const callback = await of.sandbox.approve(url, { username: 'alice' })
      const after = await finishAuthorization(of.client, { callback, pending, store: of.store })
      assert.equal(after.refresh_token, before.refresh_token)
      of.source.forget()
      await of.source.token({ force: true })
    },
  },
  'scope-separator': {
    definition: () => ({ scope_separator: ',' }),
  },
  'second-scope-param': {
    definition: () => ({ authorization_request: { second_scope_param: 'user_scope' } }),
    habits: { needs_params: { user_scope: 'users:read users:write' } },
    request: { second_scope: ['users:read', 'users:write'] },
  },
  'state-required': {
    habits: { needs_params: { state: '[\\w-]{16,}' } },
    strict: false,
  },
}
