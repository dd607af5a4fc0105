import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '@evergrant/core'
import { type ConnectorOptions, OAuth2Connector, type OAuth2Settings } from '@evergrant/microsoft365/ews'
import { type Entra, entra, SECRET, TENANT } from './support/entra.ts'

// One store and several connectors: nobody gets a token of another person or for another API.

const EXCHANGE = 'https://outlook.office365.com'
const GRAPH = 'https://graph.microsoft.com'
const web = { client_id: 'web', client_secret: SECRET, tenant_id: TENANT }
const app = { ...web, oauth2_authorization_type: 'backend_app_flow' } as const
const person = {
  ...web,
  oauth2_authorization_type: 'auth_code_grant',
  redirect_uri: 'http://127.0.0.1/callback',
  oauth2_scope: 'EWS.AccessAsUser.All',
} as const
const versions = ['v1', 'v2'] as const

interface Claims {
  readonly aud?: string
  readonly upn?: string
  readonly scp?: string
}

async function claims(source: OAuth2Connector): Promise<Claims> {
  const { access_token } = await source.token()
  return JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()) as Claims
}

function connectorAt(
  { definition, clock }: Entra,
  endpointVersion: 'v1' | 'v2',
  settings: OAuth2Settings,
  more: ConnectorOptions = {},
): OAuth2Connector {
  const providers = { [endpointVersion]: definition }
  return new OAuth2Connector(settings, { providers, http: { clock }, endpointVersion, ...more })
}

for (const version of versions) {
  test(`[#12] programs with another resource or scope in one store get a token for that one at ${version}`, async () => {
    await using sign = await entra(version)
    const store = memoryStore()
    const of = (settings: OAuth2Settings): OAuth2Connector => connectorAt(sign, version, settings, { store })
    const asked: readonly (readonly [OAuth2Settings, string])[] = [
      [{ ...app, resource: EXCHANGE }, EXCHANGE],
      [{ ...app, resource: GRAPH }, GRAPH],
      [{ ...app, scope: 'https://api.contoso.test/.default' }, 'https://api.contoso.test'],
      // A scope that names its API is for that API, at both endpoints.
      [{ ...app, scope: `${GRAPH}/.default` }, GRAPH],
      [{ ...app, scope: [`${EXCHANGE}/.default`] }, EXCHANGE],
    ]
    for (const _ of [1, 2]) for (const [settings, aud] of asked) assert.equal((await claims(of(settings))).aud, aud)
    assert.equal(sign.sandbox.journal.count({ endpoint: 'token' }), 3)
  })

  test(`[#12] a bare EWS.AccessAsUser.All is Exchange's at ${version}`, async () => {
    await using sign = await entra(version)
    const { aud, scp } = await claims(connectorAt(sign, version, person, { prompt: sign.consents('bob@contoso.test') }))
    assert.equal(aud, EXCHANGE)
    if (version === 'v2') assert.match(scp ?? '', /EWS\.AccessAsUser\.All/)
  })

  test(`[#12] people who are named in one store have a grant each at ${version}, and another one's consent is refused`, async () => {
    await using sign = await entra(version)
    const store = memoryStore()
    const of = (username: string, consenting: string): OAuth2Connector =>
      connectorAt(sign, version, { ...person, username }, { store, prompt: sign.consents(consenting) })
    const alice = of('alice@contoso.test', 'Alice@contoso.test')
    assert.equal((await claims(alice)).upn?.toLowerCase(), 'alice@contoso.test')
    await assert.rejects(of('bob@contoso.test', 'Alice@contoso.test').token(), {
      code: 'WRONG_ACCOUNT',
      message: /Alice@contoso\.test consented, and this connector is for bob@contoso\.test/,
    })
    const page = sign.sandbox.journal.last({ endpoint: 'authorize' })
    assert.equal(page?.query['login_hint'], 'bob@contoso.test')
    assert.equal((await claims(of('bob@contoso.test', 'bob@contoso.test'))).upn, 'bob@contoso.test')
    assert.equal((await claims(of('ALICE@contoso.test', 'nobody'))).upn?.toLowerCase(), 'alice@contoso.test')
  })
}

test('[#12] a web application that names a person refuses the consent of another one', async () => {
  await using sign = await entra()
  const connector = connectorAt(sign, 'v2', { ...person, username: 'bob@contoso.test' })
  const wrong = await connector.getAuthorizationUrl()
  const callback = await sign.sandbox.approve(wrong.url, { username: 'Alice@contoso.test' })
  await assert.rejects(connector.requestToken(callback, wrong), { code: 'WRONG_ACCOUNT' })
  await assert.rejects(connector.token(), { who: 'person' })
  const { url, pending } = await connector.getAuthorizationUrl()
  await connector.requestToken(await sign.sandbox.approve(url, { username: 'bob@contoso.test' }), { pending })
  assert.equal((await claims(connector)).upn, 'bob@contoso.test')
})

test('[#12] a permission that nobody consented to yet is asked for, although a token of that API is there', async () => {
  await using sign = await entra()
  const store = memoryStore()
  let prompts = 0
  const prompt = (url: string): Promise<string> => {
    prompts += 1
    return sign.consents('bob@contoso.test')(url)
  }
  const of = (...oauth2_scope: string[]): OAuth2Connector =>
    connectorAt(sign, 'v2', { ...person, oauth2_scope }, { store, prompt })
  await of('EWS.AccessAsUser.All').token()
  await of('EWS.AccessAsUser.All', 'IMAP.AccessAsUser.All').token()
  await of('IMAP.AccessAsUser.All').token()
  assert.equal(prompts, 2)
})

test('[#12] settings that name several APIs are refused at once', () => {
  const several: readonly OAuth2Settings[] = [
    { ...app, resource: EXCHANGE, scope: `${GRAPH}/.default` },
    { ...app, scope: [`${EXCHANGE}/.default`, `${GRAPH}/.default`] },
  ]
  for (const settings of several)
    assert.throws(() => new OAuth2Connector(settings), {
      code: 'INVALID_ARGUMENT',
      message: /several: https:\/\/outlook\.office365\.com, https:\/\/graph\.microsoft\.com/,
    })
})
