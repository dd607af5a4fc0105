/**
 * A place in a JSON answer: names and numbers joined by dots, `data.items.0.id`. `[]` after a name takes every element
 * of a list: `accounts[].id`. The empty text is the whole answer.
 */
export type Path = string

/** Where the fields of RFC 6749 §5.1, and what is like them, stand in a provider's token answer. */
export interface AnswerFields {
  /** Of several places, the first where there is something. */
  readonly access_token?: Path | readonly Path[]
  readonly refresh_token?: Path | readonly Path[]
  readonly id_token?: Path
  readonly token_type?: Path
  readonly scope?: Path
  readonly expires_in?: Path
  /** A point in time: epoch seconds or milliseconds, or an ISO date. */
  readonly expires_at?: Path
  /** Lifetime of the refresh token. */
  readonly refresh_expires_in?: Path
  /** End of the refresh token as a point in time. */
  readonly refresh_expires_at?: Path
}

/** How errors look that are not RFC 6749 §5.2, whatever the HTTP status says. */
export interface ErrorRules {
  /** Where the code of an error stands. */
  readonly code: Path
  /** Values of it that mean success. Default: absent, `0`, `"0"`, `true`, and the empty text. */
  readonly success?: readonly (string | number | boolean)[]
  /** Where its words stand, when `code` is only a flag. */
  readonly name?: Path
  readonly description?: Path
  /** The provider's codes to those of RFC 6749 §5.2, such as `{ "40030": "invalid_grant" }`. */
  readonly codes?: Readonly<Record<string, string>>
}

/** How a provider's token answer differs from RFC 6749 §5. */
export interface TokenAnswerRules {
  /** Only those that stand elsewhere. A field that is missing there is looked for at its usual place too. */
  readonly fields?: AnswerFields
  /** What lifetimes are told in. Default seconds. */
  readonly time_unit?: 'seconds' | 'milliseconds'
  /** Separates the scopes of an answer. Default: spaces, or commas when there are no spaces. */
  readonly scope_separator?: string
  /** Kept in the grant's `metadata` by their paths; what a later answer leaves out stays. */
  readonly metadata?: readonly Path[]
  readonly error?: ErrorRules
  /** Another token in the same answer, as of the person beside the program's. */
  readonly second?: SecondToken
}

/** A token beside the first one, kept as a grant of its own: it is refreshed and revoked on its own. */
export interface SecondToken {
  /** The grant's id is that of the first one, a slash and this. */
  readonly name: string
  readonly fields: AnswerFields & { readonly access_token: Path }
}
