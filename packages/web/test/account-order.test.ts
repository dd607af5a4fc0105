import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountsMatching, inOrder, plannedRefresh } from '../src/accounts/account-order.ts'
import type { Account } from '../src/api/types.ts'

const account = (name: string, state: Account['state']): Account => ({
  id: name,
  name,
  connection: { id: 'c1', name: 'Company mail', provider: 'p', provider_name: 'Provider' },
  state,
  sentence: '',
  missing_scopes: [],
  refreshes: 0,
  created_at: 1,
  updated_at: 1,
  version: 1,
})
const accounts = [account('bob', 'ok'), account('zoe', 'needs_consent'), account('alice', 'delayed')]

test('accounts that need a person come first, the others by name', () => {
  assert.deepEqual(
    inOrder(accounts).map(({ name }) => name),
    ['zoe', 'alice', 'bob'],
  )
})

test('a search looks at names and connections', () => {
  assert.deepEqual(
    accountsMatching(accounts, ' ALI ').map(({ name }) => name),
    ['alice'],
  )
  assert.equal(accountsMatching(accounts, 'company').length, 3)
})

test('an account that needs a person has no refresh planned, whatever its last token said', () => {
  assert.equal(plannedRefresh({ ...account('bob', 'ok'), refresh_at: 100 }), 100)
  assert.equal(plannedRefresh({ ...account('bob', 'needs_consent'), refresh_at: 100 }), undefined)
  assert.equal(plannedRefresh({ ...account('bob', 'paused'), refresh_at: 100 }), undefined)
})
