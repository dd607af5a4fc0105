/** The tests of these files once more, with the server's data in PostgreSQL. */
import { test } from 'node:test'

process.env['EVERGRANT_TEST_DATABASE'] = 'postgres'

// Until all files are read the tests are not over: the server must not end between two of them.
const read = Promise.withResolvers<void>()
test('every file is read', () => read.promise)

for (const file of [
  'whole-path',
  'consent',
  'connections',
  'security',
  'jobs',
  'metrics',
  'overview',
  'account-state',
  'revocation',
  'trouble',
  'events',
  'account-counts',
  'account-pages',
  'account-search',
  'look-up',
  'programs',
  'timeline',
  'plan',
  'users',
  'user-names',
  'sign-in',
  'connect-links',
  'webhooks',
  'notices',
  'client-secrets',
  'same-person',
  'tokens-api',
  'access-news',
  'bad-requests',
]) {
  await import(`./${file}.test.ts`)
}
read.resolve()
