import { type Client, defineClient, type GrantStore, memoryStore, resolveProvider } from '@evergrant/core'
import { type ManualClock, manualClock, type RunningSandbox, startSandbox } from '@evergrant/sandbox'

/** A real authorization server, a client of it, and a store, on one clock that stands still. */
export interface World extends AsyncDisposable {
  readonly clock: ManualClock
  readonly sandbox: RunningSandbox
  readonly client: Client
  readonly store: GrantStore
}

export async function world(redirect_uri: string): Promise<World> {
  const clock = manualClock()
  const app = { client_id: 'web', client_secret: 'a secret', redirect_uris: [redirect_uri] }
  const sandbox = await startSandbox({ clients: [app], clock })
  const provider = resolveProvider({ id: 'here', name: 'Here', issuer: sandbox.issuer, default_scopes: ['openid'] })
  const client = defineClient({ provider, client_id: 'web', client_secret: 'a secret', http: { clock } })
  return { clock, sandbox, client, store: memoryStore(), [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose]() }
}
