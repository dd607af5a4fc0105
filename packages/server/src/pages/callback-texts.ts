/** What a page of the callback says: what happened, and who can mend it. */
export interface CallbackText {
  readonly title: string
  readonly happened: string
  readonly help: string
}

export const text = (title: string, happened: string, help: string): CallbackText => ({ title, happened, help })

/** Errors that a person meets after consent and that have words of their own. */
export type CallbackFailure =
  | 'ACCESS_DENIED'
  | 'AUTHORIZATION_NOT_FOUND'
  | 'AUTHORIZATION_EXPIRED'
  | 'STATE_MISMATCH'
  | 'ISSUER_MISMATCH'
  | 'CALLBACK_INVALID'
  | 'WRONG_ACCOUNT'
  | 'CODE_REFUSED'
  | 'INVALID_CLIENT'
  | 'AUTHORIZATION_REFUSED'
  | 'PROVIDER_UNREACHABLE'
  | 'PROVIDER_TIMEOUT'
  | 'PROVIDER_UNAVAILABLE'
  | 'RATE_LIMITED'
  | 'INVALID_ANSWER'

/** Words around them. */
export interface CallbackWords {
  readonly account: string
  readonly close: string
  readonly again: string
  readonly open: string
  readonly settings: string
  readonly details: string
  readonly code: string
  readonly provider: string
  readonly time: string
  readonly request: string
  readonly replace: string
  readonly keep: string
}

/** All that the pages after consent say in one language. */
export interface CallbackTexts {
  readonly words: CallbackWords
  readonly connected: (account: string, connection: string) => CallbackText
  /** Permissions that were asked for and not given. */
  readonly incomplete: (account: string, permissions: readonly string[]) => CallbackText
  /** The same person has an account already: what is to become of the new one. */
  readonly already: (account: string, name: string) => CallbackText
  /** The new permission is that of the account that was there. */
  readonly replaced: (account: string) => CallbackText
  readonly otherBrowser: CallbackText
  /** An administrator of an organisation has allowed the program there. */
  readonly adminConsent: CallbackText
  readonly failures: Readonly<Record<CallbackFailure, CallbackText>>
  /** Any other error, whose words are in this language as far as they are known in it. */
  readonly other: (error: { readonly message: string; readonly advice: string }) => CallbackText
}
