import type { Account, AccountState } from './account.ts'
import type { Connection } from './connection.ts'

/** GET /v1/events: the name of each server-sent event and its data. Read everything again after (re)connecting. */
export interface ServerEvents {
  readonly hello: { readonly version: string }
  readonly account: Account
  /** `replaced_by`: the account of the same person that has its grant now. */
  readonly account_removed: {
    readonly id: string
    readonly state: Extract<AccountState, 'removed'>
    readonly replaced_by?: string
  }
  /** So many accounts of a connection changed at once that they are not told one by one: ask for those that are shown. */
  readonly accounts_changed: { readonly connection: string }
  readonly connection: Connection
  readonly connection_removed: { readonly id: string }
  /** Notices were raised or cleared; ask for one's own. */
  readonly notices: Readonly<Record<string, never>>
  /** For programs: an account has another token. `generation` is that of its default token. */
  readonly token: { readonly account: string; readonly generation: string; readonly expires_at?: number }
}

/** What became of a consent. */
export type ConsentOutcome = 'connected' | 'failed'

/**
 * What the callback page posts to its opener, at our own origin, and on the broadcast channel
 * {@link CONSENT_CHANNEL}. A hint to look again; the truth is at GET /v1/accounts/{id}.
 */
export interface ConsentMessage {
  /** Absent when it is not known which account the callback was for. */
  readonly account?: string
  /** Id of an account that is gone, because this one has its grant now. */
  readonly replaced?: string
  readonly outcome: ConsentOutcome
}

/** Name of the broadcast channel that consent results are posted on. */
export const CONSENT_CHANNEL = 'evergrant'

/** The header that state-changing requests of the page carry, with the value `1`: other sites cannot send it. */
export const CSRF_HEADER = 'x-evergrant'
