import { type Grant, summary } from '@evergrant/core'

/** A grant as a row of `evergrant_grants`: the record, and beside it what is looked for. */
export interface GrantRow {
  readonly id: string
  readonly version: number
  readonly provider: string
  readonly client: string
  readonly state: string
  /** When its default access token is due for refresh; null when nobody knows. */
  readonly due: number | null
  readonly updated_at: number
  readonly record: string
}

/** The row of a grant. */
export function grantRow(of: Grant): GrantRow {
  const { id, version, provider, client, standing, updated_at } = of
  const { refresh_at, expires_at } = summary(of)
  const due = refresh_at ?? expires_at ?? null
  return { id, version, provider, client, state: standing.state, due, updated_at, record: JSON.stringify(of) }
}
