import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Provider } from '../src/api/types.ts'
import {
  type ConnectionDraft,
  connectionPatchOf,
  draftErrors,
  draftFor,
  emptyDraft,
  isSafeAddress,
  newConnectionOf,
} from '../src/connections/connection-draft.ts'
import { loadLanguage } from '../src/languages/languages.ts'

const texts = (await loadLanguage('en')).texts.connections

const provider: Provider = {
  id: 'p',
  name: 'Provider',
  aliases: [],
  categories: [],
  confidence: 'verified',
  status: 'active',
  notes: [],
  sources: [],
  parameters: [
    { name: 'tenant', title: 'Tenant', pattern: '[a-z.]+', example: 'contoso.example' },
    { name: 'region', title: 'Region', default: 'eu' },
  ],
  client_auth: ['client_secret_post', 'none'],
  default_scopes: ['openid'],
  features: [],
  consent: true,
  needs_issuer: false,
  guide: { title: '', steps: [] },
}
const filled: ConnectionDraft = { ...emptyDraft, ...draftFor(provider), name: 'Mail', client_id: 'app' }

test('choosing a provider fills in its first way to send the secret and its preset parameters', () => {
  assert.equal(filled.client_auth, 'client_secret_post')
  assert.deepEqual(filled.parameters, { tenant: '', region: 'eu' })
})

test('a parameter without a preset must be given and must look like the pattern, as a whole', () => {
  const errors = (tenant: string) => draftErrors({ ...filled, parameters: { tenant, region: '' } }, provider, texts)
  assert.match(errors('')['parameters.tenant'] ?? '', /Tenant/)
  assert.match(errors('contoso.example/evil')['parameters.tenant'] ?? '', /contoso\.example/)
  assert.deepEqual(errors('contoso.example'), {})
})

test('a provider without its own address needs an issuer or both endpoints', () => {
  const generic: Provider = { ...provider, parameters: [], needs_issuer: true }
  assert.ok(draftErrors(filled, generic, texts)['issuer'])
  assert.deepEqual(draftErrors({ ...filled, issuer: 'https://login.example' }, generic, texts), {})
  const endpoints = { authorization_endpoint: 'https://a.example/auth', token_endpoint: 'https://a.example/token' }
  assert.deepEqual(draftErrors({ ...filled, ...endpoints }, generic, texts), {})
})

test('plain http is accepted for this machine only', () => {
  assert.ok(isSafeAddress('http://127.0.0.1:9000'))
  assert.ok(isSafeAddress('https://login.example'))
  assert.ok(!isSafeAddress('http://login.example'))
  assert.ok(!isSafeAddress('login.example'))
})

test('a new connection carries only what was entered', () => {
  assert.deepEqual(newConnectionOf(filled), {
    name: 'Mail',
    provider: 'p',
    client_id: 'app',
    client_auth: 'client_secret_post',
    parameters: { region: 'eu' },
  })
})

test('[#139] saving a change without typing a secret sends none, so the stored one stays', () => {
  assert.ok(!('client_secret' in connectionPatchOf(filled)))
  assert.equal(connectionPatchOf({ ...filled, client_secret: ' new ' }).client_secret, 'new')
})

test('turning a client public removes its stored secret', () => {
  assert.equal(connectionPatchOf({ ...filled, client_auth: 'none', client_secret: 'typed before' }).client_secret, '')
})
