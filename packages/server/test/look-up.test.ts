import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { Browser } from './support/browser.ts'
import { accountAt, consentUrl, Scene, SECRET } from './support/scene.ts'

/** A provider that is asked for more after consent, on this machine under its own name. */
async function provider() {
  const told = { status: 503, asked: 0 }
  const server = createServer((request, response) => {
    const json = { 'content-type': 'application/json' }
    if (request.url === '/oauth/v1/token') {
      const token = {
        access_token: 'token-of-the-test',
        refresh_token: 'refresh',
        token_type: 'Bearer',
        expires_in: 1800,
      }
      response.writeHead(200, json).end(JSON.stringify(token))
      return
    }
    assert.equal(request.url, '/oauth/v1/access-tokens/token-of-the-test')
    told.asked++
    const body = told.status === 200 ? { hub_id: 17, user: 'ada@example.test' } : { message: 'Down for a moment' }
    response.writeHead(told.status, json).end(JSON.stringify(body))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    told,
    fetch: async (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
      const asked = new Request(input, init)
      const { pathname, search } = new URL(asked.url)
      return fetch(new Request(here + pathname + search, asked))
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** An account at that provider, whose person has consented. */
async function connectedAt(admin: Browser): Promise<{ readonly account: string }> {
  const client = { client_id: 'c', client_secret: SECRET, scope: 'oauth' }
  const made = await admin.post('/v1/connections', { name: 'Sales', provider: 'hubspot', ...client })
  assert.equal(made.status, 201, made.text)
  const account = await accountAt(made.json.id, admin, { name: 'Portal' })
  const state = new URL(await consentUrl(account, admin)).searchParams.get('state') ?? ''
  const page = await admin.visit(`${made.json.redirect_uri}?${new URLSearchParams({ state, code: 'code' })}`)
  assert.equal(page.status, 200, page.text)
  return { account }
}

test('an account of which something could not be looked up works, says so with who must act, and asks again', async () => {
  await using hub = await provider()
  await using scene = await Scene.begin({ surroundings: { fetch: hub.fetch } })
  const admin = await scene.admin()
  const { account } = await connectedAt(admin)

  const shown = (await admin.get(`/v1/accounts/${account}`)).json
  assert.equal(shown.state, 'ok')
  const { at, code, who, advice, detail } = shown.look_up_failed
  assert.equal(at, scene.clock.now())
  assert.deepEqual([code, who], ['PROVIDER_UNAVAILABLE', 'provider'])
  assert.ok(advice.length > 0 && detail.length > 0)
  assert.ok(!JSON.stringify(shown).includes('token-of-the-test'))
  const flagged = async () => {
    const { json } = await admin.get('/v1/accounts?flag=look_up_failed')
    const { flags } = (await admin.get('/v1/accounts/counts')).json
    return [json.accounts.length, flags.look_up_failed]
  }
  assert.deepEqual(await flagged(), [1, 1])

  const again = await admin.post(`/v1/accounts/${account}/look-up`)
  assert.deepEqual([again.status, again.json.who], [503, 'provider'])
  assert.deepEqual(await flagged(), [1, 1])
  hub.told.status = 200
  const answered = await admin.post(`/v1/accounts/${account}/look-up`)
  assert.deepEqual([answered.status, answered.json.look_up_failed], [200, undefined])
  assert.deepEqual(await flagged(), [0, 0])
  assert.equal(hub.told.asked, 3)

  const ben = await scene.invited(admin, { name: 'Ben' })
  assert.equal((await ben.post(`/v1/accounts/${account}/look-up`)).status, 404)
  assert.equal(hub.told.asked, 3, 'nobody else makes the server ask')
  const { entries } = (await admin.get('/v1/audit')).json
  assert.ok(entries.some(({ action }: { action: string }) => action === 'account.look_up'))
})

test('what a provider in trouble could not be asked for is asked for again with the next token, by itself', async () => {
  await using hub = await provider()
  await using scene = await Scene.begin({ surroundings: { fetch: hub.fetch } })
  const admin = await scene.admin()
  const { account } = await connectedAt(admin)
  const shown = async () => (await admin.get(`/v1/accounts/${account}`)).json
  assert.ok((await shown()).look_up_failed)
  hub.told.status = 200
  assert.equal((await admin.post(`/v1/accounts/${account}/refresh`)).status, 200)
  while ((await shown()).look_up_failed !== undefined);
  assert.equal(hub.told.asked, 2)
})
