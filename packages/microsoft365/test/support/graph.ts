import { type GraphUser, type SandboxGraph, startSandboxGraph } from '@evergrant/sandbox'
import type { Entra } from './entra.ts'

export type { GraphUser, SandboxGraph as Graph } from '@evergrant/sandbox'

export const staff: readonly GraphUser[] = [
  {
    id: 'a1',
    userPrincipalName: 'Alice@contoso.test',
    displayName: 'Alice A',
    givenName: 'Alice',
    surname: 'A',
    mail: 'alice@contoso.test',
    manager: 'b2',
  },
  {
    id: 'b2',
    userPrincipalName: 'bob@contoso.test',
    displayName: 'Bob B',
    givenName: 'Bob',
    surname: 'B',
    mail: 'bob@contoso.test',
  },
  { id: 'c3', userPrincipalName: 'carol@contoso.test', displayName: 'Carol C', manager: 'b2' },
]

/** Microsoft Graph with three people, for tokens of this sign-in service. */
export function graph({ sandbox }: Pick<Entra, 'sandbox'>, users: Iterable<GraphUser> = staff): Promise<SandboxGraph> {
  return startSandboxGraph(sandbox, { users })
}
