import { Account, type AccountOptions, type Credentials, MSGraphProtocol } from '@evergrant/microsoft365'
import { type Entra, SECRET } from './entra.ts'
import type { Graph } from './graph.ts'

/** An account as a user makes it, whose sign-in and Graph are here. */
export function accountAt(
  { clock, definition }: Pick<Entra, 'clock' | 'definition'>,
  api?: Pick<Graph, 'url'>,
  options: AccountOptions = {},
  credentials: Credentials = ['web', SECRET],
): Account {
  return new Account(credentials, {
    provider: definition,
    http: { clock },
    requestsDelay: 0,
    ...(api === undefined ? {} : { protocol: new MSGraphProtocol({ host: api.url }) }),
    ...options,
  })
}
