import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { createClient } from '@evergrant/sdk'
import { generateClient } from '@evergrant/sdk/generate'
import createFetchClient from 'openapi-fetch'
import { type Contender, contest } from './contest.ts'
import { median, ratioTable } from './table.ts'
import { tokenEndpoint } from './token-endpoint.ts'

/** A document with so many operations, half of which have a security requirement of their own. */
function document(operations: number): Record<string, unknown> {
  const thing = { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string' } } }
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } }
  const paths: Record<string, unknown> = {}
  for (let index = 0; index < operations; index++) {
    const security = index % 2 === 0 ? {} : { security: [{ oauth: ['write'] }, { key: [] }] }
    const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }]
    const responses = { '200': { description: 'OK', content } }
    paths[`/things${index}/{id}`] = { get: { operationId: `get${index}`, parameters, responses, ...security } }
  }
  const scopes = { read: 'Read', write: 'Write' }
  const flows = { clientCredentials: { tokenUrl: 'https://auth.example/token', scopes } }
  const securitySchemes = { oauth: { type: 'oauth2', flows }, key: { type: 'apiKey', in: 'header', name: 'X-Key' } }
  return {
    openapi: '3.0.3',
    info: { title: 'Large', version: '1' },
    servers: [{ url: 'https://api.example' }],
    security: [{ oauth: ['read'] }],
    paths,
    components: { schemas: { Thing: thing }, securitySchemes },
  }
}

interface TypesMaker {
  default(document: unknown, options: { readonly silent: boolean }): Promise<unknown>
  astToString(nodes: unknown): string
}

/** The copy that the SDK uses: it stands beside it, with a TypeScript of its own. */
function openapiTypescript(): Promise<TypesMaker> {
  const { resolve } = createRequire(new URL('../packages/sdk/package.json', import.meta.url))
  return import(pathToFileURL(resolve('openapi-typescript').replace(/\.cjs$/, '.mjs')).href)
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}

/** Generating a client, and what a call costs, beside openapi-typescript and openapi-fetch alone. */
export async function clientFromOpenapi(): Promise<string> {
  const { default: openapiTS, astToString } = await openapiTypescript()
  const large = document(1_000)
  const alone: number[] = []
  const whole: number[] = []
  for (let round = 0; round < 7; round++) {
    const types = async () => astToString(await openapiTS(structuredClone(large), { silent: true }))
    alone.push(await milliseconds(types))
    whole.push(await milliseconds(() => generateClient(large)))
  }
  const endpoint = await tokenEndpoint()
  try {
    const { url } = endpoint
    const module = import.meta.url
    const rows = await contest({ module, url, calls: 100, rounds: 120, inFlight: 16 })
    const here = await contest({ module, url: ANSWERED_HERE, calls: 300, rounds: 60 })
    return [
      '## A client of an OpenAPI document',
      '',
      ratioTable('generating, 1,000 operations', 'ms', [
        { name: 'floor: openapi-typescript alone', figure: median(alone) },
        { name: '**evergrant** `generateClient`', figure: median(whole) },
      ]),
      ratioTable('a call over a loopback socket', 'CPU µs', rows),
      ratioTable('the same `fetch`, answered without a socket', 'CPU µs', here),
    ].join('\n')
  } finally {
    endpoint.close()
  }
}

/** An address whose requests {@link answerHere} answers: what the kernel does is most of a call, and none of our doing. */
const ANSWERED_HERE = 'http://127.0.0.1:8080'

/** The dispatcher below Node's `fetch`, as far as it is needed to answer. */
interface Handler {
  onConnect(abort: () => void): void
  onHeaders(status: number, headers: readonly Buffer[], resume: () => void, words: string): boolean
  onData(chunk: Buffer): boolean
  onComplete(trailers: readonly Buffer[]): void
}

/** From now on every request of this process gets the token endpoint's answer, from below all of `fetch`. */
function answerHere(): void {
  const body = Buffer.from(JSON.stringify({ access_token: 'a'.repeat(800), token_type: 'Bearer', expires_in: 3600 }))
  const headers = ['content-type', 'application/json', 'content-length', String(body.length)].map((one) =>
    Buffer.from(one),
  )
  const dispatch = (_request: unknown, handler: Handler): boolean => {
    handler.onConnect(() => undefined)
    queueMicrotask(() => {
      handler.onHeaders(200, headers, () => undefined, 'OK')
      handler.onData(Buffer.from(body))
      handler.onComplete([])
    })
    return true
  }
  Reflect.set(globalThis, Symbol.for('undici.globalDispatcher.1'), { dispatch })
}

/** The ways to make a call; the floor twice, as what it differs from itself by is what the machine adds. */
export function contestants(baseUrl: string): Contender[] {
  // Not where the contest is only led: other benchmarks make real requests there.
  if (baseUrl === ANSWERED_HERE && process.send !== undefined) answerHere()
  const headers = { authorization: 'Bearer a-token' }
  const bare = createFetchClient<Record<string, { get: { responses: Record<string, never> } }>>({ baseUrl, headers })
  const small = { ...document(1), paths: { '/': { get: { responses: {} } } } }
  const client = createClient({ openapi: small, baseUrl, auth: { oauth: { token: 'a-token' } } })
  return [
    { name: 'floor: openapi-fetch with the header by hand', call: () => bare.GET('/') },
    { name: 'the floor once more', note: 'what the machine adds', call: () => bare.GET('/') },
    { name: '**evergrant** `client.GET`', call: () => client.GET('/') },
  ]
}
