import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bearerFetch, httpSession, providedTokenSource, tokenSources } from '@evergrant/core'
import { kyHooks } from '@evergrant/core/adapters'
import ky from 'ky'
import { loopbackServer } from './http/loopback-server.ts'
import { connected } from './support/connected.ts'

test('[#123] every way to an API goes through the fetch of the grant’s own client, also when each grant has its own', async () => {
  await using w = await connected()
  await using api = await loopbackServer((_, response) => void response.end('ok'))
  const paths: string[] = []
  const own: typeof fetch = (input, init) => {
    paths.push(new URL(input instanceof Request ? input.url : input).pathname)
    return fetch(input, init)
  }
  const client = w.newClient({ fetch: own })
  const sources = tokenSources({ store: w.store, client: async () => client, clock: w.clock })
  for (const source of [sources.get('alice'), w.source({ client }), w.source({ client: () => client })]) {
    paths.length = 0
    await source.fetch(`${api.url}/fetch`)
    await bearerFetch(source)(`${api.url}/bearer`)
    await httpSession({ source, delay: 0 }).get(`${api.url}/session`)
    await httpSession({ source, delay: 0 }).naiveRequest('GET', `${api.url}/naive`)
    await providedTokenSource({ manager: source, clock: w.clock }).fetch(`${api.url}/provided`)
    assert.deepEqual(paths, ['/fetch', '/bearer', '/session', '/naive', '/provided'])
  }
  await sources.close()
})

test('a fetch that is given for APIs alone wins over the client’s', async () => {
  await using w = await connected()
  const asked: string[] = []
  const named =
    (name: string): typeof fetch =>
    async () => {
      asked.push(name)
      return new Response()
    }
  const client = w.newClient({ fetch: named('the client’s') })
  for (const which of [client, () => client]) {
    const source = w.source({ client: which, fetch: named('the engine’s') })
    await source.fetch('https://api.example/')
    await httpSession({ source, delay: 0, fetch: named('the session’s') }).get('https://api.example/')
  }
  assert.deepEqual(asked, ['the engine’s', 'the session’s', 'the engine’s', 'the session’s'])
})

test('[#64] ky’s replays go through the source’s fetch, or the one that is given', async () => {
  await using w = await connected()
  await using api = await loopbackServer((_, response) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
  })
  const replays: string[] = []
  const own =
    (name: string): typeof fetch =>
    (input, init) => {
      replays.push(name)
      return fetch(input, init)
    }
  const source = w.source({ fetch: own('the source’s') })
  const quiet = { throwHttpErrors: false, retry: 1 } as const
  await ky.get(api.url, { ...quiet, hooks: kyHooks(source) })
  await ky.get(api.url, { ...quiet, hooks: kyHooks(source, { fetch: own('the given one') }) })
  assert.deepEqual(replays, ['the source’s', 'the given one'])
})
