import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JWK } from 'jose'
import { caseOf } from './expectations.ts'
import { type Answer, Provider } from './stand-in-provider.ts'
import type { Judgement, Plan } from './suite.ts'

/** A stand-in for the suite that listens on loopback. */
export interface StandIn extends AsyncDisposable {
  readonly url: string
  /** How often the keys of a module's server were asked for. */
  keyRequests(id: string): number
}

interface Configuration {
  readonly client: { readonly client_id: string; readonly client_secret: string; readonly jwks: { keys: JWK[] } }
}

/**
 * The part of the conformance suite that its client plans show to a client: the REST API that starts modules and
 * judges them, and for each module an authorization server that does what the module documents. It stands in where the
 * suite cannot be had; what it finds is not what the suite would certify.
 */
export async function startStandIn(modules: readonly string[]): Promise<StandIn> {
  const providers = new Map<string, Provider>()
  let plan: { readonly configuration: Configuration; readonly variant: Record<string, string> } | undefined
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const api = async (request: IncomingMessage, at: URL): Promise<Answer> => {
    const [, , thing, id = ''] = at.pathname.split('/')
    if (thing === 'plan') {
      const configuration = JSON.parse(await body(request)) as Configuration
      plan = { configuration, variant: JSON.parse(at.searchParams.get('variant') ?? '{}') as Record<string, string> }
      const created: Plan = { id: 'plan', modules: modules.map((testModule) => ({ testModule, variant: null })) }
      return { status: 201, body: created }
    }
    if (thing === 'runner' && request.method === 'POST' && plan !== undefined) {
      const name = caseOf(at.searchParams.get('test') ?? '')
      const started = `module-${providers.size}`
      const { configuration, variant } = plan
      providers.set(started, await Provider.start(`${url}/test/${started}/`, name, configuration.client, variant))
      return { status: 201, body: { id: started } }
    }
    const provider = providers.get(id)
    if (provider === undefined) return { status: 404, body: {} }
    if (thing === 'runner') return { status: 200, body: { exposed: provider.exposed } }
    const judgement: Judgement = provider.judgement()
    return { status: 200, body: judgement }
  }

  server.on('request', (request, response) => {
    const at = new URL(request.url ?? '', url)
    const [, first, id = '', ...rest] = at.pathname.split('/')
    const provider = first === 'test' ? providers.get(id) : undefined
    const work = async (): Promise<Answer> => {
      if (provider === undefined) return api(request, at)
      const { method = 'GET', headers } = request
      const path = rest.join('/')
      return provider.answer({ method, path, at, headers, form: new URLSearchParams(await body(request)) })
    }
    work().then(
      (answer) => send(response, answer),
      (error) => send(response, { status: 500, body: { error: 'server_error', error_description: String(error) } }),
    )
  })
  return {
    url,
    keyRequests: (id) => providers.get(id)?.keyRequests ?? 0,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function body(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

function send(response: ServerResponse, { status, body: content, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(content))
}
