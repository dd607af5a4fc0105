// Long because: a test for every refusal.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AuthenticationError,
  clientCredentialsFlow,
  defineClient,
  type ErrorKind,
  InvalidCredentialsError,
  memoryStore,
  OAuthError,
  onBehalfOfFlow,
  type ProviderDefinition,
  resolveProvider,
  TokenExpiredError,
  tokenSource,
} from '@evergrant/core'
import type { Account } from '@evergrant/microsoft365'
import { accountAt } from './support/account.ts'
import { type Entra, entra, FABRIKAM, SECRET, TENANT } from './support/entra.ts'
import { is } from './support/kinds.ts'

// What Entra ID refuses, computed by the emulator from how apps and tenants are configured, and what a program is told.

const GRAPH = 'https://graph.microsoft.com'

interface Expected {
  readonly aadsts: number
  readonly error: string
  readonly advice: RegExp
  readonly kind?: ErrorKind
  readonly who?: 'person' | 'administrator' | 'developer'
  readonly claims?: RegExp
}

/** The typed error: Microsoft's own words, the kind that a reader expects, the advice, and no secret. */
async function refused(failing: Promise<unknown>, expected: Expected): Promise<OAuthError> {
  const error = await failing.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof OAuthError, String(error))
  assert.match(error.message, new RegExp(`AADSTS${expected.aadsts}: `))
  assert.equal(error.error, expected.error)
  assert.match(error.advice, expected.advice)
  if (expected.kind !== undefined) assert.ok(is(expected.kind)(error), `not of this kind: ${error.code}`)
  if (expected.who !== undefined) assert.equal(error.who, expected.who)
  if (expected.claims === undefined) assert.equal(error.claims, undefined)
  else assert.match(error.claims ?? '', expected.claims)
  assert.equal(JSON.stringify(error).includes(SECRET) || error.message.includes(SECRET), false)
  return error
}

const app = { authFlowType: 'credentials', tenantId: TENANT } as const

async function signedIn(sign: Entra, scopes: readonly string[] = ['basic'], store = memoryStore()): Promise<Account> {
  const account = accountAt(sign, undefined, { store })
  await account.authenticate({ scopes, handleConsent: sign.consents('bob@contoso.test') })
  return account
}

test('AADSTS7000215: a wrong secret, and the id of the secret in the place of its value', async () => {
  await using sign = await entra()
  const secrets = [{ id: '5ec4e71d-0000-4000-8000-000000000001', value: SECRET }]
  sign.app({ client_id: 'web', secrets })
  for (const wrong of ['no such secret', secrets[0]?.id ?? ''])
    await refused(accountAt(sign, undefined, app, ['web', wrong]).authenticate(), {
      aadsts: 7000215,
      error: 'invalid_client',
      kind: InvalidCredentialsError,
      who: 'administrator',
      advice: /secret ID was copied in the place of the value/,
    })
})

test('AADSTS7000222: a secret that has ended; a new one is taken without a new consent', async () => {
  await using sign = await entra()
  const store = memoryStore()
  const account = await signedIn(sign, ['basic'], store)
  sign.app({ client_id: 'web', secrets: [{ id: 'old', value: SECRET, expires_at: sign.clock.now() + 3000 }] })
  sign.clock.advance(7200)
  await refused(account.source.token(), {
    aadsts: 7000222,
    error: 'invalid_client',
    kind: InvalidCredentialsError,
    advice: /secret has expired/,
  })
  sign.app({ client_id: 'web', secrets: [{ id: 'new', value: 'the new one' }] })
  assert.ok(await accountAt(sign, undefined, { store }, ['web', 'the new one']).source.token())
})

test('AADSTS700025: a secret for a client that is registered as public', async () => {
  await using sign = await entra()
  const account = accountAt(sign, undefined, {}, ['native', 'a secret'])
  await refused(account.authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') }), {
    aadsts: 700025,
    error: 'invalid_client',
    kind: InvalidCredentialsError,
    advice: /leave the client secret out/,
  })
})

test('AADSTS7000218: a client with a secret that goes as public', async () => {
  await using sign = await entra()
  const account = accountAt(sign, undefined, { authFlowType: 'public' }, 'web')
  await refused(account.authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') }), {
    aadsts: 7000218,
    error: 'invalid_client',
    kind: InvalidCredentialsError,
    advice: /none was sent/,
  })
})

test('AADSTS50194: an app of one tenant at the address of all tenants', async () => {
  await using sign = await entra()
  const account = await signedIn(sign)
  sign.app({ client_id: 'web', audience: 'AzureADMyOrg' })
  // The person sees it on Microsoft's page and is sent nowhere; a refresh is told.
  const { url } = await account.getAuthorizationUrl({ scopes: ['basic'] })
  await assert.rejects(sign.sandbox.approve(url), /AADSTS50194: .*not configured as a multi-tenant application/)
  sign.clock.advance(7200)
  await refused(account.source.token(), {
    aadsts: 50194,
    error: 'invalid_request',
    who: 'administrator',
    advice: /Set the tenant to the Directory \(tenant\) ID/,
  })
  const own = accountAt(sign, undefined, { tenantId: TENANT })
  assert.equal(await own.authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') }), true)
})

test('AADSTS1002012: an app on its own behalf with named scopes; an account does not even ask', async () => {
  await using sign = await entra()
  const account = accountAt(sign, undefined, app)
  await assert.rejects(account.authenticate({ scopes: ['Mail.Read'] }), {
    code: 'INVALID_ARGUMENT',
    outcome: 'not_sent',
  })
  assert.equal(sign.sandbox.journal.count({ endpoint: 'token' }), 0)
  // A definition that does not know of `.default` sends what it is given.
  const { client_credentials: _, ...naive } = sign.definition
  await refused(appOnly(sign, naive, `${GRAPH}/Mail.Read`), {
    aadsts: 1002012,
    error: 'invalid_scope',
    who: 'developer',
    advice: /\/\.default behind it/,
  })
})

async function appOnly(sign: Entra, definition: ProviderDefinition, scope: string): Promise<unknown> {
  const { errorAdvice } = await import('@evergrant/providers')
  const advice = await errorAdvice(definition.id)
  const provider = resolveProvider({ ...definition, ...(advice && { advice }) }, { tenant: TENANT })
  const http = { clock: sign.clock }
  const client = defineClient({ provider, client_id: 'web', client_secret: SECRET, http })
  return tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow({ scope }) }).token()
}

test('AADSTS70011: .default together with a named scope', async () => {
  await using sign = await entra()
  const account = accountAt(sign)
  const scopes = ['.default', 'Mail.Read']
  await refused(account.authenticate({ scopes, handleConsent: sign.consents('bob@contoso.test') }), {
    aadsts: 70011,
    error: 'invalid_scope',
    who: 'administrator',
    advice: /"\.default" stands alone/,
  })
})

test('AADSTS28000: one token for two APIs', async () => {
  await using sign = await entra()
  const account = accountAt(sign)
  const scopes = ['Mail.Read', 'https://outlook.office365.com/EWS.AccessAsUser.All']
  // Consent to both is fine; the first one's token comes.
  await account.authenticate({ scopes, handleConsent: sign.consents('bob@contoso.test') })
  sign.clock.advance(7200)
  await refused(account.source.token(), { aadsts: 28000, error: 'invalid_request', advice: /scopes of one API only/ })
})

test('no offline_access: there is no refresh token, and the error of the end says what to ask for', async () => {
  await using sign = await entra()
  const { offline_scopes: _, ...definition } = sign.definition
  const account = accountAt({ ...sign, definition })
  await account.authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') })
  assert.equal(sign.sandbox.journal.last({ endpoint: 'token' })?.outcome?.issued?.refresh_token, undefined)
  assert.ok(await account.source.token())
  sign.clock.advance(7200)
  await assert.rejects(account.source.token(), (error: unknown) => {
    assert.ok(error instanceof TokenExpiredError && error instanceof AuthenticationError)
    assert.match(`${error.message} ${error.advice}`, /offline_access|refresh token/)
    return true
  })
  assert.equal(await account.isAuthenticated(), false)
})

test('AADSTS65004: the person says no', async () => {
  await using sign = await entra()
  const account = accountAt(sign)
  const error = await refused(
    account.authenticate({ scopes: ['basic'], handleConsent: (url) => sign.sandbox.deny(url) }),
    { aadsts: 65004, error: 'access_denied', kind: AuthenticationError, who: 'person', advice: /choose Accept/ },
  )
  assert.equal(error.code, 'ACCESS_DENIED')
})

test('AADSTS90094: only an administrator may consent in this tenant; after that, people connect', async () => {
  await using sign = await entra()
  sign.tenant({ userConsent: false })
  sign.app({ client_id: 'web', admin_consent: [] })
  const account = accountAt(sign)
  const consent = () =>
    account.authenticate({ scopes: ['message_all'], handleConsent: sign.consents('bob@contoso.test') })
  await refused(consent(), {
    aadsts: 90094,
    error: 'access_denied',
    kind: AuthenticationError,
    who: 'administrator',
    advice: /admin consent link/,
  })
  const error: unknown = await consent().catch((reason: unknown) => reason)
  assert.ok(error instanceof OAuthError)
  const link = new URL(error.link ?? '')
  assert.equal(link.origin + link.pathname, `${sign.sandbox.issuer}/common/v2.0/adminconsent`)
  assert.equal(link.searchParams.get('client_id'), 'web')
  assert.equal(link.searchParams.get('scope'), `${GRAPH}/Mail.ReadWrite ${GRAPH}/Mail.Send`)
  assert.ok(error.advice.includes(link.href))
  sign.app({ client_id: 'web', admin_consent: [`${GRAPH}/Mail.ReadWrite`, `${GRAPH}/Mail.Send`] })
  assert.equal(await consent(), true)
})

test('AADSTS65001: a flow without a page, where nobody has consented', async () => {
  await using sign = await entra()
  sign.app({ client_id: 'native', admin_consent: [] })
  const options = { ...app, authFlowType: 'password', username: 'alice@contoso.test', password: 'pw+ &%=' } as const
  const account = accountAt(sign, undefined, options, 'native')
  await refused(account.authenticate({ scopes: ['Mail.Read'] }), {
    aadsts: 65001,
    error: 'invalid_grant',
    who: 'person',
    advice: /Neither the person nor an administrator/,
  })
})

test('AADSTS53003: Conditional Access blocks what was allowed when the person consented', async () => {
  await using sign = await entra()
  const account = await signedIn(sign)
  sign.tenant({ policies: [{ id: 'pol1cy', control: 'block', resource: GRAPH }] })
  sign.clock.advance(7200)
  await refused(account.source.token(), {
    aadsts: 53003,
    error: 'interaction_required',
    kind: TokenExpiredError,
    who: 'administrator',
    advice: /Conditional Access policy/,
    claims: /"capolids":\{"essential":true,"values":\["pol1cy"\]\}/,
  })
  // On the page the person is stopped there.
  const { url } = await account.getAuthorizationUrl({ scopes: ['basic'] })
  await assert.rejects(sign.sandbox.approve(url, { username: 'bob@contoso.test' }), /AADSTS53003/)
})

test('AADSTS50076: a second factor is wanted; its claims go to the page, where the person shows it', async () => {
  await using sign = await entra()
  const account = await signedIn(sign)
  sign.tenant({ policies: [{ id: 'mfa1', control: 'mfa' }] })
  sign.clock.advance(7200)
  const error = await refused(account.source.token(), {
    aadsts: 50076,
    error: 'invalid_grant',
    kind: TokenExpiredError,
    who: 'person',
    advice: /second factor/,
    claims: /mfa1/,
  })
  const params = { claims: error.claims ?? '' }
  await account.authenticate({ scopes: ['basic'], params, handleConsent: sign.consents('bob@contoso.test') })
  const page = sign.sandbox.journal.last({ endpoint: 'authorize' })
  assert.match(page?.query['claims'] ?? '', /mfa1/)
  assert.ok(await account.source.token())
})

test('AADSTS90002: a tenant that there is not', async () => {
  await using sign = await entra()
  const account = accountAt(sign, undefined, { ...app, tenantId: 'cantoso.test' })
  await refused(account.authenticate(), {
    aadsts: 90002,
    error: 'invalid_request',
    who: 'administrator',
    advice: /no such tenant in this cloud/,
  })
})

test('AADSTS700016: an app that there is not, or not in this tenant', async () => {
  await using sign = await entra()
  const expected = { aadsts: 700016, error: 'unauthorized_client', kind: InvalidCredentialsError } as const
  const advice = /no application with this client ID in this tenant/
  await refused(accountAt(sign, undefined, app, ['wep', SECRET]).authenticate(), { ...expected, advice })
  sign.app({ client_id: 'web', audience: 'AzureADMyOrg' })
  const elsewhere = accountAt(sign, undefined, { ...app, tenantId: FABRIKAM })
  await refused(elsewhere.authenticate(), { ...expected, advice })
  const { url } = await accountAt(sign, undefined, {}, ['wep', SECRET]).getAuthorizationUrl({ scopes: ['basic'] })
  await assert.rejects(sign.sandbox.approve(url), /AADSTS700016/)
})

test('AADSTS50011: a redirect URI that is not registered, on the page and at the token endpoint', async () => {
  await using sign = await entra()
  const account = accountAt(sign)
  const other = { scopes: ['basic'], redirectUri: 'https://app.contoso.test/elsewhere' }
  await assert.rejects(sign.sandbox.approve((await account.getAuthorizationUrl(other)).url), /AADSTS50011/)
  const { url, pending } = await account.getAuthorizationUrl({ scopes: ['basic'] })
  const callback = await sign.sandbox.approve(url, { username: 'bob@contoso.test' })
  const failing = account.requestToken(callback, { pending: { ...pending, redirect_uri: 'http://127.0.0.1/' } })
  await refused(failing, { aadsts: 50011, error: 'invalid_request', advice: /Copy it to the letter/ })
})

test('AADSTS70008: a code that came too late', async () => {
  await using sign = await entra()
  sign.sandbox.settings.lifetimes.code = 60
  const account = accountAt(sign)
  const { url, pending } = await account.getAuthorizationUrl({ scopes: ['basic'] })
  const callback = await sign.sandbox.approve(url, { username: 'bob@contoso.test' })
  sign.clock.advance(61)
  await refused(account.requestToken(callback, { pending }), {
    aadsts: 70008,
    error: 'invalid_grant',
    who: 'person',
    advice: /Connect the account again/,
  })
})

test('AADSTS54005: a code that was used before', async () => {
  await using sign = await entra()
  const account = accountAt(sign)
  const { url, pending } = await account.getAuthorizationUrl({ scopes: ['basic'] })
  const callback = await sign.sandbox.approve(url, { username: 'bob@contoso.test' })
  await account.requestToken(callback, { pending })
  // Somebody else, with the same pending authorization.
  const again = accountAt(sign).requestToken(callback, { pending: JSON.parse(JSON.stringify(pending)) })
  await refused(again, { aadsts: 54005, error: 'invalid_grant', who: 'person', advice: /used twice/ })
})

test('AADSTS501481: a code whose verifier is another one', async () => {
  await using sign = await entra()
  const account = accountAt(sign)
  const { url, pending } = await account.getAuthorizationUrl({ scopes: ['basic'] })
  const callback = await sign.sandbox.approve(url, { username: 'bob@contoso.test' })
  const failing = account.requestToken(callback, { pending: { ...pending, code_verifier: 'v'.repeat(43) } })
  await refused(failing, { aadsts: 501481, error: 'invalid_grant', advice: /another place than it began/ })
})

test('AADSTS700082 and AADSTS50173: a refresh token that was left alone for 90 days, and one that was revoked', async () => {
  await using sign = await entra()
  const unused = await signedIn(sign)
  sign.clock.advance(91 * 86_400)
  await refused(unused.source.token(), {
    aadsts: 700082,
    error: 'invalid_grant',
    kind: TokenExpiredError,
    advice: /not used for so long/,
  })
  const revoked = await signedIn(sign)
  await sign.sandbox.revokeGrant('AAAbob')
  sign.clock.advance(7200)
  await refused(revoked.source.token(), {
    aadsts: 50173,
    error: 'invalid_grant',
    kind: TokenExpiredError,
    advice: /password was changed or reset/,
  })
  assert.equal(await revoked.isAuthenticated(), false)
})

test('AADSTS50126 and AADSTS9001023: a wrong password, and a tenant that is none', async () => {
  await using sign = await entra()
  const options = { ...app, authFlowType: 'password', username: 'alice@contoso.test', password: 'no' } as const
  await refused(accountAt(sign, undefined, options, 'native').authenticate({ scopes: ['basic'] }), {
    aadsts: 50126,
    error: 'invalid_grant',
    kind: InvalidCredentialsError,
    advice: /User name or password is wrong/,
  })
  const raw = await fetch(`${sign.sandbox.url}/common/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: 'native',
      grant_type: 'password',
      username: 'a',
      password: 'b',
      scope: 'User.Read',
    }),
  })
  assert.deepEqual(((await raw.json()) as { error_codes: number[] }).error_codes, [9001023])
})

test('AADSTS50020: somebody of another tenant who is no guest is told on the page', async () => {
  await using sign = await entra()
  const account = accountAt(sign, undefined, { tenantId: FABRIKAM })
  const { url } = await account.getAuthorizationUrl({ scopes: ['basic'] })
  await assert.rejects(sign.sandbox.approve(url, { username: 'bob@contoso.test' }), /AADSTS50020.*bob@contoso\.test/)
})

test('AADSTS500131: a token that is passed on and was meant for somebody else', async () => {
  await using sign = await entra()
  const { access_token } = await (await signedIn(sign)).source.token()
  const { errorAdvice } = await import('@evergrant/providers')
  const advice = await errorAdvice(sign.definition.id)
  const provider = resolveProvider({ ...sign.definition, ...(advice && { advice }) }, { tenant: TENANT })
  const client = defineClient({ provider, client_id: 'web', client_secret: SECRET, http: { clock: sign.clock } })
  const flow = onBehalfOfFlow({ assertion: access_token, scope: `${GRAPH}/User.Read` })
  await refused(tokenSource('obo', { client, store: memoryStore(), flow }).token(), {
    aadsts: 500131,
    error: 'invalid_grant',
    who: 'developer',
    advice: /token of this application/,
  })
})

test('every refusal has the documented shape: numbers, ids and time as fields and in the description', async () => {
  await using sign = await entra()
  const correlation = 'fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7'
  const response = await fetch(`${sign.sandbox.url}/${TENANT}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'client-request-id': correlation },
    body: new URLSearchParams({
      client_id: 'web',
      grant_type: 'client_credentials',
      client_secret: 'no',
      scope: `${GRAPH}/.default`,
    }),
  })
  assert.equal(response.status, 401)
  const told = (await response.json()) as Record<string, string>
  assert.deepEqual(Object.keys(told).sort(), [
    'correlation_id',
    'error',
    'error_codes',
    'error_description',
    'error_uri',
    'timestamp',
    'trace_id',
  ])
  assert.equal(told['correlation_id'], correlation)
  assert.match(told['timestamp'] ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/)
  assert.match(told['error_uri'] ?? '', /\/error\?code=7000215$/)
  const { error_description, trace_id, timestamp } = told
  assert.ok(error_description?.startsWith('AADSTS7000215: Invalid client secret provided.'))
  assert.ok(error_description?.endsWith(`Trace ID: ${trace_id} Correlation ID: ${correlation} Timestamp: ${timestamp}`))
})
