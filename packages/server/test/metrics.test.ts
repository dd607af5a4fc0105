import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { grant, type Standing } from '@evergrant/core'
import { accountAt, connectionTo, Scene, sandboxOf } from './support/scene.ts'

test('the metrics count accounts in each state as the page shows them, whatever befell them', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const sound = await connectionTo(sandbox, admin)
  const broken = await connectionTo(sandbox, admin, { name: 'Broken' })
  const now = scene.clock.now()
  const db = await scene.tables()
  await using store = scene.grants()
  await db
    .updateTable('connections')
    .set({ trouble: JSON.stringify({ code: 'INVALID_CLIENT', message: 'No.', at: now }) })
    .where('id', '=', broken)
    .execute()
  const failing = (code: string, error?: string): Standing => ({
    state: 'failing',
    since: now - 50,
    failures: 1,
    next_attempt: now + 900,
    trouble: { code, message: 'No.', ...(error === undefined ? {} : { error }) },
  })
  const standings: (Standing | undefined)[] = [
    undefined,
    { state: 'active', since: now - 50 },
    failing('PROVIDER_UNAVAILABLE'),
    failing('INVALID_CLIENT', 'invalid_client'),
    failing('TOKEN_REQUEST_REFUSED', 'unauthorized_client'),
    { state: 'revoked', since: now - 50, reason: 'invalid_grant' },
    { state: 'revoked', since: now - 50, reason: 'revoked_here' },
  ]
  const troubles = [
    null,
    { code: 'ACCESS_DENIED', message: 'No.', at: now - 10 },
    { code: 'ACCESS_DENIED', message: 'No.', at: now - 90 },
    { code: 'AUTHORIZATION_REFUSED', error: 'org_internal', message: 'No.', at: now - 10 },
    { code: 'INVALID_CLIENT', message: 'No.', at: now - 10 },
  ]
  for (const standing of standings)
    for (const trouble of troubles)
      for (const [index, token] of [
        { expires_at: now + 900, refresh_at: now + 800 },
        { expires_at: now + 20, refresh_at: now - 20 },
        { expires_at: now - 20, refresh_at: now - 90 },
        { expires_at: now - 20 },
        {},
      ].entries())
        for (const refresh_token of index % 2 ? [undefined, 'r'] : ['r', undefined]) {
          const id = await accountAt(refresh_token && index === 1 && trouble === null ? broken : sound, admin)
          const consent_trouble = trouble === null ? null : JSON.stringify(trouble)
          const paused = index === 4 && trouble?.code === 'INVALID_CLIENT' ? 1 : 0
          await db.updateTable('accounts').set({ consent_trouble, paused }).where('id', '=', id).execute()
          if (standing === undefined) continue
          const made = grant({
            id,
            provider: 'sandbox',
            client: index === 3 && refresh_token ? 'another' : 'evergrant',
            ...(refresh_token === undefined ? {} : { refresh_token }),
            access: { '': { access_token: 'a', token_type: 'Bearer', raw: {}, ...token } },
            standing,
            updated_at: now,
            version: 0,
          })
          assert.ok((await store.put(made, 0)).ok)
        }
  await accountAt(sound, admin)
  await admin.post(`/v1/accounts/${await accountAt(sound, admin)}/authorize`)
  await db.destroy()

  const { accounts } = (await admin.get('/v1/accounts')).json
  const shown = new Map<string, number>()
  for (const { state } of accounts) shown.set(state, (shown.get(state) ?? 0) + 1)
  const { text } = await admin.get('/metrics')
  const counted = [...text.matchAll(/^evergrant_accounts\{state="(\w+)"\} (\d+)$/gm)]
  const some = counted.map(([, state = '', count]): [string, number] => [state, Number(count)])
  assert.equal(counted.length, 10, 'states that no account is in are there as well')
  assert.deepEqual(new Map(some.filter(([, count]) => count > 0)), shown)
  assert.ok(shown.size >= 8, [...shown.keys()].join())
})

test('without a token of their own, metrics are for programs on this machine, and not for whom a proxy speaks for', async () => {
  await using scene = await Scene.begin({ env: { EVERGRANT_HOST: '0.0.0.0' } })
  const browser = scene.browser()
  assert.equal((await browser.get('/metrics')).status, 200)
  for (const header of ['x-forwarded-for', 'forwarded', 'via']) {
    const { status, json } = await browser.get('/metrics', { [header]: '127.0.0.1' })
    assert.equal(status, 403, header)
    assert.equal(json.code, 'METRICS_FOR_THIS_MACHINE')
    assert.match(json.advice, /EVERGRANT_METRICS_TOKEN/)
  }
  const { port } = new URL(scene.server.listening)
  // fetch sets the Host itself.
  const asHost = async (host: string) => {
    const asked = request({ port, path: '/metrics', headers: { host } }).end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    answer.resume()
    return answer.statusCode
  }
  assert.equal(await asHost(`localhost:${port}`), 200)
  assert.equal(await asHost(`[::1]:${port}`), 200)
  assert.equal(await asHost(`rebound.example:${port}`), 403, 'a page whose name was made to point here')
  const outside = Object.values(networkInterfaces())
    .flat()
    .filter((one) => one?.family === 'IPv4' && !one.internal)
  for (const one of outside) assert.equal((await fetch(`http://${one?.address}:${port}/metrics`)).status, 403)
})

test('with a token of their own, metrics are for those who show it, from wherever they ask', async () => {
  const token = 'a-token-for-the-metrics'
  await using scene = await Scene.begin({ env: { EVERGRANT_METRICS_TOKEN: token } })
  const browser = scene.browser()
  for (const authorization of ['', 'Bearer another-token-for-them', `Basic ${token}`, 'Bearer']) {
    const { status, json, headers } = await browser.get('/metrics', { authorization })
    assert.equal(status, 401, authorization)
    assert.equal(json.code, 'METRICS_TOKEN_REQUIRED')
    assert.match(headers.get('www-authenticate') ?? '', /^Bearer/)
  }
  const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': '192.0.2.7' }
  assert.equal((await browser.get('/metrics', headers)).status, 200)
  assert.ok(!scene.log.join('').includes(token))
})
