import assert from 'node:assert/strict'
import { tokenSource } from '@evergrant/core'
import type { QuirkCase } from './journey.ts'

const token = { match: { endpoint: 'token' }, times: Infinity } as const

/** Quirks of token answers, lifetimes, refresh, APIs and what follows, by kind. */
export const answerCases: Readonly<Record<string, QuirkCase>> = {
  'camelcase-token-response': {
    definition: () => ({
      token_answer: {
        fields: { access_token: 'accessToken', refresh_token: 'refreshToken', expires_in: 'expireIn', scope: 'scopes' },
      },
    }),
  },
  'expires-in-string': {
    faults: [{ ...token, set: { expires_in: '3600' } }],
    strict: false,
    connected: async (of) => assert.equal((await of.source.token()).expires_at, of.clock.now() + 3600),
  },
  'expires-other-unit': {
    definition: () => ({ token_answer: { time_unit: 'milliseconds', fields: { expires_in: 'lifetime_ms' } } }),
    connected: async (of) => assert.equal((await of.source.token()).expires_at, of.clock.now() + 3600),
  },
  'follow-up-lookup': {
    definition: (origin) => ({
      follow_up: [
        { url: `${origin}/accessible-resources`, gives: { clouds: '[].id', site: '0.url' } },
        { url: `${origin}/token-info/{token}`, authentication: 'none', gives: { first: '0.id' } },
      ],
    }),
    habits: { look_up: [{ id: 'c1', url: 'https://one.example' }, { id: 'c2' }] },
    strict: false,
    refreshed: async (of) =>
      assert.deepEqual((await of.grant()).metadata, { clouds: ['c1', 'c2'], site: 'https://one.example', first: 'c1' }),
  },
  'form-encoded-response': { habits: { answer: 'form' }, strict: false },
  'http-200-errors': {
    definition: () => ({
      token_answer: { error: { code: 'status', description: 'reason', codes: { '293': 'invalid_grant' } } },
    }),
    async journey(of) {
      await of.consent()
      await of.sandbox.revokeGrant('alice')
      of.clock.advance(4000)
      const failed = {
        code: 'CONSENT_REQUIRED',
        error: 'invalid_grant',
        status: 200,
        error_description: /^293: The grant has ended/,
      }
      await assert.rejects(of.source.token(), failed)
      assert.equal((await of.grant()).standing.state, 'revoked')
    },
  },
  'jsonp-response': {
    definition: () => ({ deviations: { 'jsonp-answer': {} } }),
    habits: { answer: 'jsonp' },
  },
  'nested-token-response': {
    definition: () => ({
      token_answer: {
        fields: {
          access_token: 'body.access_token',
          refresh_token: 'body.refresh_token',
          expires_in: 'body.expires_in',
        },
      },
    }),
    async connected(of) {
      const { access_token, raw } = await of.source.token()
      assert.doesNotMatch(JSON.stringify(raw), new RegExp(access_token), 'no token in what is kept beside it')
    },
  },
  'no-expires-in': {
    definition: () => ({ refresh: { access_lifetime: 3600 } }),
    faults: [{ ...token, drop: ['expires_in'] }],
  },
  'non-expiring-token': {
    definition: () => ({ refresh: { supported: false } }),
    faults: [{ ...token, drop: ['expires_in', 'refresh_token'] }],
    strict: false,
    refreshes: false,
    async connected(of) {
      const { expires_at } = await of.source.token()
      assert.equal(expires_at, undefined)
      of.clock.advance(3000)
      const asked = of.sandbox.journal.count({ endpoint: 'token' })
      const fresh = tokenSource('alice', { client: of.client, store: of.store })
      assert.equal((await fresh.token()).access_token, (await of.source.token()).access_token)
      assert.equal(of.sandbox.journal.count({ endpoint: 'token' }), asked)
    },
  },
  'nonstandard-auth-scheme': {
    definition: () => ({ api: { scheme: 'Acme-oauthtoken' } }),
  },
  'nonstandard-revocation': {
    definition: (origin) => ({
      revocation: {
        endpoint: `${origin}/applications/{client_id}/token`,
        method: 'DELETE',
        token: 'access_token',
        authentication: 'basic',
        format: 'json',
        params: { access_token: '{token}' },
        headers: { 'x-acme-client': '{client_id}' },
      },
    }),
  },
  'nonstandard-token-type': {
    faults: [{ ...token, set: { token_type: 'User Access Token' } }],
    strict: false,
    async refreshed(of) {
      of.sandbox.clearFaults()
      of.sandbox.fault({ ...token, drop: ['token_type'] })
      assert.equal((await of.source.token({ force: true })).token_type, 'Bearer')
    },
  },
  'refresh-expiry-field': {
    definition: () => ({ token_answer: { fields: { refresh_expires_in: 'x_refresh_token_expires_in' } } }),
    settings: { lifetimes: { refreshToken: 8_640_000 } },
    async connected(of) {
      assert.equal((await of.grant()).refresh_expires_at, of.clock.now() + 8_640_000)
      // What is told under the usual name, or not at all, is no reason to fail; here it must be read.
      assert.equal(of.client.provider.token_answer?.fields?.refresh_expires_in, 'x_refresh_token_expires_in')
    },
    refreshed: async (of) => assert.equal((await of.grant()).refresh_expires_at, of.clock.now() + 8_640_000),
  },
  'refresh-rotation': {
    definition: () => ({ refresh: { rotation: 'always' } }),
    settings: { rotation: 'always' },
    strict: false,
    async refreshed(of) {
      const { refresh_token } = await of.grant()
      await of.source.token({ force: true })
      assert.notEqual((await of.grant()).refresh_token, refresh_token)
      assert.equal(of.sandbox.families()[0]?.replays, 0)
    },
  },
  'refresh-rotation-optional': {
    definition: () => ({ refresh: { rotation: 'optional' } }),
    settings: { rotation: 'never' },
    strict: false,
    async refreshed(of) {
      const { refresh_token } = await of.grant()
      await of.source.token({ force: true })
      assert.equal((await of.grant()).refresh_token, refresh_token)
      of.sandbox.configure({ rotation: 'always' })
      await of.source.token({ force: true })
      assert.notEqual((await of.grant()).refresh_token, refresh_token)
      await of.source.token({ force: true })
    },
  },
  'scope-as-array': {
    habits: { scope_as: 'list' },
    strict: false,
    connected: async (of) => assert.equal((await of.grant()).granted_scope, 'mail.read mail.send'),
  },
  'scope-response-separator': {
    definition: () => ({ token_answer: { scope_separator: '|' } }),
    connected: async (of) => assert.equal((await of.grant()).granted_scope, 'mail.read mail.send'),
  },
  'short-lived-code': {
    definition: () => ({ callback: { code_lifetime: 5 } }),
    settings: { lifetimes: { code: 5 } },
    strict: false,
    async connected(of) {
      const approve = of.sandbox.approve
      const late = {
        ...of.sandbox,
        approve: async (...given: Parameters<typeof approve>) => {
          const callback = await approve(...given)
          of.clock.advance(6)
          return callback
        },
      }
      Object.assign(of.sandbox, { approve: late.approve })
      await assert.rejects(of.consent(), { code: 'CODE_REFUSED', message: /its codes live for 5 s/ })
    },
  },
  'token-exchange-step': {
    definition: (origin) => ({
      long_lived: {
        endpoint: `${origin}/access_token`,
        method: 'GET',
        grant_type: 'acme_exchange_token',
        token_parameter: 'access_token',
      },
      refresh_endpoint: `${origin}/refresh_access_token`,
      refresh_request: {
        method: 'GET',
        grant_type: 'acme_refresh_token',
        parameter_names: { refresh_token: 'access_token', client_id: null, client_secret: null },
        client_auth: 'none',
      },
      token_answer: { fields: { refresh_token: 'access_token' } },
    }),
    registered: { client_secret: 'secret' },
  },
  'token-response-metadata': {
    definition: () => ({ token_answer: { metadata: ['instance_url', 'team.id', 'absent'] } }),
    habits: { metadata: { instance_url: 'https://one.acme.example', 'team.id': 'T1', other: 'x' } },
    async refreshed(of) {
      assert.deepEqual((await of.grant()).metadata, { instance_url: 'https://one.acme.example', 'team.id': 'T1' })
      const { imitate } = of.sandbox.settings
      of.sandbox.configure({
        imitate: { ...imitate, habits: { metadata: { instance_url: 'https://two.acme.example' } } },
      })
      await of.source.token({ force: true })
      assert.deepEqual((await of.grant()).metadata, { instance_url: 'https://two.acme.example', 'team.id': 'T1' })
    },
  },
  'two-tokens': {
    definition: () => ({
      authorization_request: { second_scope_param: 'user_scope' },
      token_answer: {
        second: {
          name: 'user',
          fields: {
            access_token: 'authed_user.access_token',
            refresh_token: 'authed_user.refresh_token',
            expires_in: 'authed_user.expires_in',
            scope: 'authed_user.scope',
          },
        },
      },
    }),
    request: { second_scope: 'users:read' },
    async connected(of) {
      const { client, store, clock } = of
      const second = await of.grant('alice/user')
      assert.equal(second.granted_scope, 'users:read')
      const user = tokenSource('alice/user', { client, store })
      const { access_token, raw } = await of.source.token()
      const beside = (await user.token()).access_token
      assert.notEqual(beside, access_token)
      assert.doesNotMatch(JSON.stringify(raw), new RegExp(`${beside}|${second.refresh_token}`))
      clock.advance(4000)
      assert.notEqual((await user.token()).access_token, beside)
      assert.notEqual((await of.grant('alice/user')).refresh_token, second.refresh_token)
      clock.advance(-0)
    },
    async refreshed({ client, store }) {
      const { revokeGrant } = await import('@evergrant/core')
      const second = await store.get('alice/user')
      assert.ok(second && (await revokeGrant(client, second)))
    },
  },
}
