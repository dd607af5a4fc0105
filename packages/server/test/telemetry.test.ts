import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isOAuthError } from '@evergrant/core'
import { main } from '@evergrant/server/main'
import { type CollectedSpan, Collector } from './support/collector.ts'
import { connected, PASSWORD, Scene, SECRET, sandboxOf } from './support/scene.ts'

test('an endpoint for traces without the SDK is refused at the start, with the package to install', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'evergrant-telemetry-'))
  const start = (env: Record<string, string>) =>
    main(
      { EVERGRANT_PORT: '0', EVERGRANT_DATA_DIR: dir, EVERGRANT_SANDBOX: 'off', EVERGRANT_LOG_LEVEL: 'silent', ...env },
      { signals: false, say: () => undefined },
    )
  const endpoint = 'http://127.0.0.1:1'
  try {
    for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) {
      await assert.rejects(start({ [name]: endpoint }), (error) => {
        assert.ok(isOAuthError(error) && error.code === 'INVALID_SETTING')
        assert.match(error.message, /npm install @opentelemetry\/sdk-node/)
        return true
      })
    }
    await (await start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'true' })).close()
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

test('[#128] requests, refreshes, requests to providers and writes have spans and metrics, and no secret is in them', async () => {
  using collector = new Collector()
  const answers: string[] = []
  const listening: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    answers.push(await response.clone().text())
    return response
  }
  await using scene = await Scene.begin({ surroundings: { fetch: listening } })
  await using sandbox = await sandboxOf(scene)
  const { admin, account, key, callback, program } = await connected(scene, sandbox)
  const first = (await program(account)).json
  assert.equal((await admin.post(`/v1/accounts/${account}/refresh`)).status, 200)
  const second = (await program(account)).json
  assert.equal((await fetch(`${scene.server.url}/v1/accounts`)).status, 401)
  sandbox.fault({ match: { endpoint: 'token' }, status: 503, times: Number.POSITIVE_INFINITY })
  await admin.post(`/v1/accounts/${account}/refresh`)
  await fetch(`${scene.server.url}/healthz`)
  const headers = { authorization: `Bearer ${key}`, traceparent: 'of-the-program' }
  await fetch(`${scene.server.url}/v1/accounts/${account}/token`, { method: 'POST', headers })
  await collector.observe()
  await scene.stop()

  const asked = collector.named('POST /v1/accounts/:id/token')
  assert.equal(asked.length, 3)
  assert.equal(asked[0]?.attributes['http.response.status_code'], 200)
  assert.equal(asked.at(-1)?.attributes['remote'], 'of-the-program')
  const refused = collector.named('GET /v1/accounts').at(-1)
  assert.equal(refused?.attributes['http.response.status_code'], 401)
  assert.equal(collector.named('GET /oauth/callback/:connection').length, 1, 'by its pattern')
  assert.equal(collector.named('GET /healthz').length, 0)

  const refresh = collector.named('POST /v1/accounts/:id/refresh')[0]
  assert.ok(refresh)
  const within = collector.spans.filter((span) => rootOf(span) === refresh)
  const writes = within.filter(({ name }) => name === 'evergrant.store.put')
  assert.equal(writes.length, 2, 'the mark, and the token')
  assert.ok(writes.every(({ attributes }) => attributes['evergrant.stored'] === true))
  assert.equal(writes.at(-1)?.attributes['evergrant.generation'], second.generation)
  const sent = within.filter(({ name, options }) => name === 'POST' && options.kind !== undefined)
  assert.deepEqual(
    sent.map(({ attributes }) => [attributes['server.address'], attributes['http.response.status_code']]),
    [['127.0.0.1', 200]],
  )
  const refreshes = collector.named('evergrant.refresh')
  assert.ok(refreshes.some(({ status }) => status === undefined))
  assert.ok(refreshes.some(({ attributes }) => attributes['error.type'] === 'PROVIDER_UNAVAILABLE'))
  assert.ok(collector.spans.every(({ ended }) => ended))

  const names = new Set(collector.measured.map(({ name }) => name))
  for (const name of ['http.server.request.duration', 'evergrant.refresh.duration', 'evergrant.accounts']) {
    assert.ok(names.has(name), name)
  }

  const told = JSON.stringify([
    collector.measured,
    collector.spans.map(({ name, options, attributes, status }) => ({ name, options, attributes, status })),
  ])
  assert.ok(told.includes(account) && told.includes(second.generation))
  const issued = answers.flatMap((text) => {
    if (!text.startsWith('{')) return []
    const { access_token, refresh_token, id_token } = JSON.parse(text)
    return [access_token, refresh_token, id_token].filter((token) => token !== undefined)
  })
  assert.ok(issued.length >= 4)
  const { searchParams } = new URL(callback)
  const secrets = [
    ...issued,
    first.access_token,
    SECRET,
    PASSWORD,
    key,
    searchParams.get('code'),
    searchParams.get('state'),
    ...admin.cookies.values(),
  ]
  for (const secret of secrets) assert.ok(secret && !told.includes(secret), 'no secret')
})

function rootOf(span: CollectedSpan): CollectedSpan {
  return span.parent === undefined ? span : rootOf(span.parent)
}

test('without an SDK and without an endpoint nothing is measured', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program } = await connected(scene, sandbox)
  using collector = new Collector()
  assert.equal((await program(account)).status, 200)
  assert.deepEqual([collector.spans.length, collector.measured.length], [0, 0])
})
