import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Account } from '@evergrant/microsoft365'
import { providerDefinition } from '@evergrant/providers'
import { entraProvider } from '@evergrant/sandbox'
import { entra, SECRET, TENANT } from './support/entra.ts'

test('an account is pointed at the emulator by one call, and nothing but the sign-in moves', async () => {
  await using sign = await entra()
  const entry = await providerDefinition('microsoft')
  const provider = entraProvider(entry, { issuer: `${sign.sandbox.issuer}/` })
  assert.ok(JSON.stringify(entry.features).includes('https://graph.microsoft.com/'))
  assert.deepEqual(provider.features, entry.features)
  const options = { provider, http: { clock: sign.clock }, authFlowType: 'credentials', tenantId: TENANT } as const
  const account = new Account(['web', SECRET], options)
  assert.equal(await account.authenticate(), true)
  assert.equal(sign.sandbox.journal.count({ grant_type: 'client_credentials' }), 1)
})
