import assert from 'node:assert/strict'
import { test } from 'node:test'
import { permissionsOf } from '../src/accounts/permissions.ts'
import type { ProviderFeature } from '../src/api/types.ts'
import { addFeature, hasFeature, removeFeature } from '../src/connections/scopes.ts'
import { loadLanguage } from '../src/languages/languages.ts'

const read: ProviderFeature = { id: 'read', title: 'Read mail', scopes: ['base', 'mail.read'] }
const send: ProviderFeature = { id: 'send', title: 'Send mail', scopes: ['base', 'mail.send'] }

test('ticking a feature adds its scopes once', () => {
  assert.equal(addFeature('base custom', read), 'base custom mail.read')
})

test('unticking a feature leaves what another ticked feature needs and what was typed by hand', () => {
  assert.equal(removeFeature('base mail.read mail.send custom', read, [read, send]), 'base mail.send custom')
})

test('a feature counts as ticked only with all its scopes', () => {
  assert.ok(!hasFeature('mail.read', read))
  assert.ok(hasFeature('mail.read  base', read))
})

test('permissions are named by feature, then by common words, then as they are', async () => {
  const { scopes } = (await loadLanguage('en')).texts
  const titles = permissionsOf(['mail.read', 'base', 'offline_access', 'x.y'], [read, send], scopes).map(
    ({ title }) => title,
  )
  assert.deepEqual(titles, ['Read mail', 'Keep access while you are away', 'x.y'])
})
