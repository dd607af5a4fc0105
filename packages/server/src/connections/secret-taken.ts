import type { Services } from '../services.ts'
import type { SecretTaken } from './connections.ts'

/**
 * Tells once, of all servers and all accounts, that a provider does not take the new secret of a connection, so that the
 * former one is used; and that it takes the new one.
 */
export async function secretTaken(
  { connections, accounts, audit, deps }: Pick<Services, 'connections' | 'accounts' | 'audit' | 'deps'>,
  heard: SecretTaken,
): Promise<void> {
  const row = await connections.noteTaken(heard)
  if (row === undefined) return
  const fallback = heard.taken === 'older'
  const words = fallback
    ? 'the provider does not take the new client secret; the former one is used'
    : 'the provider takes the new client secret'
  deps.logger[fallback ? 'warn' : 'info']({ connection: row.id }, words)
  const action = fallback ? 'connection.secret_fallback' : 'connection.secret_taken'
  await audit.add({ actor: { type: 'server' }, action, subject: row.id, detail: { name: row.name } })
  await accounts.publishConnection(row)
}
