import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  consoleConsent,
  InvalidCredentialsError,
  memoryStore,
  OAuthError,
  PrivateKeyJwt,
  signingKeyFromPem,
} from '@evergrant/core'
import { loopbackConsent, signingKeyFromPfx } from '@evergrant/core/node'
import { anchorHeaders, ewsClient, OAuth2Connector, type OAuth2Settings } from '@evergrant/microsoft365/ews'
import { startSandboxExchange } from '@evergrant/sandbox'
import { appCertificate, withoutOpenssl } from './support/certificates.ts'
import { type Entra, entra, SECRET, TENANT } from './support/entra.ts'
import { is } from './support/kinds.ts'

const EWS_SCOPE = 'https://outlook.office365.com/EWS.AccessAsUser.All'
const redirect_uri = 'http://127.0.0.1/callback'
const web = { client_id: 'web', client_secret: SECRET, tenant_id: TENANT }
const person = { username: 'alice@contoso.test', password: 'pw+ &%=' }

const needs: Record<string, string[]> = {
  legacy_app_flow: ['client_id', 'client_secret', 'tenant_id', 'redirect_uri', 'username', 'password', 'scope'],
  auth_code_grant: ['client_id', 'client_secret', 'tenant_id', 'redirect_uri', 'oauth2_scope'],
  interactive_auth_code_grant: ['client_id', 'client_secret', 'tenant_id', 'redirect_uri', 'oauth2_scope'],
  client_credentials_grant: ['client_id', 'client_secret', 'tenant_id'],
  backend_app_flow: ['client_id', 'client_secret', 'tenant_id', 'scope or resource'],
  web_application_flow: ['client_id', 'client_secret', 'tenant_id', 'redirect_uri'],
  implicit_grant_flow: ['client_id', 'tenant_id', 'redirect_uri'],
}
for (const [name, properties] of Object.entries(needs))
  test(`[#15] ${name} asks for exactly the properties that the requirement lists, all at once`, () => {
    const type = { oauth2_authorization_type: name as 'auth_code_grant' }
    assert.throws(() => new OAuth2Connector(type), {
      code: 'MISSING_PARAMETER',
      message: `${name} needs ${properties.join(', ')}.`,
    })
    const all = Object.fromEntries(
      properties.map((property) => [property === 'scope or resource' ? 'scope' : property, 'x']),
    )
    assert.ok(new OAuth2Connector({ ...type, ...all }))
  })

test('[#14] an unknown flow is told, with the seven there are', () => {
  for (const name of ['device', '', undefined, 'constructor'])
    assert.throws(() => new OAuth2Connector({ ...web, oauth2_authorization_type: name as 'auth_code_grant' }), {
      code: 'INVALID_ARGUMENT',
      message:
        /legacy_app_flow, auth_code_grant, interactive_auth_code_grant, client_credentials_grant, backend_app_flow, web_application_flow, implicit_grant_flow/,
    })
})

interface World extends AsyncDisposable {
  readonly v1: Entra
  readonly v2: Entra
  connector(settings: OAuth2Settings, more?: ConstructorParameters<typeof OAuth2Connector>[1]): OAuth2Connector
}

async function world(): Promise<World> {
  const v1 = await entra('v1')
  const v2 = await entra('v2')
  return {
    v1,
    v2,
    connector: (settings, more) =>
      new OAuth2Connector(settings, {
        providers: { v1: v1.definition, v2: v2.definition },
        http: { clock: v2.clock },
        ...more,
      }),
    async [Symbol.asyncDispose]() {
      await v1[Symbol.asyncDispose]()
      await v2[Symbol.asyncDispose]()
    },
  }
}

const working: readonly (OAuth2Settings & { grant_type: string; basic: boolean })[] = [
  {
    ...web,
    ...person,
    oauth2_authorization_type: 'legacy_app_flow',
    redirect_uri,
    scope: EWS_SCOPE,
    grant_type: 'password',
    basic: true,
  },
  {
    ...web,
    oauth2_authorization_type: 'auth_code_grant',
    redirect_uri,
    oauth2_scope: EWS_SCOPE,
    grant_type: 'authorization_code',
    basic: false,
  },
  {
    ...web,
    oauth2_authorization_type: 'interactive_auth_code_grant',
    redirect_uri,
    oauth2_scope: [EWS_SCOPE],
    grant_type: 'authorization_code',
    basic: false,
  },
  { ...web, oauth2_authorization_type: 'client_credentials_grant', grant_type: 'client_credentials', basic: false },
  {
    ...web,
    oauth2_authorization_type: 'backend_app_flow',
    resource: 'https://outlook.office365.com',
    grant_type: 'client_credentials',
    basic: true,
  },
  {
    ...web,
    oauth2_authorization_type: 'web_application_flow',
    redirect_uri,
    grant_type: 'authorization_code',
    basic: false,
  },
]
for (const { grant_type, basic, ...settings } of working) {
  const name = settings.oauth2_authorization_type
  for (const endpointVersion of ['v1', 'v2'] as const)
    test(`[#12] [#13] [#17] [#18] [#21] ${name} gets a token at ${endpointVersion}, and the next call needs no request`, async () => {
      await using w = await world()
      const at = w[endpointVersion]
      const connector = w.connector(settings, { endpointVersion, prompt: at.consents('Alice@contoso.test') })
      const { access_token } = await connector.token()
      const [request, ...others] = at.sandbox.journal.where({ endpoint: 'token' })
      assert.equal(others.length, 0)
      assert.equal(request?.outcome?.issued?.access_token, access_token)
      assert.equal(request?.path, `/${TENANT}/oauth2/${endpointVersion === 'v1' ? '' : 'v2.0/'}token`)
      assert.equal(request?.grant_type, grant_type)
      assert.equal(request?.headers.authorization?.startsWith('Basic ') ?? false, basic)
      assert.equal('client_secret' in (request?.form ?? {}), !basic)
      const scope = request?.form['scope']?.split(' ') ?? []
      if (endpointVersion === 'v1') assert.equal(request?.form['resource'], 'https://outlook.office365.com')
      else if (grant_type === 'client_credentials') assert.deepEqual(scope, ['https://outlook.office365.com/.default'])
      else {
        const [page] = at.sandbox.journal.where({ endpoint: 'authorize' })
        assert.ok([...scope, ...(page?.query['scope']?.split(' ') ?? [])].includes(EWS_SCOPE))
        assert.equal('resource' in (request?.form ?? {}), false)
      }
      assert.equal((await connector.token()).access_token, access_token)
      assert.equal(at.sandbox.journal.count({ endpoint: 'token' }), 1)
    })
}

for (const endpointVersion of ['v1', 'v2'] as const)
  test(`[#6] [#12] implicit_grant_flow takes the access token of ${endpointVersion}'s fragment, after its state was compared`, async () => {
    await using w = await world()
    const at = w[endpointVersion]
    const settings = {
      client_id: 'native',
      tenant_id: TENANT,
      redirect_uri,
      oauth2_authorization_type: 'implicit_grant_flow',
    } as const
    const prompt = at.consents('bob@contoso.test')
    const refused = w.connector(settings, { endpointVersion, prompt }).token()
    await assert.rejects(refused, { code: 'AUTHORIZATION_REFUSED', message: /AADSTS700051/ })
    at.app({ client_id: 'native', implicit: true })
    const { access_token } = await w.connector(settings, { endpointVersion, prompt }).token()
    const page = at.sandbox.journal.last({ endpoint: 'consent' })
    assert.equal(page?.outcome?.issued?.access_token, access_token)
    assert.equal(at.sandbox.journal.count({ endpoint: 'token' }), 0)
    const forged = async (url: string) => (await prompt(url)).replace(/([#&]state=)[^&]*/, '$11234')
    const other = w.connector(settings, { endpointVersion, prompt: forged })
    await assert.rejects(other.token(), { code: 'STATE_MISMATCH' })
  })

test('[#19] v1 is tried, then v2 once; when both refuse, both are told', async () => {
  await using w = await world()
  const settings = { ...web, oauth2_authorization_type: 'client_credentials_grant' } as const
  w.v1.app({ client_id: 'web', secrets: [{ id: 'new', value: 'another one' }] })
  const connector = w.connector(settings)
  const { access_token } = await connector.token()
  assert.equal(w.v2.sandbox.journal.last({ endpoint: 'token' })?.outcome?.issued?.access_token, access_token)
  w.v2.app({ client_id: 'web', secrets: [{ id: 'old', value: SECRET, expires_at: w.v2.clock.now() }] })
  const failed = w.connector(settings).token()
  await assert.rejects(failed, is(InvalidCredentialsError))
  await assert.rejects(failed, /v1: .*AADSTS7000215.*v2: .*AADSTS7000222/)
  assert.equal(w.v1.sandbox.journal.count({ endpoint: 'token' }), 2)
  assert.equal(w.v2.sandbox.journal.count({ endpoint: 'token' }), 2)
})

test('[#20] a person who declines or goes away is not asked a second time', async () => {
  await using w = await world()
  const settings = {
    ...web,
    oauth2_authorization_type: 'auth_code_grant',
    redirect_uri,
    oauth2_scope: EWS_SCOPE,
  } as const
  const outcomes = [
    ['ACCESS_DENIED', (url: string) => w.v1.sandbox.deny(url)],
    ['ABORTED', async () => ''],
  ] as const
  for (const [code, answer] of outcomes) {
    let prompts = 0
    const prompt = async (url: string): Promise<string> => {
      prompts += 1
      return answer(url)
    }
    await assert.rejects(w.connector(settings, { prompt }).token(), { code, who: 'person', class: 'consent' })
    assert.equal(prompts, 1)
  }
})

test('[#16] an access token that is given needs nothing else, until it ends', async () => {
  await using w = await world()
  const payload = Buffer.from(JSON.stringify({ exp: w.v2.clock.now() + 60 })).toString('base64url')
  const access_token = `e30.${payload}.sig`
  const connector = w.connector({ access_token })
  assert.equal((await connector.token()).access_token, access_token)
  w.v2.clock.advance(61)
  await assert.rejects(connector.token(), { code: 'TOKEN_EXPIRED' })
})

test('many callers at once ask once; a grant in the store is used by the next run, which asks nobody', async () => {
  await using w = await world()
  const store = memoryStore()
  const settings = {
    ...web,
    oauth2_authorization_type: 'auth_code_grant',
    redirect_uri,
    oauth2_scope: EWS_SCOPE,
  } as const
  let prompts = 0
  const prompt = (url: string): Promise<string> => {
    prompts += 1
    return w.v2.consents('bob@contoso.test')(url)
  }
  const first = w.connector(settings, { store, prompt, endpointVersion: 'v2' })
  const tokens = await Promise.all([1, 2, 3, 4].map(() => first.token()))
  assert.equal(new Set(tokens.map(({ access_token }) => access_token)).size, 1)
  const next = w.connector(settings, { store, endpointVersion: 'v2' })
  w.v2.clock.advance(7200)
  assert.notEqual((await next.token()).access_token, tokens[0]?.access_token)
  assert.equal(prompts, 1)
})

test('a web application without a prompt sends the person itself; an app needs a real tenant', async () => {
  await using w = await world()
  const settings = { ...web, oauth2_authorization_type: 'web_application_flow', redirect_uri } as const
  const connector = w.connector(settings)
  await assert.rejects(connector.token(), { code: 'GRANT_NOT_FOUND', message: /getAuthorizationUrl/ })
  const { url, pending } = await connector.getAuthorizationUrl()
  const callback = await w.v2.sandbox.approve(url, { username: 'bob@contoso.test' })
  await connector.requestToken(callback, { pending: JSON.parse(JSON.stringify(pending)) })
  assert.ok((await connector.token()).access_token)
  const app = { ...web, tenant_id: 'common', oauth2_authorization_type: 'client_credentials_grant' } as const
  assert.throws(() => w.connector(app), { code: 'MISSING_PARAMETER', message: /tenant_id/ })
})

test('[#24] an EWS endpoint takes the token; the mailbox is named only when impersonating', async () => {
  await using w = await world()
  await using exchange = await startSandboxExchange(w.v2.sandbox, { without: ['nobody@'] })
  const source = w.connector(
    { ...web, oauth2_authorization_type: 'client_credentials_grant' },
    { endpointVersion: 'v2' },
  )
  const url = `${exchange.url}/EWS/Exchange.asmx`
  // A token of another API is none for Exchange, though the same app got it.
  const graph = w.connector(
    { ...web, oauth2_authorization_type: 'backend_app_flow', resource: 'https://graph.microsoft.com' },
    { endpointVersion: 'v2' },
  )
  await assert.rejects(ewsClient(graph, { url }).getFolder('inbox'), { code: 'HTTP_ERROR', status: 401 })
  exchange.seen.length = 0
  const plain = ewsClient(source, { url })
  assert.deepEqual(await plain.getFolder('inbox'), { id: 'f1', changeKey: 'k', displayName: 'Inbox', totalCount: 43 })
  assert.equal(exchange.seen[0]?.headers['x-anchormailbox'], undefined)
  assert.equal(exchange.seen[0]?.body.toString().includes('ExchangeImpersonation'), false)
  const acting = ewsClient(source, { url, impersonate: 'a&b@contoso.test' })
  assert.deepEqual(await acting.findItems('inbox', 1), [{ id: 'i1', changeKey: 'c', subject: 'Fish & chips 🍟' }])
  assert.equal(exchange.seen[1]?.headers['x-anchormailbox'], 'a&b@contoso.test')
  assert.match(exchange.seen[1]?.body.toString() ?? '', /<t:PrimarySmtpAddress>a&#38;b@contoso\.test</)
  assert.deepEqual(anchorHeaders(), {})
  const missing = ewsClient(source, { url, impersonate: 'nobody@contoso.test' }).getFolder('inbox')
  await assert.rejects(missing, (error: unknown) => {
    assert.ok(error instanceof OAuthError && error.error === 'ErrorNonExistentMailbox')
    assert.match(error.message, /No mailbox & no luck/)
    return true
  })
})

const code = {
  ...web,
  oauth2_authorization_type: 'auth_code_grant',
  redirect_uri,
  oauth2_scope: EWS_SCOPE,
} as const

test('[#12] a person at the console pastes the whole address; one that belongs to another attempt is asked for again', async () => {
  await using w = await world()
  const printed: string[] = []
  const pastes = [`${redirect_uri}?code=x&state=another`]
  const prompt = consoleConsent({
    write: (text) => void printed.push(text),
    async read() {
      const url = /^https?:\S+$/m.exec(printed.join(''))?.[0] ?? ''
      return pastes.shift() ?? `  ${await w.v1.consents('bob@contoso.test')(url)}\n`
    },
  })
  const { access_token } = await w.connector(code, { prompt }).token()
  assert.equal(w.v1.sandbox.journal.last({ endpoint: 'token' })?.outcome?.issued?.access_token, access_token)
  assert.match(printed.join(''), /belongs to another attempt/)
})

test('[#12] a browser on this machine comes back to a port that is free, whatever port is registered', async () => {
  await using w = await world()
  let page: Promise<Response> | undefined
  await using prompt = await loopbackConsent({
    open(url) {
      page = w.v2
        .consents('bob@contoso.test')(url)
        .then((callback) => fetch(callback))
    },
  })
  const connector = w.connector(code, { prompt, endpointVersion: 'v2' })
  const { access_token } = await connector.token()
  assert.equal((await page)?.status, 200)
  const [request] = w.v2.sandbox.journal.where({ endpoint: 'token' })
  assert.equal(request?.outcome?.issued?.access_token, access_token)
  assert.equal(request?.form['redirect_uri'], prompt.redirectUri)
  assert.match(prompt.redirectUri, /^http:\/\/127\.0\.0\.1:\d+\/callback$/)
})

test('[#12] a certificate stands in the place of the secret: PEM with the thumbprint that the portal shows, or a PFX file', {
  skip: withoutOpenssl,
}, async () => {
  await using w = await world()
  const { key, cert, thumbprint, pfx } = appCertificate('pfx pass')
  for (const at of [w.v1, w.v2]) at.app({ client_id: 'web', secrets: [], certificates: [cert] })
  const keys = {
    'PEM and thumbprint': () => signingKeyFromPem(key, { thumbprint }),
    'PEM and certificate': () => signingKeyFromPem(key, { certificate: cert }),
    PFX: () => signingKeyFromPfx(pfx, { passphrase: 'pfx pass' }),
  }
  const { client_secret: _, ...settings } = { ...web, oauth2_authorization_type: 'client_credentials_grant' } as const
  for (const [how, read] of Object.entries(keys))
    for (const endpointVersion of ['v1', 'v2'] as const) {
      const connector = w.connector(settings, { endpointVersion, clientAuth: PrivateKeyJwt(await read()) })
      const { access_token } = await connector.token()
      const request = w[endpointVersion].sandbox.journal.last({ endpoint: 'token' })
      assert.equal(request?.outcome?.issued?.access_token, access_token, `${how} at ${endpointVersion}`)
      assert.ok(request?.form['client_assertion'])
    }
  const other = appCertificate()
  const wrong = PrivateKeyJwt(await signingKeyFromPem(other.key, { certificate: other.cert }))
  const failed = w.connector(settings, { endpointVersion: 'v2', clientAuth: wrong }).token()
  await assert.rejects(failed, { code: 'INVALID_CLIENT', message: /AADSTS700027/, advice: /Upload the certificate/ })
  assert.throws(() => w.connector(settings), { code: 'MISSING_PARAMETER', message: /client_secret/ })
})
