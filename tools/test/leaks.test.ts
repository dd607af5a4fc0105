import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leaksOf } from '../check-leaks.ts'

// Written in pieces, so that this file passes the check that it tests.
const path = (...parts: string[]): string => ['', ...parts].join('/')
const rules = (file: string, text: string): string[] => leaksOf(file, text).map(({ rule }) => rule)

test('absolute paths of a machine are found', () => {
  for (const leak of [
    path('work', 'main'),
    path('root'),
    path('home', 'ann', 'x'),
    path('tmp', 'x'),
    path('Users', 'ann'),
  ]) {
    assert.deepEqual(rules('a.md', `see '${leak}'`), ['machine-path'], leak)
  }
})

test('addresses, relative paths and routes are no machine paths', () => {
  for (const fine of [
    'https://a.example/work/x',
    './work/x',
    'a/root/b',
    '/homepage',
    '/v1/tmp',
    '~/work/',
    '/workspace',
  ]) {
    assert.deepEqual(rules('a.md', `see '${fine}'`), [], fine)
  }
})

test('registry hosts and resolved addresses are found', () => {
  assert.deepEqual(rules('a.md', `${['registry', 'npmjs', 'org'].join('.')}/x`), ['registry'])
  assert.deepEqual(rules('.npmrc', `${'registry'}=http://127.0.0.1:1/`), ['registry'])
  assert.deepEqual(rules('package-lock.json', `"resolved": "https://a.example/x.tgz"`), ['registry'])
  assert.deepEqual(rules('package-lock.json', `"resolved": "packages/core"`), [])
  assert.deepEqual(rules('a.ts', `registry.metrics()`), [])
})

test('unfinished work and partial test runs are found', () => {
  assert.deepEqual(rules('a.ts', `// ${'TO'}DO: later`), ['unfinished'])
  assert.deepEqual(rules('a.test.ts', `test.${'only'}('x', f)`), ['partial-run'])
  assert.deepEqual(rules('a.test.ts', `test('x', { ${'skip'}: true }, f)`), ['partial-run'])
  assert.deepEqual(rules('a.ts', `const mastodon = 'todos'`), [])
})

test('a file over 400 lines needs a reason in its header', () => {
  const long = 'x\n'.repeat(401)
  assert.deepEqual(rules('a.ts', long), ['length'])
  assert.deepEqual(rules('a.ts', `// ${'Long'} because: one table.\n${long}`), [])
  assert.deepEqual(rules('a.md', long), [])
  assert.deepEqual(rules('a.ts', 'x\n'.repeat(400)), [])
})
