import { callbackParameters } from '@evergrant/core'
import type { Connections } from '../connections/connections.ts'

/** The `state` of a callback, under the name that the connection's provider gives it. */
export async function callbackState(
  connections: Connections,
  connectionId: string,
  callback: URLSearchParams,
): Promise<string> {
  const connection = await connections.get(connectionId).catch(() => undefined)
  const client = connection && (await connections.client(connection))
  return callbackParameters(callback, undefined, client?.provider.callback?.parameter_names).get('state') ?? ''
}
