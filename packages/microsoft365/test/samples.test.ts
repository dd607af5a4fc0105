import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  AuthenticationError,
  consoleConsent,
  InvalidCredentialsError,
  memoryStore,
  TokenExpiredError,
} from '@evergrant/core'
import { Account, Connection, MSGraphProtocol, oauthAuthenticationFlow } from '@evergrant/microsoft365'
import { OAuth2Connector } from '@evergrant/microsoft365/ews'
import {
  awsS3Backend,
  awsSecretsBackend,
  bitwardenSecretsManagerBackend,
  envTokenBackend,
  fileSystemTokenBackend,
  firestoreBackend,
  modelTokenBackend,
} from '@evergrant/stores/o365'
import { accountAt } from './support/account.ts'
import { type Entra, entra, SECRET, TENANT } from './support/entra.ts'
import { type Graph, graph } from './support/graph.ts'
import { all } from './support/kinds.ts'

// Requirement 001, sample by sample and declaration by declaration, in its order, each named as it is there; then the six
// flows of requirement 000 with exactly the properties that it lists. Sign-in and Graph are at loopback.

const here = (sign: Entra, api?: Graph) => ({
  provider: sign.definition,
  http: { clock: sign.clock },
  // The clock stands still.
  requestsDelay: 0,
  ...(api === undefined ? {} : { protocol: new MSGraphProtocol({ host: api.url }) }),
})

test('001 "Account Creation and Setup": credentials, and each of the options', () => {
  const plain = new Account(['client_id', 'client_secret'])
  assert.equal(plain.authFlowType, 'authorization')
  assert.equal(plain.tenantId, 'common')
  assert.equal(plain.mainResource, 'me')
  assert.equal(plain.username, undefined)
  assert.ok(plain.protocol instanceof MSGraphProtocol)
  const protocol = new MSGraphProtocol({ apiVersion: 'beta' })
  const options = { username: 'alice@contoso.test', protocol, mainResource: 'users/1', tenantId: TENANT } as const
  const full = new Account(['client_id', 'client_secret'], { ...options, authFlowType: 'authorization' })
  const { username, mainResource, tenantId } = full
  assert.deepEqual({ username, mainResource, tenantId, protocol: full.protocol }, { ...options })
  for (const authFlowType of ['public', 'password'] as const)
    assert.equal(new Account('client_id', { authFlowType, tenantId: TENANT }).authFlowType, authFlowType)
  const app = new Account(['client_id', 'client_secret'], { authFlowType: 'credentials', tenantId: TENANT })
  assert.equal(app.mainResource, '')
})

test('[#96] [#97] 001 "Authentication Flow": authenticate, is_authenticated, clear_token_cache', async () => {
  await using sign = await entra()
  const account = new Account(['web', SECRET], here(sign))
  assert.equal(await account.isAuthenticated(), false)
  const handleConsent = sign.consents('bob@contoso.test')
  assert.equal(await account.authenticate({ requestedScopes: ['User.Read'], handleConsent }), true)
  assert.equal(await account.isAuthenticated(), true)
  await account.clearTokenCache()
  assert.equal(await account.isAuthenticated(), false)
})

test('[#97] 001 "User Information": get_current_user, new_user', async () => {
  await using sign = await entra()
  await using api = await graph(sign)
  const account = new Account(['web', SECRET], here(sign, api))
  await account.authenticate({ scopes: ['User.Read'], handleConsent: sign.consents('Alice@contoso.test') })
  assert.equal((await account.getCurrentUser()).displayName, 'Alice A')
  assert.equal((await account.newUser('bob@contoso.test').load()).displayName, 'Bob B')
})

test('001 "Token Backend Management": each of the seven backends is a store for an account', () => {
  const stores = [
    fileSystemTokenBackend({ tokenPath: '.', tokenFilename: 'o365_token.txt' }),
    envTokenBackend({ env: {}, envVarName: 'O365_TOKEN' }),
    awsS3Backend({ bucketName: 'bucket', objectKey: 'key' }),
    firestoreBackend({ collectionName: 'tokens', documentId: 'one' }),
    awsSecretsBackend({ secretName: 'secret' }),
    bitwardenSecretsManagerBackend({ secretId: 'id', accessToken: 'token' }),
  ]
  for (const store of stores) assert.ok(new Account(['client_id', 'client_secret'], { store }))
  assert.equal(typeof modelTokenBackend, 'function')
})

test('[#122] 001 "Connection Management": Connection, get_session, refresh_token, MSGraphProtocol, graph_url', async () => {
  await using sign = await entra()
  await using api = await graph(sign)
  const account = new Account(['web', SECRET], here(sign, api))
  await account.authenticate({ scopes: ['User.Read'], handleConsent: sign.consents('Alice@contoso.test') })
  const { connection } = account
  assert.ok(connection instanceof Connection)
  const response = await connection.getSession().get(`${api.url}/v1.0/me`)
  assert.equal(((await response.json()) as { displayName: string }).displayName, 'Alice A')
  const before = (await account.source.token()).access_token
  assert.equal(await connection.refreshToken({ force: true }), true)
  assert.notEqual((await account.source.token()).access_token, before)
  assert.equal(new MSGraphProtocol().graphUrl, 'https://graph.microsoft.com/v1.0/')
  assert.equal(new MSGraphProtocol({ apiVersion: 'beta' }).graphUrl, 'https://graph.microsoft.com/beta/')
})

test('001 "Error Handling": AuthenticationError, and of its kinds TokenExpiredError and InvalidCredentialsError', async () => {
  await using sign = await entra()
  const account = new Account(['web', SECRET], here(sign))
  await account.authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') })
  sign.clock.advance(7200)
  await sign.sandbox.revokeGrant('AAAbob')
  await assert.rejects(account.source.token(), (error: unknown) => {
    assert.ok(error instanceof TokenExpiredError && error instanceof AuthenticationError)
    assert.equal(error instanceof InvalidCredentialsError, false)
    return true
  })
  const wrong = new Account(['web', 'wrong'], { ...here(sign), authFlowType: 'credentials', tenantId: TENANT })
  await assert.rejects(wrong.authenticate(), (error: unknown) => {
    assert.ok(error instanceof InvalidCredentialsError && error instanceof AuthenticationError)
    assert.equal(error instanceof TokenExpiredError, false)
    return true
  })
})

test('[#96] 001 sample "Basic Authentication"', async () => {
  await using sign = await entra()
  await using api = await graph(sign)
  const printed: string[] = []

  const credentials = ['web', SECRET] as const
  const account = new Account(credentials, here(sign, api))
  const scopes = ['Mail.Read', 'Calendar.Read', 'Files.Read']
  if (await account.authenticate({ scopes, handleConsent: sign.consents('Alice@contoso.test') })) {
    printed.push('Authentication successful!')
    const user = await account.getCurrentUser()
    printed.push(`Authenticated as: ${user.displayName}`)
  } else {
    printed.push('Authentication failed')
  }

  assert.deepEqual(printed, ['Authentication successful!', 'Authenticated as: Alice A'])
})

test('001 sample "Custom Token Backend": the backend is a store, and a file shows that it is used over a restart', async () => {
  const tokenBackend = awsS3Backend({ bucketName: 'my-tokens-bucket', objectKey: 'o365-tokens/app-token.json' })
  assert.ok(new Account(['client_id', 'client_secret'], { store: tokenBackend }))

  await using sign = await entra()
  const tokenPath = await mkdtemp(join(tmpdir(), 'evergrant-o365-'))
  try {
    const run = (): Account =>
      new Account(['web', SECRET], { ...here(sign), store: fileSystemTokenBackend({ tokenPath }) })
    await run().authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') })
    const restarted = run()
    assert.equal(await restarted.isAuthenticated(), true)
    assert.equal(restarted.username, 'bob@contoso.test')
    assert.ok((await restarted.source.token()).access_token)
  } finally {
    await rm(tokenPath, { recursive: true })
  }
})

test('[#95] 001 sample "Client Credentials Flow"', async () => {
  await using sign = await entra()
  await using api = await graph(sign)
  let names: (string | undefined)[] = []

  const credentials = ['web', SECRET] as const
  const account = new Account(credentials, { ...here(sign, api), authFlowType: 'credentials', tenantId: TENANT })
  if (await account.authenticate()) {
    const directory = account.directory()
    const users = directory.getUsers()
    names = (await all(users)).map(({ displayName }) => displayName)
  }

  assert.deepEqual(names, ['Alice A', 'Bob B', 'Carol C'])
})

const basics = { client_id: 'web', client_secret: SECRET, tenant_id: TENANT }
const redirect_uri = 'http://127.0.0.1/callback'
const oauth2_scope = 'https://outlook.office365.com/EWS.AccessAsUser.All'
const listed = {
  'Auth Code Grant (Interactive)': {
    ...basics,
    oauth2_authorization_type: 'auth_code_grant',
    redirect_uri,
    oauth2_scope,
  },
  'Client Credentials Grant (Non-Interactive)': { ...basics, oauth2_authorization_type: 'client_credentials_grant' },
  'Implict Grant Flow (Interactive)': {
    client_id: 'native',
    tenant_id: TENANT,
    redirect_uri,
    oauth2_authorization_type: 'implicit_grant_flow',
  },
  'Web Application Flow (Non-Interactive)': {
    ...basics,
    oauth2_authorization_type: 'web_application_flow',
    redirect_uri,
  },
  'Legacy App Flow (Non-Interactive)': {
    ...basics,
    oauth2_authorization_type: 'legacy_app_flow',
    redirect_uri,
    username: 'alice@contoso.test',
    password: 'pw+ &%=',
    scope: oauth2_scope,
  },
  'Backend App Flow (Non-Interactive)': {
    ...basics,
    oauth2_authorization_type: 'backend_app_flow',
    scope: 'https://outlook.office365.com/.default',
  },
} as const
for (const [title, settings] of Object.entries(listed))
  test(`[#12] 000 "${title}": the properties that are listed bring a token, with both versions tried`, async () => {
    await using v1 = await entra('v1')
    await using v2 = await entra()
    for (const at of [v1, v2]) at.app({ client_id: 'native', implicit: true })
    const connector = new OAuth2Connector(settings, {
      providers: { v1: v1.definition, v2: v2.definition },
      http: { clock: v1.clock },
      prompt: v1.consents('Alice@contoso.test'),
    })
    const { access_token } = await connector.token()
    const issued = v1.sandbox.journal.where({}).map(({ outcome }) => outcome?.issued?.access_token)
    assert.ok(issued.includes(access_token))
    assert.equal(v2.sandbox.journal.count({}), 0)
  })

test('000 "access_token": one that is there is used without anything else', async () => {
  assert.equal((await new OAuth2Connector({ access_token: 'given' }).token()).access_token, 'given')
})

test('[#96] oauth_authentication_flow: the console dance in one call, for a script that others follow', async () => {
  await using sign = await entra()
  const store = memoryStore()
  const printed: string[] = []
  const handleConsent = consoleConsent({
    write: (text) => void printed.push(text),
    read: () => sign.consents('bob@contoso.test')(/^https?:\S+$/m.exec(printed.join(''))?.[0] ?? ''),
  })
  const account = await oauthAuthenticationFlow('web', SECRET, ['basic'], { ...here(sign), store, handleConsent })
  assert.equal(account?.username, 'bob@contoso.test')
  assert.equal(await accountAt(sign, undefined, { store }).isAuthenticated(), true)
  const nobody = { ...here(sign), handleConsent: async () => undefined }
  assert.equal(await oauthAuthenticationFlow('native', undefined, 'basic', nobody), undefined)
  assert.equal(sign.sandbox.journal.count({ client_id: 'native' }), 0)
})

test('an account is made from its credentials alone, and its page is Microsoft’s own', async () => {
  const { url } = await new Account(['your_client_id', 'your_client_secret']).getAuthorizationUrl({ scopes: ['basic'] })
  const { origin, pathname, searchParams } = new URL(url)
  assert.equal(origin + pathname, 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize')
  assert.equal(searchParams.get('redirect_uri'), 'https://login.microsoftonline.com/common/oauth2/nativeclient')
  assert.equal(searchParams.get('code_challenge_method'), 'S256')
})
