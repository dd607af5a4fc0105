import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { detachable } from '../src/detachable.ts'

const run = promisify(execFile)

/** Runs a program in a process of its own, in which any rejection that nobody handles is fatal. */
async function program(source: string, ...flags: string[]): Promise<string> {
  const prelude = `
    import { defineClient, grant, memoryStore, OAuthError, resolveProvider, tokenSource, tokenSources } from '@evergrant/core'
    const provider = resolveProvider({ id: 'acme', name: 'Acme', token_endpoint: 'https://acme.example/token' })
    const client = defineClient({ provider, client_id: 'web', client_secret: 'x' })
    const token = (name, expires_at) => ({ access_token: name, token_type: 'Bearer', expires_at, refresh_at: expires_at - 700, raw: {} })
    const record = (id, access) => grant({ id, provider: 'acme', client: 'web', refresh_token: 'r'.repeat(40), access,
      standing: { state: 'active', since: 0 }, updated_at: 0, version: 0 })
    const now = Date.now() / 1000
  `
  const args = [
    '--conditions=source',
    '--unhandled-rejections=strict',
    ...flags,
    '--input-type=module',
    '-e',
    prelude + source,
  ]
  const { stdout } = await run(process.execPath, args, { cwd: import.meta.dirname, timeout: 600_000 })
  return stdout.trim()
}

test('a listener that throws fails no caller; its error is the process’s to hear', async () => {
  const out = await program(`
    process.on('uncaughtException', (error) => console.log('uncaught', error.message))
    const store = memoryStore()
    await store.put(record('alice', {}), 0)
    const flow = { type: 'x', spends: true, request: async () => ({ access_token: 'new', token_type: 'Bearer', raw: {} }) }
    const source = tokenSource('alice', { store, client, flow, onEvent: () => { throw new Error('listener') } })
    console.log((await source.token()).access_token)
  `)
  assert.equal(out, 'new\nuncaught listener')
})

test('no rejection goes unheard: background refreshes, abandoned callers, discoveries and broken stores', async () => {
  const out = await program(`
    const broken = { type: 'x', spends: true, request: () => Promise.reject(new OAuthError('PROVIDER_TIMEOUT', 'x', { outcome: 'unknown' })) }
    const store = memoryStore()
    await store.put(record('alice', { '': token('old', now + 300) }), 0)
    const alice = tokenSource('alice', { store, client, flow: broken })
    for (let i = 0; i < 3; i++) console.log((await alice.token()).access_token)
    const gone = AbortSignal.abort()
    await alice.token({ force: true, signal: gone }).catch((error) => console.log(error.code))
    const controller = new AbortController()
    const work = alice.token({ force: true, signal: controller.signal })
    controller.abort()
    await work.catch((error) => console.log(error.code))
    await new Promise((resolve) => setTimeout(resolve, 20))
    const deaf = { ...store, get: () => Promise.reject(new Error('x')), put: () => Promise.reject(new Error('x')) }
    const bob = tokenSource('bob', { store: deaf, client, flow: broken })
    await bob.token().catch((error) => console.log(error.code))
    const unreachable = defineClient({ provider: { ...provider, issuer: 'https://acme.example', discovery: 'oidc' }, client_id: 'web',
      http: { fetch: () => Promise.reject(new Error('x')) } })
    await unreachable.metadata(gone).catch((error) => console.log(error.code))
    await new Promise((resolve) => setTimeout(resolve, 20))
    console.log('quiet')
  `)
  assert.equal(out, 'old\nold\nold\nABORTED\nABORTED\nSTORE_UNAVAILABLE\nABORTED\nquiet')
})

test('a cached token takes no memory from call to call, and an idle grant less than a kilobyte beside its tokens', async () => {
  const out = await program(
    `
    const count = 20_000
    const store = memoryStore()
    const records = new Map()
    const held = { ...store, get: async (id) => records.get(id) }
    const sources = tokenSources({ store: held, client })
    const list = []
    const tokens = token('a'.repeat(40), now + 3600)
    for (let i = 0; i < count; i++) records.set('grant-' + i, record('grant-' + i, { '': tokens }))
    const used = () => { gc(); gc(); return process.memoryUsage().heapUsed }
    const before = used()
    for (let i = 0; i < count; i++) list.push(sources.get('grant-' + i))
    for (const source of list) await source.token()
    const perGrant = (used() - before) / count
    const [one] = list
    for (let i = 0; i < 1000; i++) await one.token()
    const start = used()
    for (let i = 0; i < 200_000; i++) one.token()
    const perCall = (process.memoryUsage().heapUsed - start) / 200_000
    console.log(JSON.stringify({ perGrant, perCall }))
  `,
    '--expose-gc',
  )
  const { perGrant, perCall } = JSON.parse(out) as { perGrant: number; perCall: number }
  assert.ok(perGrant < 1024, `${perGrant} bytes per idle grant`)
  // The one number that the clock returns may be boxed; nothing else is made.
  assert.ok(perCall < 48, `${perCall} bytes per call`)
})

test('a caller’s signal keeps no listener once the work is done, also when it had aborted before', async () => {
  const listeners = new Set<unknown>()
  const watched = (): AbortSignal => {
    const addEventListener = (_: string, listener: unknown): void => void listeners.add(listener)
    const removeEventListener = (_: string, listener: unknown): void => void listeners.delete(listener)
    return { aborted: false, addEventListener, removeEventListener } as unknown as AbortSignal
  }
  await detachable(Promise.resolve(1), watched())
  await detachable(Promise.reject(new Error('x')), watched()).catch(() => undefined)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(listeners.size, 0)
  const shared = Promise.withResolvers<number>()
  await assert.rejects(detachable(shared.promise, AbortSignal.abort('enough')), { code: 'ABORTED', cause: 'enough' })
  shared.reject(new Error('nobody waits for this'))
  await new Promise((resolve) => setImmediate(resolve))
})
