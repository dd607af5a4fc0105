import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectProgress, type Observed } from '../src/accounts/connect-progress.ts'
import type { Account } from '../src/api/types.ts'

const account = (change: Partial<Account>): Account => ({
  id: 'a1',
  name: 'Office',
  connection: { id: 'c1', name: 'Mail', provider: 'p', provider_name: 'Provider' },
  state: 'new',
  sentence: '',
  missing_scopes: [],
  refreshes: 0,
  created_at: 1,
  updated_at: 1,
  version: 0,
  ...change,
})
const since = (before: Account, more: Partial<Observed> = {}): Observed => ({
  before,
  waited: false,
  told: undefined,
  ...more,
})

test('a new account goes from waiting for consent over getting access to done', () => {
  const observed = since(account({}))
  assert.equal(connectProgress(observed, account({ state: 'awaiting_consent' })), 'consent')
  assert.equal(connectProgress(observed, account({ state: 'checking' })), 'access')
  assert.equal(connectProgress(observed, account({ state: 'ok', version: 1 })), 'done')
})

test('an account that works is called reconnected by its new grant, not by a renewal meanwhile', () => {
  const observed = since(account({ state: 'ok', version: 7, refreshes: 3 }))
  assert.equal(connectProgress(observed, account({ state: 'ok', version: 7, refreshes: 3 })), 'consent')
  assert.equal(connectProgress(observed, account({ state: 'ok', version: 9, refreshes: 4 })), 'consent')
  assert.equal(connectProgress(observed, account({ state: 'ok', version: 8, refreshes: 3 })), 'done')
})

test('a declined reconnection of a working account is known by the word of the callback page', () => {
  const before = account({ state: 'ok', version: 7 })
  assert.equal(connectProgress(since(before, { told: 'failed' }), before), 'failed')
})

test('an account in trouble is not called failed again before its owner was asked', () => {
  const before = account({ state: 'needs_consent', version: 7 })
  assert.equal(connectProgress(since(before), before), 'consent')
  assert.equal(connectProgress(since(before, { waited: true }), before), 'failed')
})

test('the word of the callback page does not overtake an answer that is still being redeemed', () => {
  assert.equal(connectProgress(since(account({}), { told: 'failed' }), account({ state: 'checking' })), 'access')
})

test('an account that has ended waits for its owner until the answer, and then stays ended or works', () => {
  const before = account({ state: 'needs_consent' })
  const asked = account({ state: 'needs_consent', awaiting_consent: true })
  const waiting = { before, waited: true, told: undefined }
  assert.equal(connectProgress(waiting, asked), 'consent')
  assert.equal(connectProgress({ ...waiting, told: 'failed' }, asked), 'failed')
  assert.equal(connectProgress(waiting, account({ state: 'needs_consent' })), 'failed')
  assert.equal(connectProgress(waiting, account({ state: 'ok', version: 2 })), 'done')
})

test('what was said on another device waits until it is confirmed who that was', () => {
  const observed = since(account({}))
  const unconfirmed = account({ state: 'checking', reason: 'unconfirmed', unconfirmed: true, version: 1 })
  assert.equal(connectProgress(observed, account({ state: 'checking', unconfirmed: true })), 'access')
  assert.equal(connectProgress(observed, unconfirmed), 'confirm')
  assert.equal(connectProgress(observed, account({ state: 'ok', version: 1 })), 'done')
  assert.equal(connectProgress(observed, account({ state: 'needs_consent', reason: 'revoked_here' })), 'failed')
})
