import { stillAtProvider } from '../accounts/still-at-provider.ts'
import type { StillAtProvider } from '../contract/index.ts'
import { Refusal } from '../problem.ts'
import type { Services } from '../services.ts'

/** What became of a connection that was removed. */
export interface RemovedConnection {
  readonly id: string
  readonly name: string
  /** How many accounts went with it. */
  readonly accounts: number
  /** Grants that may still be there at the provider. Undefined: all were ended there. */
  readonly still_at_provider?: StillAtProvider | undefined
}

/**
 * Removes a connection, and tells browsers and the other servers. One that has accounts is refused with
 * `CONNECTION_IN_USE` unless they are to go too: then their grants are revoked at the provider, as far as that works.
 */
export async function removeConnection(
  { connections, accounts, tokens, hub, deps }: Services,
  id: string,
  withAccounts: boolean,
): Promise<RemovedConnection> {
  const { name } = await connections.get(id)
  const { length: count } = await accounts.of(id)
  if (count > 0 && !withAccounts) {
    const message = `Accounts of the connection: ${count}. Whatever uses it would be deleted with it, and the access taken back at the provider.`
    throw new Refusal('CONNECTION_IN_USE', message)
  }
  const definition = await connections.definition(id)
  const left = await tokens.removeAll(id)
  await connections.remove(id)
  deps.changes?.tell({ of: 'connection_removed', id })
  hub.publish('connection_removed', { id })
  const still_at_provider = left && stillAtProvider(left.trouble, definition, left.accounts)
  return { id, name, accounts: count, ...(still_at_provider && { still_at_provider }) }
}

/** What the audit log tells of it. */
export function removalDetail({ name, accounts }: RemovedConnection): Readonly<Record<string, unknown>> {
  return { name, ...(accounts === 0 ? {} : { accounts }) }
}
