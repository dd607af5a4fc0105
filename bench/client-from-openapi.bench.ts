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
    const rows = await contest({ module: import.meta.url, url, calls: 100, rounds: 40, inFlight: 16 })
    return [
      '## A client of an OpenAPI document',
      '',
      ratioTable('generating, 1,000 operations', 'ms', [
        { name: 'floor: openapi-typescript alone', figure: median(alone) },
        { name: '**evergrant** `generateClient`', figure: median(whole) },
      ]),
      ratioTable('a call over a loopback socket', 'CPU µs', rows),
    ].join('\n')
  } finally {
    endpoint.close()
  }
}

/** The ways to make a call. */
export function contestants(baseUrl: string): Contender[] {
  const headers = { authorization: 'Bearer a-token' }
  const bare = createFetchClient<Record<string, { get: { responses: Record<string, never> } }>>({ baseUrl, headers })
  const small = { ...document(1), paths: { '/': { get: { responses: {} } } } }
  const client = createClient({ openapi: small, baseUrl, auth: { oauth: { token: 'a-token' } } })
  return [
    { name: 'floor: openapi-fetch with the header by hand', call: () => bare.GET('/') },
    { name: '**evergrant** `client.GET`', call: () => client.GET('/') },
  ]
}
