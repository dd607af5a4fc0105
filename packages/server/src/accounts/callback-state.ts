import { callbackParameters } from '@evergrant/core'
import type { ConnectionClients } from '../connections/connection-clients.ts'
import type { Connections } from '../connections/connections.ts'

/** The `state` of a callback, under the name that the connection's provider gives it. */
export async function callbackState(
  { connections, clients }: { readonly connections: Connections; readonly clients: ConnectionClients },
  connectionId: string,
  callback: URLSearchParams,
): Promise<string> {
  const connection = await connections.get(connectionId).catch(() => undefined)
  const client = connection && (await clients.of(connection))
  return callbackParameters(callback, undefined, client?.provider.callback?.parameter_names).get('state') ?? ''
}
