import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import {
  ConfidentialClientApplication,
  CryptoProvider,
  InteractionRequiredAuthError,
  PublicClientApplication,
} from '@azure/msal-node'
import {
  beginDeviceAuthorization,
  type Client,
  type ClientOptions,
  defineClient,
  isOAuthError,
  memoryStore,
  onBehalfOfFlow,
  PrivateKeyJwt,
  type ProviderDefinition,
  pollDeviceAuthorization,
  resolveProvider,
  signingKeyFromPem,
  tokenSource,
} from '@evergrant/core'
import { Account, type AccountOptions, Protocol } from '@evergrant/microsoft365'
import { errorAdvice, providerDefinition } from '@evergrant/providers'
import { createSandbox, type EntraDirectory, type Sandbox } from '@evergrant/sandbox'
import { appCertificate, serverCertificate, withoutOpenssl } from './support/certificates.ts'
import { contoso, people, SECRET, TENANT, withKey } from './support/entra.ts'

// MSAL Node, unmodified and over its own network client, and Evergrant, against one emulator with one configuration.
// MSAL demands https, so the emulator stands behind TLS, with a certificate of an authority that this process trusts.

const skip = withoutOpenssl
const scopes = ['https://graph.microsoft.com/User.Read']
const redirectUri = 'http://localhost:8400/callback'
const API = 'api://web'

const certificate = skip ? undefined : appCertificate()
let origin = ''
let sandbox: Sandbox
const trusted = getCACertificates('default')
const server = createServer((request, response) => void sandbox.handle(request, response))

before(async () => {
  if (skip) return
  const { ca, ...own } = serverCertificate()
  setDefaultCACertificates([...trusted, ca])
  server.setSecureContext(own)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `https://localhost:${(server.address() as AddressInfo).port}`
  sandbox = createSandbox({ issuer: origin, users: people, state: withKey, deviceInterval: 1, entra: directory() })
})

after(() => {
  setDefaultCACertificates(trusted)
  server.close()
  server.closeAllConnections()
})

/** A web app with a secret, the same with a certificate, and a native one that may use the web app's API. */
function directory(): EntraDirectory {
  const { apps, ...rest } = contoso(origin)
  const [web, native] = apps
  assert.ok(web && native)
  const redirect_uris = ['http://localhost/callback']
  const certificates = certificate === undefined ? [] : [certificate.cert]
  const certified = { ...web, client_id: 'certified', secrets: [], certificates, redirect_uris }
  return { ...rest, apps: [{ ...web, redirect_uris }, { ...native, redirect_uris }, certified] }
}

const at = (tenant: string) => ({ authority: `${origin}/${tenant}`, knownAuthorities: [new URL(origin).host] })
const confidential = (more: object = { clientSecret: SECRET }, clientId = 'web') =>
  new ConfidentialClientApplication({ auth: { clientId, ...at(TENANT), ...more } })
const msalCertificate = () => ({
  clientCertificate: {
    thumbprintSha256: thumbprint256(certificate?.cert ?? ''),
    privateKey: certificate?.key ?? '',
  },
})

function thumbprint256(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '')
}

async function ours(
  client_id: string,
  authentication: Pick<ClientOptions, 'client_secret' | 'client_auth'>,
): Promise<Client> {
  return defineClient({
    provider: resolveProvider(await definition(), { tenant: TENANT }),
    client_id,
    ...authentication,
  })
}

/** The catalogue's entry at the emulator; Graph stays where it is, for it is only named. */
async function definition(): Promise<ProviderDefinition> {
  const advice = await errorAdvice('microsoft')
  const entry = JSON.stringify({ ...(await providerDefinition('microsoft')), advice })
  return JSON.parse(entry.replaceAll('https://login.microsoftonline.com', origin))
}

const consents = async (url: string): Promise<string> => sandbox.approve(url, { username: 'Alice@contoso.test' })

const account = async (credentials: ConstructorParameters<typeof Account>[0], more: AccountOptions = {}) =>
  new Account(credentials, { provider: await definition(), tenantId: TENANT, ...more })

/** Who a token is for and from, as the API sees it. */
function claims(token: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from((token ?? '').split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}

/** Both tokens say the same: the same app, person, permissions, audience and tenant. */
function assertAlike(theirs: string | undefined, own: string): void {
  const same = (token: string | undefined): unknown[] => {
    const { aud, iss, appid, upn, scp, tid, idtyp } = claims(token)
    return [aud, iss, appid, upn, scp, tid, idtyp]
  }
  assert.deepEqual(same(own), same(theirs))
}

test('client credentials with a secret', { skip }, async () => {
  const result = await confidential().acquireTokenByClientCredential({
    scopes: ['https://graph.microsoft.com/.default'],
  })
  const app = await account(['web', SECRET], { authFlowType: 'credentials' })
  await app.authenticate()
  const { access_token } = await app.source.token()
  assertAlike(result?.accessToken, access_token)
  assert.equal(claims(access_token)['idtyp'], 'app')
})

test('client credentials with a certificate', { skip }, async () => {
  const msal = confidential(msalCertificate(), 'certified')
  const result = await msal.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] })
  const key = await signingKeyFromPem(certificate?.key ?? '', { certificate: certificate?.cert ?? '' })
  const app = await account(['certified', PrivateKeyJwt(key)], { authFlowType: 'credentials' })
  await app.authenticate()
  assertAlike(result?.accessToken, (await app.source.token()).access_token)
  const [theirs, own] = sandbox.journal.where({ endpoint: 'token', client_id: 'certified' })
  for (const request of [theirs, own]) assert.ok(request?.form['client_assertion'])
})

test('authorization code with PKCE, then a refresh that is forced', { skip }, async () => {
  const msal = confidential()
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes()
  const request = { scopes, redirectUri }
  const url = await msal.getAuthCodeUrl({ ...request, codeChallenge: challenge, codeChallengeMethod: 'S256' })
  const code = new URL(await consents(url)).searchParams.get('code') ?? ''
  const first = await msal.acquireTokenByCode({ ...request, code, codeVerifier: verifier })
  assert.equal(first?.account?.username, 'Alice@contoso.test')
  assert.ok(first?.account)
  const second = await msal.acquireTokenSilent({ account: first.account, scopes, forceRefresh: true })
  assert.notEqual(second?.accessToken, first.accessToken)
  assert.equal(second?.fromCache, false)
  assert.equal(sandbox.journal.last({ grant_type: 'refresh_token' })?.outcome?.status, 200)

  const own = await account(['web', SECRET])
  assert.equal(await own.authenticate({ scopes: ['User.Read'], redirectUri, handleConsent: consents }), true)
  assert.equal(own.username, first.account.username)
  const before = (await own.source.token()).access_token
  assertAlike(first.accessToken, before)
  await own.connection.refreshToken({ force: true })
  const after = (await own.source.token()).access_token
  assert.notEqual(after, before)
  assertAlike(second?.accessToken, after)
})

test('a public client: authorization code with PKCE, without a secret', { skip }, async () => {
  const msal = new PublicClientApplication({ auth: { clientId: 'native', ...at('common') } })
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes()
  const request = { scopes, redirectUri }
  const url = await msal.getAuthCodeUrl({ ...request, codeChallenge: challenge, codeChallengeMethod: 'S256' })
  const code = new URL(await consents(url)).searchParams.get('code') ?? ''
  const result = await msal.acquireTokenByCode({ ...request, code, codeVerifier: verifier })
  const own = await account('native', { authFlowType: 'public', tenantId: 'common' })
  await own.authenticate({ scopes: ['User.Read'], redirectUri, handleConsent: consents })
  assertAlike(result?.accessToken, (await own.source.token()).access_token)
})

test('device code', { skip }, async () => {
  const msal = new PublicClientApplication({ auth: { clientId: 'native', ...at(TENANT) } })
  // The person answers before the first poll, so that nobody waits.
  let answering: Promise<unknown> | undefined
  const answers = (page: string, code: string) => {
    answering = consents(`${page}?${new URLSearchParams({ user_code: code })}`)
  }
  const result = await msal.acquireTokenByDeviceCode({
    scopes,
    deviceCodeCallback: ({ verificationUri, userCode, message }) => {
      assert.match(message, new RegExp(userCode))
      answers(verificationUri, userCode)
    },
  })
  await answering
  assert.equal(result?.account?.username, 'Alice@contoso.test')

  const client = await ours('native', { client_auth: 'none' })
  const pending = await beginDeviceAuthorization(client, { grant: 'device', scope: scopes })
  answers(pending.verification_uri, pending.user_code)
  await answering
  const store = memoryStore()
  const grant = await pollDeviceAuthorization(client, { pending, store })
  assert.equal(grant.subject?.username, 'Alice@contoso.test')
  assertAlike(result?.accessToken, (await tokenSource('device', { client, store }).token()).access_token)
})

test('device code: a person who declines', { skip }, async () => {
  const msal = new PublicClientApplication({ auth: { clientId: 'native', ...at(TENANT) } })
  let answering: Promise<unknown> | undefined
  const denies = (page: string, code: string) => {
    answering = sandbox.deny(`${page}?${new URLSearchParams({ user_code: code })}`)
  }
  const deviceCodeCallback = (asked: { verificationUri: string; userCode: string }) =>
    denies(asked.verificationUri, asked.userCode)
  await assert.rejects(msal.acquireTokenByDeviceCode({ scopes, deviceCodeCallback }), /authorization_declined/)
  await answering
  const client = await ours('native', { client_auth: 'none' })
  const pending = await beginDeviceAuthorization(client, { grant: 'declined', scope: scopes })
  denies(pending.verification_uri, pending.user_code)
  await answering
  const store = memoryStore()
  await assert.rejects(pollDeviceAuthorization(client, { pending, store }), { code: 'ACCESS_DENIED', who: 'person' })
})

test('on behalf of: a service passes on the token that it was called with', { skip }, async () => {
  const caller = await account('native', {
    authFlowType: 'public',
    protocol: new Protocol({ protocolUrl: 'https://web.contoso.test/', scopePrefix: `${API}/` }),
  })
  await caller.authenticate({ scopes: [`${API}/access_as_user`], redirectUri, handleConsent: consents })
  const { access_token: assertion } = await caller.source.token()
  assert.equal(claims(assertion)['aud'], API)
  const result = await confidential().acquireTokenOnBehalfOf({ oboAssertion: assertion, scopes })
  const client = await ours('web', { client_secret: SECRET })
  const flow = onBehalfOfFlow({ assertion, scope: scopes })
  const { access_token } = await tokenSource('obo', { client, store: memoryStore(), flow }).token()
  assertAlike(result?.accessToken, access_token)
  assert.equal(claims(access_token)['upn'], 'Alice@contoso.test')
})

test('user name and password', { skip }, async () => {
  const msal = new PublicClientApplication({ auth: { clientId: 'native', ...at(TENANT) } })
  const person = { username: 'Alice@contoso.test', password: 'pw+ &%=' }
  const result = await msal.acquireTokenByUsernamePassword({ scopes, ...person })
  const own = await account('native', { authFlowType: 'password', ...person })
  await own.authenticate({ scopes: ['User.Read'] })
  assertAlike(result?.accessToken, (await own.source.token()).access_token)
})

test('both are refused alike: a wrong secret, and a second factor with its claims', { skip }, async () => {
  const wrong = confidential({ clientSecret: 'no' })
  await assert.rejects(
    wrong.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] }),
    /7000215/,
  )
  await assert.rejects((await account(['web', 'no'], { authFlowType: 'credentials' })).authenticate(), /AADSTS7000215/)
  const { tenants, ...rest } = directory()
  const policies = [{ id: 'mfa1', control: 'mfa' as const }]
  sandbox.configure({ entra: { tenants: tenants.map((tenant) => ({ ...tenant, policies })), ...rest } })
  try {
    const msal = new PublicClientApplication({ auth: { clientId: 'native', ...at(TENANT) } })
    const person = { username: 'Alice@contoso.test', password: 'pw+ &%=' }
    await assert.rejects(msal.acquireTokenByUsernamePassword({ scopes, ...person }), (error: unknown) => {
      assert.ok(error instanceof InteractionRequiredAuthError)
      assert.match(error.claims, /mfa1/)
      return true
    })
    const own = await account('native', { authFlowType: 'password', ...person })
    await assert.rejects(own.authenticate({ scopes: ['User.Read'] }), (error: unknown) => {
      assert.ok(isOAuthError(error) && error.class === 'consent')
      assert.match(error.claims ?? '', /mfa1/)
      return true
    })
  } finally {
    sandbox.configure({ entra: directory() })
  }
})

test('instance discovery tells which hosts stand for the authority, and knows of no other tenant', {
  skip,
}, async () => {
  const ask = (tenant: string) => {
    const authorization_endpoint = `${origin}/${tenant}/oauth2/v2.0/authorize`
    const query = new URLSearchParams({ 'api-version': '1.1', authorization_endpoint })
    return fetch(`${origin}/common/discovery/instance?${query}`)
  }
  const { metadata, tenant_discovery_endpoint } = (await (await ask(TENANT)).json()) as {
    metadata: { aliases: string[] }[]
    tenant_discovery_endpoint: string
  }
  assert.deepEqual(metadata[0]?.aliases, [new URL(origin).host])
  const document = (await (await fetch(tenant_discovery_endpoint)).json()) as Record<string, string>
  assert.equal(document['issuer'], `${origin}/${TENANT}/v2.0`)
  assert.match(await (await ask('cantoso.test')).text(), /AADSTS90002/)
})
