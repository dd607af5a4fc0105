import { removed } from '../accounts/state.ts'
import type { Services } from '../services.ts'
import type { Change } from './change.ts'

/** Brings what is in memory, and what browsers here show, up to what other servers on the same database changed. */
export async function hearChanges(services: Services): Promise<void> {
  const { deps, tokens, apiKeys, hub } = services
  await deps.changes?.listen({
    changed(change) {
      heard(change, services).catch((err: unknown) => deps.logger.warn({ err, of: change.of }, 'change not shown'))
    },
    missed() {
      tokens.forgetAll()
      apiKeys.forgetAll()
      // They come back and read everything again.
      hub.reconnect()
    },
  })
}

async function heard({ of, id, checking = false }: Change, services: Services): Promise<void> {
  const { tokens, apiKeys, accounts, connections, hub } = services
  switch (of) {
    case 'account':
      tokens.forget(id)
      return accounts.heard(id, checking)
    case 'account_removed':
      tokens.forget(id)
      return hub.publish('account_removed', { id, state: removed.state })
    case 'connection':
      await services.deps.sandbox?.heard(id)
      if (hub.size > 0) await accounts.showConnection(await connections.get(id))
      return
    case 'connection_counts':
      return accounts.showCounts(id)
    case 'connection_removed':
      return hub.publish('connection_removed', { id })
    case 'api_key':
      return apiKeys.forget(id)
    case 'notices':
      return hub.publish('notices', {})
    case 'session':
      return hub.drop(id)
  }
}
