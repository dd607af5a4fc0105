import type { Services } from '../services.ts'
import type { SecretTaken } from './connection-clients.ts'

/**
 * Tells once, of all servers and all accounts, that a provider does not take the new secret of a connection, so that the
 * former one is used; and that it takes the new one.
 */
export async function secretTaken(
  { connectionNews, accounts, audit, deps }: Pick<Services, 'connectionNews' | 'accounts' | 'audit' | 'deps'>,
  heard: SecretTaken,
): Promise<void> {
  const row = await connectionNews.noteTaken(heard)
  if (row === undefined) return
  const fallback = heard.taken === 'older'
  if (fallback) deps.logger.warn({ connection: row.id }, 'a new client secret is refused, the former one is used')
  else deps.logger.info({ connection: row.id }, 'a new client secret is taken')
  const action = fallback ? 'connection.secret_fallback' : 'connection.secret_taken'
  await audit.add({ actor: { type: 'server' }, action, subject: row.id, detail: { name: row.name } })
  await accounts.publishConnection(row)
}
