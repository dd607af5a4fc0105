import { startSandbox } from '@evergrant/sandbox'
import type { Server, ServerOptions } from './server.ts'

/** Our own authorization server, held to the same tests. */
export async function startOwn({ clients }: ServerOptions): Promise<Server> {
  const registered = clients.map(({ client_auth, ...client }) => ({
    ...client,
    token_endpoint_auth_method: client_auth,
  }))
  const sandbox = await startSandbox({ clients: registered })
  return {
    issuer: sandbox.issuer,
    approve: (url, username) => sandbox.approve(url, { username }),
    deny: (url) => sandbox.deny(url),
    close: () => sandbox.close(),
  }
}
