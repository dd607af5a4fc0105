import type { OAuthError } from '../errors.ts'

/** How asking for consent ended, for those who show it to a person. */
export type ConsentOutcome = { readonly grant: string; readonly provider: string } | OAuthError

/**
 * Brings a person to the consent page and comes back with the callback: the address that the provider sent the person
 * to, or what they pasted of it. Nothing, or an empty text, means that nobody consented. Any async function from one
 * address to the other is one.
 */
export interface ConsentHandler {
  (url: string): Promise<string | undefined>
  /** The redirect URI that its callbacks arrive at, when it decides that. */
  readonly redirectUri?: string
  /** Told how it ended, so that the person can be told. Awaited. */
  readonly settled?: (outcome: ConsentOutcome) => Promise<void>
}
