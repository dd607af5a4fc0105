import {
  clientCredentialsFlow,
  defineClient,
  memoryStore,
  resolveProvider,
  type TokenSource,
  tokenSource,
} from '@evergrant/core'
import { type ManualClock, manualClock, type RunningSandbox, startSandbox } from '@evergrant/sandbox'
import { type LoopbackServer, loopbackServer } from '../http/loopback-server.ts'

/** A real authorization server, a token source, and an API that takes back whichever tokens it is told to. */
export interface World extends AsyncDisposable {
  readonly clock: ManualClock
  readonly sandbox: RunningSandbox
  readonly source: TokenSource
  readonly api: LoopbackServer
  /** The API refuses the token that the source holds now. */
  takeBack(): Promise<void>
  /** The API refuses whatever comes. */
  refuseAll(): void
  /** How many tokens the provider has issued. */
  issued(): number
  /** The tokens the API saw, in order. */
  tokens(): (string | undefined)[]
}

export async function world(): Promise<World> {
  const clock = manualClock()
  const app = { client_id: 'job', client_secret: 'a secret', grant_types: ['client_credentials'] }
  const sandbox = await startSandbox({ clients: [app], clock })
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: `${sandbox.issuer}/token` })
  const client = defineClient({ provider, client_id: 'job', client_secret: 'a secret', http: { clock } })
  const source = tokenSource('job', { client, store: memoryStore(), flow: clientCredentialsFlow(), clock })
  const refused = new Set<string>()
  let closed = false
  const bearer = (authorization: string | undefined): string | undefined => authorization?.replace(/^Bearer /, '')
  const api = await loopbackServer(({ method, body, headers }, response) => {
    const token = bearer(headers.authorization)
    if (closed || token === undefined || refused.has(token)) {
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end('refused')
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ method, body }))
  })
  return {
    clock,
    sandbox,
    source,
    api,
    takeBack: async () => void refused.add((await source.token()).access_token),
    refuseAll: () => {
      closed = true
    },
    issued: () => sandbox.journal.count({ grant_type: 'client_credentials', status: 200 }),
    tokens: () => api.seen.map(({ headers }) => bearer(headers.authorization)),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}
