import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection, Provider } from '../src/api/types.ts'
import {
  type ConnectionDraft,
  connectionChangesOf,
  connectionPatchOf,
  draftErrors,
  draftFor,
  draftOf,
  emptyDraft,
  isSafeAddress,
  needsProof,
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
  hosts: [],
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

const stored: Connection = {
  id: 'c',
  name: 'Mail',
  provider: 'p',
  provider_name: 'Provider',
  client_id: 'app',
  client_auth: 'client_secret_post',
  has_secret: true,
  secret_expires_at: Date.parse('2027-01-31') / 1000,
  parameters: { region: 'eu' },
  scope: 'mail.read',
  sign_in: { provision: true, domains: ['example.test'], connect: false, trust_email: false },
  redirect_uri: 'http://127.0.0.1/oauth/callback/c',
  accounts: { total: 0, ok: 0 },
  created_at: 1,
  updated_at: 1,
}

const NOW = 1_800_000_000

test('saving sends what was changed and nothing else; with a new secret goes the date on which it ends', () => {
  const draft = draftOf(stored)
  assert.deepEqual(connectionChangesOf(draft, stored, NOW), {})
  assert.deepEqual(connectionChangesOf({ ...draft, name: 'Post' }, stored, NOW), { name: 'Post' })
  assert.deepEqual(connectionChangesOf({ ...draft, client_secret: 'new' }, stored, NOW), {
    client_secret: 'new',
    secret_expires_at: stored.secret_expires_at,
    former_secret: { ends_at: NOW + 7 * 86_400 },
  })
  const former = (overlap: ConnectionDraft['overlap']) =>
    connectionChangesOf({ ...draft, client_secret: 'new', overlap }, stored, NOW + 0.4).former_secret
  assert.deepEqual(former('day'), { ends_at: NOW + 86_400 })
  assert.deepEqual([former('open'), former('none')], [{}, null])
  const first = { ...stored, has_secret: false }
  assert.ok(!('former_secret' in connectionChangesOf({ ...draft, client_secret: 'new' }, first, NOW)))
  const signIn = { ...draft.sign_in, domains: '@Example.test; other.test' }
  assert.deepEqual(connectionChangesOf({ ...draft, sign_in: signIn }, stored, NOW), {
    sign_in: { ...stored.sign_in, domains: ['example.test', 'other.test'] },
  })
  assert.deepEqual(connectionChangesOf({ ...draft, sign_in: { ...signIn, on: false } }, stored, NOW), { sign_in: null })
})

test('[#145] a password is asked for where tokens go, and for every change of what people sign in with', () => {
  const off = { ...draftOf(stored).sign_in, on: false }
  const { sign_in: _, ...plain } = stored
  const used = { ...plain, accounts: { total: 1, ok: 1 } }
  for (const change of [
    { issuer: 'https://a.test' },
    { token_endpoint: 'https://a.test/t' },
    { parameters: { region: 'us' } },
  ]) {
    assert.equal(needsProof({ ...draftOf(used), ...change }, used), true, JSON.stringify(change))
    assert.equal(needsProof({ ...draftOf(plain), ...change }, plain), false, 'there are no tokens that could go there')
  }
  for (const change of [{ name: 'Post' }, { scope: 'mail.send' }, { client_id: 'other' }, { client_secret: 'new' }]) {
    assert.equal(needsProof({ ...draftOf(used), ...change }, used), false, JSON.stringify(change))
    assert.equal(needsProof({ ...draftOf(stored), ...change }, stored), true, JSON.stringify(change))
  }
  assert.equal(needsProof(draftOf(stored), stored), false, 'nothing was changed')
  assert.equal(needsProof({ ...draftOf(stored), sign_in: off }, stored), false, 'nobody comes in by it any more')
  assert.deepEqual(
    [needsProof(filled, undefined), needsProof({ ...filled, sign_in: { ...off, on: true } }, undefined)],
    [false, true],
  )
})

test('people of a domain need a domain, and it is no whole address', () => {
  const errors = (domains: string) =>
    draftErrors(
      { ...filled, sign_in: { ...emptyDraft.sign_in, on: true, provision: true, domains } },
      { ...provider, parameters: [] },
      texts,
    )['sign_in.domains']
  assert.equal(errors(' '), texts.domainsMissing)
  for (const wrong of ['carol@example.test', 'localhost', 'example.test.', '.test'])
    assert.equal(errors(wrong), texts.domainsWrong)
  assert.equal(errors('@example.test, b.example.test'), undefined)
})
