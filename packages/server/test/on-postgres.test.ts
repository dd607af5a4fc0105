/** The tests of these files once more, with the server's data in PostgreSQL. */
import { postgres, TEST_DATABASE } from './support/database.ts'

process.env[TEST_DATABASE] = 'postgres'
// Outside of any test, so that it ends after the last one.
await postgres()

for (const file of [
  'whole-path',
  'consent',
  'connections',
  'security',
  'jobs',
  'metrics',
  'account-state',
  'revocation',
  'trouble',
  'events',
  'users',
]) {
  await import(`./${file}.test.ts`)
}
