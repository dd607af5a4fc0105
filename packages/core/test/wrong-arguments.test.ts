import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  accessKey,
  beginAuthorization,
  type Client,
  clientCredentialsFlow,
  defineClient,
  type Grant,
  grant,
  memoryStore,
  resolveProvider,
  summary,
  tokenSource,
} from '@evergrant/core'
import { startSandbox } from '@evergrant/sandbox'

const provider = resolveProvider({
  id: 'acme',
  name: 'Acme',
  authorization_endpoint: 'https://acme.example/authorize',
  token_endpoint: 'https://acme.example/token',
})
const registration = { provider, client_id: 'program', client_secret: 'secret' }
const client = defineClient(registration)
/** What a program without types may give. */
const odd = (value: unknown): never => value as never

test('what a program without types leaves out or mistakes is INVALID_ARGUMENT, and named', async () => {
  const store = memoryStore()
  const begin = (scope: unknown, of: Client = client) =>
    beginAuthorization(of, { grant: 'a', redirect_uri: 'https://program.example/', scope: odd(scope) })
  const attempts: readonly (readonly [string, () => unknown])[] = [
    ['store', () => tokenSource('a', odd({ client }))],
    ['store', () => tokenSource('a', odd({ client, store: 'file:./grants.json' }))],
    ['client', () => tokenSource('a', odd({ store }))],
    ['scope', () => begin(5)],
    ['scope', () => begin([5])],
    ['scope', () => accessKey({ scope: odd(5) })],
    ['scope', () => tokenSource('a', { client, store, flow: clientCredentialsFlow({ scope: odd({}) }) }).token()],
    [
      'redirect_uris',
      () => begin('x', defineClient({ ...registration, redirect_uris: odd('https://program.example/') })),
    ],
  ]
  for (const [argument, attempt] of attempts) {
    const message = `${argument} is missing or wrong.`
    await assert.rejects(async () => attempt(), { code: 'INVALID_ARGUMENT', message }, String(attempt))
  }
})

test('a redirect URI with a fragment, or that a browser would run, is refused; the schemes of native programs are not', async () => {
  const begin = (redirect_uri: string, of: Client = client) => beginAuthorization(of, { grant: 'a', redirect_uri })
  for (const redirect_uri of [
    'https://program.example/callback#',
    'https://program.example/callback#done',
    'com.example.app:/callback#done',
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,hello',
    'vbscript:hello',
    'blob:https://program.example/1',
    'file:///etc/passwd',
  ]) {
    const refusal = { code: 'INVALID_ARGUMENT', message: /^The redirect URI ".*" has a fragment, or is of a kind/s }
    await assert.rejects(begin(redirect_uri), refusal, redirect_uri)
    const registered = defineClient({ ...registration, redirect_uris: [redirect_uri] })
    await assert.rejects(begin(redirect_uri, registered), refusal, redirect_uri)
  }
  for (const redirect_uri of [
    'com.example.app:/callback',
    'com.googleusercontent.apps.123-abc:/oauth2redirect',
    'myprogram://callback',
    'urn:ietf:wg:oauth:2.0:oob',
    'http://127.0.0.1/callback',
    'https://program.example/callback?from=javascript:',
  ]) {
    const { url } = await begin(redirect_uri, defineClient({ ...registration, redirect_uris: [redirect_uri] }))
    assert.equal(new URL(url).searchParams.get('redirect_uri'), redirect_uri)
  }
})

test('an empty refresh token in a record is none: nothing is sent, and a person has to consent', async () => {
  await using sandbox = await startSandbox({ clients: [{ client_id: 'program', client_secret: 'secret' }] })
  const own = defineClient({
    ...registration,
    provider: resolveProvider({ id: 'acme', name: 'Acme', issuer: sandbox.issuer }),
  })
  const access = { '': { access_token: 'old', token_type: 'Bearer', expires_at: 1000, raw: {} } }
  const fields: Grant = {
    id: 'alice',
    provider: 'acme',
    client: 'program',
    refresh_token: '',
    access,
    standing: { state: 'active', since: 1 },
    updated_at: 1,
    version: 0,
  }
  assert.equal('refresh_token' in grant(fields), false)
  const store = memoryStore()
  await store.put(fields, 0)
  const found = await store.get('alice')
  assert.equal(found && summary(found).refreshable, false)
  await assert.rejects(tokenSource('alice', { client: own, store }).token(), { code: 'CONSENT_REQUIRED' })
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 0)
})
