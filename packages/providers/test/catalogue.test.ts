import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveProvider } from '@evergrant/core'
import {
  type CatalogueEntry,
  deviationKinds,
  deviations,
  extendEntry,
  listProviders,
  providerDefinition,
  providerIds,
} from '@evergrant/providers'
import { served } from './served.ts'

const entries: CatalogueEntry[] = await Promise.all(providerIds().map(providerDefinition))

/** What somebody would type who follows the examples. */
function examples({ parameters = {} }: CatalogueEntry): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { example, values, default: usual }]) => [
      name,
      example ?? usual ?? values?.[0],
    ]),
  )
}

test('all providers resolve to a complete definition when their parameters are filled in by the examples', () => {
  assert.ok(entries.length >= 953, String(entries.length))
  for (const entry of entries) {
    if (entry.id === 'generic') continue
    const provider = resolveProvider(entry, examples(entry), { deviations })
    const { authorization_endpoint, token_endpoint, issuer } = provider
    const own = entry.grant_types?.includes('authorization_code') === false
    assert.ok(issuer !== undefined || token_endpoint !== undefined, entry.id)
    if (token_endpoint !== undefined && !own && authorization_endpoint === undefined) {
      // Sources name these by their token endpoint alone; the person’s page has to be given.
      assert.equal(entry.authorization_endpoint, undefined, entry.id)
    }
    const left = JSON.stringify({ ...provider, parameters: undefined, notes: undefined, alternates: undefined })
    const names = Object.keys(entry.parameters ?? {}).map((name) => `{${name}}`)
    for (const name of names) assert.ok(!left.includes(name), `${entry.id}: ${name} is not filled in`)
  }
})

test('every address of every entry holds no braces but those of its parameters and of what is known at run time', () => {
  const atRunTime = new Set(['client_id', 'token', 'value', 'client_secret', 'stripe_user_id', 'issuer', 'tenantid'])
  for (const entry of entries) {
    const { notes: _, alternates: __, parameters = {}, docs: ___, redirect_uri: ____, ...rest } = entry
    for (const [, name = ''] of JSON.stringify(rest).matchAll(/\{([a-z]\w*)\}/gi)) {
      assert.ok(name in parameters || atRunTime.has(name), `${entry.id}: {${name}}`)
    }
  }
})

test('every parameter that must be given says where to find it and takes its own example', () => {
  for (const { id, parameters = {} } of entries) {
    for (const [name, { title, help, example, pattern, values, default: usual }] of Object.entries(parameters)) {
      const where = `${id}.${name}`
      assert.ok(title.length > 2 && (help ?? '').length > 10, where)
      for (const value of [example, usual]) {
        if (value === undefined) continue
        assert.ok(values === undefined || values.includes(value), `${where}: ${value}`)
        assert.ok(pattern === undefined || new RegExp(`^(?:${pattern})$`).test(value), `${where}: ${value}`)
      }
      assert.ok(usual !== undefined || example !== undefined || values !== undefined, `${where} has no example`)
    }
  }
})

const hostile = [
  'evil.com/',
  'evil.com?',
  'evil.com#',
  'a@evil.com',
  'a:b@evil.com',
  'evil.com\\\\',
  '..',
  '../x',
  '.',
  'a..b/..',
  '%2e%2e',
  ' a',
  'a b',
  'a\n',
  '/',
  '//evil.com',
  'https://evil.com',
]

test('no value of a parameter that is part of an address leads to another place than the pattern means', () => {
  for (const entry of entries) {
    for (const [name, parameter] of Object.entries(entry.parameters ?? {})) {
      if (parameter.in === 'param' || parameter.in === undefined) continue
      for (const value of hostile) {
        const given = { ...examples(entry), [name]: value }
        const where = `${entry.id}.${name} = ${JSON.stringify(value)}`
        assert.throws(
          () => resolveProvider(entry, given, { deviations }),
          { code: 'INVALID_PARAMETER', message: /for example|$/ },
          where,
        )
      }
    }
  }
})

test('a label is one label: a dot in it is refused unless the provider has labels with dots', () => {
  let refused = 0
  for (const entry of entries) {
    for (const [name, { in: place, example = '' }] of Object.entries(entry.parameters ?? {})) {
      if (place !== 'host-label' || /\./.test(example)) continue
      const given = { ...examples(entry), [name]: 'acme.evil' }
      assert.throws(
        () => resolveProvider(entry, given, { deviations }),
        { code: 'INVALID_PARAMETER' },
        `${entry.id}.${name}`,
      )
      refused++
    }
  }
  assert.ok(refused > 50, String(refused))
})

test('every kind of deviation that is known has a rule by which an entry shows it', () => {
  assert.deepEqual(Object.keys(served).sort(), deviationKinds.map(({ id }) => id).sort())
})

test('every deviation that an entry lists is served by a field of its definition, or by the engine for everybody', () => {
  for (const entry of entries) {
    for (const quirk of entry.quirks ?? []) {
      const serve = served[quirk]
      assert.ok(serve !== undefined, `${entry.id}: nobody knows the quirk ${quirk}`)
      assert.ok(serve === 'engine' || serve(entry, entries), `${entry.id} lists ${quirk}, and nothing in it says so`)
    }
  }
})

test('two sources agree on an entry that says verified, and the day on which they were read is told', () => {
  const known = entries.filter(({ sources }) => sources !== undefined)
  for (const { id, confidence, verified, seen, sources = [] } of known) {
    if (confidence === 'verified') assert.ok(sources.length >= 2 && verified !== undefined && seen === undefined, id)
    else assert.ok(verified === undefined, id)
  }
  assert.equal(known.filter(({ confidence }) => confidence === 'verified').length, 341)
  // Clouds and kinds of tenants that the vendor's documentation alone names stand beside the 610 of the dataset.
  const vendors = known.filter(({ sources }) => sources?.every((source) => source === 'microsoft-learn'))
  assert.equal(vendors.length, 4)
  assert.equal(known.filter(({ confidence }) => confidence === 'single').length, 610 + vendors.length)
})

test('the index says of each provider what its file says', async () => {
  const index = new Map((await listProviders()).map((one) => [one.id, one]))
  assert.equal(index.size, entries.length)
  for (const { id, name, confidence, status, aliases } of entries) {
    const one = index.get(id)
    assert.deepEqual([one?.name, one?.confidence, one?.status, one?.aliases], [name, confidence, status, aliases])
  }
})

test('an entry that extends another: objects merge, lists replace, null removes, what is its own is not taken over', () => {
  const parent: CatalogueEntry = {
    id: 'acme',
    name: 'Acme',
    confidence: 'verified',
    verified: '2026-01-01',
    sources: ['a', 'b'],
    aliases: ['acme-cloud'],
    notes: ['Only on weekdays.'],
    token_endpoint: 'https://acme.example/token',
    default_scopes: ['read', 'write'],
    refresh: { rotation: 'always', idle: 10 },
    token_request: { format: 'json', parameter_names: { client_id: 'app' } },
    docs: 'https://acme.example/docs',
  }
  const child = {
    id: 'acme-sandbox',
    name: 'Acme (sandbox)',
    extends: 'acme',
    confidence: 'single',
    token_endpoint: 'https://sandbox.acme.example/token',
    default_scopes: ['read'],
    refresh: { idle: 20 },
    token_request: { format: null, parameter_names: { grant_type: null } },
    docs: null,
  }
  assert.deepEqual(extendEntry(parent, child), {
    id: 'acme-sandbox',
    name: 'Acme (sandbox)',
    confidence: 'single',
    token_endpoint: 'https://sandbox.acme.example/token',
    default_scopes: ['read'],
    refresh: { rotation: 'always', idle: 20 },
    token_request: { parameter_names: { grant_type: null } },
  })
})
