import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Provider } from '../src/api/types.ts'
import {
  draftFromFile,
  foreignHost,
  MOST_IN_FILE,
  parametersFromFile,
  type RegistrationFile,
  readRegistration,
} from '../src/connections/registration-file.ts'

function read(content: unknown): RegistrationFile {
  const file = readRegistration(typeof content === 'string' ? content : JSON.stringify(content))
  assert.ok(typeof file === 'object', String(file))
  return file
}

const downloaded = {
  client_id: '123-abc.apps.example',
  project_id: 'my-project-123456',
  auth_uri: 'https://accounts.example/o/oauth2/auth',
  token_uri: 'https://oauth2.example/token',
  client_secret: 'GOCSPX-not-a-real-one',
  redirect_uris: ['https://evergrant.example/oauth/callback/x'],
}

test('the download of a web client gives id, secret, project and redirect URIs; that of a desktop program says so', () => {
  const file = read({ web: downloaded })
  assert.deepEqual(file, {
    client_id: downloaded.client_id,
    client_secret: downloaded.client_secret,
    redirect_uris: downloaded.redirect_uris,
    parameters: { project: downloaded.project_id },
    hosts: ['accounts.example', 'oauth2.example'],
    desktop: false,
  })
  assert.equal(read({ installed: { ...downloaded, redirect_uris: ['http://localhost'] } }).desktop, true)
  assert.equal(read(`\uFEFF${JSON.stringify({ web: downloaded })}`).client_id, downloaded.client_id)
})

test('the answer to a registration gives also how the client authenticates, and the day on which its secret ends', () => {
  const file = read({
    client_id: 's6BhdRkqt3',
    client_secret: 'cf136dc3c1fc93f31185e5885805d',
    client_secret_expires_at: 1_893_456_000,
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: ['https://client.example/callback'],
    registration_access_token: 'this.is.an.access.token.value.ffx83',
    registration_client_uri: 'https://server.example/register/s6BhdRkqt3',
  })
  assert.deepEqual([file.secret_expires, file.client_auth], ['2030-01-01', 'client_secret_basic'])
  assert.deepEqual(file.hosts, ['server.example'])
  assert.ok(!JSON.stringify(file).includes('ffx83'), 'what manages the registration is not taken')
  assert.equal(read({ client_id: 'x', client_secret: 'y', client_secret_expires_at: 0 }).secret_expires, undefined)
})

test('a manifest gives the application and whom it is for, in both of its forms, and the end of a secret only if there is one', () => {
  const credential = { endDateTime: '2027-05-06T10:00:00Z', hint: 'abc', secretText: null }
  const now = read({
    appId: '11111111-2222-3333-4444-555555555555',
    signInAudience: 'AzureADMultipleOrgs',
    web: { redirectUris: ['https://evergrant.example/oauth/callback/x'] },
    passwordCredentials: [credential],
  })
  assert.deepEqual(now.parameters, { tenant: 'organizations' })
  assert.deepEqual([now.secret_expires, now.client_secret], ['2027-05-06', undefined])
  assert.equal(now.redirect_uris?.length, 1)
  const former = read({
    appId: 'a',
    signInAudience: 'AzureADMyOrg',
    publisherDomain: 'contoso.onmicrosoft.com',
    replyUrlsWithType: [
      { url: 'https://a.example/cb', type: 'Web' },
      { url: 'http://localhost', type: 'InstalledClient' },
    ],
    passwordCredentials: [{ endDate: '2027-05-06T10:00:00Z' }, { endDate: '2028-05-06T10:00:00Z' }],
  })
  assert.deepEqual(former.parameters, { tenant: 'contoso.onmicrosoft.com' })
  assert.deepEqual([former.redirect_uris, former.secret_expires], [['https://a.example/cb'], undefined])
})

test('what command lines print, and the settings of an adapter, are read too', () => {
  const tenant = '72f988bf-0000-0000-0000-000000000000'
  const printed = read({ appId: 'a', displayName: 'Evergrant', password: 's3cret', tenant })
  assert.deepEqual([printed.client_id, printed.client_secret, printed.parameters['tenant']], ['a', 's3cret', tenant])
  assert.equal(read({ clientId: 'a', clientSecret: 'b', subscriptionId: 'x', tenantId: tenant }).client_secret, 'b')
  const adapter = read({
    realm: 'main',
    'auth-server-url': 'https://sso.example/auth/',
    resource: 'evergrant',
    credentials: { secret: 'hidden' },
  })
  assert.deepEqual(
    [adapter.client_id, adapter.client_secret, adapter.issuer, adapter.parameters],
    ['evergrant', 'hidden', 'https://sso.example/auth/realms/main', { realm: 'main', domain: 'sso.example/auth' }],
  )
})

for (const [what, content, why] of [
  ['no JSON', 'client_id=abc', 'json'],
  ['a list', '[]', 'json'],
  ['null', 'null', 'json'],
  ['an empty file', '', 'json'],
  ['a page', '<!doctype html><title>Sign in</title>', 'json'],
  ['another JSON', JSON.stringify({ name: 'package', version: '1.0.0' }), 'client'],
  ['a client without its id', JSON.stringify({ web: { client_secret: 'x' } }), 'client'],
  ['an id that is no text', JSON.stringify({ client_id: 7 }), 'client'],
  [
    'the key of a service account',
    JSON.stringify({ type: 'service_account', client_id: '1', private_key: 'x' }),
    'service',
  ],
  ['the tokens of somebody', JSON.stringify({ type: 'authorized_user', client_id: '1', refresh_token: 'x' }), 'tokens'],
  ['stored tokens', JSON.stringify({ client_id: '1', access_token: 'x' }), 'tokens'],
  ['something large', `{"client_id":"${'x'.repeat(MOST_IN_FILE)}"}`, 'large'],
] as const) {
  test(`${what} is not taken, and it is said why`, () => assert.equal(readRegistration(content), why))
}

test('what the chosen provider has no use for stays out of the form, and a file of another provider is known by its hosts', () => {
  const provider = {
    client_auth: ['client_secret_post'],
    parameters: [{ name: 'project', title: 'Project ID' }],
    needs_issuer: false,
    hosts: ['accounts.example', '{shop}.shops.example'],
  } as unknown as Provider
  const file = read({ web: downloaded })
  assert.deepEqual(parametersFromFile(file, provider), { project: downloaded.project_id })
  assert.deepEqual(parametersFromFile({ ...file, parameters: { tenant: 'x' } }, provider), {})
  assert.deepEqual(draftFromFile({ ...file, client_auth: 'private_key_jwt', issuer: 'https://a.example' }, provider), {
    client_id: downloaded.client_id,
    client_secret: downloaded.client_secret,
    secret_expires: '',
  })
  assert.equal(foreignHost(file, provider), undefined)
  assert.equal(foreignHost({ ...file, hosts: ['mine.shops.example'] }, provider), undefined)
  assert.equal(foreignHost({ ...file, hosts: ['shopsXexample'] }, provider), 'shopsXexample')
  assert.equal(foreignHost({ ...file, hosts: ['login.example'] }, { ...provider, hosts: [] }), undefined)
})
