import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProviderSummary } from '../src/api/types.ts'
import { matching } from '../src/connections/provider-filter.ts'

const one = (name: string, more: Partial<ProviderSummary> = {}): ProviderSummary => ({
  id: name.toLowerCase().replaceAll(' ', '-'),
  name,
  aliases: [],
  categories: [],
  confidence: 'verified',
  status: 'active',
  sandbox: false,
  ...more,
})
const all = [
  one('Acme', { aliases: ['acme-mail'], categories: ['crm'] }),
  one('My Acme'),
  one('Acme Cloud'),
  one('Zürich Bank'),
  ...Array.from({ length: 100 }, (_, index) => one(`Many ${index}`)),
]
const names = (typed: string) => matching(all, typed).map(({ name }) => name)

test('who is called so comes first, then who begins so, then who is called so in part', () => {
  assert.deepEqual(names('acme'), ['Acme', 'Acme Cloud', 'My Acme'])
  assert.deepEqual(names('ACME mail'), ['Acme'])
  assert.deepEqual(names('cloud acme'), ['Acme Cloud'])
})

test('accents and capitals make no difference, and a category finds its own', () => {
  assert.deepEqual(names('zurich'), ['Zürich Bank'])
  assert.deepEqual(names('crm'), ['Acme'])
  assert.deepEqual(names('nothing at all'), [])
})

test('with nothing typed the list begins as the server sorted it, and is never longer than can be looked through', () => {
  assert.equal(names('')[0], 'Acme')
  assert.equal(names('').length, 40)
  assert.equal(names('many').length, 40)
})
