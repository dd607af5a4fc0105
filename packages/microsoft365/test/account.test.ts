import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AuthenticationError,
  InvalidCredentialsError,
  memoryPendingStore,
  memoryStore,
  TokenExpiredError,
} from '@evergrant/core'
import { Account } from '@evergrant/microsoft365'
import { accountAt } from './support/account.ts'
import { entra, SECRET, TENANT } from './support/entra.ts'
import { graph } from './support/graph.ts'
import { all, is } from './support/kinds.ts'

const scopes = ['Mail.Read', 'Calendar.Read', 'Files.Read']

test('[#96] [#26] [#25] a person consents, and the account acts for that person, with a refresh token although nobody asked for one', async () => {
  await using sign = await entra()
  await using api = await graph(sign)
  const account = accountAt(sign, api)
  assert.equal(await account.isAuthenticated(), false)
  const handleConsent = async (url: string): Promise<string> => {
    const asked = new URL(url).searchParams
    assert.equal(asked.get('redirect_uri'), sign.nativeclient)
    const scope = asked.get('scope')?.split(' ') ?? []
    for (const name of ['openid', 'profile', 'offline_access', `${api.url}/Mail.Read`]) assert.ok(scope.includes(name))
    return sign.sandbox.approve(url, { username: 'Alice@contoso.test' })
  }
  assert.equal(await account.authenticate({ requestedScopes: scopes, handleConsent }), true)
  assert.equal(await account.isAuthenticated(), true)
  assert.equal(account.username, 'Alice@contoso.test')
  assert.equal((await account.getCurrentUser()).displayName, 'Alice A')
  sign.clock.advance(7200)
  assert.equal((await account.getCurrentUser()).mail, 'alice@contoso.test')
  const refresh = sign.sandbox.journal.last({ grant_type: 'refresh_token' })
  assert.equal(refresh?.path, '/common/oauth2/v2.0/token')
  assert.match(refresh?.form['scope'] ?? '', /Mail\.Read/)
})

test('[#96] a web application begins in one process and finishes in another, and offline_access may be asked for', async () => {
  await using sign = await entra()
  const store = memoryStore()
  const first = accountAt(sign, undefined, { store })
  const begun = await first.getAuthorizationUrl({
    requestedScopes: ['basic', 'offline_access', 'openid'],
    redirectUri: 'http://127.0.0.1/callback',
  })
  const scope = new URL(begun.url).searchParams.get('scope')?.split(' ') ?? []
  assert.equal(scope.filter((name) => name === 'offline_access').length, 1)
  assert.ok(scope.includes('https://graph.microsoft.com/User.Read'))
  const pending = JSON.parse(JSON.stringify(begun.pending))
  const second = accountAt(sign, undefined, { store })
  const callback = await sign.sandbox.approve(begun.url, { username: 'bob@contoso.test' })
  assert.equal(await second.requestToken(callback, { pending }), true)
  assert.equal(second.username, 'bob@contoso.test')
  await assert.rejects(second.requestToken(callback, { pending }), { code: 'AUTHORIZATION_NOT_FOUND' })
  // The first one finds what the second one stored.
  assert.equal(await first.isAuthenticated(), true)
  assert.equal(first.username, 'bob@contoso.test')
})

test('[#39] nobody consents: authenticate is false and stores nothing; no handler at all is told to the developer', async () => {
  await using sign = await entra()
  const store = memoryStore()
  const account = accountAt(sign, undefined, { store })
  assert.equal(await account.authenticate({ scopes: ['basic'], handleConsent: async () => '' }), false)
  assert.equal((await all(store.list())).length, 0)
  await assert.rejects(account.authenticate({ scopes: ['basic'] }), {
    code: 'MISSING_PARAMETER',
    who: 'developer',
    message: /handleConsent/,
  })
})

test('[#103] no scopes is a mistake that is named, and never means all', async () => {
  await using sign = await entra()
  const account = accountAt(sign)
  const handleConsent = sign.consents('bob@contoso.test')
  for (const requestedScopes of [undefined, [], '', [' ']])
    await assert.rejects(account.authenticate({ requestedScopes, handleConsent }), {
      code: 'MISSING_PARAMETER',
      who: 'developer',
      message: /requestedScopes/,
    })
  await assert.rejects(account.getAuthorizationUrl({}), { code: 'MISSING_PARAMETER' })
})

test('[#99] several people in one store: each request goes with the token of whoever is chosen', async () => {
  await using sign = await entra()
  await using api = await graph(sign)
  const store = memoryStore()
  const account = accountAt(sign, api, { store })
  for (const name of ['Alice@contoso.test', 'bob@contoso.test'])
    await account.authenticate({ scopes, handleConsent: sign.consents(name) })
  assert.equal(account.username, 'bob@contoso.test')
  assert.deepEqual(await account.getAuthenticatedUsernames(), ['Alice@contoso.test', 'bob@contoso.test'])
  const bob = (await account.source.token()).access_token
  account.username = 'alice@CONTOSO.test'
  const alice = (await account.source.token()).access_token
  assert.notEqual(alice, bob)
  assert.equal(await account.isAuthenticated(), true)
  await account.connection.get('me')
  assert.equal(api.seen.at(-1)?.headers.authorization, `Bearer ${alice}`)
  account.username = 'nobody@contoso.test'
  assert.equal(await account.isAuthenticated(), false)
  await assert.rejects(account.connection.get('me'), is(AuthenticationError))
  // Another object on the store, told whom it is for.
  const other = accountAt(sign, api, { store, username: 'bob@contoso.test' })
  assert.equal((await other.source.token()).access_token, bob)
})

test('[#100] guests and personal accounts are found by the name they signed in with, in the tenant that was asked', async () => {
  await using sign = await entra()
  const store = memoryStore()
  const hosted = accountAt(sign, undefined, { store, tenantId: TENANT })
  await hosted.authenticate({ scopes: ['basic'], handleConsent: sign.consents('guest@fabrikam.test') })
  assert.equal(hosted.username, 'guest@fabrikam.test')
  const home = accountAt(sign, undefined, { store, tenantId: 'fabrikam.test' })
  assert.equal(await home.isAuthenticated(), false)
  await home.authenticate({ scopes: ['basic'], handleConsent: sign.consents('guest@fabrikam.test') })
  assert.notEqual((await home.source.token()).access_token, (await hosted.source.token()).access_token)
  const personal = accountAt(sign, undefined, { store, tenantId: 'consumers' })
  await personal.authenticate({ scopes: ['basic'], handleConsent: sign.consents('someone@outlook.test') })
  assert.deepEqual(await personal.getAuthenticatedUsernames(), ['someone@outlook.test'])
})

test('[#97] clearTokenCache forgets one person, or everybody of this registration and nobody else', async () => {
  await using sign = await entra()
  const store = memoryStore()
  const account = accountAt(sign, undefined, { store })
  const native = accountAt(sign, undefined, { store, authFlowType: 'public' }, 'native')
  for (const name of ['Alice@contoso.test', 'bob@contoso.test']) {
    await account.authenticate({ scopes: ['basic'], handleConsent: sign.consents(name) })
    await native.authenticate({ scopes: ['basic'], handleConsent: sign.consents(name) })
  }
  await account.clearTokenCache({ username: 'bob@contoso.test' })
  assert.deepEqual(await account.getAuthenticatedUsernames(), ['Alice@contoso.test'])
  await account.source.token()
  await account.clearTokenCache()
  assert.equal(await account.isAuthenticated(), false)
  await assert.rejects(account.source.token(), { code: 'GRANT_NOT_FOUND' })
  assert.equal((await native.getAuthenticatedUsernames()).length, 2)
})

test('[#98] storeToken: false and storeTokenAfterRefresh: false write nothing where they say so', async () => {
  await using sign = await entra()
  const store = memoryStore()
  const versions = async (): Promise<number[]> => (await all(store.list())).map(({ version }) => version)
  const passing = accountAt(sign, undefined, { store })
  await passing.authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test'), storeToken: false })
  const first = (await passing.source.token()).access_token
  assert.deepEqual(await versions(), [])
  sign.clock.advance(7200)
  assert.notEqual((await passing.source.token()).access_token, first)
  assert.deepEqual(await versions(), [])
  assert.deepEqual(await passing.getAuthenticatedUsernames(), ['bob@contoso.test'])

  const reader = accountAt(sign, undefined, { store, storeTokenAfterRefresh: false })
  await reader.authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') })
  const before = await versions()
  assert.equal(before.length, 1)
  sign.clock.advance(7200)
  await reader.source.token()
  sign.clock.advance(7200)
  await reader.source.token()
  assert.deepEqual(await versions(), before)
})

test('[#95] the flow credentials acts for itself: .default alone, a real tenant, no current user', async () => {
  await using sign = await entra()
  await using api = await graph(sign)
  const account = accountAt(sign, api, { authFlowType: 'credentials', tenantId: TENANT })
  assert.equal(account.mainResource, '')
  assert.equal(await account.authenticate(), true)
  assert.equal(await account.isAuthenticated(), true)
  const request = sign.sandbox.journal.last({ grant_type: 'client_credentials' })
  assert.equal(request?.path, `/${TENANT}/oauth2/v2.0/token`)
  assert.equal(request?.form['scope'], `${api.url}/.default`)
  assert.equal(request?.form['client_secret'], SECRET)
  const names = (await all(account.directory().getUsers())).map(({ displayName }) => displayName)
  assert.deepEqual(names, ['Alice A', 'Bob B', 'Carol C'])
  await assert.rejects(account.getCurrentUser(), { code: 'NOT_SUPPORTED' })
  await assert.rejects(account.authenticate({ scopes: ['Mail.Read'] }), {
    code: 'INVALID_ARGUMENT',
    message: /\.default/,
  })
  await account.authenticate({ scopes: ['.default'] })
  sign.clock.advance(7200)
  // Long over, and the scopes are still known: they do not live in the token.
  await account.connection.get('users')
})

test('[#95] the flow password sends name and password once, and refreshes afterwards', async () => {
  await using sign = await entra()
  await using api = await graph(sign)
  const options = {
    authFlowType: 'password',
    tenantId: TENANT,
    username: 'alice@contoso.test',
    password: 'pw+ &%=',
  } as const
  const account = accountAt(sign, api, options, 'native')
  assert.equal(await account.authenticate({ scopes: ['basic'] }), true)
  assert.equal((await account.getCurrentUser()).displayName, 'Alice A')
  const request = sign.sandbox.journal.last({ grant_type: 'password' })
  assert.equal(request?.form['password'], 'pw+ &%=')
  assert.equal('client_secret' in (request?.form ?? {}), false)
  sign.clock.advance(7200)
  await account.source.token()
  assert.equal(sign.sandbox.journal.count({ grant_type: 'password' }), 1)
  const wrong = accountAt(sign, undefined, { ...options, password: 'no' }, 'native')
  await assert.rejects(wrong.authenticate({ scopes: ['basic'] }), is(InvalidCredentialsError))
  await assert.rejects(
    accountAt(sign, undefined, { authFlowType: 'password', tenantId: TENANT }, 'native').authenticate(),
    {
      code: 'MISSING_PARAMETER',
      message: /username and password/,
    },
  )
})

test('[#95] [#2] a public client sends no secret', async () => {
  await using sign = await entra()
  const account = accountAt(sign, undefined, { authFlowType: 'public' }, ['native'])
  await account.authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') })
  const request = sign.sandbox.journal.last({ grant_type: 'authorization_code' })
  assert.equal(request?.form['client_id'], 'native')
  assert.ok(!('client_secret' in (request?.form ?? {})) && request?.headers.authorization === undefined)
  assert.ok(request?.form['code_verifier'])
})

const mistakes: readonly [string, () => unknown, { code: string; message: RegExp }][] = [
  [
    'both credentials empty',
    () => new Account(['', '']),
    { code: 'MISSING_CLIENT_ID', message: /client id and the client secret/ },
  ],
  ['no secret', () => new Account(['id', '']), { code: 'MISSING_CLIENT_SECRET', message: /public/ }],
  ['the id alone', () => new Account('id'), { code: 'MISSING_CLIENT_SECRET', message: /certificate/ }],
  [
    'a secret for a public client',
    () => new Account(['id', 'secret'], { authFlowType: 'public' }),
    { code: 'SECRET_FOR_PUBLIC_CLIENT', message: /without a secret/ },
  ],
  [
    'a secret for the flow password',
    () => new Account(['id', 'secret'], { authFlowType: 'password', tenantId: TENANT }),
    { code: 'SECRET_FOR_PUBLIC_CLIENT', message: /password/ },
  ],
  [
    'an unknown flow',
    () => new Account('id', { authFlowType: 'implicit' as 'public' }),
    { code: 'INVALID_ARGUMENT', message: /authorization, public, credentials, password/ },
  ],
  [
    'an empty tenant',
    () => new Account(['id', 's'], { tenantId: ' ' }),
    { code: 'INVALID_ARGUMENT', message: /tenantId is empty/ },
  ],
  [
    'a negative delay',
    () => new Account(['id', 's'], { requestsDelay: -1 }),
    { code: 'INVALID_ARGUMENT', message: /requestsDelay/ },
  ],
  [
    'a helper name that is misspelt',
    () => new Account(['id', 's']).protocol.scopes(['basic', 'messagr_all']),
    { code: 'INVALID_ARGUMENT', message: /"messagr_all" is no permission.*message_all/ },
  ],
  [
    'no tenant for the flow credentials',
    () => new Account(['id', 's'], { authFlowType: 'credentials' }),
    { code: 'MISSING_PARAMETER', message: /tenantId/ },
  ],
  [
    'a shared tenant for the flow password',
    () => new Account('id', { authFlowType: 'password', tenantId: 'organizations' }),
    { code: 'MISSING_PARAMETER', message: /organizations/ },
  ],
]
for (const [what, make, error] of mistakes)
  test(`[#95] ${what} is told before anything is sent`, () => {
    assert.throws(make, error)
  })

test('[#22] a tenant that is none is refused before anything is sent', async () => {
  await using sign = await entra()
  const account = accountAt(sign, undefined, { tenantId: '../common' })
  await assert.rejects(account.authenticate({ scopes: ['basic'], handleConsent: async () => '' }), {
    code: 'INVALID_PARAMETER',
  })
})

test('a refresh token that Microsoft ended: TokenExpiredError, and the account is not authenticated any more', async () => {
  await using sign = await entra()
  const account = accountAt(sign)
  await account.authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') })
  await sign.sandbox.revokeGrant('AAAbob')
  sign.clock.advance(7200)
  await assert.rejects(account.connection.refreshToken(), is(TokenExpiredError))
  assert.equal(await account.isAuthenticated(), false)
  assert.deepEqual(await account.getAuthenticatedUsernames(), [])
})

test('[#33] two people may be at the consent page at once', async () => {
  await using sign = await entra()
  const account = accountAt(sign)
  const pending = memoryPendingStore({ clock: sign.clock })
  const begun = await Promise.all([1, 2].map(() => account.getAuthorizationUrl({ scopes: ['basic'] })))
  for (const one of begun) await pending.put(one.pending)
  const names = ['Alice@contoso.test', 'bob@contoso.test']
  const callbacks = await Promise.all(
    begun.map(({ url }, at) => sign.sandbox.approve(url, { username: names[at] ?? '' })),
  )
  for (const callback of callbacks.toReversed()) await account.requestToken(callback, { pending })
  assert.deepEqual(await account.getAuthenticatedUsernames(), names)
})
