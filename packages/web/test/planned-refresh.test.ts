import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plannedRefresh } from '../src/accounts/planned-refresh.ts'
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

test('an account that needs a person has no refresh planned, whatever its last token said', () => {
  assert.equal(plannedRefresh({ ...account('bob', 'ok'), refresh_at: 100 }), 100)
  assert.equal(plannedRefresh({ ...account('bob', 'needs_consent'), refresh_at: 100 }), undefined)
  assert.equal(plannedRefresh({ ...account('bob', 'paused'), refresh_at: 100 }), undefined)
})
