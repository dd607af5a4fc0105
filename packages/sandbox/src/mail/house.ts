import type { SecureContext } from 'node:tls'
import type { MailSignIn, SignedIn } from './mail-sign-in.ts'
import type { MailStore } from './mail-store.ts'

/** What the mail sessions share. */
export interface House {
  readonly issuer: string
  readonly signIn: MailSignIn
  readonly store: MailStore
  /** With it, TLS can begin. */
  readonly tls?: SecureContext | undefined
  /** A copy of what a person sends is put into their folder for sent mail. */
  readonly savesSent: boolean
  /** Resolves when the sign-in is not good any more: its token has ended or was revoked. `left` ends the wait. */
  ended(signedIn: Person, left: AbortSignal): Promise<void>
}

/** Somebody who is signed in. */
export type Person = Extract<SignedIn, { mailbox: string }>

/** Octets of a mail, and of a literal. */
export const LARGEST_MAIL = 26_214_400

export function isSignedIn(outcome: SignedIn): outcome is Person {
  return 'mailbox' in outcome
}
