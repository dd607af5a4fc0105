import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GrantSummary, Standing } from '@evergrant/core'
import { type AccountFacts, condition } from '../src/accounts/state.ts'

const now = 1_800_000_000
const facts: AccountFacts = {
  now,
  paused: false,
  pending: false,
  checking: false,
  unconfirmed: false,
  ending: false,
  grant: undefined,
  consentTrouble: undefined,
  connectionTrouble: undefined,
  client: 'c',
}
const active: Standing = { state: 'active', since: now - 100 }
const failing = (code: string, error?: string): Standing => ({
  state: 'failing',
  since: now - 100,
  failures: 3,
  next_attempt: now + 10,
  trouble: { code, message: 'It did not work.', ...(error === undefined ? {} : { error }) },
})
const revoked = (reason: 'invalid_grant' | 'refresh_interrupted' | 'revoked_here'): Standing => ({
  state: 'revoked',
  since: now - 100,
  reason,
})
const grant = (change: Partial<GrantSummary> = {}): GrantSummary => ({
  id: 'a',
  provider: 'p',
  client: 'c',
  standing: active,
  refreshable: true,
  expires_at: now + 100,
  updated_at: now - 100,
  version: 1,
  ...change,
})
const refused = (code: string, error?: string, at = now - 10) => ({
  consentTrouble: { code, message: 'No.', at, ...(error === undefined ? {} : { error }) },
})

const table: [string, Partial<AccountFacts>, string, (string | undefined)?, string?][] = [
  ['nothing yet', {}, 'new', 'never_connected', 'person'],
  ['a consent under way', { pending: true }, 'awaiting_consent', undefined, 'person'],
  ['a code being redeemed', { pending: true, checking: true }, 'checking'],
  ['all well', { grant: grant() }, 'ok'],
  ['all well while asked again', { grant: grant(), pending: true }, 'ok'],
  ['expired, and can renew itself', { grant: grant({ expires_at: now - 5 }) }, 'ok'],
  ['no end known', { grant: grant({ refreshable: false, expires_at: undefined as never }) }, 'ok'],
  ['paused wins over all', { paused: true, pending: true, grant: grant() }, 'paused'],
  [
    'expired for good',
    { grant: grant({ refreshable: false, expires_at: now }) },
    'needs_consent',
    'no_refresh_token',
    'person',
  ],
  [
    'trouble, token valid',
    { grant: grant({ standing: failing('PROVIDER_UNAVAILABLE') }) },
    'delayed',
    'provider_trouble',
    'provider',
  ],
  [
    'trouble, token over',
    { grant: grant({ standing: failing('PROVIDER_TIMEOUT'), expires_at: now }) },
    'degraded',
    'provider_trouble',
    'provider',
  ],
  ['our store failed', { grant: grant({ standing: failing('STORE_UNAVAILABLE') }) }, 'delayed', 'storage', 'operator'],
  [
    'ended by the provider',
    { grant: grant({ standing: revoked('invalid_grant') }) },
    'needs_consent',
    'ended_by_provider',
    'person',
  ],
  [
    'cut off',
    { grant: grant({ standing: revoked('refresh_interrupted') }) },
    'needs_consent',
    'refresh_interrupted',
    'person',
  ],
  ['revoked here', { grant: grant({ standing: revoked('revoked_here') }) }, 'needs_consent', 'revoked_here', 'person'],
  ['declined', refused('ACCESS_DENIED', 'access_denied'), 'needs_consent', 'declined', 'person'],
  ['consent failed otherwise', refused('CODE_REFUSED'), 'needs_consent', undefined, 'person'],
  [
    'an administrator must allow it',
    refused('AUTHORIZATION_REFUSED', 'admin_policy_enforced'),
    'blocked_by_admin',
    'admin_approval',
    'administrator',
  ],
  [
    'consent met a refused client',
    refused('INVALID_CLIENT', 'invalid_client'),
    'connection_error',
    'client_refused',
    'administrator',
  ],
  [
    'declined after it was revoked',
    { grant: grant({ standing: revoked('revoked_here') }), ...refused('ACCESS_DENIED') },
    'needs_consent',
    'declined',
    'person',
  ],
  [
    'revoked after it was declined',
    { grant: grant({ standing: revoked('invalid_grant') }), ...refused('ACCESS_DENIED', undefined, now - 500) },
    'needs_consent',
    'ended_by_provider',
    'person',
  ],
  [
    'the client is refused',
    { grant: grant({ standing: failing('INVALID_CLIENT') }) },
    'connection_error',
    'client_refused',
    'administrator',
  ],
  [
    'the client of another account was refused',
    { grant: grant(), connectionTrouble: { message: 'No.' } },
    'connection_error',
    'client_refused',
    'administrator',
  ],
  [
    'blocked while refreshing',
    { grant: grant({ standing: failing('TOKEN_REQUEST_REFUSED', 'interaction_required') }) },
    'blocked_by_admin',
    'admin_approval',
    'administrator',
  ],
  ['another client now', { grant: grant(), client: 'other' }, 'needs_consent', 'settings', 'person'],
]
for (const [what, change, state, reason, who] of table) {
  test(`${what}: ${state}`, () => {
    const found = condition({ ...facts, ...change })
    assert.equal(found.state, state)
    assert.equal(found.reason, reason)
    assert.equal(found.who, who)
    assert.match(found.sentence, /\.$/)
  })
}

test('an account that has ended stays so while its owner is asked again, and both are told', () => {
  const dead = { grant: grant({ standing: revoked('invalid_grant') }) }
  const facts: AccountFacts = {
    now,
    paused: false,
    pending: true,
    checking: false,
    unconfirmed: false,
    ending: false,
    grant: undefined,
    consentTrouble: undefined,
    connectionTrouble: undefined,
    client: 'c',
  }
  const asked = (change: Partial<AccountFacts>) => {
    const { state, reason, awaiting_consent } = condition({ ...facts, ...change })
    return [state, reason, awaiting_consent]
  }
  assert.deepEqual(asked(dead), ['needs_consent', 'ended_by_provider', true])
  assert.deepEqual(asked({ ...dead, pending: false }), ['needs_consent', 'ended_by_provider', undefined])
  assert.deepEqual(asked({ ...dead, connectionTrouble: { message: 'No.' } }), [
    'connection_error',
    'client_refused',
    true,
  ])
  assert.deepEqual(asked({}), ['awaiting_consent', undefined, true])
  assert.deepEqual(asked({ grant: grant() }), ['ok', undefined, undefined])
})

test('what works and ends soon says so beside its state; what does not work anyway has more to say', () => {
  const soon = (change: Partial<AccountFacts>) => {
    const { state, expiring_soon } = condition({ ...facts, ending: true, grant: grant(), ...change })
    return [state, expiring_soon]
  }
  assert.deepEqual(soon({}), ['ok', true])
  assert.deepEqual(soon({ grant: grant({ standing: failing('PROVIDER_TIMEOUT') }) }), ['delayed', true])
  assert.deepEqual(soon({ grant: grant({ standing: revoked('invalid_grant') }) }), ['needs_consent', undefined])
  assert.deepEqual(soon({ paused: true }), ['paused', undefined])
  assert.deepEqual(soon({ ending: false }), ['ok', undefined])
})
