import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import {
  type Client,
  defineClient,
  type GrantStore,
  memoryStore,
  resolveProvider,
  type WebHandlers,
  webHandlers,
} from '@evergrant/core'
import { expressHandler, fastifyHandler, nodeHandler } from '@evergrant/core/node'
import express from 'express'
import fastify, { type FastifyRequest } from 'fastify'
import { type OidcServer, oidcServer } from '../oidc-server.ts'

const redirect_uri = 'https://app.example/callback'

interface World extends AsyncDisposable {
  readonly client: Client
  readonly store: GrantStore
  readonly oidc: OidcServer
}

/** oidc-provider, which answers `response_mode=form_post` with a page whose form a browser posts. */
async function world(): Promise<World> {
  const oidc = await oidcServer({
    clients: [{ client_id: 'web', client_secret: 'secret', redirect_uris: [redirect_uri] }],
  })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: oidc.issuer, default_scopes: ['openid'] })
  return {
    client: defineClient({ provider, client_id: 'web', client_secret: 'secret', client_auth: 'client_secret_basic' }),
    store: memoryStore(),
    oidc,
    [Symbol.asyncDispose]: () => oidc[Symbol.asyncDispose](),
  }
}

function handlers<Native>(w: World): WebHandlers<Native> {
  const grant = () => ({ grant: 'alice', response_mode: 'form_post' as const })
  return webHandlers<Native>({ client: w.client, store: w.store, redirect_uri, grant })
}

const urlencoded = 'application/x-www-form-urlencoded'

test('[#35 #41] a callback that the provider’s page posts as a form is finished', async () => {
  await using w = await world()
  const { start, callback } = handlers<void>(w)
  const started = await start(new Request('https://app.example/start'))
  const [cookie = ''] = started.headers.getSetCookie()
  assert.match(cookie, /^__Host-evergrant-[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=None; Secure$/)
  const form = await w.oidc.approve(started.headers.get('location') ?? '')
  const post = (headers: Record<string, string>, body = form): Promise<Response> =>
    callback(new Request(redirect_uri, { method: 'POST', body, headers }))
  const mine = { cookie: cookie.split(';')[0] ?? '', 'content-type': urlencoded }
  // Nothing of this ends the authorization, which still works where it belongs.
  assert.equal((await post({ 'content-type': urlencoded })).status, 400)
  assert.equal((await post({ ...mine, 'content-type': 'text/plain' })).status, 400)
  const huge = await post(mine, `x=${'x'.repeat(1_100_000)}&${form}`)
  assert.match(await huge.text(), /larger than 1048576 bytes/)
  assert.equal(await w.store.get('alice'), undefined)

  const done = await post(mine)
  assert.equal(done.status, 200)
  assert.match(done.headers.getSetCookie()[0] ?? '', /Max-Age=0; .*SameSite=None; Secure/)
  assert.equal((await w.store.get('alice'))?.subject?.sub, 'alice')
  assert.equal((await post(mine)).status, 400)
})

async function listening(listener: RequestListener): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: async () => void (await once(server.close(), 'close')) }
}

/** Starts, consents and posts what the page would post, over a real socket. */
async function wholeWay(w: World, port: number): Promise<void> {
  const base = `http://127.0.0.1:${port}`
  const started = await fetch(`${base}/start`, { redirect: 'manual' })
  const [cookie = ''] = started.headers.getSetCookie()
  const body = await w.oidc.approve(started.headers.get('location') ?? '')
  const headers = { cookie: cookie.split(';')[0] ?? '', 'content-type': urlencoded }
  const response = await fetch(`${base}/callback`, { method: 'POST', body, headers })
  assert.equal(response.status, 200, await response.text())
  assert.equal((await w.store.get('alice'))?.standing.state, 'active')
}

test('[#41] Node’s own server reads the form from the socket', async () => {
  await using w = await world()
  const { start, callback } = handlers<IncomingMessage>(w)
  const [starting, coming] = [nodeHandler(start), nodeHandler(callback)]
  await using server = await listening((request, response) => {
    void (request.url === '/start' ? starting : coming)(request, response)
  })
  await wholeWay(w, server.port)
})

for (const parsed of [false, true]) {
  test(`[#41] Express reads the form ${parsed ? 'with its body parser' : 'nowhere, and the handler does'}`, async () => {
    await using w = await world()
    const { start, callback } = handlers<express.Request>(w)
    const app = express()
    if (parsed) app.use(express.urlencoded({ extended: false }))
    app.get('/start', expressHandler(start))
    app.post('/callback', expressHandler(callback))
    await using server = await listening(app)
    await wholeWay(w, server.port)
  })
}

test('[#41] Fastify reads the form with a parser of its own', async () => {
  await using w = await world()
  const { start, callback } = handlers<FastifyRequest>(w)
  const app = fastify()
  app.addContentTypeParser(urlencoded, { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.get('/start', fastifyHandler(start))
  app.post('/callback', fastifyHandler(callback))
  await app.listen({ port: 0, host: '127.0.0.1' })
  try {
    await wholeWay(w, (app.server.address() as AddressInfo).port)
  } finally {
    await app.close()
  }
})
