/** What programs with API keys are given, beside one token at a time. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { RunningServer } from '@evergrant/server/main'
import { accountAt, connect, connected, PASSWORD, Scene, sandboxOf } from './support/scene.ts'

/** A program's request. */
async function ask(at: RunningServer, key: string, path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${key}`, ...init.headers }
  const response = await fetch(at.url + path, { ...init, headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, json: text === '' ? undefined : JSON.parse(text) }
}

const posted = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** Lets time pass until something that waits for it is done. */
async function whileTimePasses<T>(scene: Scene, work: Promise<T>): Promise<T> {
  let done = false
  const ended = work.finally(() => {
    done = true
  })
  ended.catch(() => undefined)
  while (!done) {
    scene.clock.advance(5)
    await new Promise((next) => setTimeout(next, 5))
  }
  return ended
}

test('a token is the same whether it was asked for first or comes from memory, and names its generation', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program } = await connected(scene, sandbox)
  const first = await program(account)
  const again = await program(account)
  assert.deepEqual(again.json, first.json)
  assert.equal(again.headers.get('content-type'), first.headers.get('content-type'))
  assert.equal(again.headers.get('cache-control'), 'no-store')
  assert.equal(first.json.generation, sha256(first.json.access_token))
  scene.clock.advance(7)
  const later = await program(account, { min_ttl: 60 })
  assert.deepEqual(later.json, { ...first.json, expires_in: first.json.expires_in - 7 })
})

test('a fingerprint tells which token was refused, without the token', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program } = await connected(scene, sandbox)
  const old = (await program(account)).json
  const newer = (await program(account, { rejected_fingerprint: old.generation })).json
  assert.notEqual(newer.access_token, old.access_token)
  const stale = (await program(account, { rejected_fingerprint: old.generation })).json
  assert.equal(stale.access_token, newer.access_token, 'there is a newer one already')
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), 1)
  assert.equal((await program(account, { rejected_fingerprint: 'short' })).status, 400)
})

test('scopes and audience are other words for scope and resource, and do not contradict them', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program } = await connected(scene, sandbox)
  assert.equal((await program(account, { scopes: ['mail.read'] })).json.scope, 'mail.read')
  assert.equal((await program(account, { scopes: ['mail.read'], scope: 'mail.read' })).status, 200)
  const both = await program(account, { scopes: ['mail.read'], scope: 'openid' })
  assert.deepEqual([both.status, both.json.code, both.json.field], [400, 'INVALID_REQUEST', 'scopes'])
  const [one, other] = ['https://one.example', 'https://other.example']
  assert.equal((await program(account, { resource: one, audience: other })).json.field, 'audience')
  const before = sandbox.journal.count({ grant_type: 'refresh_token' })
  const byResource = (await program(account, { resource: one })).json
  assert.deepEqual((await program(account, { audience: one })).json, byResource)
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), before + 1)
})

test('tokens of several accounts come in one answer, each with its own problem where there is one', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account } = await connected(scene, sandbox)
  const [other, empty, foreign] = [
    await accountAt(connection, admin),
    await accountAt(connection, admin),
    await accountAt(connection, admin),
  ]
  await connect(other, sandbox, admin, 'bob')
  const made = await admin.post('/v1/api-keys', { name: 'some', accounts: [account, other, empty], password: PASSWORD })
  const wants = [{ account, min_ttl: 30 }, { account: foreign }, { account: empty }, { account: other }]
  const { status, json } = await ask(scene.server, made.json.key, '/v1/tokens', posted({ requests: wants }))
  assert.equal(status, 200)
  const [mine, refused, unconnected, theirs] = json.results
  assert.deepEqual(
    json.results.map((result: { account: string }) => result.account),
    wants.map((want) => want.account),
  )
  const single = await ask(scene.server, made.json.key, `/v1/accounts/${account}/token`, posted({}))
  assert.deepEqual(mine, { account, token: single.json })
  assert.equal(theirs.token.account, other)
  assert.notEqual(theirs.token.access_token, mine.token.access_token)
  assert.deepEqual([refused.token, refused.problem.code, refused.problem.status], [undefined, 'API_KEY_SCOPE', 403])
  assert.equal(unconnected.problem.class, 'consent')
  assert.equal(unconnected.problem.reconnect_url, `${scene.server.url}/accounts/${empty}`)
  const many = Array.from({ length: 101 }, () => ({ account }))
  assert.equal((await ask(scene.server, made.json.key, '/v1/tokens', posted({ requests: many }))).status, 400)
  assert.equal((await ask(scene.server, made.json.key, '/v1/tokens', posted({ requests: [] }))).status, 400)
  assert.equal((await fetch(`${scene.server.url}/v1/tokens`, posted({ requests: [{ account }] }))).status, 401)
})

test('an ended grant says where a person connects it again', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, program } = await connected(scene, sandbox)
  await admin.post(`/v1/accounts/${account}/revoke`)
  const { status, json } = await program(account)
  assert.deepEqual([status, json.class], [409, 'consent'])
  assert.equal(json.reconnect_url, `${scene.server.url}/accounts/${account}`)
})

test('whoever has the token learns that it is still the one, without another copy of it', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, key, program } = await connected(scene, sandbox)
  const path = `/v1/accounts/${account}/token`
  const first = await ask(scene.server, key, path)
  assert.equal(first.status, 200)
  assert.deepEqual(first.json, (await program(account)).json)
  const tag = first.headers.get('etag') ?? ''
  assert.equal(tag, `W/"${first.json.generation}"`)
  for (const known of [tag, `"${first.json.generation}"`, `"else", ${tag}`, '*']) {
    const same = await ask(scene.server, key, path, { headers: { 'if-none-match': known } })
    assert.deepEqual([same.status, same.json, same.headers.get('etag')], [304, undefined, tag], known)
    assert.deepEqual([same.headers.get('content-length'), same.headers.get('content-type')], [null, null])
  }
  const newer = (await program(account, { rejected: first.json.access_token })).json
  const changed = await ask(scene.server, key, path, { headers: { 'if-none-match': tag } })
  assert.deepEqual([changed.status, changed.json.generation], [200, newer.generation])
  assert.equal((await ask(scene.server, key, `${path}?wait=61`)).status, 400)
  assert.equal((await fetch(scene.server.url + path)).status, 401)
})

test('who waits for another token is answered when another server made one, and after its time in any case', {
  timeout: 120_000,
}, async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await using second = await scene.another()
  const { admin, account, key } = await connected(scene, sandbox)
  const path = `/v1/accounts/${account}/token`
  const { json } = await ask(second, key, path)
  const wait = (seconds: number) =>
    ask(second, key, `${path}?wait=${seconds}`, { headers: { 'if-none-match': `"${json.generation}"` } })
  assert.equal((await whileTimePasses(scene, wait(20))).status, 304)
  // Whether this comes before or after the refresh: the answer is the new token.
  const waiting = wait(60)
  assert.equal((await admin.post(`/v1/accounts/${account}/refresh`)).status, 200)
  const news = await waiting
  assert.equal(news.status, 200)
  assert.notEqual(news.json.generation, json.generation)
  assert.deepEqual(news.json, (await ask(scene.server, key, path)).json)
})

test('who waits for a token learns that its key was deleted, and does not keep a server from stopping', {
  timeout: 120_000,
}, async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const second = await scene.another()
  const { admin, account, key } = await connected(scene, sandbox)
  const path = `/v1/accounts/${account}/token`
  const other = (await admin.post('/v1/api-keys', { name: 'another', password: PASSWORD })).json
  const tag = (await ask(second, key, path)).headers.get('etag') ?? ''
  const wait = (with_: string) => ask(second, with_, `${path}?wait=60`, { headers: { 'if-none-match': tag } })
  const refused = wait(other.key)
  assert.equal((await admin.delete(`/v1/api-keys/${other.api_key.id}`)).status, 204)
  assert.equal((await refused).status, 401)
  // It is either answered or, where it comes too late, refused: in no case does it wait out its minute.
  const waiting = wait(key).catch(() => ({ status: 503 }))
  await second.close()
  assert.ok([304, 503].includes((await waiting).status))
})

test('a program hears of the tokens of its own accounts alone, from whichever server, until its key is deleted', {
  timeout: 120_000,
}, async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await using second = await scene.another()
  const { admin, connection, account } = await connected(scene, sandbox)
  const other = await accountAt(connection, admin)
  await connect(other, sandbox, admin, 'bob')
  const made = (await admin.post('/v1/api-keys', { name: 'listener', accounts: [account], password: PASSWORD })).json
  const events = heard(second, made.key)
  assert.deepEqual((await events.next()).value?.name, 'hello')
  await admin.post(`/v1/accounts/${other}/refresh`)
  await admin.post(`/v1/accounts/${account}/refresh`)
  const { json } = await ask(scene.server, made.key, `/v1/accounts/${account}/token`)
  const seen: string[] = []
  for (;;) {
    const { value } = await events.next()
    assert.ok(value)
    seen.push(JSON.stringify(value))
    assert.equal(value.data.account ?? value.data.id, account)
    if (value.name !== 'token') continue
    assert.deepEqual(Object.keys(value.data).sort(), ['account', 'expires_at', 'generation'])
    if (value.data.generation === json.generation) break
  }
  assert.ok(!seen.join('').includes(json.access_token))
  await admin.delete(`/v1/api-keys/${made.api_key.id}`)
  for (;;) if ((await events.next()).done) break
  assert.equal(
    (await fetch(`${second.url}/v1/events`, { headers: { authorization: `Bearer ${made.key}` } })).status,
    401,
  )
})

/** A program's event stream. */
async function* heard(at: RunningServer, key: string) {
  const response = await fetch(`${at.url}/v1/events`, { headers: { authorization: `Bearer ${key}` } })
  assert.equal(response.status, 200)
  assert.ok(response.body)
  let rest = ''
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    rest += part
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/m.exec(rest.slice(0, end)) ?? []
      rest = rest.slice(end + 2)
      if (name !== undefined && data !== undefined) yield { name, data: JSON.parse(data) }
    }
  }
}

test('the OpenAPI document has every way to a token, schemas by name, and who may call what', async () => {
  await using scene = await Scene.begin()
  const { json } = await scene.browser().get('/openapi.json')
  const { get, post } = json.paths['/v1/accounts/{id}/token']
  assert.deepEqual(Object.keys(get.responses), ['200', '304', '4XX', '5XX'])
  assert.ok(get.parameters.some((parameter: { name: string }) => parameter.name === 'wait'))
  const { schemas, securitySchemes } = json.components
  const of = (schema: { $ref: string }) => schemas[schema.$ref.replace('#/components/schemas/', '')]
  const want = of(post.requestBody.content['application/json'].schema)
  for (const field of ['rejected_fingerprint', 'min_ttl', 'scopes', 'audience'])
    assert.ok(field in want.properties, field)
  assert.ok('generation' in of(post.responses['200'].content['application/json'].schema).properties)
  const batch = json.paths['/v1/tokens'].post
  assert.equal(of(batch.requestBody.content['application/json'].schema).properties.requests.maxItems, 100)
  assert.deepEqual(batch.security, [{ apiKey: [] }])
  assert.deepEqual(json.paths['/v1/accounts'].get.security, [{ apiKey: [] }, { session: [] }])
  assert.deepEqual(json.paths['/v1/accounts'].post.security, [{ session: [] }])
  assert.deepEqual(Object.keys(securitySchemes), ['apiKey', 'session'])
  const refs = JSON.stringify(json).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)
  for (const [, name = ''] of refs) assert.ok(name in schemas, name)
})
