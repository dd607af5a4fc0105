import type { OAuthError } from './errors.ts'
import type { GrantSummary } from './grant/grant.ts'

/**
 * What happened to a grant. Emitted after the record was written and the callers have their token: record, then
 * return, then notify. Never carries a token.
 */
export type GrantEvent =
  | { readonly type: 'authorized'; readonly grant: GrantSummary }
  /** A new access token, with or without a new refresh token. */
  | { readonly type: 'refreshed'; readonly grant: GrantSummary; readonly seconds: number }
  /** The provider could not be asked or had trouble; a valid token is still served. */
  | { readonly type: 'refresh_failed'; readonly grant: GrantSummary; readonly error: OAuthError }
  /** The grant ended; a person has to consent again. */
  | { readonly type: 'consent_required'; readonly grant: GrantSummary; readonly error: OAuthError }
  /** The store did not take a new token. It is kept in memory and written again. */
  | { readonly type: 'persist_failed'; readonly grant: GrantSummary; readonly error: OAuthError }
  /** A token that could not be written before has been written. */
  | { readonly type: 'persisted'; readonly grant: GrantSummary }

/** Hears events. Not awaited; what it throws or rejects is reported as an uncaught error, never to a caller. */
export type GrantListener = (event: GrantEvent) => void
