import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  adminConsentUrl,
  beginAuthorization,
  claimsChallenge,
  clientCredentialsFlow,
  defineClient,
  firstSuccess,
  isOAuthError,
  memoryStore,
  type Provider,
  tokenSource,
} from '@evergrant/core'
import { errorAdvice, provider, providerVersions } from '@evergrant/providers'
import { type RunningSandbox, startSandbox } from '@evergrant/sandbox'
import { aadsts, microsoftHabits } from './imitations/microsoft.ts'
import { redirect_uri, type World, world } from './quirks/journey.ts'

const TENANT = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
const OTHER = '99990000-0000-4000-8000-000000000000'

/** The provider as it is, at the sandbox's address. */
function at(sandbox: RunningSandbox, of: Provider): Provider {
  const { device_authorization_endpoint: _, jwks_uri: __, ...rest } = of
  return { ...rest, token_endpoint: `${sandbox.issuer}/token`, authorization_endpoint: `${sandbox.issuer}/authorize` }
}

test('[#17] v1.0 has its own addresses and asks with a resource', async () => {
  const v1 = await provider('microsoft-v1', { tenant: 'contoso.com' })
  assert.equal(v1.authorization_endpoint, 'https://login.microsoftonline.com/contoso.com/oauth2/authorize')
  assert.equal(v1.token_endpoint, 'https://login.microsoftonline.com/contoso.com/oauth2/token')
  const client = defineClient({ provider: v1, client_id: 'c', client_auth: 'none' })
  const { url } = await beginAuthorization(client, { grant: 'a', redirect_uri })
  assert.equal(new URL(url).searchParams.get('resource'), 'https://outlook.office365.com')
  assert.equal(new URL(url).searchParams.has('scope'), false)
})

test('[#18] v2.0 has its own addresses and asks with scopes, among them those that bring a refresh token', async () => {
  const v2 = await provider('microsoft', { tenant: 'contoso.com' })
  const client = defineClient({ provider: v2, client_id: 'c', client_auth: 'none' })
  const scope = 'https://outlook.office365.com/EWS.AccessAsUser.All'
  const { url } = await beginAuthorization(client, { grant: 'a', redirect_uri, scope })
  const { origin, pathname, searchParams } = new URL(url)
  assert.equal(origin + pathname, 'https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize')
  assert.equal(searchParams.get('scope'), `openid profile email ${scope} offline_access`)
  assert.equal(searchParams.has('resource'), false)
})

test('[#19] auto asks v1.0, then v2.0, once each, and tells both refusals', async () => {
  await using sandbox = await startSandbox({ clients: [{ client_id: 'app', client_secret: 'right' }] })
  const versions = await providerVersions('microsoft', 'auto', {
    tenant: TENANT,
    resource: 'https://outlook.office365.com',
  })
  assert.deepEqual(
    versions.map(({ name }) => name),
    ['v1', 'v2'],
  )
  const ask = (secret: string) =>
    firstSuccess(
      versions.map(({ name, provider: of }) => ({
        name,
        run: () => {
          const client = defineClient({ provider: at(sandbox, of), client_id: 'app', client_secret: secret })
          return tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow() }).token()
        },
      })),
    )
  assert.ok((await ask('right')).access_token)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 1)
  sandbox.fault({
    match: { endpoint: 'token' },
    status: 400,
    body: aadsts(700016, 'unauthorized_client', 'No such app.'),
  })
  assert.ok((await ask('right')).access_token)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 3)
  sandbox.configure({ imitate: { habits: microsoftHabits } })
  await assert.rejects(ask('wrong'), (error) => {
    assert.ok(isOAuthError(error))
    assert.match(error.message, /v1: .*AADSTS7000215.* \| v2: .*AADSTS7000215/)
    assert.match(error.advice, /secret ID/)
    return true
  })
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 5)
})

test('[#21] an app asks for .default of the API, whatever scope of people is named; a person for the scope itself', async () => {
  await using sandbox = await startSandbox({
    clients: [{ client_id: 'app', client_secret: 's', scope: 'https://outlook.office365.com/.default' }],
  })
  const of = at(sandbox, await provider('microsoft', { tenant: TENANT }))
  const client = defineClient({ provider: of, client_id: 'app', client_secret: 's' })
  const flow = clientCredentialsFlow({ scope: 'https://outlook.office365.com/EWS.AccessAsUser.All' })
  const { scope } = await tokenSource('app', { client, store: memoryStore(), flow }).token()
  assert.equal(scope, 'https://outlook.office365.com/.default')
})

test('[#22] an app without a real tenant is refused before anything is sent, with an example', async () => {
  for (const tenant of ['common', 'organizations', 'consumers']) {
    const client = defineClient({
      provider: await provider('microsoft', { tenant }),
      client_id: 'a',
      client_secret: 's',
    })
    const source = tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow() })
    await assert.rejects(source.token(), { code: 'INVALID_PARAMETER', outcome: 'not_sent', message: /contoso/ })
  }
})

test('[#23] every cloud signs people in at hosts of its own, and an authority can be given', async () => {
  const hosts = async (id: string, values = {}) => {
    const of = await provider(id, { tenant: TENANT, ...values })
    const all = [of.authorization_endpoint, of.token_endpoint, of.device_authorization_endpoint, of.jwks_uri]
    assert.equal(new Set([...all, of.admin_consent_endpoint].map((one) => new URL(one ?? '').host)).size, 1, id)
    return [new URL(of.token_endpoint ?? '').host, new URL(of.userinfo_endpoint ?? '').host]
  }
  assert.deepEqual(await hosts('microsoft-us-government'), ['login.microsoftonline.us', 'graph.microsoft.us'])
  assert.deepEqual(await hosts('microsoft-us-government-dod'), ['login.microsoftonline.us', 'dod-graph.microsoft.us'])
  assert.deepEqual(await hosts('microsoft-china'), [
    'login.partner.microsoftonline.cn',
    'microsoftgraph.chinacloudapi.cn',
  ])
  assert.deepEqual(await hosts('microsoft-custom-authority', { authority: 'login.example.com' }), [
    'login.example.com',
    'graph.microsoft.com',
  ])
  await assert.rejects(provider('microsoft-custom-authority', { authority: 'evil.com/' }), {
    code: 'INVALID_PARAMETER',
  })
  const adfs = await provider('adfs', { domain: 'fs.example.com', resource: 'https://api.example.com' })
  assert.deepEqual(adfs.token_params, { resource: 'https://api.example.com' })
  assert.equal((await provider('adfs', { domain: 'fs.example.com' })).token_params?.['resource'], undefined)
})

/** A world where the id_token names an issuer of this kind. */
async function tenants(issuer: (origin: string) => Partial<Provider>): Promise<World> {
  return world(
    {
      definition: (origin) => ({ ...issuer(origin), jwks_uri: `${origin}/jwks` }),
      request: { scope: 'openid' },
      faults: [],
    },
    true,
  )
}

test('[#60] an issuer that differs by tenant is the one of the tenant that the id_token names, and of the one that was asked', async () => {
  const consent = async (asked: string, claims: Record<string, unknown>, iss: (origin: string) => string) => {
    await using of = await tenants((origin) => ({
      issuer: `${origin}/{tenantid}/v2.0`,
      issuer_rule: 'tenant',
      issuer_tenant: asked,
    }))
    of.sandbox.fault({ match: { endpoint: 'token' }, claims: { ...claims, iss: iss(of.sandbox.issuer) } })
    return (await of.consent()).subject?.iss.replace(of.sandbox.issuer, '')
  }
  const own = (origin: string): string => `${origin}/${TENANT}/v2.0`
  assert.equal(await consent('common', { tid: TENANT }, own), `/${TENANT}/v2.0`)
  assert.equal(await consent('contoso.com', { tid: TENANT }, own), `/${TENANT}/v2.0`)
  assert.equal(await consent(TENANT.toUpperCase(), { tid: TENANT }, own), `/${TENANT}/v2.0`)
  const refused = { code: 'ID_TOKEN_INVALID' }
  await assert.rejects(consent('common', { tid: OTHER }, own), refused)
  await assert.rejects(consent('common', {}, own), refused)
  await assert.rejects(consent(OTHER, { tid: TENANT }, own), refused)
})

test('[#60] B2C names its tenant by number, with or without the user flow, and no other host', async () => {
  const of = await provider('azure-ad-b2c', {
    domain: 'contoso.b2clogin.com',
    tenant: 'contoso.onmicrosoft.com',
    policy: 'B2C_1_signin',
  })
  const takes = new RegExp(`^(?:${of.issuer_pattern})$`)
  assert.match(`https://contoso.b2clogin.com/${TENANT}/v2.0/`, takes)
  assert.match(`https://contoso.b2clogin.com/tfp/${TENANT}/b2c_1_signin/v2.0/`, takes)
  assert.doesNotMatch(`https://other.b2clogin.com/${TENANT}/v2.0/`, takes)
  assert.match(of.token_endpoint ?? '', /contoso\.onmicrosoft\.com\/B2C_1_signin\/oauth2\/v2\.0\/token$/)
})

test('[#25] without a redirect URI the page for native programs serves; one that Microsoft would not take is refused', async () => {
  const client = defineClient({ provider: await provider('microsoft'), client_id: 'c', client_auth: 'none' })
  const { pending } = await beginAuthorization(client, { grant: 'a' })
  assert.equal(pending.redirect_uri, 'https://login.microsoftonline.com/common/oauth2/nativeclient')
  for (const taken of ['http://localhost:8400/x', 'http://127.0.0.1:8400', 'https://a.example/cb', 'msalc://auth'])
    assert.equal((await beginAuthorization(client, { grant: 'a', redirect_uri: taken })).pending.redirect_uri, taken)
  for (const wrong of ['http://[::1]:8400/', 'https://*.example.com/cb'])
    await assert.rejects(beginAuthorization(client, { grant: 'a', redirect_uri: wrong }), {
      code: 'REDIRECT_URI_MISMATCH',
    })
  // No provider takes this one.
  await assert.rejects(beginAuthorization(client, { grant: 'a', redirect_uri: 'https://a.example/cb#x' }), {
    code: 'INVALID_ARGUMENT',
  })
})

test('a single-page application sends its origin with every token request, and nobody else does', async () => {
  for (const spa_origin of [undefined, 'https://app.example.com']) {
    const { token_request } = await provider('microsoft', { spa_origin })
    await using of = await world({ ...(token_request && { definition: () => ({ token_request }) }) }, true)
    await of.consent()
    of.clock.advance(3601)
    await of.source.token()
    const sent = of.sandbox.journal.where({ endpoint: 'token' }).map(({ headers }) => headers['origin'])
    assert.deepEqual(sent, [spa_origin, spa_origin])
  }
})

test('login_hint and domain_hint go to the sign-in page, and the claims of an API’s challenge too', async () => {
  const client = defineClient({ provider: await provider('microsoft'), client_id: 'c', client_auth: 'none' })
  const claims = '{"access_token":{"acrs":{"essential":true,"value":"cp1"}}}'
  const header = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="${btoa(claims).replace(/=+$/, '')}"`
  const challenge = claimsChallenge(header)
  assert.equal(challenge, claims)
  const options = { grant: 'a', redirect_uri, login_hint: 'alice@contoso.com', params: { domain_hint: 'contoso.com' } }
  const asked = new URL((await beginAuthorization(client, { ...options, claims: challenge })).url).searchParams
  assert.deepEqual(
    [asked.get('login_hint'), asked.get('domain_hint'), asked.get('claims')],
    ['alice@contoso.com', 'contoso.com', claims],
  )
  for (const none of [null, 'Bearer error="invalid_token"', 'Bearer claims="%%%"', 'Bearer claims="MTIz"'])
    assert.equal(claimsChallenge(none), undefined)
})

test('an administrator gets a link that allows the client for everybody, at the cloud of the tenant', async () => {
  const client = async (id: string, tenant: string) =>
    defineClient({ provider: await provider(id, { tenant }), client_id: 'my client', client_auth: 'none' })
  const url = new URL(adminConsentUrl(await client('microsoft', TENANT), { redirect_uri, state: 'x' }))
  assert.equal(url.origin + url.pathname, `https://login.microsoftonline.com/${TENANT}/v2.0/adminconsent`)
  assert.deepEqual(Object.fromEntries(url.searchParams), { client_id: 'my client', redirect_uri, state: 'x' })
  assert.match(
    adminConsentUrl(await client('microsoft-us-government', TENANT)),
    /^https:\/\/login\.microsoftonline\.us\//,
  )
  const none = defineClient({ provider: await provider('notion'), client_id: 'c', client_secret: 's' })
  assert.throws(() => adminConsentUrl(none), { code: 'NOT_SUPPORTED' })
})

test('every Microsoft cloud comes with the knowledge about AADSTS codes', async () => {
  const known = await errorAdvice('microsoft')
  for (const id of ['microsoft-v1', 'microsoft-china', 'microsoft-us-government', 'microsoft-us-government-dod'])
    assert.deepEqual(await errorAdvice(id), known)
})
