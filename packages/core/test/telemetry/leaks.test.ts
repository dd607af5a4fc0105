import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  beginAuthorization,
  callbackParameters,
  compose,
  defineClient,
  type FetchMiddleware,
  finishAuthorization,
  hooks,
  httpSession,
  memoryPendingStore,
  memoryStore,
  providedTokenSource,
  raiseOnHttpError,
  resolveProvider,
  retry,
  revokeToken,
  summary,
  type TracerLike,
  telemetry,
  tokenSources,
  webHandlers,
} from '@evergrant/core'
import { manualClock, startSandbox } from '@evergrant/sandbox'
import { metrics, trace } from '@opentelemetry/api'
import { loopbackServer } from '../http/loopback-server.ts'

const redirect_uri = 'http://127.0.0.1:8080/cb'
const client_secret = 'planted-client-secret-0123456789'

/** Everything that anybody could print, at the greatest depth, and the error's whole chain. */
function printed(value: unknown): string {
  const all = [inspect(value, { depth: 12, showHidden: true, getters: true }), String(value)]
  for (let error = value; error instanceof Error; error = error.cause) {
    all.push(error.message, error.stack ?? '', JSON.stringify(error))
  }
  return all.join('\n')
}

test('[#128] no token, code, secret, verifier or cookie is in any log, error, event, span, metric or inspect output', async () => {
  const clock = manualClock()
  const app = { client_id: 'web', client_secret, redirect_uris: [redirect_uri] }
  await using sandbox = await startSandbox({ clients: [app], clock })
  let log = ''
  const note = (value: unknown): void => {
    log += `${printed(value)}\n`
  }
  const failing = async (work: Promise<unknown>): Promise<void> => {
    note(
      await work.then(
        () => assert.fail('it should have failed'),
        (error: unknown) => error,
      ),
    )
  }

  const recorder: TracerLike = {
    startSpan(name, options) {
      note({ name, options })
      return { setAttributes: note, setStatus: note, end: note }
    },
  }
  const metric = { add: (...seen: unknown[]) => note(seen), record: (...seen: unknown[]) => note(seen) }
  const meter = { createCounter: () => metric, createHistogram: () => metric }
  const { onEvent, traced, requests } = telemetry({ tracer: recorder, meter, clock })

  // The test's own wire tap: what was planted is whatever went over the wire as a secret.
  const planted = new Set([client_secret])
  const tap: FetchMiddleware = async (request, next) => {
    const authorization = request.headers.get('authorization')
    if (authorization !== null) planted.add(authorization.replace(/^\w+ /, ''))
    return next(request)
  }
  const logged = hooks({ before: note, after: note, clock })
  const provider = resolveProvider({
    id: 'here',
    name: 'Here',
    issuer: sandbox.issuer,
    default_scopes: ['openid', 'email'],
  })
  const http = { clock, fetch: compose([requests, logged, tap]) }
  const clientAuths = ['client_secret_basic', 'client_secret_post'] as const
  const [basic, post] = clientAuths.map((client_auth) =>
    defineClient({ provider, client_id: 'web', client_secret, client_auth, http }),
  )
  assert.ok(basic && post)
  const store = memoryStore()
  const events: unknown[] = []
  const engine = tokenSources({
    store,
    client: (id) => (id === 'alice' ? basic : post),
    clock,
    onEvent: (event) => {
      events.push(event)
      note(event)
      onEvent(event)
    },
  })

  // Consent by hand: what is printed on the way, a wrong state, a denial, a replayed code.
  for (const [id, client] of [
    ['alice', basic],
    ['bob', post],
    ['dave', post],
  ] as const) {
    const { url, pending } = await beginAuthorization(client, { grant: id, redirect_uri })
    planted.add(pending.code_verifier ?? assert.fail('no verifier'))
    note(pending)
    const callback = await sandbox.approve(url, { username: id === 'bob' ? 'bob' : 'alice' })
    planted.add(new URL(callback).searchParams.get('code') ?? assert.fail('no code'))
    await failing(finishAuthorization(client, { callback: `${callback}x`, pending, store }))
    await failing(finishAuthorization(client, { callback: `${callback}&code=twice`, pending, store }))
    const grant = await finishAuthorization(client, { callback, pending, store })
    note([grant, grant.access, summary(grant)])
    if (id === 'dave') await failing(finishAuthorization(client, { callback, pending, store }))
    note(callbackParameters(new URL(`${redirect_uri}?error=access_denied`)))
  }
  const denial = await beginAuthorization(basic, { grant: 'carol', redirect_uri })
  await failing(
    finishAuthorization(basic, { callback: await sandbox.deny(denial.url), pending: denial.pending, store }),
  )

  // Consent through the web handlers, with the cookie taken from one and refused in another browser.
  const pendings = memoryPendingStore({ clock })
  const handlers = webHandlers<void>({
    client: basic,
    store,
    redirect_uri,
    pending: pendings,
    grant: () => 'web',
    allowOtherSubject: true,
    onFailed: (error) => {
      note(error)
      return new Response(printed(error), { status: 400 })
    },
  })
  const begun = await handlers.start(new Request('http://x/start'))
  const cookie = (begun.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
  planted.add(cookie.split('=')[1] ?? '')
  const back = await sandbox.approve(begun.headers.get('location') ?? '', { username: 'alice' })
  log += await (await handlers.callback(new Request(back))).text()
  log += await (await handlers.callback(new Request(back, { headers: { cookie } }))).text()
  note([handlers, pendings, basic, post, basic.http, store, engine])

  // Life: refreshes, refusals, outages that echo what was sent, and the end.
  const alice = traced(engine.get('alice'))
  note([alice, engine.get('alice'), await alice.token(), alice.peek()])
  await alice.token({ force: true })
  const token = { grant_type: 'refresh_token' }
  const current = (await store.get('bob'))?.refresh_token ?? ''
  const echo = `<html><body>Bad gateway for client_secret=${client_secret}&refresh_token=${current}</body></html>`
  for (const fault of [
    { status: 503, body: echo },
    {
      status: 400,
      body: JSON.stringify({ error: 'invalid_request', error_description: `bad ${current} ${client_secret}` }),
    },
    { status: 200, body: `not json ${current}` },
    { html: true, body: echo },
    { lostResponse: true },
    { retryAfter: 5 },
    { status: 401, body: JSON.stringify({ error: 'invalid_client', error_description: client_secret }) },
  ]) {
    sandbox.fault({ match: token, times: 1, ...fault })
    await failing(engine.get('bob').token({ force: true }))
  }
  clock.advance(7200)
  await sandbox.revokeGrant('bob')
  await failing(engine.get('bob').token())
  note(await store.get('bob'))

  // The API: refusals that echo the token, in header and body.
  await using api = await loopbackServer(({ headers, path }, response) => {
    const said = JSON.stringify({ error: { message: `cannot accept ${headers.authorization}` } })
    response.writeHead(path === '/401' ? 401 : 400, { 'www-authenticate': 'Bearer error="invalid_token"' }).end(said)
  })
  const session = httpSession({ source: alice, delay: 0, clock, fetch: compose([logged, tap]), hooks: { after: note } })
  note(session)
  await failing(session.get(`${api.url}/401?access_token=${(await alice.token()).access_token}`))
  await failing(session.post(`${api.url}/400`, { password: client_secret }))
  await failing(compose([raiseOnHttpError, retry({ clock }), logged, tap, alice.authorize])(`${api.url}/400`))
  await failing(providedTokenSource({}).fetch(api.url))
  await revokeToken(basic, (await store.get('alice'))?.refresh_token ?? '', 'refresh_token')
  await new Promise((resolve) => setTimeout(resolve, 5))

  for (const { outcome, form } of sandbox.journal) {
    const { code, access_token, refresh_token, id_token } = outcome?.issued ?? {}
    for (const one of [code, access_token, refresh_token, id_token, form['code_verifier']]) if (one) planted.add(one)
  }
  assert.ok(events.length >= 4, 'events were heard')
  assert.ok(planted.size > 20 && log.length > 50_000, `${planted.size} secrets, ${log.length} characters of output`)
  const leaked = [...planted].filter((secret) => secret.length >= 8 && log.includes(secret))
  const where = leaked.map((secret) => log.slice(Math.max(0, log.indexOf(secret) - 300), log.indexOf(secret)))
  assert.deepEqual(where, [])
})

test('spans and metrics carry ids, durations and codes, and the real OpenTelemetry API takes its place', async () => {
  const clock = manualClock()
  const app = { client_id: 'web', client_secret, redirect_uris: [redirect_uri] }
  await using sandbox = await startSandbox({ clients: [app], clock })
  const spans: { name: string; attributes: Record<string, unknown>; ended: boolean }[] = []
  const tracer: TracerLike = {
    startSpan(name, options) {
      const span = { name, attributes: { ...options?.attributes } as Record<string, unknown>, ended: false }
      spans.push(span)
      return {
        setAttributes: (attributes) => Object.assign(span.attributes, attributes),
        setStatus: ({ message }) => Object.assign(span.attributes, { status: message }),
        end: () => Object.assign(span, { ended: true }),
      }
    },
  }
  const { onEvent, traced, requests } = telemetry({ tracer, clock })
  const provider = resolveProvider({ id: 'here', name: 'Here', issuer: sandbox.issuer, default_scopes: ['openid'] })
  const client = defineClient({
    provider,
    client_id: 'web',
    client_secret,
    http: { clock, fetch: compose([requests]) },
  })
  const store = memoryStore()
  const { url, pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri })
  await finishAuthorization(client, { callback: await sandbox.approve(url, { username: 'alice' }), pending, store })
  spans.length = 0
  const source = traced(tokenSources({ store, client, clock, onEvent }).get('alice'))
  await source.token({ force: true })
  sandbox.fault({ match: { grant_type: 'refresh_token' }, status: 503 })
  await assert.rejects(source.token({ force: true }))
  await new Promise((resolve) => setTimeout(resolve, 5))
  const seen = (name: string) => spans.filter((span) => span.name === name).map(({ attributes }) => attributes)
  assert.deepEqual(seen('evergrant.acquire'), [
    { 'evergrant.grant': 'alice' },
    { 'evergrant.grant': 'alice', 'error.type': 'PROVIDER_UNAVAILABLE', status: 'PROVIDER_UNAVAILABLE' },
  ])
  const about = { 'evergrant.grant': 'alice', 'evergrant.provider': 'here', 'evergrant.client': 'web' }
  assert.deepEqual(seen('evergrant.refresh'), [
    about,
    { ...about, 'error.type': 'PROVIDER_UNAVAILABLE', status: 'PROVIDER_UNAVAILABLE' },
  ])
  assert.deepEqual(
    seen('POST').map((attributes) => attributes['http.response.status_code']),
    [200, 503],
  )
  assert.ok(spans.every(({ ended }) => ended))
  // The real API without an SDK does nothing, and fits the types.
  const real = telemetry({ tracer: trace.getTracer('evergrant'), meter: metrics.getMeter('evergrant') })
  assert.ok(await real.traced(source).token())
})
