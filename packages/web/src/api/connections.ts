import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { withItem, withoutItem } from './list-cache.ts'
import { request } from './request.ts'
import type {
  CheckResult,
  Connection,
  ConnectionList,
  ConnectionPatch,
  NewConnection,
  Removal,
  SandboxConnection,
} from './types.ts'

const LIST = ['connections']
const path = (id: string) => `/v1/connections/${encodeURIComponent(id)}`

export const connectionsQuery = queryOptions({
  queryKey: LIST,
  queryFn: async ({ signal }) =>
    (await request<ConnectionList>('GET', '/v1/connections', undefined, signal)).connections,
})

export const connectionQuery = (id: string) =>
  queryOptions({
    queryKey: [...LIST, id],
    queryFn: ({ signal }) => request<Connection>('GET', path(id), undefined, signal),
  })

/** Whether the practice provider has its connection. */
export const sandboxQuery = queryOptions({
  queryKey: ['sandbox-connection'],
  queryFn: ({ signal }) => request<SandboxConnection>('GET', '/v1/connections/sandbox', undefined, signal),
})

export const connectSandbox = () => request<Connection>('POST', '/v1/connections/sandbox')
export const createConnection = (body: NewConnection) => request<Connection>('POST', '/v1/connections', body)
export const updateConnection = (id: string, body: ConnectionPatch) => request<Connection>('PATCH', path(id), body)
/** With its accounts, which the person was told of. */
export const deleteConnection = (id: string) => request<Removal | undefined>('DELETE', `${path(id)}?accounts=delete`)
export const checkConnection = (id: string) => request<CheckResult>('POST', `${path(id)}/check`)

/** Puts a connection that the server just told us about where every screen reads it. */
export function keepConnection(client: QueryClient, connection: Connection): void {
  client.setQueryData(connectionQuery(connection.id).queryKey, connection)
  const listed = client.getQueryData(connectionsQuery.queryKey)?.some(({ id }) => id === connection.id)
  client.setQueryData(connectionsQuery.queryKey, withItem(connection))
  if (!listed) void client.invalidateQueries({ queryKey: sandboxQuery.queryKey })
}

export function dropConnection(client: QueryClient, id: string): void {
  client.removeQueries({ queryKey: connectionQuery(id).queryKey, exact: true })
  client.setQueryData(connectionsQuery.queryKey, withoutItem<Connection>(id))
  void client.invalidateQueries({ queryKey: sandboxQuery.queryKey })
}
