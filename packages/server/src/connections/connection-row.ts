import type { Guidance } from '@evergrant/core'
import type { Selectable } from 'kysely'
import type { SignInRules } from '../contract/index.ts'
import type { ConnectionTable } from '../db/tables.ts'

export type ConnectionRow = Selectable<ConnectionTable>

/** What is known to be wrong with a connection's settings. */
export interface ConnectionTrouble {
  readonly code: string
  readonly message: string
  readonly guidance?: Guidance
  readonly at: number
}

export function troubleOf(row: Pick<ConnectionRow, 'trouble'>): ConnectionTrouble | undefined {
  return row.trouble === null ? undefined : (JSON.parse(row.trouble) as ConnectionTrouble)
}

/** Who may sign in with the connection; undefined: nobody. */
export function signInRules(row: Pick<ConnectionRow, 'sign_in'>): SignInRules | undefined {
  return row.sign_in === null ? undefined : (JSON.parse(row.sign_in) as SignInRules)
}

/** The same as it is stored. */
export function signInRulesText(rules: SignInRules | null | undefined): string | null {
  if (rules === undefined || rules === null) return null
  return JSON.stringify({ ...rules, domains: rules.domains.map((domain) => domain.toLowerCase()) })
}

export function parametersOf(row: Pick<ConnectionRow, 'parameters'>): Record<string, string> {
  return JSON.parse(row.parameters) as Record<string, string>
}
