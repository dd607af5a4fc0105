/** The tests of these files once more, with the server's data in PostgreSQL. */
process.env['EVERGRANT_TEST_DATABASE'] = 'postgres'

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
  'account-pages',
  'plan',
]) {
  await import(`./${file}.test.ts`)
}

export {}
