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
  /** Who owns an account and whose name is not known. */
  readonly owner: string
  readonly close: string
  readonly again: string
  readonly open: string
  readonly settings: string
  readonly details: string
  readonly code: string
  readonly provider: string
  readonly time: string
  readonly request: string
  /** Scopes that were not given, as the provider spells them. */
  readonly notGiven: string
  readonly replace: string
  readonly keep: string
  /** To somebody who came by a link, beside what went wrong. */
  readonly linkStays: string
}

/** An account that somebody connected by a link of somebody else. */
export interface PendingAccount {
  readonly account: string
  /** Who made the link. */
  readonly by: string
  /** Permissions that were asked for and not given. */
  readonly without: readonly string[]
  /** The address that was asked for, when it was another one. */
  readonly addedFor: string | undefined
}

/** All that the pages after consent say in one language. */
export interface CallbackTexts {
  readonly words: CallbackWords
  /** Scopes that are called the same everywhere. */
  readonly scopes: Readonly<Record<'openid' | 'profile' | 'email' | 'address' | 'phone' | 'offline_access', string>>
  readonly connected: (account: string, connection: string) => CallbackText
  /** Permissions that were asked for and not given. */
  readonly incomplete: (account: string, permissions: readonly string[]) => CallbackText
  /** It was connected by a link: whoever made that has to confirm who it was. */
  readonly pending: (about: PendingAccount) => CallbackText
  /** Somebody else signed in than the account was added for. */
  readonly another: (account: string, addedFor: string) => CallbackText
  /** The same person has an account already: what is to become of the new one. */
  readonly already: (account: string, name: string, addedFor: string | undefined) => CallbackText
  /** The new permission is that of the account that was there. */
  readonly replaced: (account: string) => CallbackText
  /** Somebody else signed in than the account belongs to; undefined: it is not known who. */
  readonly wrongAccount: (used: string | undefined, expected: string) => CallbackText
  readonly otherBrowser: CallbackText
  /** An administrator of an organisation has allowed the program there. */
  readonly adminConsent: CallbackText
  readonly failures: Readonly<Record<CallbackFailure, CallbackText>>
  /** Any other error, whose words are in this language as far as they are known in it. */
  readonly other: (error: { readonly message: string; readonly advice: string }) => CallbackText
}
