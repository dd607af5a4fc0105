import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { test } from 'node:test'
import { isOAuthError, memoryPendingStore, type WebHandlers, webHandlers } from '@evergrant/core'
import { expressHandler, fastifyHandler, nodeHandler } from '@evergrant/core/node'
import express from 'express'
import fastify, { type FastifyRequest } from 'fastify'
import { type World, world } from './world.ts'

const redirect_uri = 'http://127.0.0.1:8080/cb'
const secureRedirect = 'https://app.example/oauth/cb'

/** A browser as far as consent needs one: it keeps cookies by name. */
function browser() {
  const jar = new Map<string, string>()
  return {
    jar,
    header: () => [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
    keep(response: Response) {
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        if (/Max-Age=0/.test(cookie)) jar.delete(name)
        else jar.set(name, value)
      }
    },
  }
}
type Browser = ReturnType<typeof browser>

function handlers(w: World, at = redirect_uri) {
  const grant = (request: Request): string => new URL(request.url).searchParams.get('account') ?? 'nobody'
  return webHandlers<void>({ client: w.client, store: w.store, redirect_uri: at, grant })
}

async function started(it: WebHandlers<void>, by: Browser, account: string): Promise<string> {
  const response = await it.start(
    new Request(`http://x/start?account=${account}`, { headers: { cookie: by.header() } }),
  )
  assert.equal(response.status, 303)
  by.keep(response)
  return response.headers.get('location') ?? ''
}

function back(it: WebHandlers<void>, by: Browser, url: string): Promise<Response> {
  return it.callback(new Request(url, { headers: { cookie: by.header() } }))
}

test('[#41] start sends the browser to consent and callback stores the grant', async () => {
  await using w = await world(redirect_uri)
  const it = handlers(w)
  const chrome = browser()
  const url = await started(it, chrome, 'alice')
  const response = await back(it, chrome, await w.sandbox.approve(url))
  assert.equal(response.status, 200)
  assert.match(await response.text(), /stored as alice/)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
  chrome.keep(response)
  assert.equal(chrome.jar.size, 0)
  assert.equal((await w.store.get('alice'))?.standing.state, 'active')
})

test('[#33] several authorizations wait at once in one browser and in two, and each ends in its own grant', async () => {
  await using w = await world(redirect_uri)
  const it = handlers(w)
  const [chrome, firefox] = [browser(), browser()]
  const alice = await started(it, chrome, 'alice')
  const work = await started(it, chrome, 'work')
  const bob = await started(it, firefox, 'bob')
  for (const [by, url] of [
    [firefox, bob],
    [chrome, work],
    [chrome, alice],
  ] as const) {
    assert.equal((await back(it, by, await w.sandbox.approve(url))).status, 200)
  }
  for (const id of ['alice', 'work', 'bob']) assert.ok(await w.store.get(id), id)
})

test('[#34] a callback works once, and not after it expired', async () => {
  await using w = await world(redirect_uri)
  const it = handlers(w)
  const chrome = browser()
  const callback = await w.sandbox.approve(await started(it, chrome, 'alice'))
  assert.equal((await back(it, chrome, callback)).status, 200)
  const again = await back(it, chrome, callback)
  assert.equal(again.status, 400)
  assert.match(await again.text(), /used already/)
  const late = await started(it, chrome, 'late')
  const arrived = await w.sandbox.approve(late)
  w.clock.advance(601)
  const expired = await back(it, chrome, arrived)
  assert.equal(expired.status, 400)
  assert.match(await expired.text(), /expired/)
})

test('[#28] a callback in another browser is refused, and still works in the one that started', async () => {
  await using w = await world(redirect_uri)
  const it = handlers(w)
  const [chrome, attacker] = [browser(), browser()]
  const url = await started(it, chrome, 'alice')
  await started(it, attacker, 'attacker')
  const callback = await w.sandbox.approve(url)
  assert.equal((await back(it, attacker, callback)).status, 400)
  assert.equal((await back(it, browser(), callback)).status, 400)
  // A cookie of the right name with a made-up value is no better.
  const [name = ''] = chrome.jar.keys()
  const forger = browser()
  forger.jar.set(name, 'ab'.repeat(32))
  assert.equal((await back(it, forger, callback)).status, 400)
  assert.equal(await w.store.get('alice'), undefined)
  assert.equal((await back(it, chrome, callback)).status, 200)
})

test('[#28] the cookie is HttpOnly, SameSite=Lax and short-lived; over https it is Secure and bound to the host', async () => {
  await using w = await world(secureRedirect)
  const response = await handlers(w, secureRedirect).start(new Request('http://x/start?account=a'))
  const [cookie = ''] = response.headers.getSetCookie()
  assert.match(
    cookie,
    /^__Host-evergrant-[\w-]{16}=[0-9a-f]{64}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  )
  const state = new URL(response.headers.get('location') ?? '').searchParams.get('state') ?? ''
  assert.ok(!cookie.includes(state), 'the state itself is not in the cookie')
})

test('[#32] with a shared secret and pending store, another process finishes what one began', async () => {
  await using w = await world(redirect_uri)
  const secret = crypto.getRandomValues(new Uint8Array(32))
  const shared = memoryPendingStore({ clock: w.clock })
  // What crosses to the other process is JSON.
  const pending = {
    put: shared.put,
    take: async (state: string) => JSON.parse(JSON.stringify((await shared.take(state)) ?? null)) ?? undefined,
  }
  const of = () =>
    webHandlers<void>({ client: w.client, store: w.store, redirect_uri, pending, secret, grant: () => 'a' })
  const chrome = browser()
  const callback = await w.sandbox.approve(await started(of(), chrome, 'a'))
  assert.equal((await back(of(), chrome, callback)).status, 200)
})

test('[#36 #41] a denial is answered by onFailed with the typed error; every word on the page is escaped', async () => {
  await using w = await world(redirect_uri)
  const chrome = browser()
  const seen: unknown[] = []
  const it = webHandlers<void>({
    client: w.client,
    store: w.store,
    redirect_uri,
    grant: () => 'alice',
    onFailed: (error) => {
      seen.push(error.code)
      return new Response(null, { status: 302, headers: { location: '/settings?failed' } })
    },
  })
  const denied = await back(it, chrome, await w.sandbox.deny(await started(it, chrome, 'alice')))
  assert.equal(denied.headers.get('location'), '/settings?failed')
  assert.deepEqual(seen, ['ACCESS_DENIED'])
  const plain = handlers(w)
  const url = new URL(await w.sandbox.deny(await started(plain, chrome, 'alice')))
  url.searchParams.set('error_description', '<script>alert(1)</script>')
  const page = await (await back(plain, chrome, url.href)).text()
  assert.doesNotMatch(page, /<script>/)
})

test('a secret that is too short, and a verb that is neither GET nor POST, are refused', async () => {
  await using w = await world(redirect_uri)
  const secret = new Uint8Array(16)
  const options = { client: w.client, store: w.store, redirect_uri, grant: () => 'a', secret }
  assert.throws(
    () => webHandlers<void>(options),
    (error) => isOAuthError(error) && error.code === 'INVALID_ARGUMENT',
  )
  const posted = await handlers(w).callback(new Request(redirect_uri, { method: 'PUT' }))
  assert.equal(posted.status, 405)
  assert.equal(posted.headers.get('allow'), 'GET, POST')
})

/** Goes the whole way over a real socket: /start, the provider, /cb. */
async function overSocket(w: World, port: number, prefix = ''): Promise<Response> {
  const chrome = browser()
  const start = await fetch(`http://127.0.0.1:${port}${prefix}/start`, {
    redirect: 'manual',
    headers: { 'x-user': 'alice' },
  })
  assert.equal(start.status, 303)
  chrome.keep(start)
  const callback = new URL(await w.sandbox.approve(start.headers.get('location') ?? ''))
  const here = `http://127.0.0.1:${port}${prefix}/cb${callback.search}`
  return fetch(here, { headers: { cookie: chrome.header() } })
}

async function listening(server: Server): Promise<{ port: number } & AsyncDisposable> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void (await once(server.close(), 'close')),
  }
}

const byHeader = (_: Request, native: { readonly headers: IncomingMessage['headers'] }): string =>
  String(native.headers['x-user'])

test('[#41] Node’s own http server', async () => {
  await using w = await world(redirect_uri)
  const { start, callback } = webHandlers<IncomingMessage>({
    client: w.client,
    store: w.store,
    redirect_uri,
    grant: byHeader,
  })
  const [starting, coming] = [nodeHandler(start), nodeHandler(callback)]
  await using server = await listening(
    createServer((request, response) => {
      void (request.url?.startsWith('/start') ? starting(request, response) : coming(request, response))
    }),
  )
  assert.equal((await overSocket(w, server.port)).status, 200)
  assert.equal((await w.store.get('alice'))?.standing.state, 'active')
})

test('what `grant` throws is answered by a 500 and told; a visitor cannot end the process by it', async () => {
  await using w = await world(redirect_uri)
  const { start } = webHandlers<IncomingMessage>({
    client: w.client,
    store: w.store,
    redirect_uri,
    grant: () => assert.fail('nobody is signed in'),
  })
  const told: unknown[] = []
  await using server = await listening(createServer(nodeHandler(start, { onError: (error) => told.push(error) })))
  for (const _ of [1, 2]) assert.equal((await fetch(`http://127.0.0.1:${server.port}/start`)).status, 500)
  assert.deepEqual(
    told.map((error) => error instanceof Error && error.message),
    ['nobody is signed in', 'nobody is signed in'],
  )
})

test('[#41] Express 5, inside of a mounted router, with the session’s user from Express’s request', async () => {
  await using w = await world(redirect_uri)
  const { start, callback } = webHandlers<express.Request & { user?: string }>({
    client: w.client,
    store: w.store,
    redirect_uri,
    grant: (_, native) => native.user ?? assert.fail('nobody is signed in'),
  })
  const router = express.Router()
  router.use((request, _, next) => {
    Object.assign(request, { user: request.header('x-user') })
    next()
  })
  router.get('/start', expressHandler(start))
  router.get('/cb', expressHandler(callback))
  const app = express().use('/oauth', router)
  const failures: unknown[] = []
  app.use((error: unknown, _: express.Request, response: express.Response, __: express.NextFunction) => {
    failures.push(error)
    response.status(401).end()
  })
  await using server = await listening(createServer(app))
  assert.equal((await overSocket(w, server.port, '/oauth')).status, 200)
  assert.ok(await w.store.get('alice'))
  const anonymous = await fetch(`http://127.0.0.1:${server.port}/oauth/start`)
  assert.equal(anonymous.status, 401)
  assert.match(String(failures[0]), /nobody is signed in/)
})

test('[#41] Fastify 5', async () => {
  await using w = await world(redirect_uri)
  const { start, callback } = webHandlers<FastifyRequest>({
    client: w.client,
    store: w.store,
    redirect_uri,
    grant: byHeader,
  })
  const app = fastify()
  app.get('/start', fastifyHandler(start))
  app.get('/cb', fastifyHandler(callback))
  await app.listen({ port: 0, host: '127.0.0.1' })
  try {
    const response = await overSocket(w, (app.server.address() as AddressInfo).port)
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
    assert.ok(await w.store.get('alice'))
  } finally {
    await app.close()
  }
})
