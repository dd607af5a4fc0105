import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import {
  beginAuthorization,
  defineClient,
  finishAuthorization,
  isOAuthError,
  JWT_BEARER,
  memoryStore,
  missingScopes,
  type OAuthError,
  type Provider,
  predictedEnd,
  type ServiceAccountOptions,
  serviceAccount,
  serviceAccountFlow,
  summary,
  tokenSource,
} from '@evergrant/core'
import { provider } from '@evergrant/providers'
import { type ManualClock, manualClock, type RunningSandbox, startSandbox } from '@evergrant/sandbox'
import { googleHabits } from './imitations/google.ts'

const MAIL = 'https://mail.google.com/'
const CALENDAR = 'https://www.googleapis.com/auth/calendar'
const ROBOT = 'robot@project.iam.gserviceaccount.com'
const NUMBER = '103216549870123456789'
const redirect_uri = 'http://127.0.0.1/callback'
const DAY = 86_400

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A key file as the Google Cloud console gives it out. */
function keyFile(change: Readonly<Record<string, unknown>> = {}, key: KeyObject = pair.privateKey): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: 'project',
    private_key_id: 'k1',
    private_key: key.export({ type: 'pkcs8', format: 'pem' }),
    client_email: ROBOT,
    client_id: NUMBER,
    token_uri: 'https://oauth2.googleapis.com/token',
    ...change,
  })
}

interface Google extends AsyncDisposable {
  readonly sandbox: RunningSandbox
  readonly clock: ManualClock
  readonly provider: Provider
}

/** A sandbox that answers as Google does, and the catalogue's Google at its address. */
async function google(): Promise<Google> {
  const clock = manualClock()
  const sandbox = await startSandbox({
    clock,
    signing: 'ES256',
    rotation: 'never',
    alwaysRefreshToken: false,
    clients: [
      { client_id: 'web', client_secret: 'secret', redirect_uris: [redirect_uri] },
      {
        client_id: ROBOT,
        jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1' },
        delegated_scope: MAIL,
        grant_types: [JWT_BEARER],
      },
    ],
  })
  const { device_authorization_endpoint: _, jwks_uri: __, issuer: ___, ...known } = await provider('google')
  const here: Provider = {
    ...known,
    token_endpoint: `${sandbox.issuer}/token`,
    authorization_endpoint: `${sandbox.issuer}/authorize`,
  }
  sandbox.configure({ imitate: { ...here, habits: googleHabits } })
  return { sandbox, clock, provider: here, [Symbol.asyncDispose]: () => sandbox.close() }
}

function robot(of: Google, options: ServiceAccountOptions, file = keyFile()) {
  const account = serviceAccount(file)
  const http = { clock: of.clock }
  const client = defineClient({ provider: of.provider, client_id: account.client_email, client_auth: 'none', http })
  return tokenSource('robot', { client, store: memoryStore(), flow: serviceAccountFlow(account, options) })
}

async function refused(of: Promise<unknown>): Promise<OAuthError> {
  const error = await of.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  )
  assert.ok(isOAuthError(error), String(error))
  return error
}

test('a service account gets the token of a person whom its domain lets it act for, again and again', async () => {
  await using of = await google()
  const source = robot(of, { subject: 'alice@example.test', scope: MAIL })
  const first = await source.token()
  const answer = await source.fetch(`${of.sandbox.issuer}/api/echo`, { method: 'POST', body: 'hello' })
  assert.equal(((await answer.json()) as { username?: string }).username, 'alice')
  of.clock.advance(3601)
  assert.notEqual((await source.token()).access_token, first.access_token)
  const { form } = of.sandbox.journal.last({ endpoint: 'token' }) ?? assert.fail('nothing was asked')
  assert.equal(form['client_secret'], undefined)
  const [header, claims] = String(form['assertion'])
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)
  assert.deepEqual([header?.['alg'], header?.['kid']], ['RS256', 'k1'])
  assert.deepEqual(
    [claims?.['iss'], claims?.['sub'], claims?.['scope'], claims?.['aud']],
    [ROBOT, 'alice@example.test', MAIL, `${of.sandbox.issuer}/token`],
  )
  assert.equal(Number(claims?.['exp']) - Number(claims?.['iat']), 3600)
})

test('[#92] a service account without delegation is told which number and scopes an administrator enters where', async () => {
  await using of = await google()
  const said = await refused(robot(of, { subject: 'alice@example.test', scope: [MAIL, CALENDAR] }).token())
  assert.deepEqual([said.error, said.class, said.who], ['unauthorized_client', 'configuration', 'administrator'])
  assert.match(said.message, new RegExp(`client ID ${NUMBER} \\(${ROBOT}\\) needs the scopes: ${MAIL},${CALENDAR}`))
  assert.match(said.advice, /Domain-wide delegation/)
  assert.equal(said.link, 'https://support.google.com/a/answer/162106')
})

test('[#92] a wrong person, account, key or clock of a service account is told apart from missing delegation', async () => {
  await using of = await google()
  const wanted = { subject: 'alice@example.test', scope: MAIL }
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const cases: readonly (readonly [OAuthError, RegExp, RegExp])[] = [
    [
      await refused(robot(of, { ...wanted, subject: 'nobody@elsewhere.test' }).token()),
      /Invalid email/,
      /subject, which must be an account of the Workspace domain/,
    ],
    [await refused(robot(of, wanted, keyFile({ client_email: 'gone@x.test' })).token()), /not found/, /e-mail address/],
    [await refused(robot(of, wanted, keyFile({}, other)).token()), /Invalid JWT Signature/, /key still exists/],
    [await refused(robot(of, wanted, keyFile({ private_key_id: 'old' })).token()), /Signature/, /key still exists/],
  ]
  for (const [said, words, advice] of cases) {
    assert.deepEqual([said.error, said.class, said.who], ['invalid_grant', 'configuration', 'administrator'])
    assert.match(said.message, words)
    assert.match(said.advice, advice)
  }
  const late = { ...of, clock: manualClock(of.clock.now() - 7200) }
  const said = await refused(robot(late, wanted).token())
  assert.match(said.message, /reasonable timeframe/)
  assert.match(said.advice, /clock of this machine/)
})

test('a file that is no key of a service account is refused by what is wrong with it, and nothing of it is repeated', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['not json: hunter2', /not JSON/],
    ['["hunter2"]', /no JSON object/],
    ['{"web":{"client_secret":"hunter2"}}', /file of an OAuth client/],
    ['{"type":"authorized_user","refresh_token":"hunter2"}', /"authorized_user" and should be "service_account"/],
    ['{"type":"service_account","private_key":"hunter2"}', /"client_email" is missing/],
    ['{"type":"service_account","client_email":"hunter2@x","private_key":7}', /"private_key" is missing/],
  ]
  for (const [file, why] of cases) {
    assert.throws(
      () => serviceAccount(file),
      (error) => {
        assert.ok(isOAuthError(error))
        assert.equal(error.code, 'INVALID_KEY')
        assert.match(error.message, why)
        assert.doesNotMatch(`${error.message}${JSON.stringify(error)}${error.cause}`, /hunter2/)
        return true
      },
    )
  }
})

test('a service account whose private key is no key says so before anything is asked', async () => {
  await using of = await google()
  const said = await refused(robot(of, { scope: MAIL }, keyFile({ private_key: 'hunter2' })).token())
  assert.equal(said.code, 'INVALID_KEY')
  assert.equal(of.sandbox.journal.count({ endpoint: 'token' }), 0)
})

/** Alice's consent to the web client. */
async function consent(of: Google, scope: string, choice: { scope?: string } = {}, hasRefreshToken?: boolean) {
  const http = { clock: of.clock }
  const client = defineClient({ provider: of.provider, client_id: 'web', client_secret: 'secret', http })
  const store = memoryStore()
  const options = { grant: 'alice', redirect_uri, scope, ...(hasRefreshToken === undefined ? {} : { hasRefreshToken }) }
  const { url, pending } = await beginAuthorization(client, options)
  const callback = await of.sandbox.approve(url, { username: 'alice', ...choice })
  const grant = await finishAuthorization(client, { callback, pending, store })
  return { url, grant, store, source: tokenSource('alice', { client, store, random: () => 0.5 }) }
}

test('[#137] consent is forced where no refresh token is held, because Google gives one with it alone', async () => {
  await using of = await google()
  const first = await consent(of, MAIL)
  const asked = new URL(first.url).searchParams
  assert.deepEqual([asked.get('access_type'), asked.get('prompt')], ['offline', 'consent'])
  assert.ok(first.grant.refresh_token)
  const again = await consent(of, MAIL, {}, true)
  assert.equal(new URL(again.url).searchParams.get('prompt'), null)
  assert.equal(again.grant.refresh_token, undefined, 'Google gives none to somebody who has consented before')
})

test('[#59] a box that was left unticked at Google is told, and what signing in brought under other names is not', async () => {
  await using of = await google()
  const granted = `openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile ${CALENDAR}`
  of.sandbox.fault({ match: { endpoint: 'token' }, set: { scope: granted } })
  const { grant } = await consent(of, `${MAIL} ${CALENDAR}`)
  assert.deepEqual(missingScopes(grant.requested_scope, grant.granted_scope, of.provider), [MAIL])
})

test('the end of a permission is foretold with its reason when Google says that it lives for seven days', async () => {
  await using of = await google()
  of.sandbox.configure({ lifetimes: { grant: 7 * DAY } })
  of.sandbox.configure({
    imitate: { ...of.provider, habits: { ...googleHabits, refresh_end: 'refresh_token_expires_in' } },
  })
  const { grant, source, store } = await consent(of, MAIL)
  for (const days of [0, 3]) {
    of.clock.advance(days * DAY)
    if (days > 0) await source.token()
    const now = (await store.get('alice')) ?? grant
    const end = predictedEnd(summary(now), of.provider)
    assert.deepEqual([end?.reason, end?.moves], ['testing', false])
    assert.ok(Math.abs((end?.at ?? 0) - (grant.consented_at ?? 0) - 7 * DAY) < 60)
    assert.match(end?.advice ?? '', /Publish it/)
  }
})

test('[#92] a permission that ended seven days after consent says that the app is in Testing; one that ended otherwise does not', async () => {
  const endOf = async (days: readonly number[], lifetime?: number): Promise<OAuthError> => {
    await using of = await google()
    if (lifetime !== undefined) of.sandbox.configure({ lifetimes: { grant: lifetime } })
    const { source, store } = await consent(of, MAIL)
    let at = 0
    for (const day of days.slice(0, -1)) {
      of.clock.advance((day - at) * DAY)
      at = day
      await source.token()
    }
    if (lifetime === undefined) await of.sandbox.revokeGrant('alice')
    of.clock.advance(((days.at(-1) ?? 0) - at) * DAY)
    const said = await refused(source.token())
    assert.equal(said.code, 'CONSENT_REQUIRED')
    const { standing } = (await store.get('alice')) ?? assert.fail()
    assert.equal(standing.state, 'revoked')
    return said
  }
  const testing = await endOf([2, 5, 6.9, 7.1], 7 * DAY)
  assert.equal(testing.who, 'administrator')
  assert.match(testing.advice, /in Testing.*Publish it/)
  assert.equal(testing.link, 'https://console.cloud.google.com/auth/audience')
  for (const days of [
    [1, 3],
    [6, 8, 9],
    [3, 40],
  ]) {
    const said = await endOf(days)
    assert.equal(said.who, 'person', days.join())
    assert.match(said.advice, /password was changed/)
  }
})
