import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import {
  beginAuthorization,
  clientCredentialsFlow,
  defineClient,
  finishAuthorization,
  isOAuthError,
  memoryStore,
  type OAuthError,
  type ProviderDefinition,
  type TokenSource,
  tokenSource,
} from '@evergrant/core'
import { adviceFamilies, adviceFile, errorAdvice, provider, providerIds } from '@evergrant/providers'
import { aadsts, microsoftHabits } from './imitations/microsoft.ts'
import { type QuirkCase, redirect_uri, type World, world } from './quirks/journey.ts'

async function refused(of: Promise<unknown>): Promise<OAuthError> {
  const error = await of.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  )
  assert.ok(isOAuthError(error), String(error))
  return error
}

/** A sandbox with the ways of a provider, and a client that knows what is known about its errors. */
async function explained(id: string, quirk: QuirkCase = {}): Promise<World> {
  const advice = await errorAdvice(id)
  assert.ok(advice)
  return world({ ...quirk, definition: (origin) => ({ ...quirk.definition?.(origin), advice }) }, true)
}

function appOnly({ client }: World): TokenSource {
  return tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow() })
}

test('every file of error knowledge is loaded, names providers that exist, and every one of them gets it', async () => {
  const files = readdirSync(new URL('../advice/', import.meta.url)).map((name) => name.replace('.json', ''))
  assert.deepEqual([...adviceFamilies].sort(), files.sort())
  for (const family of adviceFamilies) {
    const file = await adviceFile(family)
    assert.ok(file !== undefined && file.rules.length > 0)
    assert.ok(file.sources.every((source) => URL.canParse(source)))
    for (const id of file.providers) {
      assert.ok(providerIds().includes(id), `${family}.json names ${id}, which is not in the catalogue`)
      assert.deepEqual((await errorAdvice(id))?.rules, file.rules)
    }
    for (const rule of file.rules) {
      assert.ok(rule.advice.length > 20 && !rule.advice.includes('  '), rule.advice)
      if (rule.words !== undefined) new RegExp(rule.words)
      const narrow = rule.status ?? rule.error ?? rule.suberror ?? rule.code ?? rule.words ?? rule.step
      assert.notEqual(narrow, undefined, `a rule of ${family}.json fits everything`)
      for (const link of [rule.link, file.link]) assert.ok(link === undefined || URL.canParse(link))
    }
  }
})

/** The codes, with the OAuth error that comes with each, and who has to act. */
const CODES: readonly (readonly [code: number, error: string, kind: string, who: string, words: RegExp])[] = [
  [50011, 'invalid_request', 'configuration', 'administrator', /redirect URI .*letter/],
  [50012, 'invalid_client', 'configuration', 'administrator', /certificate/],
  [50020, 'invalid_grant', 'consent', 'person', /not in this tenant/],
  [50034, 'invalid_grant', 'consent', 'person', /not in this tenant/],
  [50053, 'invalid_grant', 'consent', 'administrator', /locked/],
  [50055, 'invalid_grant', 'consent', 'person', /password .*expired/],
  [50057, 'invalid_grant', 'consent', 'administrator', /disabled/],
  [50058, 'login_required', 'consent', 'person', /Nobody is signed in/],
  [50059, 'invalid_request', 'configuration', 'administrator', /which tenant/],
  [50072, 'interaction_required', 'consent', 'person', /second factor/],
  [50074, 'invalid_grant', 'consent', 'person', /second factor/],
  [50076, 'interaction_required', 'consent', 'person', /second factor/],
  [50078, 'invalid_grant', 'consent', 'person', /second factor/],
  [50079, 'invalid_grant', 'consent', 'person', /register a second factor/],
  [50085, 'invalid_grant', 'consent', 'person', /signed in/],
  [50105, 'invalid_grant', 'consent', 'administrator', /assigned/],
  [50126, 'invalid_grant', 'consent', 'person', /password is wrong/],
  [50131, 'invalid_grant', 'consent', 'administrator', /Conditional Access/],
  [50132, 'invalid_grant', 'consent', 'person', /password was changed/],
  [50133, 'invalid_grant', 'consent', 'person', /password was changed/],
  [50144, 'invalid_grant', 'consent', 'person', /password .*expired/],
  [50158, 'interaction_required', 'consent', 'person', /another identity service/],
  [50173, 'invalid_grant', 'consent', 'person', /password was changed/],
  [50194, 'invalid_request', 'configuration', 'administrator', /one tenant alone/],
  [50196, 'invalid_grant', 'transient', 'developer', /loop/],
  [53000, 'interaction_required', 'consent', 'administrator', /managed devices/],
  [53001, 'interaction_required', 'consent', 'administrator', /managed devices/],
  [53003, 'invalid_grant', 'consent', 'administrator', /Conditional Access/],
  [53004, 'interaction_required', 'consent', 'administrator', /second factor/],
  [54005, 'invalid_grant', 'consent', 'person', /used twice/],
  [65001, 'invalid_grant', 'consent', 'person', /agreed/],
  [65004, 'access_denied', 'consent', 'person', /declined/],
  [65005, 'invalid_client', 'consent', 'administrator', /API permissions/],
  [70000, 'invalid_grant', 'consent', 'person', /refresh token/],
  [70001, 'unauthorized_client', 'configuration', 'administrator', /switched off/],
  [70008, 'invalid_grant', 'consent', 'person', /not used/],
  [70011, 'invalid_scope', 'configuration', 'administrator', /scope/],
  [70012, 'server_error', 'transient', 'provider', /tried again/],
  [70016, 'authorization_pending', 'transient', 'person', /device code/],
  [70018, 'bad_verification_code', 'consent', 'person', /entered wrong/],
  [70019, 'expired_token', 'consent', 'person', /expired/],
  [70020, 'invalid_grant', 'consent', 'person', /expired/],
  [70043, 'invalid_grant', 'consent', 'person', /so many hours/],
  [700016, 'unauthorized_client', 'configuration', 'administrator', /client ID/],
  [7000112, 'unauthorized_client', 'configuration', 'administrator', /switched off/],
  [7000215, 'invalid_client', 'configuration', 'administrator', /secret ID was copied/],
  [7000218, 'invalid_client', 'configuration', 'administrator', /none was sent/],
  [1002012, 'invalid_scope', 'configuration', 'developer', /\/\.default/],
  [500131, 'invalid_grant', 'configuration', 'developer', /token of this application/],
  [28000, 'invalid_request', 'configuration', 'administrator', /one API only/],
  [700023, 'invalid_client', 'configuration', 'developer', /audience/],
  [700023, 'invalid_scope', 'configuration', 'administrator', /scope of an API/],
  [7000222, 'invalid_client', 'configuration', 'administrator', /expired/],
  [700027, 'invalid_client', 'configuration', 'administrator', /certificate/],
  [700082, 'invalid_grant', 'consent', 'person', /not used for so long/],
  [700084, 'invalid_grant', 'configuration', 'administrator', /single-page application/],
  [75011, 'invalid_request', 'consent', 'person', /way of signing in/],
  [90002, 'invalid_request', 'configuration', 'administrator', /no such tenant/],
  [90014, 'invalid_request', 'configuration', 'administrator', /missing/],
  [90033, 'temporarily_unavailable', 'transient', 'provider', /tried again/],
  [90072, 'invalid_grant', 'consent', 'person', /not in this tenant/],
  [90094, 'consent_required', 'consent', 'administrator', /admin consent link/],
  [900144, 'invalid_request', 'configuration', 'administrator', /missing/],
  [9002313, 'invalid_request', 'configuration', 'administrator', /well formed/],
  [9002326, 'invalid_request', 'configuration', 'administrator', /platform Web/],
  [9002327, 'invalid_request', 'configuration', 'administrator', /platform Web/],
  [900971, 'invalid_request', 'configuration', 'administrator', /No redirect URI/],
  [901002, 'invalid_request', 'configuration', 'administrator', /resource/],
]

test('[#92] an AADSTS code in a token answer says in plain words who has to do what, with the page that tells more', async () => {
  await using of = await explained('microsoft')
  for (const [code, error, kind, who, words] of CODES) {
    using _ = once(of, 400, aadsts(code, error, 'Words of Microsoft.'))
    const said = await refused(appOnly(of).token())
    assert.deepEqual([code, said.class, said.who], [code, kind, who])
    assert.match(said.advice, words, String(code))
    assert.match(said.link ?? '', /^https:\/\/(login\.microsoftonline|learn\.microsoft)\.com\//, String(code))
    assert.equal(said.error, error, "the provider's own word stays")
    assert.deepEqual(said.toJSON()['link'], said.link)
  }
})

/** The next token request is answered so. */
function once({ sandbox }: World, status: number, body: unknown): Disposable {
  const fault = sandbox.fault({ match: { endpoint: 'token' }, status, body })
  return { [Symbol.dispose]: () => fault.remove() }
}

test('[#92] trouble of the server is told as trouble, whatever code its answer carries', async () => {
  await using of = await explained('microsoft')
  for (const status of [429, 500, 503]) {
    using _ = once(of, status, aadsts(700082, 'invalid_grant', 'The refresh token has expired.'))
    const said = await refused(appOnly(of).token())
    assert.deepEqual([said.class, said.who], ['transient', 'provider'])
    assert.doesNotMatch(said.advice, /not used/)
  }
})

test('[#92] a wrong secret, an unknown client and a forgotten secret are told apart by a server that answers as Entra does', async () => {
  const quirk = { habits: microsoftHabits }
  const about = async (client_id: string, client_secret: string | undefined): Promise<OAuthError> => {
    await using of = await explained('microsoft', quirk)
    const client = defineClient({
      provider: of.client.provider,
      client_id,
      client_secret,
      client_auth: client_secret ? 'client_secret_post' : 'none',
    })
    const { url, pending } = await beginAuthorization(of.client, { grant: 'a', redirect_uri })
    const callback = await of.sandbox.approve(url, { username: 'alice' })
    return await refused(
      finishAuthorization(client, { callback, pending: { ...pending, client_id }, store: memoryStore() }),
    )
  }
  assert.match((await about('web', 'wrong')).advice, /secret ID was copied/)
  assert.match((await about('other', 'wrong')).advice, /no application with this client ID/)
  assert.match((await about('web', undefined)).advice, /none was sent/)
})

test('[#92] a refresh that Microsoft refuses tells why the grant ended, also later and after a restart', async () => {
  await using of = await explained('microsoft', { habits: microsoftHabits })
  await of.consent()
  for (const { id } of of.sandbox.families()) await of.sandbox.revokeGrant(id)
  of.clock.advance(90 * 86_400)
  const first = await refused(of.source.token())
  assert.deepEqual([first.code, first.class, first.who], ['CONSENT_REQUIRED', 'consent', 'person'])
  assert.match(first.advice, /not used for so long/)
  const later = await refused(tokenSource('alice', { client: of.client, store: of.store }).token())
  assert.deepEqual([later.code, later.advice, later.link], ['CONSENT_REQUIRED', first.advice, first.link])
})

test('[#92] a loop that Microsoft detects ends no grant, although its answer says invalid_grant; it is left alone for minutes', async () => {
  await using of = await explained('microsoft')
  await of.consent()
  of.clock.advance(3601)
  {
    using _ = once(of, 400, aadsts(50196, 'invalid_grant', 'The server terminated an operation: client request loop.'))
    const said = await refused(of.source.token())
    assert.deepEqual([said.code, said.retryAfter], ['RATE_LIMITED', 300])
  }
  assert.equal((await of.grant()).standing.state, 'failing')
  of.clock.advance(299)
  const asked = of.sandbox.journal.where({ endpoint: 'token' }).length
  await refused(of.source.token())
  assert.equal(of.sandbox.journal.where({ endpoint: 'token' }).length, asked, 'nothing is asked before its time')
  of.clock.advance(120)
  assert.ok((await of.source.token()).access_token)
})

test('[#92] a second factor at a refresh asks for the person, keeps the grant, and its claims go to the next consent', async () => {
  await using of = await explained('microsoft')
  await of.consent()
  of.clock.advance(3601)
  const claims = '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}'
  {
    using _ = once(
      of,
      400,
      aadsts(50076, 'interaction_required', 'You must use multi-factor authentication.', {
        claims,
        suberror: 'basic_action',
      }),
    )
    const said = await refused(of.source.token())
    assert.deepEqual([said.code, said.who, said.claims], ['CONSENT_REQUIRED', 'person', claims])
  }
  const { standing } = await of.grant()
  assert.ok(standing.state === 'failing' && standing.trouble.claims === claims)
  const { url } = await beginAuthorization(of.client, { grant: 'alice', redirect_uri, claims: standing.trouble.claims })
  assert.equal(new URL(url).searchParams.get('claims'), claims)
})

const definitionOf =
  (id: string): ((origin: string) => Partial<ProviderDefinition>) =>
  () => ({ id })

test('[#92] words that providers have instead of invalid_grant end the grant and say so', async () => {
  const cases: readonly (readonly [id: string, status: number, body: unknown, words: RegExp])[] = [
    ['slack', 200, { ok: false, error: 'invalid_refresh_token' }, /removed from the workspace/],
    [
      'github',
      200,
      { error: 'bad_refresh_token', error_description: 'The refresh token passed is incorrect or expired.' },
      /six months/,
    ],
    ['atlassian', 403, { error: 'unauthorized_client', error_description: 'refresh_token is invalid' }, /90 days/],
    ['zoom', 401, { reason: 'Invalid Token!', error: 'invalid_request' }, /app was removed/],
    [
      'hubspot',
      400,
      { status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' },
      /removed from the account/,
    ],
    [
      'x',
      400,
      { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' },
      /works once/,
    ],
    [
      'facebook',
      400,
      { error: { message: 'Session has expired', type: 'OAuthException', code: 190, error_subcode: 463 } },
      /sixty days/,
    ],
  ]
  for (const [id, status, body, words] of cases) {
    await using of = await explained(id, { definition: definitionOf(id) })
    await of.consent()
    of.clock.advance(90_000)
    using _ = once(of, status, body)
    const said = await refused(of.source.token())
    assert.deepEqual([id, said.code, (await of.grant()).standing.state], [id, 'CONSENT_REQUIRED', 'revoked'])
    assert.match(said.advice, words)
  }
})

test('[#92] Google’s refusals say what to do: at its consent page, at the code, at a refresh', async () => {
  await using of = await explained('google')
  const denied = async (error: string, words: string): Promise<OAuthError> => {
    const { url, pending } = await beginAuthorization(of.client, { grant: 'b', redirect_uri })
    const state = new URL(url).searchParams.get('state') ?? ''
    const callback = new URLSearchParams({ error, error_description: words, state })
    return refused(finishAuthorization(of.client, { callback, pending, store: memoryStore() }))
  }
  const at: readonly (readonly [string, string, string, RegExp])[] = [
    ['admin_policy_enforced', '', 'administrator', /App access control/],
    ['disallowed_useragent', '', 'developer', /real browser/],
    ['org_internal', '', 'administrator', /internal to another Workspace/],
    ['redirect_uri_mismatch', '', 'administrator', /Authorized redirect URIs/],
    ['deleted_client', '', 'administrator', /deleted/],
    ['invalid_scope', 'Some requested scopes were invalid.', 'administrator', /enable the API/],
    ['access_denied', 'The app has not completed the verification process.', 'administrator', /Test users/],
    ['access_denied', '', 'person', /declined/],
  ]
  for (const [error, words, who, advice] of at) {
    const said = await denied(error, words)
    assert.deepEqual([error, said.who], [error, who])
    assert.match(said.advice, advice)
  }
  {
    using _ = once(of, 400, { error: 'invalid_grant', error_description: 'Malformed auth code.' })
    const { url, pending } = await beginAuthorization(of.client, { grant: 'c', redirect_uri })
    const callback = await of.sandbox.approve(url, { username: 'alice' })
    const said = await refused(finishAuthorization(of.client, { callback, pending, store: memoryStore() }))
    assert.deepEqual([said.code, said.who], ['CODE_REFUSED', 'person'])
    assert.match(said.advice, /clock/)
  }
  await of.consent()
  of.clock.advance(90_000)
  using _ = once(of, 400, {
    error: 'invalid_grant',
    error_description: 'reauth related error (invalid_rapt)',
    error_subtype: 'invalid_rapt',
  })
  assert.match((await refused(of.source.token())).advice, /session control/)
})

test('a provider of the catalogue comes with what is known about its errors; one that nothing is known about without', async () => {
  assert.ok(((await provider('microsoft')).advice?.rules.length ?? 0) > 40)
  assert.equal((await provider('notion')).advice, undefined)
})
